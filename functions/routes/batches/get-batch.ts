import { defineRoute } from '../../http/route.ts';
import { provideBatch, provideBatchAnswer } from './batch-answers.ts';
import { BATCH, batchParams } from './batch-views.ts';

export const route = defineRoute({
  id: 'getBatch',
  method: 'GET',
  path: BATCH,
  summary: 'A batch',
  description:
    'How far the service has got with its rows. Officers see those of their own office and of its predecessors, operators and auditors those of their tenant, and those of the service all. The answer is recorded as a provision.',
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  params: batchParams,
  responses: provideBatchAnswer,
  faults: ['unknown-batch'],
  handle: async ({ batches, ledger }, { params, request }, caller) =>
    provideBatch(ledger, caller, request, await batches.get(caller, params.batch)),
});
