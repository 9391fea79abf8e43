import { describe, expect, it } from 'vitest';
import { type Acts, openActs } from '../../lib/acts/acts.ts';
import type { LedgerRecord } from '../../lib/ledger/contract.ts';
import { type ActDraft, isProven, type Ledger, openLedger } from '../../lib/ledger/ledger.ts';
import { recordKey, stagedKey } from '../../lib/ledger/rows.ts';
import { listSetAside } from '../../lib/ledger/set-aside.ts';
import { signed } from '../../lib/ledger/signed-act.ts';
import type { Bucket, Table, Value } from '../../lib/store/store.ts';
import { ledgerActs, memoryKeys, memoryObjects } from '../acts.ts';
import { openTemporaryBucket, openTemporaryTable } from '../store/temporary.ts';
import { advance, appendSome, checkLog, clock, sequenceAll, sequencerOver } from './log-world.ts';

const MINUTE = 60_000;

const act = (by: string): ActDraft => ({
  kind: 'examination',
  actor: by,
  details: { request: 'r1', decision: 'approve' },
});

/** Two processes with keys of their own memory, and a clock of passing time that tests set. */
const openWorld = async () => {
  const store = await openTemporaryTable();
  const files = await openTemporaryBucket();
  const objects = memoryObjects();
  const keys = memoryKeys();
  let passed = 0;
  const process = (at = clock): { acts: Acts; ledger: Ledger } => {
    const acts = openActs({ objects, keys, origin: 'log.example/log', clock: at });
    const ledger = openLedger({
      ...ledgerActs(),
      table: store.table,
      clock,
      random: (n) => crypto.getRandomValues(new Uint8Array(n)),
      acts,
      objects,
      bucket: files.bucket,
    });
    return { acts, ledger };
  };
  const first = process();
  return {
    table: store.table as Table,
    bucket: files.bucket as Bucket,
    ...first,
    process,
    sequencer: (acts: Acts = first.acts) =>
      sequencerOver(store.table, files.bucket, { acts, elapsed: () => passed }),
    pass: (ms: number): void => {
      passed += ms;
      advance(ms);
    },
    closedAt: async () => (await first.acts.keys()).find(({ generation }) => generation === 1)?.closedAt,
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await store[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
};

const stage = (table: Table, record: LedgerRecord): Promise<void> =>
  table.write([{ put: stagedKey(record.id), value: record as unknown as Value, if: 'absent' }]);

describe('a key of acts that has a successor', () => {
  it('is closed at the size of the log, after five minutes, and its earlier acts go on to count', async () => {
    await using world = await openWorld();
    const { table, bucket, acts, ledger, pass } = world;
    const written = [...(await ledger.append(act('a'))), ...(await appendSome(ledger, 2))];
    const sequencer = world.sequencer();
    await sequenceAll(sequencer);
    await acts.makeKey('examination', 2);
    for (let minutes = 0; minutes < 5; minutes++) {
      pass(MINUTE);
      await sequencer.sequence();
      expect(await world.closedAt(), `${minutes}`).toBeUndefined();
    }
    pass(MINUTE);
    written.push(...(await ledger.append(act('b'))));
    expect(written.at(-1)?.signature?.key).toBe('examination-2');
    await sequencer.sequence();
    expect(await world.closedAt()).toBe(4);
    await checkLog(table, bucket, written);
    // In this process at once, in another one as soon as it looks.
    for (const one of [world, world.process()]) {
      for (const { id, kind } of written) if (kind !== 'provision') await one.ledger.act(id);
    }
    expect(await listSetAside(table, { from: '2000-01-01', to: '9999-12-31', limit: 9 })).toEqual([]);
  });

  it('makes no act any more that counts: not one that is staged later, nor one that names a leaf of another', async () => {
    await using world = await openWorld();
    const { table, bucket, acts, ledger, pass, process } = world;
    const [early] = await ledger.append(act('a'));
    const sequencer = world.sequencer();
    await sequenceAll(sequencer);
    // Whoever had the old key kept acts that were signed with it.
    const kept = await Promise.all(
      ['b', 'c'].map(async (by) => {
        await using scratch = await openTemporaryTable();
        const own = openLedger({
          ...ledgerActs(),
          table: scratch.table,
          clock,
          random: (n) => crypto.getRandomValues(new Uint8Array(n)),
        });
        const [{ signature: _, ...draft }] = (await own.append(act(by))) as [LedgerRecord];
        return signed(acts, draft as Parameters<typeof signed>[1]);
      }),
    );
    await acts.makeKey('examination', 2);
    pass(MINUTE);
    await sequencer.sequence();
    pass(7 * MINUTE);
    await sequencer.sequence();
    expect(await world.closedAt()).toBe(1);

    const [late, forged] = kept as [LedgerRecord, LedgerRecord];
    expect(late.signature?.key).toBe('examination-1');
    await stage(table, late);
    await expect(ledger.act(late.id)).rejects.toMatchObject({ code: 'act-not-proven' });
    await sequenceAll(world.sequencer(process().acts));
    expect(await listSetAside(table, { from: '2000-01-01', to: '9999-12-31', limit: 9 })).toMatchObject([
      { what: 'staged', why: 'key-closed' },
    ]);
    // Its row says that it has a leaf below the size, and the log has another act there.
    const row = { ...forged, leaf: early?.leaf ?? 0 } as unknown as Value;
    await table.write([{ put: recordKey(forged.id), value: row, if: 'absent' }]);
    await expect(ledger.act(forged.id)).rejects.toMatchObject({ code: 'act-not-proven' });
    expect(await isProven({ acts, bucket }, await ledger.get(early?.id as string))).toBe(true);
    await checkLog(table, bucket, [early as LedgerRecord]);
  });

  it('is closed behind an act by it that still waited for its leaf', async () => {
    await using world = await openWorld();
    const { table, bucket, acts, pass } = world;
    // A process whose clock stands still looks for no new key.
    const start = clock();
    const asleep = world.process(() => start);
    const written = [...(await asleep.ledger.append(act('a')))];
    await acts.makeKey('examination', 2);
    const down: Bucket = {
      get: (key) => bucket.get(key),
      list: (prefix, options) => bucket.list(prefix, options),
      delete: (key) => bucket.delete(key),
      put: () => Promise.reject(new Error('no answer')),
    };
    const stuck = sequencerOver(table, down, { acts, elapsed: () => 0 });
    await expect(stuck.sequence()).rejects.toThrow('no answer');
    const sequencer = world.sequencer();
    await sequencer.sequence();
    pass(7 * MINUTE);
    const [late] = await asleep.ledger.append(act('b'));
    expect(late?.signature?.key).toBe('examination-1');
    written.push(...(late ? [late] : []));
    await sequenceAll(sequencer);
    expect(await world.closedAt()).toBe(2);
    await checkLog(table, bucket, written);
    for (const { id } of written) await world.ledger.act(id);
  });

  it('is closed once by several sequencers', async () => {
    await using world = await openWorld();
    const { table, bucket, acts, ledger, pass, process } = world;
    const written = [...(await ledger.append(act('a')))];
    await acts.makeKey('examination', 2);
    const sequencers = [world.sequencer(), world.sequencer(process(() => clock() + 3 * MINUTE).acts)];
    for (const one of sequencers) await one.sequence();
    pass(7 * MINUTE);
    written.push(...(await appendSome(ledger, 2)));
    await Promise.all(sequencers.map((one) => one.sequence()));
    for (const one of sequencers) await sequenceAll(one);
    expect(await world.closedAt()).toBeGreaterThanOrEqual(1);
    await checkLog(table, bucket, written);
    await world.ledger.act(written[0]?.id as string);
  });
});
