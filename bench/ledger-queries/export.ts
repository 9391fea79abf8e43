import { openExports } from '../../lib/ledger/export/export.ts';
import { type ExportFormat, openLedger } from '../../lib/ledger/ledger.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import { noActs } from '../ledger/no-acts.ts';

/**
 * One export in a process of its own. Limits keep V8 from growing the heap merely because memory is free. Prints JSON:
 * `ms`, `bytes`, and `peak`, the largest resident size of the process in bytes.
 *
 *   node --max-old-space-size=48 --max-semi-space-size=2 bench/ledger-queries/export.ts TABLE FORMAT NOW CHANCE
 */
const [file, format, now, chance] = process.argv.slice(2) as [string, ExportFormat, string, string];
const table = await openSqliteTable(file);
const clock = () => Number(now);
let drawn = Number(chance);
const random = (n: number): Uint8Array => {
  const bytes = new Uint8Array(n);
  new DataView(bytes.buffer).setFloat64(0, drawn++);
  return bytes;
};
const caller = { recipient: 'auditor', method: 'GET' };

const began = performance.now();
const ledger = openLedger({ table, clock, random, ...noActs });
const { bytes } = await openExports({ ledger, clock })(caller, { query: {}, format });
let total = 0;
for await (const piece of bytes) total += piece.length;
const ms = performance.now() - began;
await table.close();
process.stdout.write(JSON.stringify({ ms, bytes: total, peak: process.resourceUsage().maxRSS * 1024 }));
