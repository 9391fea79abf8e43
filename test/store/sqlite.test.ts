import fs from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORMAT } from '../../lib/format.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import type { Write } from '../../lib/store/store.ts';
import { tableContract } from './table-contract.ts';
import { openTemporaryTable, temporaryFolder } from './temporary.ts';

describe('SQLite table', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let files = 0;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  tableContract({
    open: () => openSqliteTable(join(folder.path, `table${files++}.sqlite`)),
    writers: 1000,
    increments: 1000,
    queryRuns: 300,
  });

  it('keeps everything over closing and opening', async () => {
    const file = join(folder.path, 'kept.sqlite');
    const first = await openSqliteTable(file);
    await first.write([{ put: { pk: 'p', sk: 's' }, value: { kept: true }, if: 'absent' }]);
    await first.close();
    const second = await openSqliteTable(file);
    expect(await second.get({ pk: 'p', sk: 's' })).toMatchObject({ version: 1, value: { kept: true } });
    await second.close();
  });

  it('refuses a second opener in the same process', async () => {
    const file = join(folder.path, 'locked.sqlite');
    const owner = await openSqliteTable(file);
    await expect(openSqliteTable(file)).rejects.toMatchObject({ code: 'store-locked' });
    await owner.write([{ put: { pk: 'p', sk: 's' }, value: {}, if: 'absent' }]);
    await expect(openSqliteTable(file)).rejects.toMatchObject({ code: 'store-locked' });
    await owner.close();
    const next = await openSqliteTable(file);
    expect((await next.get({ pk: 'p', sk: 's' }))?.version).toBe(1);
    await next.close();
  });

  it('reads and replaces a row to which somebody else gave a version that is none, and passes over one without a sort key', async () => {
    const file = join(folder.path, 'versions.sqlite');
    await (await openSqliteTable(file)).close();
    const db = new DatabaseSync(file);
    const put = db.prepare('INSERT INTO item (pk, sk, version, value) VALUES (?, ?, ?, ?)');
    for (const [sk, version] of [
      ['', 1],
      ['a', 9007199254740993n],
      ['b', -1],
      ['c', 'none'],
      ['d', 7],
    ] as const) {
      put.run('p', sk, version, '{}');
    }
    db.close();
    const table = await openSqliteTable(file);
    const { items } = await table.query({ pk: 'p', limit: 10 });
    const none = Number.MAX_SAFE_INTEGER;
    expect(items.map(({ sk, version }) => [sk, version])).toEqual([
      ['a', none],
      ['b', none],
      ['c', none],
      ['d', 7],
    ]);
    for (const { pk, sk, version } of items) {
      await table.write([{ put: { pk, sk }, value: { mended: true }, if: { version } }]);
    }
    const mended = (await table.query({ pk: 'p', limit: 10 })).items;
    expect(mended.map(({ version }) => version)).toEqual([1, 1, 1, 8]);
    for (const { pk, sk, version } of mended) await table.write([{ delete: { pk, sk }, if: { version } }]);
    expect((await table.query({ pk: 'p', limit: 10 })).items).toEqual([]);
    await table.close();
  });

  it('hands out a value that somebody else wrote and that is no JSON, and every other row beside it', async () => {
    const file = join(folder.path, 'foreign-row.sqlite');
    const first = await openSqliteTable(file);
    await first.write([{ put: { pk: 'p', sk: 'b' }, value: { good: true }, if: 'absent' }]);
    await first.close();
    const db = new DatabaseSync(file);
    const insert = db.prepare('INSERT INTO item (pk, sk, version, value) VALUES (?, ?, 1, ?)');
    insert.run('p', 'a', '{"half":');
    insert.run('p', 'c', new Uint8Array([0xff, 0]));
    db.close();
    const table = await openSqliteTable(file);
    const { items } = await table.query({ pk: 'p', limit: 10 });
    expect(items.map(({ value }) => value)).toEqual([
      { unreadable: Buffer.from('{"half":').toString('base64') },
      { good: true },
      { unreadable: '/wA=' },
    ]);
    expect((await table.get({ pk: 'p', sk: 'c' }))?.value).toEqual({ unreadable: '/wA=' });
    await table.write([{ delete: { pk: 'p', sk: 'a' }, if: { version: 1 } }]);
    await table.close();
  });

  it('refuses files that are not its own', async () => {
    const foreign = join(folder.path, 'foreign.sqlite');
    const db = new DatabaseSync(foreign);
    db.exec('CREATE TABLE other (x)');
    db.close();
    await expect(openSqliteTable(foreign)).rejects.toMatchObject({ code: 'configuration-invalid' });
    const text = join(folder.path, 'text.sqlite');
    await writeFile(text, 'This is a letter, not a table. '.repeat(100));
    await expect(openSqliteTable(text)).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('refuses a file in another format by name, with what to do, and leaves it as it is', async () => {
    const file = join(folder.path, 'later.sqlite');
    await (await openSqliteTable(file)).close();
    const db = new DatabaseSync(file);
    db.exec(`PRAGMA user_version = ${FORMAT + 1}`);
    db.close();
    await expect(openSqliteTable(file)).rejects.toMatchObject({
      code: 'format-unsupported',
      message: expect.stringMatching(/later\.sqlite is in format 2; .* reads format 1 only\. Go on with/),
    });
    const again = new DatabaseSync(file);
    expect(again.prepare('PRAGMA user_version').get()).toEqual({ user_version: FORMAT + 1 });
    again.close();
  });

  it('purges what has expired and nothing else', async () => {
    await using opened = await openTemporaryTable();
    const { table } = opened;
    const put = (sk: string, expires?: number) =>
      table.write([
        { put: { pk: 'p', sk }, value: {}, if: 'absent', ...(expires === undefined ? {} : { expires }) },
      ]);
    await Promise.all([
      ...Array.from({ length: 1500 }, (_, i) => put(`old${i}`, 1_000 + (i % 7))),
      put('due', 2_000),
      put('later', 2_001),
      put('always'),
      put('renewed', 1_000),
    ]);
    await table.write([{ put: { pk: 'p', sk: 'renewed' }, value: {}, if: { version: 1 } }]);
    expect(await table.purgeExpired(2_000)).toBe(1500);
    const { items } = await table.query({ pk: 'p', limit: 1000 });
    expect(items.map(({ sk }) => sk)).toEqual(['always', 'due', 'later', 'renewed']);
    expect(await table.purgeExpired(2_001)).toBe(1);
    expect(await table.purgeExpired(2_001)).toBe(0);
  });

  it('gives the present value of rows that were read before', async () => {
    await using opened = await openTemporaryTable();
    const { table } = opened;
    const [one, two] = [
      { pk: 'p', sk: 'one' },
      { pk: 'p', sk: 'two' },
    ] as const;
    await table.write([{ put: one, value: { n: 1 }, if: 'absent', expires: 1_000 }]);
    const read = async () => (await table.get(one))?.value;
    expect(await read()).toEqual({ n: 1 });
    // The first change is undone because the second one fails.
    const undone = table.write([
      { put: one, value: { n: 2 }, if: { version: 1 } },
      { put: two, value: {}, if: { version: 9 } },
    ]);
    await expect(undone).rejects.toMatchObject({ code: 'condition-failed' });
    expect(await read()).toEqual({ n: 1 });
    await table.write([{ put: one, value: { n: 3 }, if: { version: 1 }, expires: 1_000 }]);
    expect(await read()).toEqual({ n: 3 });
    expect((await table.get(one))?.version).toBe(2);
    await table.purgeExpired(2_000);
    expect(await read()).toBeUndefined();
    // More rows than the memory keeps.
    for (let n = 0; n < 40; n++)
      await table.write([
        { put: { pk: 'large', sk: `${n}` }, value: { text: 'x'.repeat(300_000) }, if: 'absent' },
      ]);
    for (const round of [1, 2]) {
      for (let n = 0; n < 40; n++)
        expect((await table.get({ pk: 'large', sk: `${n}` }))?.sk, `${round}`).toBe(`${n}`);
    }
  });

  it('acknowledges and shows a write when the disk has it, and answers nothing after a failed sync', async () => {
    await using opened = await openTemporaryTable();
    const { table } = opened;
    const real = fs.fdatasync;
    const held: ((error: NodeJS.ErrnoException | null) => void)[] = [];
    fs.fdatasync = ((_: number, done: (error: NodeJS.ErrnoException | null) => void) => {
      held.push(done);
    }) as typeof fs.fdatasync;
    syncBuiltinESMExports();
    try {
      const outcomes: string[] = [];
      const put = (sk: string) =>
        table.write([{ put: { pk: 'p', sk }, value: {}, if: 'absent' }]).then(
          () => outcomes.push(`${sk} stored`),
          ({ code }) => outcomes.push(`${sk} ${code}`),
        );
      const first = Promise.all([put('one'), put('one'), put('two')]);
      while (held.length === 0) await nextTurn();
      const read = (sk: string) =>
        table.get({ pk: 'p', sk }).then(
          (item) => outcomes.push(`${sk} at ${item?.version ?? 0}`),
          ({ code }) => outcomes.push(`${sk} unread: ${code}`),
        );
      const reads = [
        read('two'),
        read('absent'),
        table.query({ pk: 'p', limit: 1 }).then(({ items }) => outcomes.push(`${items[0]?.sk} listed`)),
      ];
      // Rows that the commit does not touch can be read at once.
      expect(await table.get({ pk: 'q', sk: 'two' })).toBeUndefined();
      const second = put('three');
      for (let turns = 0; turns < 20; turns++) await nextTurn();
      expect(outcomes).toEqual([]);
      expect(held.length).toBe(1);
      held[0]?.(null);
      await Promise.all([first, ...reads]);
      expect(outcomes.sort()).toEqual([
        'absent at 0',
        'one condition-failed',
        'one listed',
        'one stored',
        'two at 1',
        'two stored',
      ]);
      while (held.length === 1) await nextTurn();
      const third = read('three');
      held[1]?.(Object.assign(new Error('i/o error'), { code: 'EIO' }));
      await Promise.all([second, third]);
      expect(outcomes.slice(-2).sort()).toEqual([
        'three store-unavailable',
        'three unread: store-unavailable',
      ]);
      await expect(table.get({ pk: 'p', sk: 'two' })).rejects.toMatchObject({ code: 'store-unavailable' });
      await put('four');
      expect(outcomes.at(-1)).toBe('four store-unavailable');
    } finally {
      fs.fdatasync = real;
      syncBuiltinESMExports();
    }
  });

  it('commits one turn of the event loop at once, in the order of the calls', async () => {
    await using opened = await openTemporaryTable();
    const key = { pk: 'p', sk: 's' };
    // Each of these needs the one before it; the second `absent` comes too late.
    const outcomes = await Promise.allSettled([
      opened.table.write([{ put: key, value: {}, if: 'absent' }]),
      opened.table.write([{ put: key, value: {}, if: { version: 1 } }]),
      opened.table.write([{ put: key, value: {}, if: 'absent' }]),
      opened.table.write([{ delete: key, if: { version: 2 } }]),
      opened.table.write([{ put: key, value: { last: true }, if: 'absent' }]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(await opened.table.get(key)).toEqual({ ...key, version: 1, value: { last: true } });
  });

  it('applies nothing of a write that fails amid its rows, and every other write of the batch', async () => {
    await using opened = await openTemporaryTable();
    const put = (sk: string, value = {}): Write => ({ put: { pk: 'p', sk }, value, if: 'absent' });
    await opened.table.write([put('taken')]);
    // The second and third fail at their last rows; the fourth needs what the first did, the fifth what the third did not.
    const outcomes = await Promise.allSettled([
      opened.table.write([put('a'), put('b')]),
      opened.table.write([put('c'), put('taken')]),
      opened.table.write([put('d'), put('e'), put('a')]),
      opened.table.write([{ delete: { pk: 'p', sk: 'a' }, if: { version: 1 } }, put('f')]),
      opened.table.write([put('d', { second: true })]),
      opened.table.write([{ check: { pk: 'p', sk: 'e' }, if: { version: 1 } }]),
    ]);
    expect(outcomes.map((one) => (one.status === 'rejected' ? one.reason.facts.index : 'done'))).toEqual([
      'done',
      1,
      2,
      'done',
      'done',
      0,
    ]);
    const { items } = await opened.table.query({ pk: 'p', limit: 10 });
    expect(items.map(({ sk, version, value }) => [sk, version, value])).toEqual([
      ['b', 1, {}],
      ['d', 1, { second: true }],
      ['f', 1, {}],
      ['taken', 1, {}],
    ]);
  });

  it('asks callers for their writes right before a commit, and commits these with the others', async () => {
    const table = await openSqliteTable(join(folder.path, 'asked.sqlite'));
    const put = (sk: string) => table.write([{ put: { pk: 'p', sk }, value: {}, if: 'absent' }]);
    const settled: string[] = [];
    let asked = 0;
    const late: Promise<void>[] = [];
    const first = put('first').then(() => settled.push('first'));
    for (let n = 0; n < 3; n++) {
      table.beforeCommit(() => {
        // All that had come by then are in the write of the one that is asked first.
        if (asked++ === 0) late.push(put('asked').then(() => void settled.push('asked')));
      });
    }
    expect(asked).toBe(0);
    const last = put('last').then(() => settled.push('last'));
    await first;
    expect(asked).toBe(3);
    await Promise.all([last, ...late]);
    expect(settled).toEqual(['first', 'last', 'asked']);
    // Nobody has anything to write: the next ones are not held up.
    table.beforeCommit(() => asked++);
    await put('next');
    expect(asked).toBe(4);
    const closing = new Promise<Promise<void>>((resolve) =>
      table.beforeCommit(() => resolve(put('closing'))),
    );
    await table.close();
    await closing;
    const gone = new Promise<unknown>((resolve) => table.beforeCommit(() => put('gone').catch(resolve)));
    expect(await gone).toMatchObject({ code: 'store-unavailable' });
  });

  it('writes more rows than one transaction takes', async () => {
    await using opened = await openTemporaryTable();
    const rows = (n: number) =>
      Array.from(
        { length: 100 },
        (_, i) => ({ put: { pk: `p${n}`, sk: `${i}` }, value: {}, if: 'absent' }) as const,
      );
    await Promise.all(Array.from({ length: 100 }, (_, n) => opened.table.write(rows(n))));
    for (const n of [0, 40, 41, 99]) {
      expect((await opened.table.query({ pk: `p${n}`, limit: 1000 })).items).toHaveLength(100);
    }
  });
});
