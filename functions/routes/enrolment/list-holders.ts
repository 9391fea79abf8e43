import * as z from 'zod';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, officeId, pageLimit } from '../../http/schemas.ts';
import { holderView } from './holder-schemas.ts';

export const route = defineRoute({
  id: 'listHolders',
  method: 'GET',
  path: '/api/v1/holders',
  summary: 'The holders that submissions enrolled, by their pseudonyms',
  description:
    'Officers see the holders that submissions of their own office named, or of one whose affairs it has taken over. Operators and auditors of the service see all, or those of one office; those of a tenant name an office of the tenant. The answer is recorded as a provision.',
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  query: z.strictObject({
    office: officeId.exactOptional(),
    limit: pageLimit(100, 20),
    cursor: cursor.exactOptional(),
  }),
  responses: {
    200: {
      description: 'A page. It may be shorter than `limit` and still have a cursor.',
      headers: namesRecord,
      schema: z.object({ holders: z.array(holderView), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid'],
  handle: async ({ enrolment, ledger }, { query, request: { method } }, caller) => {
    const { items: holders, ...next } = await enrolment.holders.list(caller, query);
    const { limit, cursor: _cursor, ...filter } = query;
    return provide(
      ledger,
      caller,
      { holders, ...next },
      {
        channel: 'enrolment',
        method,
        certificates: [],
        provided: { filter, limit, holders: holders.map(({ id }) => id) },
        count: holders.length,
      },
    );
  },
});
