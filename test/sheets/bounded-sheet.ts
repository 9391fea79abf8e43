import { parentPort, workerData } from 'node:worker_threads';
import { csvOf, xlsxOf } from '../../lib/sheets/sheets.ts';

/** A worker that writes a sheet of `rows` rows, which it makes on demand. It posts the file's length. */
const { format, rows } = workerData as { readonly format: 'csv' | 'xlsx'; readonly rows: number };

const COLUMNS = ['id', 'name', 'kana', 'state', 'submitted'];

const made = async function* (): AsyncGenerator<readonly string[]> {
  for (let n = 0; n < rows; n++)
    yield [
      ((n * 7919) % 1_000_003).toString(16).padStart(32, '0'),
      `髙橋 ${n}`,
      `タカハシ ${n}`,
      'issued',
      new Date(1_800_000_000_000 + n).toISOString(),
    ];
};

const file = format === 'csv' ? csvOf(COLUMNS, made()) : xlsxOf({ name: '申請', columns: COLUMNS }, made());
let total = 0;
for await (const piece of file) total += piece.length;
parentPort?.postMessage(total);
