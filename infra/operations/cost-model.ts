import { bill } from './flood.ts';
import { PRICES } from './prices.ts';
import { count, table, usd } from './table.ts';

/**
 * The cost of a deployment in a month, from the resources in the template and the consumption of each act. This file
 * writes docs/cost-model.md (`node infra/operations/cost-model.ts`), and a test compares the two.
 */

/** The demand on a deployment. */
export interface Load {
  readonly name: string;
  readonly cas: number;
  /** Certificates in force, and how many are issued and how many revoked in a month. */
  readonly certificates: number;
  readonly issued: number;
  readonly revoked: number;
  /** In a month: OCSP answers from the function, further ones from caches, and other provisions (API answers). */
  readonly ocspAnswers: number;
  readonly ocspCached: number;
  readonly provisions: number;
  /**
   * CRL downloads in a month, all from caches except one an hour and place; the size of a CRL in bytes; CRLs
   * published a day.
   */
  readonly crlDownloads: number;
  readonly crlBytes: number;
  readonly crlPartitions: number;
  readonly yearsOfRecords: number;
}

/** Consumption of each act; docs/cost-model.md says where the numbers come from. */
const MONTH_SECONDS = 30 * 86_400;
const EVERY = { sequencing: 5, publication: 300, gauges: 60 };

/** One record: one put writes it; one transaction sequences it (two units for each row and KB). */
const RECORD = {
  staged: 1,
  /**
   * Deletes the staged row, writes the record and three pointers, and a share of the totals, which some fifteen records
   * share.
   */
  sequenced: 2 * (1 + 1 + 3) + 2 / 15,
  kb: 0.9 + 3 * 0.15,
};
const REQUEST_TO_CERTIFICATE = {
  writes: 120,
  reads: 44,
  records: 5,
  kb: 8,
  apiCalls: 4,
  signatures: 1,
  /** The end of the request, and the serial number: put once, and kept. */
  objectPuts: 2,
  /** With those that say whether a data key was destroyed. */
  objectGets: 16,
  objectKb: 1.4,
};
/** What the same request leaves in the table of personal data. */
const PERSONAL = {
  /** Beginnings and pairs of characters under which a search finds it: those of a name of two words with its kana. */
  terms: 15,
  writes: 24,
  /** Its row is put at the submission; at the issuance it is deleted, and put under the end of the certificate. */
  writesOfTerm: 6,
  reads: 10,
  kb: 7,
  kbOfTerm: 0.15,
  /** A function keeps a data key open for a minute: at most one is opened for each call of the API. */
  keysOpened: 4,
};
const PERSONAL_WRITES = PERSONAL.writes + PERSONAL.terms * PERSONAL.writesOfTerm;
const PERSONAL_KB = PERSONAL.kb + PERSONAL.terms * PERSONAL.kbOfTerm;
/** With what its first CRL reads: its acts, and its row again. */
const REVOCATION = {
  writes: 22,
  reads: 10,
  records: 1,
  apiCalls: 1,
  objectPuts: 1,
  objectGets: 6,
  objectKb: 1,
};
/** Every five minutes two listings look for the newest CRL of a CA. They cost what puts cost. */
const CRL_LISTINGS = 2 * 12 * 24 * 30;
const OCSP = { reads: 1, gbSeconds: 0.008, bytes: 1_900 };
const API = { reads: 6, gbSeconds: 0.04, bytes: 2_500 };
const LOG_LINE_BYTES = 350;
/** The CDN's: two are kept, and each instance reads them every five minutes. Three instances run on average. */
const SECRETS = { kept: 2, reads: (3 * 2 * MONTH_SECONDS) / 300 };

export interface Line {
  readonly what: string;
  readonly usd: number;
}

export const monthlyCost = (load: Load): readonly Line[] => {
  const p = (name: keyof typeof PRICES): number => PRICES[name].usd;
  const { issued, revoked, ocspAnswers, ocspCached, provisions, crlDownloads } = load;
  const crlFromOrigin = Math.min(crlDownloads, 24 * 30 * load.crlPartitions);
  const apiCalls = provisions + issued * REQUEST_TO_CERTIFICATE.apiCalls + revoked * REVOCATION.apiCalls;
  const records =
    ocspAnswers +
    provisions +
    crlFromOrigin +
    issued * REQUEST_TO_CERTIFICATE.records +
    revoked * REVOCATION.records +
    load.crlPartitions * 30;
  const requests = ocspAnswers + apiCalls + crlFromOrigin;
  const writes =
    records * (RECORD.staged + RECORD.sequenced) +
    issued * (REQUEST_TO_CERTIFICATE.writes + PERSONAL_WRITES) +
    revoked * REVOCATION.writes;
  const reads =
    ocspAnswers * OCSP.reads +
    apiCalls * API.reads +
    issued * (REQUEST_TO_CERTIFICATE.reads + PERSONAL.reads + PERSONAL.keysOpened) +
    revoked * REVOCATION.reads +
    records * 0.5;
  const recordsKept = records * 12 * load.yearsOfRecords;
  const tableGb =
    (load.certificates * (REQUEST_TO_CERTIFICATE.kb + PERSONAL_KB) + recordsKept * RECORD.kb) / 1e6;
  // The sequencer writes only if there are records to sequence, and at most every five seconds.
  const batches = Math.min(records, MONTH_SECONDS / EVERY.sequencing);
  const signatures = issued * REQUEST_TO_CERTIFICATE.signatures + load.crlPartitions * 30 + batches;
  const gbSeconds =
    ocspAnswers * OCSP.gbSeconds + (apiCalls + crlFromOrigin) * API.gbSeconds + MONTH_SECONDS * 0.95;
  const cdnGb = ((ocspAnswers + ocspCached) * OCSP.bytes + crlDownloads * load.crlBytes) / 1e9;
  const invocations = requests + MONTH_SECONDS / EVERY.publication + (2 * MONTH_SECONDS) / EVERY.gauges;

  return [
    { what: 'DynamoDB writes', usd: writes * p('writeUnit') },
    { what: 'DynamoDB reads', usd: reads * p('readUnit') },
    { what: 'DynamoDB storage and recovery', usd: tableGb * (p('tableGb') + p('recoveryGb')) },
    { what: 'Lambda', usd: invocations * p('lambdaRequest') + gbSeconds * p('lambdaGbSecond') },
    // The CDN invokes the function for CRLs itself, without API Gateway.
    { what: 'API Gateway', usd: (requests - crlFromOrigin) * p('apiRequest') },
    {
      what: 'CloudFront',
      usd: (ocspAnswers + ocspCached + crlDownloads) * p('cdnRequest') + cdnGb * p('cdnGb'),
    },
    {
      what: 'WAF',
      usd: p('webAcl') + (ocspAnswers + ocspCached + crlDownloads) * p('webAclRequest'),
    },
    {
      what: 'KMS',
      usd:
        (load.cas + 4) * p('key') +
        signatures * p('signature') +
        (invocations * 0.02 + issued * PERSONAL.keysOpened) * p('keyRequest'),
    },
    {
      what: 'Secrets Manager',
      usd: SECRETS.kept * p('secret') + SECRETS.reads * p('secretRead'),
    },
    {
      what: 'S3',
      usd:
        (batches * 5 +
          load.crlPartitions * 30 +
          load.cas * CRL_LISTINGS +
          issued * REQUEST_TO_CERTIFICATE.objectPuts +
          revoked * REVOCATION.objectPuts) *
          p('objectPut') +
        (crlFromOrigin + issued * REQUEST_TO_CERTIFICATE.objectGets + revoked * REVOCATION.objectGets) *
          p('objectGet') +
        // The proofs of ten years' acts.
        (((issued * REQUEST_TO_CERTIFICATE.objectKb + revoked * REVOCATION.objectKb) * 120) / 1e6) *
          p('objectGb') +
        ((load.crlPartitions * 365 * 10 * load.crlBytes) / 1e9 + (recordsKept * 70) / 1e9) * p('objectGb'),
    },
    {
      what: 'Logs, metrics, alarms, traces',
      usd:
        ((apiCalls + requests) * LOG_LINE_BYTES * p('logGb')) / 1e9 +
        (2 * load.cas + 4) * (p('metric') + p('alarm')) +
        p('dashboard') +
        requests * 0.05 * p('trace'),
    },
  ];
};

export const total = (lines: readonly Line[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);

/** The same number of CAs and certificates at AWS Private CA, which keeps no records of its answers. */
export const privateCaCost = ({
  cas,
  issued,
  certificates,
  ocspAnswers,
  ocspCached,
}: Load): readonly Line[] => {
  const tier = (from: number, to: number): number => Math.max(0, Math.min(issued, to) - from);
  return [
    { what: 'CAs', usd: cas * PRICES.privateCa.usd },
    {
      what: 'Certificates issued',
      usd:
        tier(0, 1_000) * PRICES.privateCertificate1.usd +
        tier(1_000, 10_000) * PRICES.privateCertificate2.usd +
        tier(10_000, Number.POSITIVE_INFINITY) * PRICES.privateCertificate3.usd,
    },
    {
      what: 'OCSP, where each question is about another certificate',
      usd: Math.min(certificates, ocspAnswers + ocspCached) * PRICES.privateOcsp.usd,
    },
  ];
};

export const LOADS: readonly Load[] = [
  {
    name: 'one municipality',
    cas: 4,
    certificates: 20_000,
    issued: 400,
    revoked: 60,
    ocspAnswers: 60_000,
    ocspCached: 20_000,
    provisions: 20_000,
    crlDownloads: 10_000,
    crlBytes: 60_000,
    crlPartitions: 4,
    yearsOfRecords: 7,
  },
  {
    name: 'one prefecture',
    cas: 4,
    certificates: 1_500_000,
    issued: 30_000,
    revoked: 5_000,
    ocspAnswers: 3_000_000,
    ocspCached: 1_000_000,
    provisions: 600_000,
    crlDownloads: 200_000,
    crlBytes: 500_000,
    crlPartitions: 40,
    yearsOfRecords: 7,
  },
  {
    // 575.7 million provisions a year (J-LIS, fiscal 2014) is 47,975,000 a month.
    name: 'the nation',
    cas: 4,
    certificates: 200_000_000,
    issued: 4_000_000,
    revoked: 600_000,
    ocspAnswers: 40_000_000,
    ocspCached: 20_000_000,
    provisions: 7_975_000,
    crlDownloads: 3_000_000,
    crlBytes: 300_000,
    crlPartitions: 3_482,
    yearsOfRecords: 7,
  },
];

/* The document ------------------------------------------------------------------------------------------------------ */

const rowsOf = (costOf: (load: Load) => readonly Line[]): readonly (readonly string[])[] => {
  const columns = LOADS.map(costOf);
  const names = columns[0]?.map(({ what }) => what) ?? [];
  return [
    ...names.map((what, i) => [what, ...columns.map((lines) => usd(lines[i]?.usd ?? 0))]),
    ['**A month, in US dollars**', ...columns.map((lines) => `**${usd(total(lines))}**`)],
  ];
};

/** The tables of docs/cost-model.md, between the two marks in that file. */
export const tables = (): string => {
  const loadRow = (what: string, of: (load: Load) => number): readonly string[] => [
    what,
    ...LOADS.map((load) => count(of(load))),
  ];
  const head = ['', ...LOADS.map(({ name }) => name)];
  return [
    '### What is asked for, a month',
    table([
      head,
      loadRow('CAs', ({ cas }) => cas),
      loadRow('certificates in force', ({ certificates }) => certificates),
      loadRow('certificates issued', ({ issued }) => issued),
      loadRow('certificates revoked', ({ revoked }) => revoked),
      loadRow('OCSP answers by the function', ({ ocspAnswers }) => ocspAnswers),
      loadRow('OCSP answers by caches', ({ ocspCached }) => ocspCached),
      loadRow('other provisions, by the API', ({ provisions }) => provisions),
      loadRow('CRL downloads', ({ crlDownloads }) => crlDownloads),
      loadRow('bytes of a CRL', ({ crlBytes }) => crlBytes),
      loadRow('CRLs published daily', ({ crlPartitions }) => crlPartitions),
    ]),
    '### What it costs here',
    table([head, ...rowsOf(monthlyCost)]),
    "### What AWS Private CA's list says for the same",
    table([head, ...rowsOf(privateCaCost)]),
    '### What a flood of a million questions costs',
    bill(),
    '### Prices',
    table([
      ['unit', 'US dollars', 'evidence'],
      ...Object.values(PRICES).map(({ unit, usd: value, evidence }) => [
        unit,
        String(Number(value.toPrecision(6))),
        evidence,
      ]),
    ]),
  ].join('\n\n');
};

if (import.meta.main) process.stdout.write(`${tables()}\n`);
