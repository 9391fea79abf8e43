import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { principalView } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'withdrawPrincipalProposal',
  method: 'DELETE',
  path: '/api/v1/principals/{principal}/proposal',
  summary: 'Take back what was proposed for a principal',
  description: 'Any operator may do so, while nobody has confirmed it.',
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({ principal: principalId }),
  responses: { 200: { description: 'The principal as it stands.', schema: principalView } },
  faults: ['unknown-principal', 'nothing-awaited'],
  handle: async ({ enrolment }, { params }, caller) =>
    json(200, await enrolment.people.withdraw(caller, params.principal)),
});
