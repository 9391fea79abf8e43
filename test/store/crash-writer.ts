import { writeSync } from 'node:fs';
import { openSqliteTable } from '../../lib/store/sqlite.ts';

/**
 * Run as a process of its own by sqlite-crash.test.ts: eight writers put pairs of rows without end, each naming its
 * row on standard output once it was acknowledged, until the process is killed.
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
    // Synchronous, so that what was acknowledged is told before the next kill can come between.
    writeSync(1, `${sk}\n`);
  }
};
await Promise.all(Array.from({ length: 8 }, (_, i) => writer(String(i))));
