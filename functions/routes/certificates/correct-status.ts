import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { awaitingCorrectionAnswer, caId, correctionAnswer, serial } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'correctStatus',
  method: 'POST',
  path: '/api/v1/certificates/{ca}/{serial}/correction',
  summary: 'Have the rows of a certificate say what its acts say',
  description:
    "For a certificate that is revoked or on hold in the table, although no act has revoked or held it. It needs two persons: the first call is answered 202 and changes no status; the same call of a second operator within the trust domain's term, seven days by default, corrects the rows.",
  lane: 'api',
  access: ['operator'],
  ofService: true,
  params: z.strictObject({ ca: caId, serial }),
  responses: {
    200: { description: 'The rows say what the acts say.', schema: correctionAnswer },
    202: { description: 'A second person must ask for the same.', schema: awaitingCorrectionAnswer },
  },
  faults: ['malformed-serial', 'unknown-certificate', 'nothing-to-correct'],
  handle: async ({ authority }, { params }, caller) => {
    const outcome = await authority.correctStatus(caller, params);
    return json(outcome.awaiting ? 202 : 200, outcome);
  },
});
