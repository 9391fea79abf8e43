import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { principalView } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'withdrawPrincipalProposal',
  method: 'DELETE',
  path: '/api/v1/principals/{principal}/proposal',
  summary: 'Take back what was proposed or prepared for a principal',
  description:
    'Any operator may do so, and the responsible person of the office: while nobody has confirmed it, or while its moment is to come.',
  lane: 'api',
  access: ['officer', 'operator'],
  duty: 'responsible',
  params: z.strictObject({ principal: principalId }),
  responses: { 200: { description: 'The principal as it stands.', schema: principalView } },
  faults: ['unknown-principal', 'nothing-awaited', 'same-person'],
  handle: async ({ enrolment }, { params }, caller) =>
    json(200, await enrolment.people.withdraw(caller, params.principal)),
});
