import * as z from 'zod';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, officeId, pageLimit } from '../../http/schemas.ts';
import { notice } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'listNotices',
  method: 'GET',
  path: '/api/v1/notices',
  summary: 'What was prepared for a moment and was not done, newest first',
  description:
    'Another act on the officer came before, or the office to which the officer was to go was not open. Both offices are told. Officers read the notices to their own office; operators and auditors name the office. The answer is recorded as a provision.',
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  query: z.strictObject({
    office: officeId.exactOptional().meta({ description: 'Of officers: their own, which may be left out.' }),
    limit: pageLimit(100, 20),
    cursor: cursor.exactOptional(),
  }),
  responses: {
    200: {
      description: 'A page.',
      headers: namesRecord,
      schema: z.object({ notices: z.array(notice), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid', 'unknown-office'],
  handle: async ({ enrolment, ledger }, { query, request: { method } }, caller) => {
    const { items: notices, tenant, ...next } = await enrolment.people.notices(caller, query);
    const { limit, cursor: _cursor, ...filter } = query;
    return provide(
      ledger,
      caller,
      { notices, ...next },
      {
        channel: 'enrolment',
        method,
        ...(tenant !== undefined && { tenant }),
        certificates: [],
        provided: { filter, limit, notices: notices.map(({ principal }) => principal) },
        count: notices.length,
      },
    );
  },
});
