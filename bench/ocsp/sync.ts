import { closeSync, fdatasync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * What a commit of sixteen answers asks of the disk, and nothing else: `node sync.ts FOLDER` prints how many
 * microseconds a sync takes, by the clock and of processor time. It writes over existing parts of a file, as SQLite does
 * in its write-ahead log.
 */
const BYTES = 20_000;
const PLACES = 400;
const SYNCS = 2000;

const [folder = ''] = process.argv.slice(2);
const path = join(folder, 'sync.bin');
const file = openSync(path, 'w');
const sync = promisify(fdatasync);
const bytes = Buffer.alloc(BYTES, 1);
const write = (place: number): number => writeSync(file, bytes, 0, BYTES, (place % PLACES) * BYTES);

for (let place = 0; place < PLACES; place++) write(place);
await sync(file);
const before = process.cpuUsage();
let waited = 0;
for (let place = 0; place < SYNCS; place++) {
  write(place);
  const began = performance.now();
  await sync(file);
  waited += performance.now() - began;
}
const { user, system } = process.cpuUsage(before);
closeSync(file);
rmSync(path);
process.stdout.write(`${(waited * 1000) / SYNCS} ${(user + system) / SYNCS}\n`);
