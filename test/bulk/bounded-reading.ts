import { parentPort, workerData } from 'node:worker_threads';
import { type Format, openFile, requestsOf } from '../../lib/bulk/bulk.ts';

/**
 * A worker that reads a file of so many megabytes, which it makes on demand in parts of 512 KB. It posts how many rows there were, and
 * by how much the memory of the process rose at most.
 */
const { format, megabytes, shape } = workerData as {
  readonly format: Format;
  readonly megabytes: number;
  readonly shape: keyof typeof SHAPES;
};

/** So long that a file has no more rows than are read of one. Each row has its own. */
const CSR = Buffer.alloc(2_600, 7);
const csrOf = (n: number): string => {
  CSR.writeUInt32BE(n);
  return CSR.toString('base64');
};
const FIELDS = { holderId: '2026112200000001', name: '髙橋 花子', address: '常盤県瑞崎市東区一丁目2番3号' };

/** What stands in the file again and again. */
const SHAPES = {
  rows: (n: number): string =>
    format === 'csv'
      ? `${[n, ...Object.values(FIELDS), csrOf(n)].join()}\r\n`
      : `${JSON.stringify({ key: n, ...FIELDS, csr: csrOf(n) })}\n`,
  'one line': (): string => 'x'.repeat(10_000),
  'one open quotation mark': (n: number): string => (n === 0 ? '"' : `${'x'.repeat(1_000)}\n`),
  'short lines after an open quotation mark': (n: number): string =>
    `${n % 100 === 0 ? '"\n' : ''}${'\n'.repeat(1_000)}`,
};

const profile = {
  id: 'seal',
  kind: 'organisation',
  fields: Object.keys(FIELDS).map((name) => ({ name, label: { ja: name, en: name }, required: false })),
} as const;

const PART = 512 * 1024;

const parts = async function* (): AsyncGenerator<Uint8Array> {
  let held = format === 'csv' ? `key,${Object.keys(FIELDS).join()},csr\r\n` : '';
  let sent = 0;
  for (let n = 0; sent < megabytes * 2 ** 20; n++) {
    held += SHAPES[shape](n);
    if (held.length < PART) continue;
    sent += held.length;
    yield Buffer.from(held);
    held = '';
    const { rss } = process.memoryUsage();
    most = Math.max(most, rss);
  }
  yield Buffer.from(held);
};

const before = process.memoryUsage().rss;
let most = before;
let rows = 0;
for await (const _ of requestsOf(await openFile(parts(), { format }), profile)) rows++;
parentPort?.postMessage({ rows, megabytes: (most - before) / 2 ** 20 });
