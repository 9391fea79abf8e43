import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { invited } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'confirmPrincipal',
  method: 'POST',
  path: '/api/v1/principals/{principal}/confirmation',
  summary: 'Confirm what another operator proposed for a principal',
  description: 'The principal has an invitation then, with which its person brings a key.',
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({ principal: principalId }),
  responses: { 201: { description: 'The invitation.', schema: invited } },
  faults: ['unknown-principal', 'nothing-awaited', 'same-person'],
  handle: async ({ enrolment }, { params }, caller) =>
    json(201, await enrolment.people.confirm(caller, params.principal)),
});
