import { Fault } from '../../fault.ts';
import type { Clock } from '../../ports.ts';
import type { Caller, CertificateRef } from '../../principal.ts';
import type { Value } from '../../store/store.ts';
import { canonicalJson, digestHex } from '../canonical.ts';
import type { Ledger, LedgerRecord, ProvisionDraft, RecordKind, RecordQuery } from '../contract.ts';
import { openRecordedFile, type RecordedFile, type Summary } from '../export/recorded-file.ts';
import { tenantOfQuery } from '../query/matching.ts';
import { recordPages } from '../record-pages.ts';
import { asValue, MAX_CERTIFICATES_PER_RECORD } from '../rows.ts';
import { type Examined, examinedOf } from './examined.ts';
import { openSample, SAMPLING } from './sample.ts';

/**
 * How a certificate came to be. It names principals by their ids, and has nothing that the certificate says about its
 * subject.
 */
export type CertificateEvidence = {
  readonly evidence: 'certificate';
  readonly ca: string;
  readonly serial: string;
  /** The id of the record of its issuance. */
  readonly record: string;
  readonly leaf?: number;
  readonly issuedAt: string;
  readonly issuedBy: string;
  readonly tenant?: string;
  readonly office?: string;
  readonly profile: string;
  readonly profileVersion: number;
  readonly tbsDigest: string;
  /** Absent for the service's own certificates, which no sub-office asks for. */
  readonly request?: Examined;
  /** Ids of the lint rules that its to-be-signed bytes passed. */
  readonly linted: readonly string[];
};

export interface Period {
  /** RFC 3339, inclusive / exclusive. */
  readonly from: string;
  readonly to: string;
}

/** Whose records are asked for: those of all, or of one tenant. */
export type Scope = Pick<RecordQuery, 'tenant' | 'onlyRecordsOfTenant'>;

/** What an audit of the authority (such as WebTrust for CA) asks to see. */
export interface Evidence {
  /**
   * NDJSON. The first line describes the file. The others are every certificate issued in the period and how it came to
   * be; ceremonies; trust domains and settings; deletions by retention; reports; exports begun; and every access to
   * records. Recorded like an export. Fault: `invalid-input`.
   */
  file(caller: Caller, period: Period, scope?: Scope): Promise<RecordedFile>;
  /**
   * A sample drawn with a seed as `method` describes; recorded before this resolves, under the ids in `record`. Faults:
   * `invalid-input`.
   */
  sample(
    caller: Caller,
    period: Period,
    draw: { readonly seed: string; readonly size: number },
    scope?: Scope,
  ): Promise<DrawnSample & { readonly record: string }>;
}

export type DrawnSample = Period & {
  /** Present where the certificates of one tenant were drawn from. */
  readonly tenant?: string;
  readonly seed: string;
  readonly method: string;
  /** How many certificates the sample was drawn from. */
  readonly population: number;
  readonly sample: readonly (CertificateEvidence & { readonly draw: string })[];
};

export interface EvidenceDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly trustDomain: { readonly name: string; readonly digest: string };
  readonly lintedOf: (ref: CertificateRef) => Promise<readonly string[]>;
}

const PAGE = 500;

/** A record names as many certificates of a sample, each with its request. */
const DRAWN_PER_RECORD = Math.floor(MAX_CERTIFICATES_PER_RECORD / 2);

/** An empty file would look like evidence that nothing was done. */
const checkPeriod = ({ from, to }: Period): void => {
  if (Date.parse(from) === Date.parse(to)) {
    throw new Fault('invalid-input', 'The period is empty: its end is its beginning.', { field: 'to' });
  }
  if (!(Date.parse(from) < Date.parse(to))) {
    throw new Fault('invalid-input', 'The period ends before it begins.', { field: 'to' });
  }
};

/** The channels through which records, certificates' histories or evidence were looked at or taken away. */
const ACCESS_CHANNELS = ['records', 'export', 'evidence', 'own', 'disclosure'] as const;
const ACT_KINDS = [
  'ceremony',
  'trust-domain',
  'setting',
  'retention',
  'report',
  'export',
] as const satisfies readonly RecordKind[];

const tenantIn = (scope: Scope): { readonly tenant?: string } => {
  const tenant = tenantOfQuery(scope);
  return tenant === undefined ? {} : { tenant };
};

export const openEvidence = (deps: EvidenceDeps): Evidence => {
  const { ledger, clock } = deps;

  const pages = (query: Omit<RecordQuery, 'limit' | 'cursor'>) => recordPages(ledger, query, PAGE);

  const evidenceOf = async (record: LedgerRecord): Promise<CertificateEvidence> => {
    const ref = record.certificates?.[0] as CertificateRef;
    const { profile, profileVersion, tbsDigest } = (record as { details: Value }).details;
    const request = await examinedOf(ledger, record);
    return {
      evidence: 'certificate',
      ...ref,
      record: record.id,
      ...(record.leaf !== undefined && { leaf: record.leaf }),
      issuedAt: record.time,
      issuedBy: (record as { actor: string }).actor,
      ...(record.tenant !== undefined && { tenant: record.tenant }),
      ...(record.office !== undefined && { office: record.office }),
      profile: profile as string,
      profileVersion: profileVersion as number,
      tbsDigest: tbsDigest as string,
      ...(request && { request }),
      linted: await deps.lintedOf(ref),
    };
  };

  const line = (value: Value): Uint8Array => Buffer.from(`${canonicalJson(value)}\n`);

  const lines = (values: readonly Value[]): Uint8Array => Buffer.concat(values.map(line));

  return {
    file: async (caller, period, scope = {}) => {
      checkPeriod(period);
      const { from, to } = period;
      const ofTenant = tenantIn(scope);
      const details = { from, to, ...ofTenant };
      const asked = { ...period, ...scope };
      const head: Value = {
        evidence: 'file',
        ...details,
        madeAt: new Date(clock()).toISOString(),
        madeFor: caller.recipient,
        trustDomain: deps.trustDomain,
        sampling: SAMPLING,
      };
      const pieces = async function* (id: string): AsyncGenerator<Uint8Array, Summary> {
        let certificates = 0;
        let acts = 0;
        let accesses = 0;
        yield line(head);
        for await (const records of pages({ kind: 'issuance', ...asked })) {
          certificates += records.length;
          yield lines(await Promise.all(records.map(evidenceOf)));
        }
        for (const kind of ACT_KINDS) {
          for await (const records of pages({ kind, ...asked })) {
            const others = records.filter((record) => record.id !== id);
            acts += others.length;
            yield lines(others.map((record) => ({ evidence: kind, record: asValue(record) })));
          }
        }
        for (const channel of ACCESS_CHANNELS) {
          for await (const records of pages({ channel, ...asked })) {
            accesses += records.length;
            yield lines(records.map((record) => ({ evidence: 'access', record: asValue(record) })));
          }
        }
        return {
          provided: { certificates, acts, accesses },
          count: certificates + acts + accesses,
        };
      };
      return openRecordedFile(ledger, caller, { channel: 'evidence', ...ofTenant, details }, pieces);
    },

    sample: async (caller, period, { seed, size }, scope = {}) => {
      checkPeriod(period);
      const ofTenant = tenantIn(scope);
      const sample = openSample<LedgerRecord>(seed, size);
      for await (const records of pages({ kind: 'issuance', from: period.from, to: period.to, ...scope })) {
        for (const record of records) sample.add(record.certificates?.[0] as CertificateRef, record);
      }
      const drawn: DrawnSample = {
        from: period.from,
        to: period.to,
        ...ofTenant,
        seed,
        method: SAMPLING,
        population: sample.population,
        sample: await Promise.all(
          sample.drawn().map(async ({ draw, value }) => ({ draw, ...(await evidenceOf(value)) })),
        ),
      };
      const responseDigest = digestHex(JSON.stringify(drawn));
      const told = (tenant: string | undefined, part: DrawnSample['sample']): ProvisionDraft => ({
        kind: 'provision',
        ...caller,
        ...(tenant !== undefined && { tenant }),
        channel: 'evidence',
        certificates: part.map(({ ca, serial }) => ({ ca, serial })),
        requests: [...new Set(part.flatMap(({ request }) => request?.id ?? []))],
        provided: { from: period.from, to: period.to, ...ofTenant, seed, size, population: drawn.population },
        responseDigest,
        count: part.length,
      });
      const byTenant = Map.groupBy(drawn.sample, ({ tenant }) => tenant);
      if (byTenant.size === 0) byTenant.set(ofTenant.tenant, []);
      const parts = [...byTenant].flatMap(([tenant, drawnOf]) =>
        Array.from({ length: Math.max(1, Math.ceil(drawnOf.length / DRAWN_PER_RECORD)) }, (_, n) =>
          told(tenant, drawnOf.slice(n * DRAWN_PER_RECORD, (n + 1) * DRAWN_PER_RECORD)),
        ),
      );
      const records = await ledger.append(...parts);
      return { ...drawn, record: records.map(({ id }) => id).join(', ') };
    },
  };
};
