import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { principalView } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'suspendPrincipal',
  method: 'POST',
  path: '/api/v1/principals/{principal}/suspension',
  summary: 'Suspend a principal, at once',
  description:
    'By the responsible person of the office, or an operator. The principal can do nothing until it is resumed. An invitation that waits opens no more.',
  lane: 'revocation',
  access: ['officer', 'operator'],
  duty: 'responsible',
  params: z.strictObject({ principal: principalId }),
  responses: { 200: { description: 'The principal as it stands now.', schema: principalView } },
  faults: ['unknown-principal', 'wrong-state'],
  handle: async ({ enrolment }, { params }, caller) =>
    json(200, await enrolment.people.suspend(caller, params.principal)),
});
