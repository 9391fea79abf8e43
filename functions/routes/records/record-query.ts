import * as z from 'zod';
import type { App } from '../../../lib/app.ts';
import { Fault, type FaultCode } from '../../../lib/fault.ts';
import { CHANNELS, type LedgerRecord, RECORD_KINDS, type RecordQuery } from '../../../lib/ledger/ledger.ts';
import type { Principal } from '../../../lib/principal.ts';
import type { HttpResponse } from '../../http/http.ts';
import { provide, type Told, toldByTenant } from '../../http/provide.ts';
import {
  caId,
  cursor,
  ledgerRecord,
  officeId,
  pageLimit,
  principalId,
  purposeId,
  requestId,
  serial,
  tenantId,
  time,
} from '../../http/schemas.ts';

/** The query parameter for one kind of records. */
export const recordKind = z
  .enum(RECORD_KINDS)
  .exactOptional()
  .meta({ description: 'What the records are of; without it, of every kind.' });

/** The query parameter for the records about one tenant's affairs. */
export const tenantFilter = tenantId.exactOptional().meta({
  description:
    'Whose affairs the records are about. Without it, principals of the service find the records of all tenants, and of none; those of a tenant find its own records alone.',
});

/** What the caller may find: the records of the own tenant, or those of the tenant that a principal of the service names. */
export const tenantScope = (
  { tenant: own }: Principal,
  asked: string | undefined,
): Pick<RecordQuery, 'tenant' | 'onlyRecordsOfTenant'> => {
  if (own !== undefined) return { onlyRecordsOfTenant: own };
  return asked === undefined ? {} : { tenant: asked };
};

/** Query parameters of both lists of records. */
export const recordFilter = {
  recipient: principalId.exactOptional().meta({ description: 'A principal, or `public`.' }),
  ca: caId.exactOptional(),
  serial: serial.exactOptional(),
  holder: principalId.exactOptional().meta({
    description: "The issuance of the holder's certificates, and every provision about one of them.",
  }),
  office: officeId.exactOptional().meta({ description: 'The sub-office that acted or was answered.' }),
  tenant: tenantFilter,
  purpose: purposeId.exactOptional().meta({ description: 'The recorded purpose; finds provisions only.' }),
  channel: z
    .enum(CHANNELS)
    .exactOptional()
    .meta({ description: 'How the answer was given; finds provisions only.' }),
  request: requestId
    .exactOptional()
    .meta({ description: 'The answers that showed this request; finds provisions only.' }),
  excludeOwn: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .meta({
      description:
        "Leaves out what the caller's own look at records and registers made: answers to the caller, and exports that the caller began. To relying parties their answers by OCSP and CRLs stay.",
    })
    .exactOptional(),
  from: time.exactOptional().meta({ description: 'The earliest time, inclusive.' }),
  to: time.exactOptional().meta({ description: 'The latest time, exclusive.' }),
  limit: pageLimit(1000, 100),
  cursor: cursor.exactOptional(),
};

/** The faults of routes that take `recordFilter`. */
export const FILTER_FAULTS = [
  'malformed-serial',
  'unknown-recipient',
  'unknown-actor',
  'unknown-holder',
  'unknown-office',
  'unknown-purpose',
  'unknown-authority',
] as const satisfies readonly FaultCode[];

export const recordPage = z.object({
  records: z.array(ledgerRecord),
  cursor: z.string().exactOptional(),
});

type Filter = Omit<
  RecordQuery,
  'certificate' | 'limit' | 'cursor' | 'exceptLookUpsOf' | 'onlyRecordsOf' | 'onlyRecordsOfTenant'
> & {
  readonly ca?: string;
  readonly serial?: string;
  readonly excludeOwn?: boolean;
};

/**
 * The query that a caller asks for. Auditors ask about everybody whom they serve, and a name that is nobody's is refused. A relying party asks
 * about the answers to itself: it learns nothing about others, not even whether they exist.
 */
export const queryOf = async (
  { names }: Pick<App, 'names'>,
  caller: Principal,
  { ca, serial: serialNumber, excludeOwn, tenant, ...rest }: Filter,
): Promise<Omit<RecordQuery, 'limit' | 'cursor'>> => {
  const certificate = certificateOf(ca, serialNumber);
  const query = {
    ...rest,
    ...(certificate && { certificate }),
    ...(excludeOwn && { exceptLookUpsOf: caller.id }),
  };
  if (caller.role === 'auditor') {
    await names.assertKnown(caller, { ...query, ...(tenant !== undefined && { tenant }) });
    return { ...query, ...tenantScope(caller, tenant) };
  }
  const { recipient = caller.id, holder, office } = query;
  if (recipient !== caller.id || [holder, office, tenant].some((one) => one !== undefined)) {
    throw new Fault(
      'forbidden',
      'A relying party finds the answers to itself: leave the recipient, the holder, the office and the tenant out.',
    );
  }
  // It may hold a certificate of any authority in its hands.
  if (certificate) await names.assertKnown({}, { certificate });
  return { ...query, recipient, onlyRecordsOf: caller.id };
};

/** Answers a query of the ledger, and records the answer there: auditors are audited too. */
export const answerQuery = async (
  app: Pick<App, 'ledger' | 'names'>,
  caller: Principal,
  method: string,
  { limit, cursor: continued, ...filter }: Filter & Pick<RecordQuery, 'limit' | 'cursor'>,
): Promise<HttpResponse> => {
  const { ledger } = app;
  const query = await queryOf(app, caller, filter);
  const page = await ledger.query({
    ...query,
    limit,
    ...(continued !== undefined && { cursor: continued }),
  });
  const { certificate, onlyRecordsOf: _, onlyRecordsOfTenant: __, ...asked } = query;
  const tell = (shown: readonly LedgerRecord[]): Told => ({
    channel: 'records',
    method,
    certificates: certificate ? [certificate] : [],
    ...(query.request !== undefined && { requests: [query.request] }),
    provided: {
      query: { ...asked, limit, ...certificate },
      continued: continued !== undefined,
      newest: shown[0]?.id,
      oldest: shown.at(-1)?.id,
    },
    count: shown.length,
  });
  // A relying party sees what it was told itself, whoever's certificates that was about.
  if (caller.role !== 'auditor') return provide(ledger, caller, page, tell(page.records));
  return provide(ledger, caller, page, ...toldByTenant(page.records, ({ tenant }) => tenant, tell, limit));
};

/** Fault: `invalid-input` for one without the other. */
export const certificateOf = (ca: string | undefined, serialNumber: string | undefined) => {
  if (ca !== undefined && serialNumber !== undefined) return { ca, serial: serialNumber };
  if (ca === undefined && serialNumber === undefined) return undefined;
  throw new Fault('invalid-input', 'A certificate is named by ca and serial together.');
};
