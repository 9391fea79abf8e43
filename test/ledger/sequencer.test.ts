import { describe, expect, it } from 'vitest';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import { readCounts } from '../../lib/ledger/counts.ts';
import { unsequencedKey } from '../../lib/ledger/rows.ts';
import { CHECKPOINT_OBJECT } from '../../lib/ledger/tree.ts';
import { readTree, TREE_KEY, type TreeRow } from '../../lib/ledger/tree-row.ts';
import type { Bucket } from '../../lib/store/store.ts';
import { type Failure, faultyBucket, faultyTable } from '../store/faulty-table.ts';
import { openTemporaryBucket, openTemporaryTable } from '../store/temporary.ts';
import {
  appendSome,
  checkLog,
  ledgerOver,
  ORIGIN,
  provision,
  sequenceAll,
  sequencerOver,
} from './log-world.ts';

describe('the sequencer', () => {
  it('gives every record one leaf, in the order in which they were written, over many batches', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    const ledger = ledgerOver(store.table);
    const sequencer = sequencerOver(store.table, files.bucket);
    const written = [];
    for (const count of [1, 254, 1, 1, 300, 2]) {
      written.push(...(await appendSome(ledger, count)));
      expect((await sequencer.sequence()).leaves).toBe(count);
    }
    const ids = await checkLog(store.table, files.bucket, written);
    expect(ids).toEqual(written.map(({ id }) => id));
    expect(await sequencer.sequence()).toEqual({ leaves: 0, size: written.length });
    expect((await ledger.query({ limit: 1000 })).records.length).toBe(written.length);
  });

  it('gives leaves to what a query has settled before, and counts it once', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    const ledger = ledgerOver(store.table);
    const settled = await appendSome(ledger, 20);
    expect((await ledger.query({ limit: 100 })).records).toEqual([...settled].reverse());
    expect(await store.table.get(unsequencedKey(settled[3]?.id as string))).toBeDefined();
    const staged = await appendSome(ledger, 20);
    await sequenceAll(sequencerOver(store.table, files.bucket));
    await checkLog(store.table, files.bucket, [...settled, ...staged]);
    const counts = await readCounts(store.table, '2026-03');
    expect(counts.reduce((sum, { records }) => sum + records, 0)).toBe(40);
  });

  it('never forks and loses nothing when several run at once over one table, with queries and appends', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    const written = await appendSome(ledgerOver(store.table), 50);
    let appending = true;
    const work = async (): Promise<void> => {
      const ledger = ledgerOver(store.table);
      const records = await Promise.all(
        Array.from({ length: 300 }, async (_, i) => {
          await new Promise((resolve) => setTimeout(resolve, i % 40));
          return ledger.append(provision(i.toString(16).padStart(4, '0')));
        }),
      );
      collected.push(...records.flat());
    };
    const collected: (typeof written)[number][] = [];
    const sequencers = Array.from({ length: 4 }, () => sequencerOver(store.table, files.bucket));
    const race = sequencers.map(async (sequencer) => {
      while (appending) {
        await sequencer.sequence();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
    const reader = ledgerOver(store.table);
    const reading = (async () => {
      while (appending) await reader.query({ limit: 10 });
    })();
    await Promise.all([work(), work(), work()]);
    appending = false;
    await Promise.all([...race, reading]);
    for (const sequencer of sequencers) await sequenceAll(sequencer);
    await checkLog(store.table, files.bucket, [...written, ...collected]);
    const counts = await readCounts(store.table, '2026-03');
    expect(counts.reduce((sum, { records }) => sum + records, 0)).toBe(950);
  });

  it.each(['lost', 'appliedThenErrored'] satisfies Failure[])(
    'is whole again after any one of its writes is %s',
    async (failure) => {
      let failures = 0;
      for (const store of ['table', 'bucket'] as const) {
        for (let n = 1; ; n++) {
          await using rows = await openTemporaryTable();
          await using files = await openTemporaryBucket();
          const ledger = ledgerOver(rows.table);
          const first = await appendSome(ledger, 5);
          await sequenceAll(sequencerOver(rows.table, files.bucket));
          const waiting = await appendSome(ledger, 6);
          await ledger.query({ limit: 1 });
          waiting.push(...(await appendSome(ledger, 7)));
          const plan = new Map([[n, failure]]);
          const table = store === 'table' ? faultyTable(rows.table, plan) : rows.table;
          const bucket: Bucket & { writes?: number } =
            store === 'bucket' ? faultyBucket(files.bucket, plan) : files.bucket;
          const sequencer = sequencerOver(table, bucket);
          let failed = false;
          await sequencer.sequence().catch((error) => {
            expect(error).toMatchObject({ code: 'store-unavailable' });
            failed = true;
          });
          // The same process continues half of the worlds, another process the other half.
          await sequenceAll(n % 2 === 0 ? sequencer : sequencerOver(rows.table, files.bucket));
          await checkLog(rows.table, files.bucket, [...first, ...waiting]);
          const counts = await readCounts(rows.table, '2026-03');
          expect(counts.reduce((sum, { records }) => sum + records, 0)).toBe(18);
          if (!failed) break;
          failures++;
        }
      }
      // The batch, two tiles, the tree, the records, the checkpoint, and the end of the batch.
      expect(failures).toBeGreaterThanOrEqual(8);
    },
    120_000,
  );

  it('leaves records staged, and queries complete, while the bucket is down', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    const down = faultyBucket(files.bucket, new Map(Array.from({ length: 99 }, (_, i) => [i + 1, 'lost'])));
    const ledger = ledgerOver(store.table);
    const written = await appendSome(ledger, 3);
    await expect(sequencerOver(store.table, down).sequence()).rejects.toMatchObject({
      code: 'store-unavailable',
    });
    written.push(...(await appendSome(ledger, 2)));
    expect((await ledger.query({ limit: 10 })).records).toEqual([...written].reverse());
    await sequenceAll(sequencerOver(store.table, files.bucket));
    await checkLog(store.table, files.bucket, written);
  });

  it('stops and signs nothing more if somebody rolled the tree back', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    const ledger = ledgerOver(store.table);
    await appendSome(ledger, 3);
    const sequencer = sequencerOver(store.table, files.bucket);
    await sequencer.sequence();
    const old = await readTree(store.table);
    await appendSome(ledger, 2);
    await sequencer.sequence();
    const shown = (await files.bucket.get(CHECKPOINT_OBJECT))?.body;
    const put = async (value: TreeRow): Promise<void> => {
      const version = (await readTree(store.table))?.version as number;
      await store.table.write([{ put: TREE_KEY, value, if: { version } }]);
    };
    await put(old?.row as TreeRow);
    await appendSome(ledger, 1);
    for (const one of [sequencerOver(store.table, files.bucket), sequencer]) {
      await expect(one.sequence()).rejects.toMatchObject({ code: 'table-behind' });
    }
    expect((await files.bucket.get(CHECKPOINT_OBJECT))?.body).toEqual(shown);
    expect((await readTree(store.table))?.row.size).toBe(3);
  });

  it('refuses another origin or key than the log began with', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    const ledger = ledgerOver(store.table);
    const written = [...(await appendSome(ledger, 1))];
    await sequencerOver(store.table, files.bucket).sequence();
    written.push(...(await appendSome(ledger, 1)));
    const other = sequencerOver(store.table, files.bucket, {
      origin: { name: 'other.example', chosen: true },
    });
    await expect(other.sequence()).rejects.toMatchObject({ code: 'configuration-invalid' });
    const stranger = sequencerOver(store.table, files.bucket, {
      signer: () => generateSoftwareKey('ed25519'),
    });
    await expect(stranger.sequence()).rejects.toMatchObject({ code: 'configuration-invalid' });
    const derived = sequencerOver(store.table, files.bucket, {
      origin: { name: 'moved.example/log', chosen: false },
    });
    await derived.sequence();
    await checkLog(store.table, files.bucket, written);
    expect((await readTree(store.table))?.row.origin).toBe(ORIGIN);
  });
});
