import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import { reason } from '../../http/schemas.ts';
import { batchNow, batchNowAnswer } from './batch-answers.ts';
import { BATCH, batchParams } from './batch-views.ts';

export const route = defineRoute({
  id: 'cancelBatch',
  method: 'POST',
  path: `${BATCH}/cancellation`,
  summary: 'Cancel a batch',
  description:
    'Submits no more of its rows, and withdraws the requests that the centre has not approved, with a reason. It goes on by itself; the batch says how far it is.',
  lane: 'api',
  access: ['officer'],
  duty: 'receive',
  params: batchParams,
  body: { kind: 'json', schema: z.strictObject({ reason }) },
  responses: batchNowAnswer,
  faults: ['unknown-batch', 'wrong-state'],
  handle: async ({ batches }, { params, body, request }, caller) =>
    batchNow(request, await batches.cancel(caller, params.batch, body.reason)),
});
