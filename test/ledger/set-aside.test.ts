import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openActs } from '../../lib/acts/acts.ts';
import type { LedgerRecord } from '../../lib/ledger/contract.ts';
import { readCounts } from '../../lib/ledger/counts.ts';
import { entryOf } from '../../lib/ledger/entry.ts';
import { type ActDraft, oldestUnsequenced } from '../../lib/ledger/ledger.ts';
import { openRetention } from '../../lib/ledger/retention/retention.ts';
import {
  FIRST_KEY,
  pointerPks,
  recordKey,
  STAGED_PKS,
  stagedKey,
  unsequencedKey,
} from '../../lib/ledger/rows.ts';
import { listSetAside } from '../../lib/ledger/set-aside.ts';
import { signed } from '../../lib/ledger/signed-act.ts';
import { TREE_KEY } from '../../lib/ledger/tree-row.ts';
import type { Bucket, Key, Table, Value } from '../../lib/store/store.ts';
import { memoryKeys, memoryObjects } from '../acts.ts';
import { openTemporaryBucket, openTemporaryTable } from '../store/temporary.ts';
import {
  advance,
  appendSome,
  checkLog,
  clock,
  ledgerOver,
  logged,
  provision,
  sequenceAll,
  sequencerOver,
  worldActs,
} from './log-world.ts';

/** Whoever can write to the table may put anything at any key. */
const force = async (table: Table, key: Key, value: unknown): Promise<void> => {
  const there = await table.get(key);
  const condition = there ? { version: there.version } : 'absent';
  await table.write([{ put: key, value: value as Value, if: condition }]);
};

const remove = async (table: Table, key: Key): Promise<void> => {
  const there = await table.get(key);
  if (there) await table.write([{ delete: key, if: { version: there.version } }]);
};

const act = (by: string): ActDraft => ({
  kind: 'examination',
  actor: by,
  certificates: [{ ca: 'organisation-1', serial: '0a' }],
  details: { request: 'r1', decision: 'approve' },
});

const asides = (table: Table) => listSetAside(table, { from: '2000-01-01', to: '9999-12-31', limit: 1000 });

const reasons = async (table: Table): Promise<readonly string[]> =>
  (await asides(table)).map(({ what, why }) => `${what} ${why}`).sort();

const total = async (table: Table): Promise<number> =>
  (await readCounts(table, '2026-03')).reduce((sum, { records }) => sum + records, 0);

const unshaped = (record: LedgerRecord): Value => ({ ...record }) as unknown as Value;

let ids = 0;
const freshId = (): string => {
  advance(1);
  return clock().toString(16).padStart(12, '0') + (ids++).toString(16).padStart(20, '0');
};

const retentionOver = (table: Table, bucket: Bucket) => {
  const forever = (): number => Number.MAX_SAFE_INTEGER;
  const keptUntil = {
    provision: (recorded: number): number => recorded,
    crl: forever,
    report: (madeAt: number): number => madeAt,
    issuance: forever,
    latestNotAfter: forever,
    notAfterOf: async () => undefined,
    enrolment: forever,
    enrolmentOver: async () => undefined,
  };
  return openRetention({ table, bucket, ledger: ledgerOver(table), clock, keptUntil });
};

describe('rows that the ledger did not write', () => {
  it('never stop the sequencer, a query, a total or a deletion, whatever they hold', {
    timeout: 240_000,
  }, async () => {
    const junk = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom<unknown>(
        null,
        0,
        '',
        [],
        {},
        { unreadable: 'AA==' },
        { kind: 'provision' },
        { time: {} },
      ),
    );
    const places = fc.constantFrom(
      'staged',
      'stagedKey',
      'unsequenced',
      'unsequencedKey',
      'record',
      'pointer',
      'total',
      'tree',
      'first',
      'retention',
      'wait',
      'tombstone',
      'report',
      'asideRow',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(places, junk), { minLength: 1, maxLength: 14 }),
        fc.boolean(),
        async (rows, queried) => {
          await using store = await openTemporaryTable();
          await using files = await openTemporaryBucket();
          const { table } = store;
          const ledger = ledgerOver(table);
          const sequencer = sequencerOver(table, files.bucket);
          const written = await appendSome(ledger, 3);
          await sequenceAll(sequencer);
          written.push(...(await appendSome(ledger, 3)), ...(await ledger.append(act('examiner'))));
          if (queried) await ledger.query({ limit: 1 });
          const [total] = (await table.query({ pk: 'count/2026-03', limit: 1 })).items;
          for (const [place, value] of rows) {
            const id = freshId();
            const day = '2026-03-30';
            const key = {
              staged: stagedKey(id),
              stagedKey: { pk: STAGED_PKS[3] as string, sk: `!${ids}` },
              unsequenced: unsequencedKey(id),
              unsequencedKey: { pk: 'unsequenced/4', sk: `zz${ids}` },
              record: recordKey(id),
              pointer: { pk: `party/public/2026-03`, sk: ids % 2 === 0 ? id : `0${ids}` },
              total: { pk: 'count/2026-03', sk: ids % 2 === 0 ? `x${ids}` : (total?.sk ?? 'y') },
              tree: TREE_KEY,
              first: FIRST_KEY,
              retention: { pk: 'retention', sk: 'provision' },
              wait: { pk: 'retention', sk: `provision/${day}` },
              tombstone: { pk: `expired/${day}`, sk: id },
              report: { pk: 'report/annual', sk: `2024/000${ids % 9}` },
              asideRow: { pk: 'set-aside', sk: `${day}/${id}${id}` },
            }[place];
            await force(table, key, value);
            if (place === 'unsequenced') await force(table, recordKey(id), value);
          }
          await ledger.query({ limit: 10 });
          await oldestUnsequenced(table);
          await asides(table);
          // Both the process that knows the tree and another one go on.
          for (const one of [sequencer, sequencerOver(table, files.bucket)]) await sequenceAll(one);
          await checkLog(table, files.bucket, written);
          const found = await ledger.query({ limit: 100 });
          expect(found.records.map(({ id }) => id)).toEqual(written.map(({ id }) => id).reverse());
          const named = await ledger.query({ limit: 100, recipient: 'public' });
          expect(named.records).toHaveLength(6);
          for (const record of written) expect((await ledger.get(record.id)).id).toBe(record.id);
          await readCounts(table, '2026-03');
          await retentionOver(table, files.bucket).enforce();
          for (const record of written.slice(0, 6)) {
            await expect(ledger.get(record.id)).rejects.toMatchObject({ code: 'record-expired' });
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('are kept with their key and their bytes, and are logged by their digest alone', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    const { table } = store;
    const key = stagedKey(freshId());
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const long = { text: '"\\証'.repeat(50_000) };
    await force(table, key, long);
    await table.write([{ put: { ...key, sk: `${key.sk}0` }, value: {}, json: deep, if: 'absent' }]);
    logged.length = 0;
    await sequenceAll(sequencerOver(table, files.bucket));
    const found = await asides(table);
    expect(await reasons(table)).toEqual(['staged malformed', 'staged malformed']);
    const lines = found.map(({ digest }) => ({
      level: 'error',
      message: 'A row of the ledger was set aside',
      facts: { what: 'staged', why: 'malformed', digest },
    }));
    expect(logged).toHaveLength(2);
    expect(logged).toEqual(expect.arrayContaining(lines));
    const rows = (await table.query({ pk: 'set-aside', limit: 100 })).items;
    const texts = found.map(({ digest }) =>
      rows
        .filter(({ sk }) => sk.includes(digest))
        .map(({ value }) => value.text)
        .join(''),
    );
    expect(texts.sort()).toEqual([JSON.stringify(long), deep].sort());
    expect(rows.find(({ value }) => value.parts === 3)?.value.key).toEqual(key);
    // The same row once more on the same day: it goes again, and stands once.
    await force(table, key, long);
    await sequenceAll(sequencerOver(table, files.bucket));
    expect(await table.get(key)).toBeUndefined();
    expect((await asides(table)).length).toBe(2);
  });

  it('count as no totals, and the lane begins again', async () => {
    await using store = await openTemporaryTable();
    const { table } = store;
    const ledger = ledgerOver(table);
    await appendSome(ledger, 4);
    await ledger.query({ limit: 1 });
    expect(await total(table)).toBe(4);
    for (const { pk, sk, value } of (await table.query({ pk: 'count/2026-03', limit: 100 })).items) {
      await force(table, { pk, sk }, { ...value, records: '4' });
    }
    expect(await total(table)).toBe(0);
    await appendSome(ledger, 20);
    await ledger.query({ limit: 1 });
    expect(await total(table)).toBe(20);
    expect(new Set(await reasons(table))).toEqual(new Set(['total malformed']));
  });

  it('do not keep a record from its place, and a record that is put back gets no second leaf', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    const { table } = store;
    const ledger = ledgerOver(table);
    const sequencer = sequencerOver(table, files.bucket);
    const written = await appendSome(ledger, 2);
    await sequenceAll(sequencer);
    const [record] = await ledger.append(act('examiner'));
    const [other] = await appendSome(ledger, 1);
    written.push(record as LedgerRecord, other as LedgerRecord);
    // Rows stand where the next ones will be.
    for (const one of [record, other] as LedgerRecord[]) {
      await force(table, recordKey(one.id), { ...unshaped(one), salt: '00'.repeat(16) });
      for (const pk of pointerPks(one)) await force(table, { pk, sk: one.id }, { kind: 'other' });
    }
    await force(table, unsequencedKey(other?.id as string), { entry: 'AA==' });
    await ledger.query({ limit: 1 });
    await sequenceAll(sequencer);
    await checkLog(table, files.bucket, written);
    expect(await reasons(table)).toEqual(['record replaced', 'record replaced']);
    expect(await total(table)).toBe(4);
    // Staged once more, with their rows there, and waiting once more.
    for (const one of written) await force(table, stagedKey(one.id), one);
    await force(table, unsequencedKey(written[0]?.id as string), {});
    await sequenceAll(sequencer);
    await sequenceAll(sequencerOver(table, files.bucket));
    await checkLog(table, files.bucket, written);
    expect((await reasons(table)).filter((why) => why.endsWith('has-leaf'))).toHaveLength(5);
    // The same through a query, which cannot know that it has its leaf.
    await force(table, stagedKey(written[1]?.id as string), written[1]);
    await ledger.query({ limit: 1 });
    await sequenceAll(sequencer);
    await checkLog(table, files.bucket, written);
    expect(await total(table)).toBe(4);
  });

  it('wait in vain where their record is gone', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    const { table } = store;
    const ledger = ledgerOver(table);
    const [gone, ...written] = await appendSome(ledger, 3);
    await ledger.query({ limit: 1 });
    await remove(table, recordKey(gone?.id as string));
    await sequenceAll(sequencerOver(table, files.bucket));
    await checkLog(table, files.bucket, written);
    expect(await reasons(table)).toEqual(['unsequenced record-missing']);
  });
});

describe('an act', () => {
  const examined = async (): Promise<LedgerRecord> => {
    await using scratch = await openTemporaryTable();
    return (await ledgerOver(scratch.table).append(act('examiner')))[0] as LedgerRecord;
  };

  const withSignatureOf = async (kind: 'submission', record: LedgerRecord): Promise<LedgerRecord> => {
    const { signature } = await signed(worldActs.acts, { ...record, kind } as Parameters<typeof signed>[1]);
    return { ...record, ...(signature && { signature }) };
  };

  const byOtherKeys = async (record: LedgerRecord, origin: string): Promise<LedgerRecord> => {
    const acts = openActs({ objects: memoryObjects(), keys: memoryKeys(), origin, clock });
    return signed(acts, record as Parameters<typeof signed>[1]);
  };

  const forgeries: readonly (readonly [string, (record: LedgerRecord) => Promise<LedgerRecord>])[] = [
    ['without a signature', async ({ signature: _, ...record }) => record as LedgerRecord],
    ['with another content', async (record) => ({ ...record, actor: 'operator' }) as LedgerRecord],
    ['with the key of another kind', (record) => withSignatureOf('submission', record)],
    ['with a key that only a row introduces', (record) => byOtherKeys(record, 'log.example/log')],
    ["with another log's key", (record) => byOtherKeys(record, 'other.example/log')],
    [
      'with a generation that is not there',
      async (record) => ({
        ...record,
        signature: { key: 'examination-2', value: record.signature?.value ?? '' },
      }),
    ],
    [
      'with a signature of another form',
      async (record) => ({ ...record, signature: 7 }) as unknown as LedgerRecord,
    ],
  ];

  it.each(forgeries)('%s never becomes a leaf', async (_, forge) => {
    for (const queried of [false, true]) {
      await using store = await openTemporaryTable();
      await using files = await openTemporaryBucket();
      const { table } = store;
      const ledger = ledgerOver(table);
      const good = await ledger.append(act('examiner'), provision('01'));
      const forged = await forge(await examined());
      await force(table, { pk: 'keys', sk: 'examination-2' }, { publicKey: 'AA==' });
      await force(table, stagedKey(forged.id), forged);
      logged.length = 0;
      if (queried) await ledger.query({ limit: 1 });
      await sequenceAll(sequencerOver(table, files.bucket));
      await checkLog(table, files.bucket, good);
      expect(await reasons(table)).toEqual([`${queried ? 'record' : 'staged'} act-not-proven`]);
      expect(logged.filter(({ level }) => level === 'error')).toHaveLength(1);
      await expect(ledger.get(forged.id)).rejects.toMatchObject({ code: 'unknown-record' });
      for (const pk of pointerPks(forged)) expect(await table.get({ pk, sk: forged.id })).toBeUndefined();
      expect(await total(table)).toBe(2);
    }
  });

  it('that was put straight among the settled and the waiting never becomes a leaf', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    const { table } = store;
    const good = await ledgerOver(table).append(act('examiner'));
    const forged = { ...(await examined()), actor: 'operator' } as LedgerRecord;
    await force(table, recordKey(forged.id), forged);
    await force(table, unsequencedKey(forged.id), { entry: Buffer.from(entryOf(forged)).toString('base64') });
    // A row of the former kind of batch names nothing.
    await force(table, { pk: 'log/batch', sk: '0'.repeat(16) }, { first: 0, count: 1, entries: '' });
    await sequenceAll(sequencerOver(table, files.bucket));
    await checkLog(table, files.bucket, good);
    expect(await reasons(table)).toEqual(['record act-not-proven']);
  });

  it('waits where the keys cannot be read, and is refused for nothing', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    const objects = memoryObjects();
    const keys = memoryKeys();
    const own = { objects, keys, origin: 'log.example/log', clock };
    const [record] = await ledgerOver(store.table).append(act('examiner'));
    const resigned = await signed(openActs(own), record as Parameters<typeof signed>[1]);
    await force(store.table, stagedKey(resigned.id), resigned);
    let isDown = true;
    const get: typeof objects.get = (key) =>
      isDown ? Promise.reject(new Error('no answer')) : objects.get(key);
    const acts = openActs({ ...own, objects: { ...objects, get } });
    const sequencer = sequencerOver(store.table, files.bucket, { acts });
    await expect(sequencer.sequence()).rejects.toThrow('no answer');
    expect(await asides(store.table)).toEqual([]);
    isDown = false;
    await sequenceAll(sequencer);
    await checkLog(store.table, files.bucket, [resigned]);
  });
});
