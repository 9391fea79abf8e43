import * as z from 'zod';
import { CHANNELS, type Count, RECORD_KINDS } from '../../../lib/ledger/ledger.ts';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { month, officeId, principalId, purposeId } from '../../http/schemas.ts';
import { recordKind, tenantFilter } from './record-query.ts';

const text = z.string().exactOptional();

const countView = z
  .object({
    month,
    tenant: text,
    kind: z.enum(RECORD_KINDS),
    recipient: text,
    channel: text,
    method: text,
    purpose: text,
    purposeAssumed: z
      .literal(true)
      .exactOptional()
      .meta({ description: 'The recipient named no purpose; the trust domain assumes this one.' }),
    office: text,
    ca: text,
    profile: text,
    outcome: text,
    records: z.int(),
    items: z
      .int()
      .meta({ description: 'The answers or entries that the records stand for; one for an act.' }),
  })
  .meta({ id: 'Count' });

const setAsideView = z
  .object({
    digest: z.string().meta({ description: 'SHA-256 of the key and the value of the row.' }),
    time: z.string(),
    what: z.string().meta({ description: 'The kind of row that it was found among.' }),
    why: z.string(),
  })
  .meta({ id: 'SetAside' });

export const route = defineRoute({
  id: 'countRecords',
  method: 'GET',
  path: '/api/v1/counts',
  summary: 'The numbers of records, by month, without reading the records',
  description:
    'Months are of Japan Standard Time. Provisions are counted by recipient, channel, method and purpose; acts by office, CA, profile and outcome; both by tenant. Auditors of a tenant get its numbers alone. Rows that the ledger did not write, and that were set aside in these months (UTC), are named by their digests to auditors of the service; at most 1,000.',
  lane: 'api',
  access: ['auditor'],
  query: z.strictObject({
    from: month.meta({ description: 'The first month.' }),
    to: month.meta({ description: 'The last month, inclusive; at most 120 months.' }),
    kind: recordKind,
    recipient: principalId.exactOptional().meta({ description: 'A principal, or `public`.' }),
    channel: z
      .enum(CHANNELS)
      .exactOptional()
      .meta({ description: 'How the answers were given; counts provisions only.' }),
    purpose: purposeId.exactOptional(),
    office: officeId.exactOptional(),
    tenant: tenantFilter,
  }),
  responses: {
    200: {
      description: 'The totals.',
      headers: namesRecord,
      schema: z.object({ counts: z.array(countView), setAside: z.array(setAsideView) }),
    },
  },
  faults: ['unknown-recipient', 'unknown-office', 'unknown-purpose'],
  handle: async ({ ledger, names, reporting }, { query, request }, caller) => {
    const { from, to, tenant, ...wanted } = query;
    await names.assertKnown(caller, { ...wanted, ...(tenant !== undefined && { tenant }) });
    const isWanted = ({ cell }: Count): boolean =>
      Object.entries(wanted).every(([name, value]) => Reflect.get(cell, name) === value);
    const ofTenant = caller.tenant ?? tenant;
    const months = await reporting.counts(from, to, ofTenant);
    const counts = months.flatMap(({ month: of, counts: all }) =>
      all.filter(isWanted).map(({ cell, records, items }) => ({ month: of, ...cell, records, items })),
    );
    // A row that is no record says nothing for certain about whose it would be.
    const setAside = caller.tenant === undefined ? await reporting.setAside(from, to) : [];
    return provide(
      ledger,
      caller,
      { counts, setAside: [...setAside] },
      {
        channel: 'records',
        method: request.method,
        ...(ofTenant !== undefined && { tenant: ofTenant }),
        certificates: [],
        provided: { counts: { ...query } },
        count: counts.length,
      },
    );
  },
});
