import { namesRecord, recordHeaderOf } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { provideBatch, speakingTo } from './batch-answers.ts';
import { batchEvents } from './batch-events.ts';
import { BATCH, batchParams } from './batch-views.ts';

const TYPE = 'text/event-stream';

export const route = defineRoute({
  id: 'followBatch',
  method: 'GET',
  path: `${BATCH}/events`,
  summary: 'A batch, whenever it has changed',
  description:
    'Server-sent events, on one machine only; on AWS a client asks `getBatch` from time to time. The data of each event are the batch as `getBatch` shows it, the first event at once. Ends when nothing of the batch is under way, and after ten minutes at the latest. The beginning is recorded as a provision, whose digest is that of the data of the first event.',
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  params: batchParams,
  responses: {
    200: {
      description: 'The events.',
      contentType: TYPE,
      headers: {
        ...namesRecord,
        'x-accel-buffering': '`no`: a proxy that knows the header passes each event on at once.',
      },
    },
  },
  faults: ['unknown-batch'],
  handle: async ({ batches, ledger }, { params, request }, caller) => {
    const read = () => batches.get(caller, params.batch);
    const first = await read();
    const { headers } = await provideBatch(ledger, caller, request, first);
    const speak = await speakingTo(request);
    return {
      status: 200,
      headers: { 'content-type': TYPE, 'x-accel-buffering': 'no', ...recordHeaderOf(headers) },
      body: '',
      openEnded: true,
      stream: batchEvents(first, read, (batch) => JSON.stringify(speak(batch))),
    };
  },
});
