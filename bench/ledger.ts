import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { random } from '../functions/random.ts';
import { generateSoftwareKey } from '../lib/keys/keys.ts';
import type { ProvisionDraft } from '../lib/ledger/contract.ts';
import {
  type Ledger,
  oldestUnsequenced,
  openLedger,
  openSequencer,
  type Sequencer,
} from '../lib/ledger/ledger.ts';
import { openFileBucket } from '../lib/store/file-bucket.ts';
import { openSqliteTable } from '../lib/store/sqlite.ts';
import type { Table } from '../lib/store/store.ts';
import { noActs, noClosing } from './ledger/no-acts.ts';

/**
 * What the ledger costs on this machine, over the stores of the one-machine service, with their durability.
 *
 *   append     provision records appended in groups, like those of concurrent answers, while the sequencer runs
 *   steady     records appended at a fixed rate, and the greatest age of a record without a leaf
 *   sequence   the sequencer's time for each record of a burst, at 10 thousand, 100 thousand, 1 million leaves
 *
 *   npm run bench ledger                    up to 1 million leaves
 *   npm run bench ledger -- --leaves 1e7    up to 10 million
 *   npm run bench ledger -- --seconds 30    append for half a minute
 *   npm run bench ledger -- --rate 5000     records a second in the steady part
 */
const { values } = parseArgs({
  options: {
    leaves: { type: 'string', default: '1e6' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '10000' },
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
  readonly table: Table;
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
    table,
    ledger: openLedger({ table, clock: Date.now, random, ...noActs }),
    sequencer: openSequencer({
      table,
      bucket,
      signer: async () => key,
      origin: { name: 'bench.example/log', chosen: true },
      ...noClosing,
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

/** The same as in functions/local/local.ts. */
const REST_MS = 500;
const TICK_MS = 2;

/** No record waits for the one before it, so a ledger that cannot keep up shows a growing backlog. */
const appendSteadily = async (world: World, seconds: number, rate: number): Promise<void> => {
  await drain(world);
  const started = performance.now();
  const cpu = cpuMs();
  const ends = started + seconds * 1000;
  let oldest = 0;
  const look = async (): Promise<void> => {
    const since = await oldestUnsequenced(world.table);
    if (since !== undefined) oldest = Math.max(oldest, Date.now() - since);
  };
  const sequencing = (async () => {
    while (performance.now() < ends) {
      await world.sequencer.sequence();
      await pause(REST_MS);
    }
  })();
  const looking = (async () => {
    while (performance.now() < ends) {
      await look();
      await pause(100);
    }
  })();
  const took: number[] = [];
  const underWay = new Set<Promise<void>>();
  let due = 0;
  for (let now = started; now < ends; now = performance.now()) {
    for (const target = ((now - started) * rate) / 1000; due < target; due++) {
      const asked = performance.now();
      const one = world.ledger.append(provision(world.appended++)).then(() => {
        took.push(performance.now() - asked);
        underWay.delete(one);
      });
      underWay.add(one);
    }
    await pause(TICK_MS);
  }
  const behind = underWay.size;
  await Promise.all(underWay);
  const ms = performance.now() - started;
  await Promise.all([sequencing, looking]);
  took.sort((a, b) => a - b);
  const at = (share: number): string => (took[Math.floor(took.length * share)] ?? 0).toFixed(1);
  say(
    `steady     ${perSecond(took.length, ms)} asked for at ${Number(values.rate).toLocaleString('en')}/s, ${behind} under way at the end; ` +
      `durable after ${at(0.5)} ms (p50), ${at(0.99)} ms (p99); oldest without its leaf ${(oldest / 1000).toFixed(1)} s; ` +
      `${((cpuMs() - cpu) / ms).toFixed(2)} cores`,
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

// A warm-up, so that code is compiled before the first figure.
const warm = await openWorld();
await sequenceAt(warm, 20_000, () => {});
await warm.close();

const world = await openWorld();
try {
  for (let leaves = 10_000; leaves <= Number(values.leaves); leaves *= 10)
    await sequenceAt(world, leaves, say);
  await appendWithSequencer(world, Number(values.seconds), Number(values.concurrency));
  await appendSteadily(world, Number(values.seconds), Number(values.rate));
} finally {
  await world.close();
}
