import * as z from 'zod';
import { provide, toldByTenant } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, pageLimit } from '../../http/schemas.ts';
import { officeView } from './office-schemas.ts';
import { tenantOf } from './tenant-of.ts';

export const route = defineRoute({
  id: 'listOffices',
  method: 'GET',
  path: '/api/v1/offices',
  summary: 'The offices that were enrolled, by their ids',
  description:
    'With those that have ended, and those that wait for their confirmation. Operators and auditors of a tenant see those of the tenant. The answer is recorded as a provision.',
  lane: 'api',
  access: ['operator', 'auditor'],
  query: z.strictObject({ limit: pageLimit(100, 20), cursor: cursor.exactOptional() }),
  responses: {
    200: {
      description: 'A page.',
      headers: namesRecord,
      schema: z.object({ offices: z.array(officeView), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid'],
  handle: async ({ enrolment, ledger }, { query, request: { method } }, caller) => {
    const { items: offices, ...next } = await enrolment.offices.list(caller, query);
    return provide(
      ledger,
      caller,
      { offices, ...next },
      ...toldByTenant(
        offices,
        (office) => tenantOf(office).tenant,
        (shown) => ({
          channel: 'enrolment',
          method,
          certificates: [],
          provided: { limit: query.limit, offices: shown.map(({ id }) => id) },
          count: shown.length,
        }),
        offices.length,
      ),
    );
  },
});
