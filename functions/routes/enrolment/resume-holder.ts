import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { holderView } from './holder-schemas.ts';

export const route = defineRoute({
  id: 'resumeHolder',
  method: 'DELETE',
  path: '/api/v1/holders/{holder}/suspension',
  summary: 'End the suspension of a holder',
  description:
    'By the responsible person of an office whose submissions named the holder, in the tenant that enrolled it, or an operator.',
  lane: 'revocation',
  access: ['officer', 'operator'],
  duty: 'responsible',
  params: z.strictObject({ holder: principalId }),
  responses: { 200: { description: 'The holder as it stands now.', schema: holderView } },
  faults: ['unknown-holder', 'wrong-state'],
  handle: async ({ enrolment }, { params }, caller) =>
    json(200, await enrolment.holders.resume(caller, params.holder)),
});
