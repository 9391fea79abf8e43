import * as z from 'zod';
import { Fault } from '../../../lib/fault.ts';
import { CHANNELS, type LedgerRecord } from '../../../lib/ledger/ledger.ts';
import { DOORS } from '../../../lib/principal.ts';
import { provide, type Told, toldByTenant } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import {
  caId,
  certificateRef,
  content,
  cursor,
  pageLimit,
  principalId,
  recordId,
  requestId,
  serial,
  time,
  utc,
} from '../../http/schemas.ts';
import { certificateOf, tenantFilter, tenantScope } from './record-query.ts';

const accessView = z
  .object({
    id: recordId,
    time: utc,
    who: z.string().meta({ description: 'A principal; `public` where credentials were refused.' }),
    door: z.enum(DOORS).exactOptional().meta({
      description: 'By what it has proven who it is, or what was refused. Older records do not have it.',
    }),
    channel: z.enum(CHANNELS).exactOptional(),
    method: z.string().exactOptional(),
    office: z.string().exactOptional(),
    result: z.enum(['answered', 'begun', 'refused']).meta({
      description:
        '`begun`: a file whose sending began; a record with `answered` follows when all of it was sent. `refused`: credentials.',
    }),
    code: z.string().exactOptional().meta({ description: 'Where credentials were refused: of which fault.' }),
    requests: z.array(z.string()).readonly().meta({ description: 'The requests that the answer showed.' }),
    certificates: z.array(certificateRef).readonly(),
    shown: content.meta({
      description:
        'What else the record says of the answer: the filter of a list, or the ids of records. Where credentials were refused, `named` is the principal that a client certificate of this service named; nothing proves that this principal called.',
    }),
    count: z.int().meta({ description: 'The items that it showed, or so many refusals that are alike.' }),
  })
  .meta({ id: 'Access' });

/** Of acts, those that begin a file are accesses. */
const viewOf = (record: LedgerRecord) => {
  const { id, time: at } = record;
  if (record.kind !== 'provision') {
    const { channel, method, door, step: _, ...shown } = record.details;
    return {
      id,
      time: at,
      who: record.actor,
      ...(door !== undefined && { door }),
      channel,
      method,
      result: 'begun',
      requests: [],
      certificates: [],
      shown,
      count: 1,
    };
  }
  const { recipient, door, channel, method, office, unproven, requests = [], certificates } = record;
  return {
    id,
    time: at,
    who: recipient,
    ...(door !== undefined && { door }),
    channel,
    method,
    ...(office !== undefined && { office }),
    result: unproven === undefined ? 'answered' : 'refused',
    ...(unproven !== undefined && { code: unproven }),
    requests,
    certificates,
    shown: record.provided,
    count: record.count,
  };
};

export const route = defineRoute({
  id: 'listAccesses',
  method: 'GET',
  path: '/api/v1/accesses',
  summary: 'Who looked at what, when and by which door, newest first; sign-ins too',
  description:
    'Every answer to a principal about what the service keeps, every file that was begun, every token that was issued and every refusal of credentials. By officer, request, certificate (ca and serial together) and time, alone or together. Auditors see all of the tenants that they serve, the responsible person of an office those of the own office. The answer is recorded as a provision.',
  lane: 'api',
  access: ['officer', 'auditor'],
  duty: 'responsible',
  query: z.strictObject({
    officer: principalId
      .exactOptional()
      .meta({ description: 'Who looked: an officer, or any other principal.' }),
    request: requestId.exactOptional().meta({ description: 'The request that was shown.' }),
    tenant: tenantFilter,
    ca: caId.exactOptional(),
    serial: serial.exactOptional(),
    from: time.exactOptional().meta({ description: 'The earliest time, inclusive.' }),
    to: time.exactOptional().meta({ description: 'The latest time, exclusive.' }),
    limit: pageLimit(1000, 100),
    cursor: cursor.exactOptional(),
  }),
  responses: {
    200: {
      description: 'A page.',
      headers: namesRecord,
      schema: z.object({ accesses: z.array(accessView), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid', 'malformed-serial', 'unknown-recipient', 'unknown-authority'],
  handle: async ({ ledger, names }, { query, request: { method } }, caller) => {
    // The stack has refused officers without the duty.
    const scope = caller.office === undefined ? {} : { office: caller.office };
    const { officer, request, ca, serial: serialNumber, tenant, limit, cursor: continued, ...period } = query;
    const certificate = certificateOf(ca, serialNumber);
    // An officer learns nothing about others, not even whether they exist.
    if (caller.role === 'auditor') {
      await names.assertKnown(caller, {
        ...(officer !== undefined && { recipient: officer }),
        ...(certificate && { certificate }),
        ...(tenant !== undefined && { tenant }),
      });
    } else if (tenant !== undefined) {
      throw new Fault('forbidden', 'An officer sees the accesses of the own office: leave the tenant out.');
    }
    const asked = {
      ...(caller.office !== undefined && { onlyRecordsOfOffice: caller.office }),
      ...period,
      ...(officer !== undefined && { party: officer }),
      ...(request !== undefined && { request }),
      ...(certificate && { certificate }),
    };
    const page = await ledger.query({
      ...asked,
      ...(caller.role === 'auditor' && tenantScope(caller, tenant)),
      accesses: true,
      limit,
      ...(continued !== undefined && { cursor: continued }),
    });
    const value = {
      accesses: page.records.map(viewOf),
      ...(page.cursor !== undefined && { cursor: page.cursor }),
    };
    const tell = (shown: readonly LedgerRecord[]): Told => ({
      channel: 'records',
      method,
      certificates: certificate ? [certificate] : [],
      ...(request !== undefined && { requests: [request] }),
      provided: {
        accesses: {
          ...scope,
          ...period,
          ...(officer !== undefined && { officer }),
          ...(tenant !== undefined && { tenant }),
          limit,
        },
        continued: continued !== undefined,
        newest: shown[0]?.id,
        oldest: shown.at(-1)?.id,
      },
      count: shown.length,
    });
    // Everything that an office's people saw is the office's affair.
    if (caller.role !== 'auditor') return provide(ledger, caller, value, tell(page.records));
    const told = toldByTenant(page.records, (record) => record.tenant, tell, limit);
    return provide(ledger, caller, value, ...told);
  },
});
