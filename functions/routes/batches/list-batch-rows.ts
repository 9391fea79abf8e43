import * as z from 'zod';
import { ROW_LISTS } from '../../../lib/batches/batches.ts';
import { LISTED_PER_RECORD, listLimit } from '../../http/lists.ts';
import { provide, type Told, toldByTenant } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor } from '../../http/schemas.ts';
import { speakingTo } from './batch-answers.ts';
import { BATCH, batchParams, rowState, rowView } from './batch-views.ts';

export const route = defineRoute({
  id: 'listBatchRows',
  method: 'GET',
  path: `${BATCH}/rows`,
  summary: 'The rows of a batch',
  description:
    'In the order of the file; where `differing` rows are listed, those that differ in most fields first. The values are with the request of a row. The answer is recorded as a provision, with the requests and certificates that it names.',
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  params: batchParams,
  query: z.strictObject({
    list: z.enum(ROW_LISTS).exactOptional().meta({
      description:
        'All of them, those with problems, those of the newest sample, or those that differ from most.',
    }),
    state: rowState.exactOptional(),
    limit: listLimit,
    cursor: cursor.exactOptional(),
  }),
  responses: {
    200: {
      description: 'A page.',
      headers: namesRecord,
      schema: z.object({ rows: z.array(rowView), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['unknown-batch', 'cursor-invalid'],
  handle: async ({ batches, ledger }, { params, query, request }, caller) => {
    const { id: batch, tenant } = await batches.get(caller, params.batch);
    const page = await batches.rows(caller, batch, query);
    const { cursor: _cursor, ...asked } = query;
    const tell = (shown: typeof page.rows): Told => ({
      channel: 'requests',
      method: request.method,
      tenant,
      certificates: shown.flatMap(({ certificate }) => certificate ?? []),
      requests: shown.flatMap((row) => row.request ?? []),
      provided: { batch, ...asked },
      count: shown.length,
    });
    return provide(
      ledger,
      caller,
      { ...page, rows: page.rows.map(await speakingTo(request)) },
      ...toldByTenant(page.rows, () => tenant, tell, LISTED_PER_RECORD),
    );
  },
});
