import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { load, startNode } from './ocsp/processes.ts';
import { CA, fill, openStore } from './ocsp/store.ts';

/** A flood of anonymous questions, in bytes of the disk: see README.md for what is measured and how. */
const { values } = parseArgs({
  options: {
    questions: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '16,64' },
    kinds: { type: 'string', default: 'random,nonces,issued' },
  },
});
const questions = Number(values.questions);

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const root = mkdtempSync(join(tmpdir(), 'akashi-bench-'));
process.once('exit', () => rmSync(root, { recursive: true, force: true }));

interface Disk {
  /** Octets of the table's pages that hold something; free pages are used again. */
  readonly table: number;
  /** The table's files: with free pages, and with the WAL after a checkpoint. */
  readonly files: number;
  readonly log: number;
}

const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

const diskOf = (folder: string): Disk => {
  const file = join(folder, 'table.sqlite');
  const db = new DatabaseSync(file);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const pragma = (name: string): number => Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
  const table = (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  db.close();
  const files = ['', '-wal'].reduce(
    (sum, end) => sum + (statSync(`${file}${end}`, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  const objects = join(folder, 'objects');
  return { table, files, log: sizeOf(objects) };
};

const sequence = async (folder: string): Promise<number> => {
  const { core, close } = await openStore(folder);
  const began = performance.now();
  while ((await core.sequencer.sequence()).leaves > 0);
  const took = performance.now() - began;
  await close();
  return took;
};

const SERVER = join(import.meta.dirname, 'ocsp/server.ts');

for (const kind of values.kinds.split(',')) {
  for (const connections of values.connections.split(',')) {
    const folder = join(root, `${kind}-${connections}`);
    mkdirSync(folder);
    await fill(folder, 10_000);
    const { core, close } = await openStore(folder);
    const issuer = Buffer.from(await core.authority.caCertificate(CA)).toString('hex');
    await close();
    await sequence(folder);
    const before = diskOf(folder);
    const server = await startNode(SERVER, folder, 'recorded');
    const asking = (count: number): Promise<string> =>
      load(
        [process.execPath, '--no-warnings', join(import.meta.dirname, 'flood/asking.ts')].concat([
          String(server.port),
          issuer,
          kind,
          String(count),
          connections,
        ]),
      );
    const work = server.processor();
    const [seconds = Number.NaN, unsigned = 0] = (await asking(questions)).trim().split(' ').map(Number);
    const each = (server.processor() - work) / questions;
    await server.stop();
    const staged = diskOf(folder);
    const sequencing = await sequence(folder);
    const after = diskOf(folder);
    const perQuestion = (bytes: number): string => Math.round(bytes / questions).toLocaleString('en-US');
    say(
      [
        `${kind}, ${connections} connections: ${Math.round(questions / seconds)}/s, ${each.toFixed(0)} us of work each`,
        `staged ${perQuestion(staged.table - before.table)} bytes each`,
        `sequenced ${perQuestion(after.table - before.table)} in the table, ${perQuestion(after.log - before.log)} in the log, ${perQuestion(after.files - before.files)} in the table's files`,
        `${((sequencing * 1000) / questions).toFixed(0)} us to sequence one`,
        ...(unsigned > 0 ? [`${unsigned} WITHOUT A SIGNED ANSWER`] : []),
      ].join('; '),
    );
  }
}
process.exit(0);
