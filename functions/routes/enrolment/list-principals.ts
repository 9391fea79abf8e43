import * as z from 'zod';
import { ROLES } from '../../../lib/principal.ts';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, officeId, pageLimit } from '../../http/schemas.ts';
import { principalView } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'listPrincipals',
  method: 'GET',
  path: '/api/v1/principals',
  summary: 'The principals that were enrolled, by their ids',
  description:
    'Officers see the officers of their own office. Operators and auditors see all, or those of one office, or else those of one role. Principals that the trust domain names are not among them, and holders that submissions enrolled only where the role is named. The answer is recorded as a provision.',
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
  faults: ['cursor-invalid'],
  handle: async ({ enrolment, ledger }, { query, request: { method } }, caller) => {
    const { items: principals, ...next } = await enrolment.people.list(caller, query);
    const { limit, cursor: _cursor, ...filter } = query;
    return provide(
      ledger,
      caller,
      { principals, ...next },
      {
        channel: 'enrolment',
        method,
        certificates: [],
        provided: { filter, limit, principals: principals.map(({ id }) => id) },
        count: principals.length,
      },
    );
  },
});
