import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { invited, principalTerms } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'inviteOfficer',
  method: 'POST',
  path: '/api/v1/principals/{principal}/invitation',
  summary: 'Invite an officer of the own office',
  description:
    'By the responsible person of the office. With the id of an officer who is enrolled, the invitation replaces a lost credential, and the terms take the place of the earlier ones. An earlier invitation opens no more.',
  lane: 'api',
  access: ['officer'],
  duty: 'responsible',
  params: z.strictObject({ principal: principalId }),
  body: { kind: 'json', schema: principalTerms },
  responses: { 201: { description: 'The invitation.', schema: invited } },
  faults: ['unknown-principal', 'unknown-office', 'wrong-state', 'not-in-force', 'same-person'],
  handle: async ({ enrolment }, { params, body }, caller) =>
    json(201, await enrolment.people.invite(caller, params.principal, body)),
});
