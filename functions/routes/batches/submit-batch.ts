import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import { digest } from '../../http/schemas.ts';
import { batchNow, batchNowAnswer } from './batch-answers.ts';
import { BATCH, batchParams } from './batch-views.ts';

export const route = defineRoute({
  id: 'submitBatch',
  method: 'POST',
  path: `${BATCH}/submission`,
  summary: 'Submit the rows of a batch',
  description:
    'Each row becomes a request, in the name of the officer. Rows with problems are left out. The submission goes on by itself; the batch says how far it is.',
  lane: 'api',
  access: ['officer'],
  duty: 'receive',
  params: batchParams,
  body: {
    kind: 'json',
    schema: z.strictObject({
      digest: digest.meta({ description: 'SHA-256 of the file that the officer means to submit.' }),
    }),
  },
  responses: batchNowAnswer,
  faults: ['unknown-batch', 'wrong-state', 'confirmation-differs'],
  handle: async ({ batches }, { params, body, request }, caller) =>
    batchNow(request, await batches.submit(caller, params.batch, body.digest)),
});
