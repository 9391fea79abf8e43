import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { holderView } from './holder-schemas.ts';

export const route = defineRoute({
  id: 'endHolder',
  method: 'POST',
  path: '/api/v1/holders/{holder}/end',
  summary: 'End the enrolment of a holder, at once and for good',
  description:
    'By the responsible person of an office whose submissions named the holder, in the tenant that enrolled it, or an operator. The holder cannot sign in and no submission names it any more. Its certificates stay as they are: revoke them as well where they must not be used. Nobody else gets the pseudonym, because records name it.',
  lane: 'revocation',
  access: ['officer', 'operator'],
  duty: 'responsible',
  params: z.strictObject({ holder: principalId }),
  responses: { 200: { description: 'The holder whose enrolment has ended.', schema: holderView } },
  faults: ['unknown-holder', 'wrong-state'],
  handle: async ({ enrolment }, { params }, caller) =>
    json(200, await enrolment.holders.end(caller, params.holder)),
});
