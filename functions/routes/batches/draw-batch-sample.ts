import { defineRoute } from '../../http/route.ts';
import { batchNow, batchNowAnswer } from './batch-answers.ts';
import { BATCH, batchParams } from './batch-views.ts';

export const route = defineRoute({
  id: 'drawBatchSample',
  method: 'POST',
  path: `${BATCH}/samples`,
  summary: 'Draw the rows of a batch that an examiner has to open',
  description:
    'Fixes the rows that wait for this examiner, and draws a sample of them: the `sample` of the batch. Again, it gives the same one while no examination has used it.',
  lane: 'api',
  access: ['officer', 'operator'],
  duty: ['examine', 'approve'],
  params: batchParams,
  responses: batchNowAnswer,
  faults: ['unknown-batch', 'wrong-state', 'same-person'],
  handle: async ({ batches }, { params, request }, caller) =>
    batchNow(request, await batches.drawSample(caller, params.batch)),
});
