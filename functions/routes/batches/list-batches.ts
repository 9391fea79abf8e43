import * as z from 'zod';
import { assertNamed, listedBy, listLimit, listPage, provideList } from '../../http/lists.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor } from '../../http/schemas.ts';
import { speakingTo } from './batch-answers.ts';
import { BATCHES, batchView } from './batch-views.ts';

export const route = defineRoute({
  id: 'listBatches',
  method: 'GET',
  path: BATCHES,
  summary: 'Batches, newest first',
  description:
    "Officers see their own office's batches, and with `office` those of a predecessor. Operators and auditors see those of their tenant, and those of the service all; `office` chooses one office. The answer is recorded as a provision.",
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  query: z.strictObject({ office: listedBy.office, limit: listLimit, cursor: cursor.exactOptional() }),
  responses: listPage('A page.', { batches: z.array(batchView) }),
  faults: ['cursor-invalid', 'unknown-office'],
  handle: async (app, { query, request }, caller) => {
    const page = await app.batches.list(caller, query);
    await assertNamed(app, caller, query);
    const { office, limit } = query;
    return provideList(
      app,
      caller,
      { ...page, batches: page.batches.map(await speakingTo(request)) },
      page.batches,
      {
        channel: 'requests',
        method: request.method,
        provided: { list: 'batches', ...(office !== undefined && { filter: { office } }), limit },
        tell: () => ({ certificates: [] }),
      },
    );
  },
});
