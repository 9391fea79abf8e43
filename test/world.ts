import { hash } from 'node:crypto';
import { expect } from 'vitest';
import { readCrl } from '../cli/audit/crl-file.ts';
import { SERVICE } from '../lib/app.ts';
import {
  checkRecords,
  checkTree,
  type EnrolmentCheck,
  openCertificateCheck,
  openCrlCheck,
  openEnrolmentCheck,
  openPrincipalKeyCheck,
  openRepetitionCheck,
  openTotalCheck,
  openUsedKeyCheck,
} from '../lib/audit/audit.ts';
import type { CaView } from '../lib/authority/authority.ts';
import { answersIn } from '../lib/ledger/answers.ts';
import { jstMonth } from '../lib/ledger/counts.ts';
import type { LedgerRecord } from '../lib/ledger/ledger.ts';
import { readPath } from '../lib/ledger/tree.ts';
import { decodeCertificate } from '../lib/pki/certificate.ts';
import { decodeCertificateList } from '../lib/pki/crl.ts';
import type { CertStatus } from '../lib/pki/ocsp-response.ts';
import { decodeOcspResponse } from '../lib/pki/ocsp-response-decoder.ts';
import type { CertificateRef } from '../lib/principal.ts';
import { openCheckpoint } from '../lib/tlog/checkpoint.ts';
import { trustedLog } from '../lib/tlog/policy.ts';
import { ocspRequestFor } from './ocsp-request-for.ts';
import type { Service } from './service.ts';

/** The acknowledgements that clients got before the fault. The stores must agree with them. */
export interface Acknowledged {
  /** Requests whose submission was answered. */
  readonly requests: readonly string[];
  /** SHA-256 of every TBSCertificate that a CA key signed. */
  readonly signed: readonly string[];
  /** SHA-256 of every OCSP answer that left. */
  readonly answers: readonly string[];
  /** `{ca} {serial}` of certificates whose revocation was answered. */
  readonly revoked: readonly string[];
}

/** The partitions of the CRLs that the CA publishes. */
const partitionsOf = ({ urls }: CaView): readonly string[] => [
  'full',
  ...(urls.authorityCrl ? ['authority'] : []),
];

export const allRecords = async ({ app }: Pick<Service, 'app'>): Promise<readonly LedgerRecord[]> => {
  const records: LedgerRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await app.ledger.query({ limit: 1000, ...(cursor !== undefined && { cursor }) });
    records.push(...page.records);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return records;
};

export const ocspStatus = async (service: Service, ref: CertificateRef): Promise<CertStatus> => {
  const request = await ocspRequestFor(service, ref);
  const { der } = await service.app.status.ocsp(request, { recipient: 'public', method: 'POST' });
  const response = decodeOcspResponse(der);
  if (response.status !== 'successful') throw new Error(`OCSP says ${response.status}`);
  const [single] = response.basic.responses;
  return (single as NonNullable<typeof single>).certStatus;
};

/**
 * Checks what must hold after any fault: nothing is left to finish; every certificate that a key signed has its row and
 * its record; everything that was acknowledged is there; store, OCSP and CRL agree.
 */
export const checkWorld = async (service: Service, acknowledged: Acknowledged): Promise<void> => {
  const { app, core } = service;
  const auditor = service.principal('auditor');
  expect(await core.authority.recover()).toEqual([]);
  expect(await app.registration.recover()).toEqual([]);

  const records = await allRecords(service);
  const issuances = records.filter(({ kind }) => kind === 'issuance');
  const digests = new Map<string, string>();
  const refs: CertificateRef[] = [];
  for (const record of issuances) {
    if (record.kind === 'provision') continue;
    const ref = record.certificates?.[0] as CertificateRef;
    refs.push(ref);
    const view = await app.authority.certificate(auditor, ref);
    expect(view.pem, 'a recorded certificate is finished').toBeDefined();
    const base64 = (view.pem as string).replace(/-----[^-]+-----|\s/g, '');
    const certificate = decodeCertificate(Buffer.from(base64, 'base64'));
    expect(hash('sha256', certificate.tbs)).toBe(record.details.tbsDigest);
    expect(digests.has(record.details.order as string), 'one certificate for one order').toBe(false);
    digests.set(record.details.order as string, record.details.tbsDigest as string);
  }
  expect([...digests.values()]).toEqual(expect.arrayContaining([...acknowledged.signed]));

  for (const id of acknowledged.requests) {
    const request = await app.registration.get(auditor, id);
    if (request.state === 'issued') expect(refs).toContainEqual(request.certificate);
    else expect(digests.has(id), `a request that is ${request.state} has no certificate`).toBe(false);
  }

  const told = new Set(
    records.flatMap((record) =>
      record.kind === 'provision' ? answersIn(record).map(({ responseDigest }) => responseDigest) : [],
    ),
  );
  for (const answer of acknowledged.answers)
    expect(told, 'an answer that left has its record').toContain(answer);

  const revoked = new Map<string, Set<string>>();
  for (const ref of refs) {
    const { status } = await ocspStatus(service, ref);
    const view = await app.authority.certificate(auditor, ref);
    expect(status).toBe(view.status === 'revoked' || view.status === 'hold' ? 'revoked' : 'good');
    if (status === 'revoked') revoked.set(ref.ca, (revoked.get(ref.ca) ?? new Set()).add(ref.serial));
  }
  for (const line of acknowledged.revoked) {
    const [ca, serial] = line.split(' ') as [string, string];
    expect(revoked.get(ca), 'an acknowledged revocation holds').toContain(serial);
  }
  for (const view of await app.authority.authorities()) {
    const { id } = view;
    const listed: string[] = [];
    for (const partition of partitionsOf(view)) {
      const { der } = await app.status.publish(id, 'operator-noda', partition);
      for (const { serialNumber } of decodeCertificateList(der).revokedCertificates)
        listed.push(serialNumber);
    }
    expect(new Set(listed).size, 'no certificate is on two lists').toBe(listed.length);
    expect(new Set(listed)).toEqual(revoked.get(id) ?? new Set());
  }
  await checkLogOf(service);
};

/**
 * Checks that the log is signed and whole, that every record matches its leaf and every leaf has its record, that every
 * serial number and every CRL that was ever signed is in the log, and that the totals add up.
 */
const checkLogOf = async (service: Service): Promise<void> => {
  const { found, summary, size } = await auditOf(service);
  expect(found).toEqual([]);
  expect(summary).toMatchObject({ matched: size, expired: 0 });
};

interface Found {
  readonly damage: string;
  readonly [fact: string]: unknown;
}

/** What the service shows an auditor of offices and principals. */
const listEnrolments = async ({ enrolment }: Service['app'], check: EnrolmentCheck): Promise<void> => {
  const { offices, people, holders } = enrolment;
  const registers = [
    ['office', offices],
    // A holder has no name.
    ['principal', holders, (id: string) => ({ name: id })],
    ['principal', people],
  ] as const;
  for (const [subject, register, more = () => ({})] of registers) {
    for (let cursor: string | undefined, isMore = true; isMore; ) {
      const page = await register.list(SERVICE, { limit: 7, ...(cursor !== undefined && { cursor }) });
      for (const view of page.items) check.list(subject, { number: 0, ...view, ...more(view.id) });
      cursor = page.cursor;
      isMore = cursor !== undefined;
    }
  }
};

/** An answer has ten years at most. */
const countsOf = async ({ reporting }: Service['app'], from: string, to: string) => {
  const found = [];
  for (let first = from; first <= to; ) {
    const year = Number(first.slice(0, 4));
    const last = `${year + 9}-12`;
    found.push(...(await reporting.counts(first, last < to ? last : to)));
    first = `${year + 10}-01`;
  }
  return found;
};

/** What an audit finds. */
export const auditOf = async (
  { app, core, bucket, now }: Service,
  /** How long records of acts of enrolment are kept, and those of issuances after the certificate's end; in milliseconds. */
  {
    enrolment = Number.POSITIVE_INFINITY,
    issuance = Number.POSITIVE_INFINITY,
  }: { readonly enrolment?: number; readonly issuance?: number } = {},
) => {
  while ((await core.sequencer.sequence()).leaves > 0);
  const log = trustedLog([await app.transparencyLog.verifierKey()]);
  const { checkpoint } = openCheckpoint(await app.transparencyLog.checkpoint(), log);
  const found: Found[] = [];
  const check = {
    tree: checkpoint,
    readPath: readPath(bucket),
    // In these tests days pass in which no task publishes CRLs.
    report: (damage: string, facts: object) => damage !== 'crl-gap' && found.push({ damage, ...facts }),
    progress: () => {},
  };
  await checkTree({ ...check, seen: [], checked: 0, onChecked: async () => {} });
  const certificates = openCertificateCheck({ ...check, retention: issuance, now: now() });
  const crls = openCrlCheck(check);
  const totals = openTotalCheck(check);
  const repetitions = openRepetitionCheck(check);
  const principalKeys = openPrincipalKeyCheck(check);
  const keys = openUsedKeyCheck({ ...check, retention: issuance, now: now() });
  const enrolments = openEnrolmentCheck({ ...check, retention: enrolment, now: now() });
  const all = await allRecords({ app });
  for (const record of all) enrolments.expect(record);
  const summary = await checkRecords({
    ...check,
    records: (async function* () {
      yield* all;
    })(),
    retention: (kind) => (kind === 'enrolment' ? enrolment : issuance),
    now: now(),
    observers: [certificates, crls, totals, keys, repetitions, principalKeys, enrolments],
  });
  const months = all.map(({ time }) => jstMonth(Date.parse(time))).sort();
  const shown = (await countsOf(app, months[0] as string, months.at(-1) as string)).flatMap(
    ({ month, counts }) => counts.map(({ cell, records, items }) => ({ month, ...cell, records, items })),
  );
  totals.compare(shown, shown);
  for (const view of await app.authority.authorities()) {
    const { id: ca } = view;
    for (const listed of (await app.authority.serials(ca, { limit: 1000 })).serials)
      certificates.list(ca, listed);
    for (const archived of (await app.status.archived(ca, { limit: 1000 })).crls) crls.list(ca, archived);
    for (const partition of partitionsOf(view)) {
      const { der, number } = await app.status.crl(ca, partition, { recipient: 'public', method: 'GET' });
      crls.serve(ca, { partition, digest: hash('sha256', der), number: Number(number), askedAt: now() });
      certificates.serve(
        ca,
        [readCrl(der, partition)].filter((crl) => crl !== undefined),
      );
    }
  }
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await app.authority.usedKeys({ limit: 7, ...(cursor !== undefined && { cursor }) });
    for (const listed of page.keys) keys.list(listed);
    cursor = page.cursor;
    more = cursor !== undefined;
  }
  await listEnrolments(app, enrolments);
  enrolments.conclude();
  keys.conclude();
  repetitions.conclude();
  principalKeys.conclude();
  certificates.conclude();
  crls.conclude();
  for (const { id: ca } of await app.authority.authorities()) {
    for (const { partition = '', number } of (await app.status.archived(ca, { limit: 1000 })).crls) {
      const crl = readCrl(await app.status.archivedCrl(ca, partition, number as number), partition);
      if (crl) certificates.judge(ca, crl);
    }
  }
  return { found, summary, size: checkpoint.size };
};
