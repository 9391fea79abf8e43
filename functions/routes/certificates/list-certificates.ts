import * as z from 'zod';
import { assertNamed, listCount, listLimit } from '../../http/lists.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor } from '../../http/schemas.ts';
import { certificateFilter, certificatePage, provideCertificates } from './certificate-lists.ts';

export const route = defineRoute({
  id: 'listCertificates',
  method: 'GET',
  path: '/api/v1/certificates',
  summary: 'Certificates, those that end soonest first',
  description:
    'Certificates of organisations, persons and principals, without their bytes. From now on, unless `expiresFrom`, `status` or `order` says otherwise. Officers see those of their own office, or with `office` those of a predecessor; operators and auditors see those of their tenant, and those of the service all. Names are searched for with `POST /api/v1/searches/certificates`, because addresses are logged on their way. The answer is recorded as a provision of each certificate.',
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  query: z.strictObject({
    ...certificateFilter,
    order: z
      .enum(['soonest', 'latest'])
      .exactOptional()
      .meta({ description: 'By the end of the certificates; `soonest` unless it is given.' }),
    count: listCount,
    limit: listLimit,
    cursor: cursor.exactOptional(),
  }),
  responses: certificatePage,
  faults: ['cursor-invalid', 'unknown-office'],
  handle: async (app, { query, request: { method } }, caller) => {
    const { limit, cursor: at, count, ...filter } = query;
    const page = await app.authority.list(caller, {
      ...filter,
      limit,
      ...(at !== undefined && { cursor: at }),
      count: count === 'true',
    });
    await assertNamed(app, caller, query);
    return provideCertificates(app, caller, page, { method, provided: { filter, limit } });
  },
});
