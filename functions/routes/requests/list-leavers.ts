import * as z from 'zod';
import type { ProposedRevocation } from '../../../lib/registration/registration.ts';
import { assertNamed, LISTED_PER_RECORD, listLimit } from '../../http/lists.ts';
import { provide, type Told, toldByTenant } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, officeId } from '../../http/schemas.ts';
import { proposedRevocation } from './leaver-schemas.ts';

export const route = defineRoute({
  id: 'listLeavers',
  method: 'GET',
  path: '/api/v1/leavers',
  summary: 'Certificates of officers who left, or will leave, whose revocation is proposed',
  description:
    'A certificate is here from the moment when a transfer of its officer is prepared, or the officer was transferred or has ended, until it is revoked or the proposal is dismissed. To confirm the proposal, revoke the certificate. Officers see those of their own office, or of one whose affairs it has taken over; operators and auditors name the office. The answer is recorded as a provision.',
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  query: z.strictObject({
    office: officeId
      .exactOptional()
      .meta({ description: 'An officer may leave it out: then it is the own office.' }),
    limit: listLimit,
    cursor: cursor.exactOptional(),
  }),
  responses: {
    200: {
      description:
        'A page. `limit` counts officers of the office, so a page may have more or fewer proposals, and a cursor as well.',
      headers: namesRecord,
      schema: z.object({ proposals: z.array(proposedRevocation), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid', 'unknown-office'],
  handle: async (app, { query, request: { method } }, caller) => {
    const { tenant, ...page } = await app.registration.leavers.list(caller, query);
    await assertNamed(app, caller, query);
    const { proposals } = page;
    const { limit, cursor: _cursor, ...filter } = query;
    const told = (part: readonly ProposedRevocation[]): Told => ({
      channel: 'requests',
      method,
      ...(tenant !== undefined && { tenant }),
      certificates: part.map(({ ca, serial }) => ({ ca, serial })),
      requests: [...new Set(part.map(({ request }) => request))],
      provided: { filter, limit, proposals: part.length },
      count: part.length,
    });
    return provide(
      app.ledger,
      caller,
      page,
      ...toldByTenant(proposals, () => tenant, told, LISTED_PER_RECORD),
    );
  },
});
