import { describe, expect, it } from 'vitest';
import { listBatches, putBatch, readBatch } from '../../lib/ledger/batches.ts';
import { entryOf } from '../../lib/ledger/entry.ts';
import { recordKey, stagedKey } from '../../lib/ledger/rows.ts';
import { listSetAside } from '../../lib/ledger/set-aside.ts';
import { CHECKPOINT_OBJECT } from '../../lib/ledger/tree.ts';
import { readTree, TREE_KEY, type TreeRow } from '../../lib/ledger/tree-row.ts';
import type { Bucket, Key, Table, Value } from '../../lib/store/store.ts';
import { openTemporaryBucket, openTemporaryTable } from '../store/temporary.ts';
import { appendSome, checkLog, ledgerOver, sequenceAll, sequencerOver } from './log-world.ts';

/** Batches and the tree's row: what the bucket decides, whatever the table says and however slow a sequencer is. */
const openWorld = async () => {
  const store = await openTemporaryTable();
  const files = await openTemporaryBucket();
  return {
    table: store.table,
    bucket: files.bucket,
    ledger: ledgerOver(store.table),
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await store[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
};

/** Where a step of a sequencer waits until a test lets it go on, or dies. */
const stoppedAt = (bucket: Bucket, key: string) => {
  let reach = (): void => {};
  let goOn: (how: 'on' | 'dead') => void = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const going = new Promise<'on' | 'dead'>((resolve) => {
    goOn = resolve;
  });
  let stopped = false;
  const put: Bucket['put'] = async (at, body, options) => {
    if (at.startsWith(key) && !stopped) {
      stopped = true;
      reach();
      if ((await going) === 'dead') throw new Error('killed');
    }
    return bucket.put(at, body, options);
  };
  const other: Bucket = {
    get: (at) => bucket.get(at),
    list: (prefix, options) => bucket.list(prefix, options),
    delete: (at) => bucket.delete(at),
    put,
  };
  return { bucket: other, reached, goOn: (how: 'on' | 'dead') => goOn(how) };
};

const force = async (table: Table, key: Key, value: Value): Promise<void> => {
  const there = await table.get(key);
  await table.write([{ put: key, value, if: there ? { version: there.version } : 'absent' }]);
};

const remove = async (table: Table, key: Key): Promise<void> => {
  const there = await table.get(key);
  if (there) await table.write([{ delete: key, if: { version: there.version } }]);
};

const checkpointOf = async (bucket: Bucket): Promise<string> =>
  Buffer.from((await bucket.get(CHECKPOINT_OBJECT))?.body ?? []).toString();

describe('a batch', () => {
  it('that an interrupted run began is continued, though the table lost its records', async () => {
    await using world = await openWorld();
    const { table, bucket, ledger } = world;
    const written = await appendSome(ledger, 3);
    const stop = stoppedAt(bucket, 'log/tile/');
    const dying = sequencerOver(table, stop.bucket).sequence();
    await stop.reached;
    stop.goOn('dead');
    await expect(dying).rejects.toThrow('killed');
    expect(await listBatches(bucket)).toEqual([0]);
    const [gone, ...others] = written;
    await remove(table, stagedKey(gone?.id as string));
    const late = await appendSome(ledger, 2);
    await sequenceAll(sequencerOver(table, bucket));
    const tree = await readTree(table);
    expect(tree?.row.size).toBe(5);
    // Its leaf stays, so an audit finds that its record is missing.
    expect(await table.get(recordKey(gone?.id as string))).toBeUndefined();
    for (const [i, { id }] of [...others, ...late].entries()) {
      expect((await ledger.get(id)).leaf).toBe(i + 1);
    }
  });

  it('holds ids, digests and kinds alone', async () => {
    await using world = await openWorld();
    const { table, bucket, ledger } = world;
    const [record] = await appendSome(ledger, 1);
    const stop = stoppedAt(bucket, 'log/tile/');
    const running = sequencerOver(table, stop.bucket).sequence();
    await stop.reached;
    const entries = await readBatch(bucket, 0);
    expect(entries?.map((entry) => Buffer.from(entry))).toEqual(record && [Buffer.from(entryOf(record))]);
    stop.goOn('on');
    await running;
    expect(await listBatches(bucket)).toEqual([]);
  });

  it('stays until a checkpoint that covers it is published', async () => {
    await using world = await openWorld();
    const { table, bucket, ledger } = world;
    const written = await appendSome(ledger, 2);
    const cosign = async (): Promise<never> => {
      throw new Error('no witness');
    };
    const alone = sequencerOver(table, bucket, { cosign });
    await expect(alone.sequence()).rejects.toThrow('no witness');
    written.push(...(await appendSome(ledger, 3)));
    await expect(alone.sequence()).rejects.toThrow('no witness');
    expect(await listBatches(bucket)).toEqual([0, 2]);
    await sequencerOver(table, bucket).sequence();
    await checkLog(table, bucket, written);
  });

  it('that a slow sequencer puts after the end of the first one harms nothing', async () => {
    await using world = await openWorld();
    const { table, bucket, ledger } = world;
    const written = await appendSome(ledger, 4);
    const stop = stoppedAt(bucket, 'log-batches/');
    const slow = sequencerOver(table, stop.bucket);
    const running = slow.sequence();
    await stop.reached;
    // Two of the four are sequenced by another batch of the same index, and the others wait.
    const staged = await Promise.all(written.map(({ id }) => table.get(stagedKey(id))));
    for (const item of staged.slice(2)) await remove(table, item as Key);
    await sequencerOver(table, bucket).sequence();
    expect((await readTree(table))?.row.size).toBe(2);
    for (const item of staged.slice(2)) await force(table, item as Key, item?.value as Value);
    expect(await listBatches(bucket)).toEqual([]);
    stop.goOn('on');
    await running;
    await sequenceAll(slow);
    // Every process that comes later meets the batch that was put late.
    await putBatch(
      bucket,
      0,
      written.map((record) => entryOf(record)),
    );
    for (const record of await appendSome(ledger, 1)) written.push(record);
    await sequenceAll(sequencerOver(table, bucket));
    await checkLog(table, bucket, written);
  });

  it('is chosen once where several begin at the same time', async () => {
    await using world = await openWorld();
    const { table, bucket, ledger } = world;
    const written = await appendSome(ledger, 2);
    const stop = stoppedAt(bucket, 'log-batches/');
    const slow = sequencerOver(table, stop.bucket);
    const running = slow.sequence();
    await stop.reached;
    written.push(...(await appendSome(ledger, 2)));
    const second = stoppedAt(bucket, 'log/tile/');
    const other = sequencerOver(table, second.bucket);
    const racing = other.sequence();
    await second.reached;
    stop.goOn('on');
    await running;
    second.goOn('on');
    await racing;
    for (const one of [slow, other]) await sequenceAll(one);
    await checkLog(table, bucket, written);
  });
});

describe("the tree's row", () => {
  const bad: readonly (readonly [string, (row: TreeRow, older: TreeRow) => Value | undefined, string])[] = [
    ['is deleted', () => undefined, ''],
    ['is malformed', () => ({ size: '4' }), 'malformed'],
    ['says another size', (row) => ({ ...row, size: row.size + 1 }), 'not-signed'],
    ['says another root', (row) => ({ ...row, root: Buffer.alloc(32).toString('base64') }), 'not-signed'],
    ['names another key', (row) => ({ ...row, vkey: `${row.vkey}x` }), 'not-signed'],
    ['has an older checkpoint', (row, older) => ({ ...row, note: older.note }), 'not-signed'],
    [
      'has an altered checkpoint',
      (row) => ({ ...row, note: row.note.replace('\n5\n', '\n6\n') }),
      'not-signed',
    ],
  ];

  it.each(bad)('that %s is made again, and the same leaves follow', async (_, change, why) => {
    for (const isPublished of [true, false]) {
      await using world = await openWorld();
      const { table, bucket, ledger } = world;
      const written = await appendSome(ledger, 3);
      await sequencerOver(table, bucket).sequence();
      const older = (await readTree(table))?.row as TreeRow;
      written.push(...(await appendSome(ledger, 2)));
      const cosign = async () => {
        if (!isPublished) throw new Error('no witness');
        return [];
      };
      const knowing = sequencerOver(table, bucket, { cosign });
      await knowing.sequence().catch(() => {});
      const row = (await readTree(table))?.row as TreeRow;
      expect(row.size).toBe(5);
      const value = change(row, older);
      if (value === undefined) await remove(table, TREE_KEY);
      else await force(table, TREE_KEY, value);
      written.push(...(await appendSome(ledger, 1)));
      // The process that knows the tree, and another one.
      const sequencers = [knowing, sequencerOver(table, bucket)];
      await knowing.sequence().catch((error: Error) => expect(error.message).toBe('no witness'));
      expect((await readTree(table))?.row.size).toBe(6);
      await sequenceAll(sequencers[1] as (typeof sequencers)[number]);
      await checkLog(table, bucket, written);
      const asides = await listSetAside(table, { from: '2000-01-01', to: '9999-12-31', limit: 9 });
      expect(asides.map((row) => row.why)).toEqual(why === '' ? [] : [why]);
    }
  });

  it('that is lost before anything was published follows from the batches', async () => {
    await using world = await openWorld();
    const { table, bucket, ledger } = world;
    const cosign = async (): Promise<never> => {
      throw new Error('no witness');
    };
    const alone = sequencerOver(table, bucket, { cosign });
    const written = await appendSome(ledger, 2);
    await alone.sequence().catch(() => {});
    written.push(...(await appendSome(ledger, 2)));
    await alone.sequence().catch(() => {});
    const before = (await readTree(table))?.row;
    await remove(table, TREE_KEY);
    await alone.sequence().catch(() => {});
    expect(await readTree(table)).toEqual({ row: before, version: 2 });
    await sequencerOver(table, bucket).sequence();
    await checkLog(table, bucket, written);
  });

  it('is not made again for a table that lacks the last published record', async () => {
    await using world = await openWorld();
    const { table, bucket, ledger } = world;
    const written = await appendSome(ledger, 3);
    await sequencerOver(table, bucket).sequence();
    await remove(table, TREE_KEY);
    await remove(table, recordKey(written[2]?.id as string));
    await expect(sequencerOver(table, bucket).sequence()).rejects.toMatchObject({
      code: 'table-behind',
      facts: { table: 0, published: 3 },
    });
    expect(await readTree(table)).toBeUndefined();
  });

  it('that was put back under the very version that a sequencer knows makes no second history', async () => {
    await using world = await openWorld();
    const { table, bucket, ledger } = world;
    await appendSome(ledger, 1);
    const sleeping = sequencerOver(table, bucket);
    await sleeping.sequence();
    const old = await readTree(table);
    await appendSome(ledger, 2);
    await sequencerOver(table, bucket).sequence();
    const shown = await checkpointOf(bucket);
    await remove(table, TREE_KEY);
    await force(table, TREE_KEY, old?.row as Value);
    expect(await readTree(table)).toEqual(old);
    await appendSome(ledger, 7);
    await expect(sleeping.sequence()).rejects.toMatchObject({ code: 'table-behind' });
    expect(await checkpointOf(bucket)).toBe(shown);
    expect((await readTree(table))?.row).toEqual(old?.row);
  });
});
