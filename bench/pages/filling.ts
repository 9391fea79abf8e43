import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LOG_KEY } from '../../lib/keys/keys.ts';
import { FIRST_KEY } from '../../lib/ledger/rows.ts';
import { openTrees, readTree, TREE_KEY } from '../../lib/ledger/tree-row.ts';
import { type Opened, openStore } from '../ocsp/store.ts';
import { beginOf, requestsFor, type Scale } from './drawn.ts';
import { type Prepared, prepare } from './prepared.ts';
import { PUBLIC_URL, startService } from './service.ts';

/**
 * `node filling.ts FOLDER FEW ALL`: makes `FOLDER/few` and `FOLDER/all`, data folders of the one-machine service with so many
 * certificates. What it is at goes to standard error.
 */
const [folder = '', few = '', all = ''] = process.argv.slice(2);

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const inThread = <T>(part: 'table' | 'personal', data: object): Promise<T> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'fill-thread.ts'), {
      workerData: { part, ...data },
    });
    worker.once('message', resolve);
    worker.once('error', reject);
  });

interface Tree {
  readonly size: number;
  readonly root: Uint8Array;
}

/** The table says that the log has committed to the filled leaves; the service publishes that at its start. */
const commitTo = async ({ table, bucket, keys }: Opened, tree: Tree): Promise<void> => {
  const before = await readTree(table);
  const name = before?.row.origin ?? '';
  const trees = openTrees({
    table,
    bucket,
    signer: () => keys.open(LOG_KEY.id),
    origin: { name, chosen: false },
    setAside: async () => false,
    log: () => {},
    onLost: () => {},
  });
  const value = await trees.row(before?.row, tree);
  await table.write([{ put: TREE_KEY, value, if: before ? { version: before.version } : 'absent' }]);
};

/** Queries go back to the oldest record. */
const rememberFirst = async ({ table }: Opened, time: number): Promise<void> => {
  const there = await table.get(FIRST_KEY);
  const condition = there ? { version: there.version } : 'absent';
  await table.write([{ put: FIRST_KEY, value: { time }, if: condition }]);
};

const fill = async (place: string, prepared: Prepared, certificates: number): Promise<void> => {
  const scale: Scale = { requests: requestsFor(certificates), until: prepared.until };
  const data = { folder: place, prepared, requests: scale.requests };
  const [tree] = await Promise.all([inThread<Tree>('table', data), inThread<void>('personal', data)]);
  say(`${certificates} certificates are filled in`);
  const opened = await openStore(place, PUBLIC_URL);
  await commitTo(opened, tree);
  await rememberFirst(opened, beginOf(scale));
  // The service would list the revocations of the last weeks within a day.
  for (const { ca } of Object.values(prepared.prefixes)) await opened.core.status.publish(ca, 'service');
  await opened.close();
  writeFileSync(join(place, 'benchmark.json'), JSON.stringify({ scale, prefixes: prepared.prefixes }));
  say(`CRLs of ${certificates} certificates are published`);
};

const [fewFolder, allFolder] = [join(folder, 'few'), join(folder, 'all')];
// Its first start opens the offices, enrols the people and makes their credentials.
await (await startService(fewFolder)).stop();
const opened = await openStore(fewFolder, PUBLIC_URL);
const prepared = await prepare(opened);
await opened.close();
say('the first requests went through registration');
cpSync(fewFolder, allFolder, { recursive: true });
await fill(fewFolder, prepared, Number(few));
await fill(allFolder, prepared, Number(all));
