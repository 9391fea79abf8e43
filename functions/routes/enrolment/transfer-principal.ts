import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { principalTransfer, principalView } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'transferPrincipal',
  method: 'POST',
  path: '/api/v1/principals/{principal}/transfer',
  summary: 'Propose that an officer goes to another office',
  description:
    'By the responsible person of the present office, or an operator. The responsible person of the other office confirms it, or another operator. The key stays.',
  lane: 'api',
  access: ['officer', 'operator'],
  duty: 'responsible',
  params: z.strictObject({ principal: principalId }),
  body: { kind: 'json', schema: principalTransfer },
  responses: { 201: { description: 'The officer, with what was proposed.', schema: principalView } },
  faults: ['unknown-principal', 'unknown-office', 'wrong-state', 'not-in-force', 'same-person'],
  handle: async ({ enrolment }, { params, body: { effectiveFrom, ...to } }, caller) =>
    json(201, await enrolment.people.transfer(caller, params.principal, to, effectiveFrom)),
});
