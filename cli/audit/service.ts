import { hash } from 'node:crypto';
import { basename } from 'node:path/posix';
import {
  checkRecords,
  type ListedEnrolment,
  openAnnualReportCheck,
  openApprovalCheck,
  openAuthorityCheck,
  openBatchCheck,
  openCertificateCheck,
  openConfirmationCheck,
  openCrlCheck,
  openEnrolmentCheck,
  openEntries,
  openLateCheck,
  openPrincipalKeyCheck,
  openQueryCheck,
  openRepetitionCheck,
  openSignedActCheck,
  openTenantCheck,
  openTotalCheck,
  openUsedKeyCheck,
  type Progress,
  type QueryCheck,
  type RecordSummary,
  type Report,
  reportSetAside,
  type ServedAuthority,
  type ShownActKey,
  type Tree,
} from '../../lib/audit/audit.ts';
import { Fault, phrase } from '../../lib/fault.ts';
import { decodeCertificate } from '../../lib/pki/pki.ts';
import {
  actKeysAnswer,
  archivePage,
  authoritiesAnswer,
  holderPage,
  officePage,
  principalPage,
  serialPage,
  usedKeyPage,
} from '../answers.ts';
import type { ApiClient } from '../api-client.ts';
import { unexpected } from '../failure.ts';
import { readAnnualReports } from './annual-reports.ts';
import { archivedCrls } from './archived-crls.ts';
import { MAX_CRL_BYTES, readCrl } from './crl-file.ts';
import { pages, records, recordsSince, totalsReader } from './shown.ts';

/** An auditor compares two things with the log: the records, and everything that the service shows. */
export interface ServiceCheck {
  readonly tree: Tree;
  /** The tree of the log's present checkpoint. */
  readonly laterTree: () => Promise<Tree>;
  readonly readPath: (path: string) => Promise<Uint8Array | undefined>;
  readonly retention: (kind: string) => number;
  readonly queries?: boolean;
  /** Every CRL of the archive is read, and not only the newest of each CA. */
  readonly allCrls?: boolean;
  readonly now: () => number;
  readonly report: Report;
  readonly progress: Progress;
}

export interface ServiceSummary extends RecordSummary {
  /** Serial numbers that the service knows, and CRLs in its archive. */
  readonly serials: number;
  readonly crls: number;
  /** CRLs of the archive whose entries were compared with the records. */
  readonly crlsRead: number;
  /** How many queries were asked and compared with the records; absent if none were. */
  readonly queries?: number;
  /** At least this many queries exist; present if they were too many to ask. */
  readonly queriesNotAsked?: number;
}

/** Objects that the service showed before the checkpoint was read. The log must have their records at that checkpoint. */
export interface BegunService {
  readonly client: ApiClient;
  readonly crls: readonly ShownCrl[];
  readonly cas: readonly ServedAuthority[];
  readonly actKeys: readonly ShownActKey[];
}

interface ShownCrl {
  readonly ca: string;
  readonly partition: string;
  readonly der: Uint8Array;
  readonly askedAt: number;
}

/** Without --queries and --no-queries, all queries are asked if there are at most this many. */
const FEW_QUERIES = 2_000;
/** Pages of offices and principals are shorter than others. */
const FEW = { limit: '100' };
/** Milliseconds by which clocks of the service's processes may differ. */
const SKEW_MS = 60_000;

export const startService = async (
  service: { readonly client: ApiClient; readonly url: string },
  now: () => number,
): Promise<BegunService> => {
  const { client, url } = service;
  const { authorities } = await client.get('/ca', authoritiesAnswer);
  const fetched = async (path: string): Promise<Uint8Array> => {
    const answer = await client.ask({
      url: new URL(`${url}${path}`),
      method: 'GET',
      maxBytes: MAX_CRL_BYTES,
      timeoutMs: 120_000,
    });
    if (answer.status === 200) return answer.body;
    throw unexpected(phrase`${path} was answered with status ${answer.status}.`);
  };
  const crls: ShownCrl[] = [];
  const cas: ServedAuthority[] = [];
  for (const { id: ca, urls } of authorities) {
    cas.push(readAuthority(ca, await fetched(`/ca/${encodeURIComponent(ca)}.cer`)));
    for (const address of [...urls.crl, ...(urls.authorityCrl ?? [])]) {
      const askedAt = now();
      // Certificates may name a CDN, but this check asks the service itself.
      const path = new URL(address).pathname;
      crls.push({ ca, partition: basename(path, '.crl'), der: await fetched(path), askedAt });
    }
  }
  const { keys: actKeys } = await client.get('/log/act-keys', actKeysAnswer);
  return { client, crls, cas, actKeys };
};

const readAuthority = (ca: string, der: Uint8Array): ServedAuthority => {
  const digest = hash('sha256', der);
  try {
    const { serialNumber, tbs } = decodeCertificate(der);
    return { ca, digest, serial: serialNumber, tbsDigest: hash('sha256', tbs) };
  } catch (error) {
    if (Fault.is(error)) return { ca, digest };
    throw error;
  }
};

/** The whole check, in the order that `CertificateCheck` and the other checks require. */
export const checkService = async (
  { client, crls, cas, actKeys }: BegunService,
  check: ServiceCheck,
): Promise<ServiceSummary> => {
  const { tree, readPath, report, progress, now } = check;
  const entryOf = openEntries(tree, readPath);
  const certificates = openCertificateCheck({ report, now: now(), retention: check.retention('issuance') });
  const approvals = openApprovalCheck({
    report,
    now: now(),
    retention: Math.min(check.retention('submission'), check.retention('examination')),
  });
  const archive = openCrlCheck({ report });
  const totals = openTotalCheck({ report });
  const late = openLateCheck({ report });
  const authorities = openAuthorityCheck({ report });
  const signatures = openSignedActCheck({ report, keys: actKeys });
  const confirmations = openConfirmationCheck({ report });
  const batches = openBatchCheck({ report, now: now(), retention: check.retention('batch') });
  const principalKeys = openPrincipalKeyCheck({ report });
  const repetitions = openRepetitionCheck({ report });
  const usedKeys = openUsedKeyCheck({ report, now: now(), retention: check.retention('issuance') });
  const enrolments = openEnrolmentCheck({ report, now: now(), retention: check.retention('enrolment') });
  const tenants = openTenantCheck({ report });
  const reports = openAnnualReportCheck({ report, retention: check.retention('report'), now: now() });
  const checks = [
    certificates,
    approvals,
    archive,
    authorities,
    confirmations,
    batches,
    principalKeys,
    enrolments,
    repetitions,
    signatures,
    tenants,
    usedKeys,
    reports,
  ];
  const most = check.queries === undefined ? FEW_QUERIES : check.queries ? Number.POSITIVE_INFINITY : 0;
  const queries = openQueryCheck({
    report,
    size: tree.size,
    most,
    idOfLeaf: async (leaf) => (await entryOf(leaf)).id,
  });

  for await (const issuance of records(client, { kind: 'issuance' })) {
    for (const { ca, serial } of issuance.certificates ?? []) certificates.expect(ca, serial);
    enrolments.expect(issuance);
    tenants.expect(issuance);
  }
  for await (const act of records(client, { kind: 'enrolment' })) {
    enrolments.expect(act);
    approvals.expect(act);
    tenants.expect(act);
  }
  const readTotals = totalsReader(client, now, tree.size === 0 ? now() : (await entryOf(0)).time);
  const before = await readTotals();
  const began = now();
  const read = recordsSince(client, began - SKEW_MS);
  const summary = await checkRecords({
    tree,
    readPath,
    records: read.all(),
    retention: check.retention,
    now: began,
    report,
    progress,
    observers: [...checks, totals, queries, late],
  });
  const after = await readTotals();
  totals.compare(before.totals, after.totals);
  reportSetAside(after.setAside, report);

  let serials = 0;
  let archived = 0;
  const toRead = archivedCrls(client, check.allCrls ?? false);
  for (const authority of cas) {
    const { ca } = authority;
    authorities.serve(authority);
    const path = encodeURIComponent(ca);
    for await (const { serials: page } of pages(client, `/api/v1/certificates/${path}`, serialPage)) {
      serials += page.length;
      progress('serials', serials, serials);
      for (const listed of page) certificates.list(ca, listed);
    }
    for await (const { crls: page } of pages(client, `/api/v1/crls/${path}`, archivePage)) {
      archived += page.length;
      progress('crls', archived, archived);
      for (const one of page) {
        archive.list(ca, one);
        toRead.list(ca, one);
      }
    }
  }
  let keys = 0;
  for await (const { keys: page } of pages(client, '/api/v1/keys', usedKeyPage)) {
    keys += page.length;
    progress('keys', keys, keys);
    for (const listed of page) usedKeys.list(listed);
  }
  let enrolled = 0;
  const show = (subject: Parameters<typeof enrolments.list>[0], page: readonly ListedEnrolment[]): void => {
    enrolled += page.length;
    progress('enrolments', enrolled, enrolled);
    for (const listed of page) enrolments.list(subject, listed);
  };
  for await (const { offices } of pages(client, '/api/v1/offices', officePage, FEW)) show('office', offices);
  // A holder has no name. One that operators enrolled has, and is among the principals too.
  for await (const { holders } of pages(client, '/api/v1/holders', holderPage, FEW))
    show(
      'principal',
      holders.map((holder) => ({ ...holder, name: holder.id })),
    );
  for await (const { principals } of pages(client, '/api/v1/principals', principalPage, FEW))
    show('principal', principals);
  for (const [ca, own] of Map.groupBy(crls, (crl) => crl.ca)) {
    const shown = own.map((crl) => ({ crl, list: readCrl(crl.der, crl.partition) }));
    for (const { crl, list } of shown) {
      const { partition, der, askedAt } = crl;
      archive.serve(ca, { partition, digest: hash('sha256', der), number: list?.number, askedAt });
    }
    certificates.serve(
      ca,
      shown.flatMap(({ list }) => (list ? [list] : [])),
    );
  }
  await readAnnualReports(client, reports);
  for await (const record of read.sinceThen()) {
    for (const observer of [...checks, late]) observer.observe(record, true);
  }
  const later = async () => ({ tree: await check.laterTree(), readPath, earlier: tree, now: now() });
  await late.settle(later, [...checks, totals, queries]);
  signatures.takeKeys((await client.get('/log/act-keys', actKeysAnswer)).keys);
  for (const each of checks) each.conclude();
  const crlsRead = await toRead.read((ca, crl) => certificates.judge(ca, crl));

  const counted = { ...summary, serials, crls: archived, crlsRead };
  if (queries.count() > most) return { ...counted, queriesNotAsked: queries.count() };
  return { ...counted, queries: await askAll(client, queries, progress) };
};

/** Questions under way at once. */
const AT_ONCE = 4;

const askAll = async (client: ApiClient, queries: QueryCheck, progress: Progress): Promise<number> => {
  const total = queries.count();
  const waiting = queries.questions()[Symbol.iterator]();
  let done = 0;
  const ask = async (): Promise<void> => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      await queries.answer(next.value, records(client, next.value));
      progress('queries', ++done, total);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return done;
};
