import { defineRoute } from '../../http/route.ts';
import { batchNow, batchNowAnswer } from './batch-answers.ts';
import { BATCH, batchParams } from './batch-views.ts';

export const route = defineRoute({
  id: 'checkBatch',
  method: 'POST',
  path: `${BATCH}/check`,
  summary: 'Judge every row of a batch, and submit nothing',
  description:
    'The check goes on by itself; the batch says how far it is. A row that passes may still be refused when it is submitted, because other requests come in between.',
  lane: 'api',
  access: ['officer'],
  duty: 'receive',
  params: batchParams,
  responses: batchNowAnswer,
  faults: ['unknown-batch', 'wrong-state'],
  handle: async ({ batches }, { params, request }, caller) =>
    batchNow(request, await batches.check(caller, params.batch)),
});
