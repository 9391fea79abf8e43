import { defineRoute } from '../../http/route.ts';
import { batchNow, batchNowAnswer } from './batch-answers.ts';
import { BATCH, batchParams } from './batch-views.ts';

export const route = defineRoute({
  id: 'replayBatch',
  method: 'POST',
  path: `${BATCH}/replay`,
  summary: 'Try the rows again that failed through no fault of their own',
  description:
    'By an examiner: those that the own examination set aside. Otherwise by an officer with the duty `receive`: those of the submission that were set aside, or refused because the officer was not in force. It goes on by itself; the batch says how far it is.',
  lane: 'api',
  access: ['officer', 'operator'],
  params: batchParams,
  responses: batchNowAnswer,
  faults: ['unknown-batch', 'wrong-state'],
  handle: async ({ batches }, { params, request }, caller) =>
    batchNow(request, await batches.replay(caller, params.batch)),
});
