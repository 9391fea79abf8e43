import * as z from 'zod';
import { assertNamed, listCount, listLimit } from '../../http/lists.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor } from '../../http/schemas.ts';
import { provideRequests, requestFilter, requestPage } from './request-lists.ts';

export const route = defineRoute({
  id: 'listRequests',
  method: 'GET',
  path: '/api/v1/requests',
  summary: 'Requests, newest first or oldest first',
  description:
    "Officers see their own office's requests. Where it has taken over the affairs of offices that ended, the answer names these as `predecessors`, and `office` chooses one of them. Operators and auditors see those of their tenant, and those of the service all; `office` chooses one office. Names are searched for with `POST /api/v1/searches/requests`, because addresses are logged on their way.",
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  query: z.strictObject({
    ...requestFilter,
    order: z.enum(['newest', 'oldest']).exactOptional().meta({
      description: 'Which request comes first: the newest one, unless `oldest` is asked for.',
    }),
    count: listCount,
    limit: listLimit,
    cursor: cursor.exactOptional(),
  }),
  responses: requestPage,
  faults: ['cursor-invalid', 'unknown-office'],
  handle: async (app, { query, request: { method } }, caller) => {
    const { limit, cursor: at, count, order, ...filter } = query;
    const page = await app.registration.list(caller, {
      ...filter,
      limit,
      ...(at !== undefined && { cursor: at }),
      count: count === 'true',
      ...(order === 'oldest' && { oldestFirst: true }),
    });
    await assertNamed(app, caller, query);
    return provideRequests(app, caller, page, { method, provided: { filter, limit } });
  },
});
