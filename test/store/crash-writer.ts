import { writeSync } from 'node:fs';
import { openSqliteTable } from '../../lib/store/sqlite.ts';

/**
 * sqlite-crash.test.ts runs this as a process of its own. Eight writers put pairs of rows until the process is killed.
 * Each writer prints its row to standard output once the write is acknowledged.
 */
const table = await openSqliteTable(process.argv[2] ?? '');
const run = process.argv[3] ?? '';
writeSync(1, 'open\n');

const writer = async (name: string) => {
  for (let n = 0; ; n++) {
    const sk = `${run}/${name}/${n}`;
    await table.write([
      { put: { pk: 'left', sk }, value: { padding: 'x'.repeat(300) }, if: 'absent' },
      { put: { pk: 'right', sk }, value: {}, if: 'absent' },
    ]);
    // Synchronous, so that no kill comes between an acknowledged write and the next one before its row is printed.
    writeSync(1, `${sk}\n`);
  }
};
await Promise.all(Array.from({ length: 8 }, (_, i) => writer(String(i))));
