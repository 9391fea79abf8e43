import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { random } from '../functions/chance.ts';
import { generateSoftwareKey } from '../lib/keys/keys.ts';
import { type Ledger, openLedger } from '../lib/ledger/ledger.ts';
import type { ProvisionDraft } from '../lib/ledger/record.ts';
import { openSequencer, type Sequencer } from '../lib/ledger/sequencer.ts';
import { openFileBucket } from '../lib/store/file-bucket.ts';
import { openSqliteTable } from '../lib/store/sqlite.ts';

/**
 * What the ledger costs on this machine, over the stores of the one-machine service, durable as they are there.
 *
 *   append     provision records appended in groups as concurrent answers are, while the sequencer runs beside them
 *   sequence   what the sequencer takes for each record of a burst, at 10 thousand, 100 thousand, 1 million leaves
 *
 *   npm run bench ledger                    up to 1 million leaves
 *   npm run bench ledger -- --leaves 1e7    up to 10 million
 *   npm run bench ledger -- --seconds 30    append for half a minute
 */
const { values } = parseArgs({
  options: {
    leaves: { type: 'string', default: '1e6' },
    seconds: { type: 'string', default: '10' },
    /** Answers under way at once. */
    concurrency: { type: 'string', default: '256' },
  },
});

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const provision = (i: number): ProvisionDraft => ({
  kind: 'provision',
  recipient: 'public',
  channel: 'ocsp',
  method: 'POST',
  certificates: [
    { ca: 'signature-1', serial: (0x1f00000000 + (i % 1_000_003)).toString(16).padStart(32, '0') },
  ],
  provided: {
    answers: ['good'],
    thisUpdate: '2026-11-22T00:00:00.000Z',
    nextUpdate: '2026-11-23T00:00:00.000Z',
  },
  requestDigest: 'ab'.repeat(32),
  responseDigest: 'cd'.repeat(32),
  count: 1,
});

const perSecond = (count: number, ms: number): string =>
  `${Math.round((count * 1000) / ms).toLocaleString('en')}/s`;

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

interface World {
  readonly ledger: Ledger;
  readonly sequencer: Sequencer;
  appended: number;
  close(): Promise<void>;
}

const openWorld = async (): Promise<World> => {
  const folder = await mkdtemp(join(tmpdir(), 'akashi-bench-'));
  const table = await openSqliteTable(join(folder, 'table.sqlite'));
  const bucket = await openFileBucket(join(folder, 'objects'));
  const key = await generateSoftwareKey('ed25519');
  return {
    ledger: openLedger({ table, clock: Date.now, random }),
    sequencer: openSequencer({
      table,
      bucket,
      signer: async () => key,
      origin: { name: 'bench.example/log', chosen: true },
    }),
    appended: 0,
    close: async () => {
      await table.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const appendUntil = async (world: World, until: () => boolean, concurrency: number): Promise<void> => {
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (!until()) await world.ledger.append(provision(world.appended++));
    }),
  );
};

const drain = async ({ sequencer }: World): Promise<number> => {
  for (;;) {
    const { leaves, size } = await sequencer.sequence();
    if (leaves === 0) return size;
  }
};

const appendWithSequencer = async (world: World, seconds: number, concurrency: number): Promise<void> => {
  const leavesBefore = await drain(world);
  const before = world.appended;
  const started = performance.now();
  const cpu = cpuMs();
  const over = (): boolean => performance.now() - started > seconds * 1000;
  let size = leavesBefore;
  const sequencing = (async () => {
    while (!over()) {
      ({ size } = await world.sequencer.sequence());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  await appendUntil(world, over, concurrency);
  const ms = performance.now() - started;
  await sequencing;
  const cores = ((cpuMs() - cpu) / ms).toFixed(2);
  say(
    `append     ${perSecond(world.appended - before, ms)} durable, ${concurrency} at once, sequencer running ` +
      `(${perSecond(size - leavesBefore, ms)} sequenced meanwhile); ${cores} cores`,
  );
};

/** A burst is appended with the sequencer at rest, and then sequenced. */
const BURST = 8_192;

const sequenceAt = async (world: World, leaves: number, report: (line: string) => void): Promise<void> => {
  let size = await drain(world);
  while (size < leaves - BURST) {
    const target = world.appended + Math.min(65_536, leaves - BURST - size);
    await appendUntil(world, () => world.appended >= target, 1024);
    size = await drain(world);
  }
  const target = world.appended + BURST;
  await appendUntil(world, () => world.appended >= target, 1024);
  const started = performance.now();
  const cpu = cpuMs();
  const after = await drain(world);
  const ms = performance.now() - started;
  const count = after - size;
  const wall = ((ms * 1000) / count).toFixed(1);
  const busy = (((cpuMs() - cpu) * 1000) / count).toFixed(1);
  const memory = Math.round(process.memoryUsage().rss / 1e6);
  report(
    `sequence   at ${after.toLocaleString('en').padStart(10)} leaves: ${wall} µs a record (${busy} µs of CPU), ` +
      `${perSecond(count, ms)}; ${memory} MB resident`,
  );
};

// Compiled code runs from the first figure on.
const warm = await openWorld();
await sequenceAt(warm, 20_000, () => {});
await warm.close();

const world = await openWorld();
try {
  for (let leaves = 10_000; leaves <= Number(values.leaves); leaves *= 10)
    await sequenceAt(world, leaves, say);
  await appendWithSequencer(world, Number(values.seconds), Number(values.concurrency));
} finally {
  await world.close();
}
