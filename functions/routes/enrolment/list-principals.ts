import * as z from 'zod';
import { ROLES } from '../../../lib/principal.ts';
import { provide, toldByTenant } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, officeId, pageLimit } from '../../http/schemas.ts';
import { principalView } from './principal-schemas.ts';
import { tenantOf } from './tenant-of.ts';

export const route = defineRoute({
  id: 'listPrincipals',
  method: 'GET',
  path: '/api/v1/principals',
  summary: 'The principals that were enrolled, by their ids',
  description:
    'Officers see the officers of their own office, and those who are to come to it. Operators and auditors see those of their tenant, and those of the service all: all, or those of one office, or else those of one role. Operators that the trust domain names are not among them, and holders that submissions enrolled only where the role is named. The answer is recorded as a provision.',
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  query: z.strictObject({
    office: officeId.exactOptional(),
    role: z.enum(ROLES).exactOptional().meta({ description: 'Does not count where an office is named.' }),
    limit: pageLimit(100, 20),
    cursor: cursor.exactOptional(),
  }),
  responses: {
    200: {
      description: 'A page.',
      headers: namesRecord,
      schema: z.object({ principals: z.array(principalView), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid', 'unknown-office'],
  handle: async ({ enrolment, ledger }, { query, request: { method } }, caller) => {
    const { items: principals, ...next } = await enrolment.people.list(caller, query);
    const { limit, cursor: _cursor, ...filter } = query;
    return provide(
      ledger,
      caller,
      { principals, ...next },
      ...toldByTenant(
        principals,
        (principal) => tenantOf(principal).tenant,
        (shown) => ({
          channel: 'enrolment',
          method,
          certificates: [],
          provided: { filter, limit, principals: shown.map(({ id }) => id) },
          count: shown.length,
        }),
        principals.length,
      ),
    );
  },
});
