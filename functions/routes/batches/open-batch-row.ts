import * as z from 'zod';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { requestView } from '../../http/schemas.ts';
import { speakingTo } from './batch-answers.ts';
import { BATCH, batchId, pathNumber, rowView } from './batch-views.ts';

export const route = defineRoute({
  id: 'openBatchRow',
  method: 'POST',
  path: `${BATCH}/rows/{row}/opening`,
  summary: 'Open a row of a batch',
  description:
    'Shows the request of the row, and records that the examiner opened it. The answer is recorded as a provision.',
  lane: 'api',
  access: ['officer', 'operator'],
  duty: ['examine', 'approve'],
  params: z.strictObject({ batch: batchId, row: pathNumber('The number of the row, from 1.') }),
  responses: {
    200: {
      description: 'The row and its request.',
      headers: namesRecord,
      schema: z.object({ row: rowView, request: requestView }),
    },
  },
  faults: ['unknown-batch', 'unknown-row', 'data-key-missing', 'data-key-damaged', 'personal-data-damaged'],
  handle: async ({ batches, ledger }, { params, request: asked }, caller) => {
    const { row, request } = await batches.openRow(caller, params.batch, params.row);
    const speak = await speakingTo(asked);
    return provide(
      ledger,
      caller,
      { row: speak(row), request },
      {
        channel: 'requests',
        method: asked.method,
        tenant: request.tenant,
        certificates: request.certificate ? [request.certificate] : [],
        requests: [request.id],
        provided: { batch: params.batch, row: row.number, state: request.state },
        count: 1,
      },
    );
  },
});
