import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { effectiveFrom, principalView } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'endPrincipal',
  method: 'POST',
  path: '/api/v1/principals/{principal}/end',
  summary: 'End the enrolment of a principal for good, at once or from a moment on',
  description:
    'By the responsible person of the office, or an operator. Another act on the principal that comes before the moment makes a prepared end void. The certificates of the principal are revoked. Nobody else gets its id, because records name it.',
  lane: 'revocation',
  access: ['officer', 'operator'],
  duty: 'responsible',
  params: z.strictObject({ principal: principalId }),
  query: z.strictObject({ effectiveFrom: effectiveFrom.exactOptional() }),
  responses: {
    200: { description: 'The principal whose enrolment has ended, or is to end.', schema: principalView },
  },
  faults: ['unknown-principal', 'wrong-state'],
  handle: async ({ enrolment }, { params, query }, caller) =>
    json(200, await enrolment.people.end(caller, params.principal, query.effectiveFrom)),
});
