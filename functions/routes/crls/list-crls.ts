import * as z from 'zod';
import type { ArchivedCrl } from '../../../lib/status/status.ts';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { caId, cursor, digest, pageLimit } from '../../http/schemas.ts';

const archivedCrl = z
  .object({
    partition: z.string().exactOptional().meta({ description: 'Absent if `number` is.' }),
    number: z
      .int()
      .exactOptional()
      .meta({ description: 'The CRL number; absent if the file does not have the name of a CRL.' }),
    name: z.string().meta({ description: "The file's name within the CA's folder." }),
    digest: digest.meta({ description: 'SHA-256 of the file as it is now.' }),
    bytes: z.int(),
  })
  .meta({ id: 'ArchivedCrl' }) satisfies z.ZodType<ArchivedCrl>;

export const route = defineRoute({
  id: 'listCrls',
  method: 'GET',
  path: '/api/v1/crls/{ca}',
  summary: 'Every CRL that a CA has signed',
  description:
    'From the archive, of every partition, each file read at the request, for an audit that compares them with the records of their publications. A page may be shorter than `limit` and still have a cursor.',
  lane: 'api',
  access: ['auditor'],
  params: z.strictObject({ ca: caId }),
  query: z.strictObject({ limit: pageLimit(1000, 100), cursor: cursor.exactOptional() }),
  responses: {
    200: {
      description: 'A page.',
      headers: namesRecord,
      schema: z.object({ crls: z.array(archivedCrl), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['unknown-authority', 'cursor-invalid'],
  handle: async ({ status, ledger }, { params: { ca }, query, request }, caller) => {
    const ofTenant = await status.authorityFor(caller, ca);
    const page = await status.archived(ca, query);
    return provide(ledger, caller, page, {
      channel: 'records',
      method: request.method,
      ...ofTenant,
      certificates: [],
      provided: { crls: { ca, first: page.crls[0]?.name, last: page.crls.at(-1)?.name } },
      count: page.crls.length,
    });
  },
});
