import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { RecordDraft } from '../lib/ledger/contract.ts';
import { readCounts } from '../lib/ledger/counts.ts';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  type Ledger,
  openLedger,
  type RecordQuery,
} from '../lib/ledger/ledger.ts';
import { fiscalMonths } from '../lib/ledger/months.ts';
import { buildAnnualReport } from '../lib/ledger/report/annual.ts';
import { openSqliteTable } from '../lib/store/sqlite.ts';
import type { Table } from '../lib/store/store.ts';
import { noActs } from './ledger/no-acts.ts';

/**
 * What queries cost as the ledger grows: the first page by every index, a page far down, the totals of a year, the
 * annual report, and a whole export in a process with little memory.
 *
 *   npm run bench ledger-queries                      up to 1 million records
 *   npm run bench ledger-queries -- --records 1e7     up to 10 million
 *   npm run bench ledger-queries -- --no-export
 */
const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1e6' },
    'no-export': { type: 'boolean', default: false },
  },
});

const TARGET = Number(values.records);
const SIZES = [10_000, 100_000, 1_000_000, 10_000_000].filter((size) => size < TARGET).concat(TARGET);
const BATCH = 100;
/** Records that are appended at once, and so in few commits, before a query settles them. */
const SETTLE_EVERY = 5_000;
/** The records are spread over a year, however many they are. */
const YEAR_MS = 365 * 86_400_000;
const START = Date.parse('2025-04-01T00:00:00+09:00');

const folder = mkdtempSync(join(tmpdir(), 'akashi-bench-'));
const file = join(folder, 'table.sqlite');
let table = await openSqliteTable(file);
let now = START;
let drawn = 0;
const random = (n: number): Uint8Array =>
  createHash('sha256').update(String(drawn++)).digest().subarray(0, n);

let reads = 0;
const counting: Table = {
  get: (key) => {
    reads++;
    return table.get(key);
  },
  query: (query) => {
    reads++;
    return table.query(query);
  },
  write: (writes) => table.write(writes),
  close: () => table.close(),
};

const ledger: Ledger = openLedger({ table: counting, clock: () => now, random, ...noActs });

const RECIPIENTS = Array.from({ length: 40 }, (_, n) => (n === 0 ? 'public' : `verifier-${n}`));
const CHANNELS = ['ocsp', 'ocsp', 'ocsp', 'crl'] as const;

const draft = (n: number): RecordDraft => {
  const ref = { ca: 'signature-1', serial: (0x100000 + ((n * 7919) % 200_000)).toString(16) };
  if (n % 100 === 99) {
    return {
      kind: 'issuance',
      actor: 'service',
      office: `office-${n % 50}`,
      certificates: [ref],
      holder: `holder-${ref.serial}`,
      details: { profile: 'person-signature' },
    };
  }
  return {
    kind: 'provision',
    // Half of the answers go to the public, as on a real service.
    recipient: n % 2 === 0 ? 'public' : (RECIPIENTS[n % RECIPIENTS.length] as string),
    channel: CHANNELS[n % CHANNELS.length] as 'ocsp',
    method: n % 3 === 0 ? 'GET' : 'POST',
    ...(n % 5 === 1 && { purpose: `purpose-${n % 7}`, legalBasis: '公的個人認証法第17条第1項' }),
    certificates: [ref],
    provided: { answers: ['good'], thisUpdate: '2025-06-01T00:00:00Z', nextUpdate: '2025-06-01T00:15:00Z' },
    requestDigest: 'ab'.repeat(32),
    responseDigest: 'cd'.repeat(32),
    count: 1,
  };
};

const QUERIES: Readonly<Record<string, Omit<RecordQuery, 'limit'>>> = {
  time: {},
  'recipient public': { recipient: 'public' },
  'recipient verifier-7': { recipient: 'verifier-7' },
  certificate: { certificate: { ca: 'signature-1', serial: (0x100000 + 7919 * 3).toString(16) } },
  holder: { holder: `holder-${(0x100000 + ((99 * 7919) % 200_000)).toString(16)}` },
  office: { office: 'office-49' },
  purpose: { purpose: 'purpose-1' },
  channel: { channel: 'crl' },
  'kind issuance': { kind: 'issuance' },
  'recipient + channel': { recipient: 'verifier-7', channel: 'crl' },
};

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] as number;

const line = (...cells: readonly (string | number)[]): void => {
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(22)).join('')}\n`);
};

const timed = async (work: () => Promise<unknown>, times: number): Promise<{ ms: number; reads: number }> => {
  const taken: number[] = [];
  await work();
  reads = 0;
  for (let n = 0; n < times; n++) {
    const began = performance.now();
    await work();
    taken.push(performance.now() - began);
  }
  return { ms: median(taken), reads: reads / times };
};

/** Limits in MiB for V8's old generation and for one semi-space. The young generation takes three semi-spaces. */
const BOUNDS = ['--max-old-space-size=48', '--max-semi-space-size=2'];

const exportFrom = async (
  format: ExportFormat,
): Promise<{ readonly ms: number; readonly bytes: number; readonly peak: number }> => {
  const child = join(import.meta.dirname, 'ledger-queries', 'export.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--no-warnings',
    ...BOUNDS,
    child,
    file,
    format,
    String(now),
    String(drawn++),
  ]);
  return JSON.parse(stdout);
};

let written = 0;
const grow = async (to: number): Promise<void> => {
  const from = written;
  const began = performance.now();
  while (written < to) {
    const end = Math.min(to, written + SETTLE_EVERY);
    now = START + Math.floor((written / TARGET) * YEAR_MS);
    const appended: Promise<unknown>[] = [];
    for (; written < end; written += BATCH) {
      const drafts = Array.from({ length: BATCH }, (_, i) => draft(written + i));
      appended.push(ledger.append(...drafts));
    }
    await Promise.all(appended);
    await ledger.query({ limit: 1 });
  }
  const seconds = (performance.now() - began) / 1000;
  line(`${to} records:`, `${Math.round((to - from) / seconds)}/s in, settled`);
};

try {
  for (const size of SIZES) {
    await grow(size);
    line('', 'first page of 100, ms', 'reads');
    for (const [name, query] of Object.entries(QUERIES)) {
      const { ms, reads: cost } = await timed(() => ledger.query({ ...query, limit: 100 }), 20);
      line(name, ms.toFixed(2), cost);
    }
    const middle = new Date(START + (now - START) / 2).toISOString();
    const deep = await timed(() => ledger.query({ recipient: 'public', to: middle, limit: 100 }), 20);
    line('half way down', deep.ms.toFixed(2), deep.reads);
    const months = fiscalMonths(2025);
    const totals = await timed(() => Promise.all(months.map((month) => readCounts(counting, month))), 5);
    line('totals of 12 months', totals.ms.toFixed(2), totals.reads);
    const report = await timed(
      () =>
        buildAnnualReport(2025, {
          trustDomain: { name: 'bench', ja: '', en: '' },
          known: async () => undefined,
          countsOf: (month) => readCounts(counting, month),
        }),
      5,
    );
    line('annual report', report.ms.toFixed(2), report.reads);
    if (values['no-export']) continue;
    // Only one process at a time may open the file.
    await table.close();
    for (const format of EXPORT_FORMATS) {
      const { ms, bytes, peak } = await exportFrom(format);
      line(
        `export ${format}`,
        `${Math.round((size * 1000) / ms)} records/s`,
        `${Math.round(bytes / 1e6)} MB`,
        `peak ${Math.round(peak / 1e6)} MB resident`,
      );
    }
    table = await openSqliteTable(file);
  }
} finally {
  await table.close();
  rmSync(folder, { recursive: true });
}
