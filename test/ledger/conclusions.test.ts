import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ActDraft, type Ledger, openLedger } from '../../lib/ledger/ledger.ts';
import { recordKey } from '../../lib/ledger/rows.ts';
import { openSqliteTable, type SqliteTable } from '../../lib/store/sqlite.ts';
import type { Item } from '../../lib/store/store.ts';
import { ledgerActs } from '../acts.ts';
import { temporaryFolder } from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';

const START = Date.parse('2026-11-22T09:00:00Z');

let folder: ReturnType<typeof temporaryFolder>;
let table: SqliteTable;
let proofs: ReturnType<typeof ledgerActs>;
let now: number;
let ledger: Ledger;

beforeEach(async () => {
  folder = temporaryFolder();
  table = await openSqliteTable(join(folder.path, 'table.sqlite'));
  now = START;
  proofs = ledgerActs(() => now);
  ledger = openLedger({ table, clock: () => now, random: (n) => randomBytes(n), ...proofs });
});
afterEach(async () => {
  await table.close();
  folder.remove();
});

const draft = (n: number): ActDraft => ({ kind: 'hold', actor: 'operator-noda', details: { n } });

describe('the record of an end', () => {
  const NAME = { act: 'name', number: 1 };

  it('is stored by whoever reads the object first, once', async () => {
    await ledger.conclude(draft(1), NAME);
    const [first, second] = [await ledger.conclusion(NAME), await ledger.conclusion(NAME)];
    await table.write(first?.writes ?? []);
    await expect(table.write(second?.writes ?? [])).rejects.toMatchObject({ code: 'condition-failed' });
    expect((await ledger.query({ limit: 10 })).records).toHaveLength(1);
    // It is settled now, and its staged row is gone.
    await expect(table.write(second?.writes ?? [])).rejects.toMatchObject({ code: 'condition-failed' });
    expect((await ledger.conclusion(NAME))?.writes).toEqual([]);
  });

  it('that somebody deleted is not stored again, and queries go on', async () => {
    const { record, writes } = await ledger.conclude(draft(1), NAME);
    await table.write(writes);
    await ledger.query({ limit: 1 });
    await deleteRow(table, recordKey(record.id));
    now += 3 * 86_400_000;
    expect(await ledger.conclusion(NAME)).toMatchObject({ record: { id: record.id }, writes: [] });
    expect((await ledger.query({ limit: 10 })).records).toEqual([]);
  });
});

describe('an act', () => {
  it('counts by its own row only, and not by a copy under another key', async () => {
    const [record, other] = await ledger.append(draft(1), draft(2));
    if (!record || !other) throw new Error('no records');
    await ledger.query({ limit: 1 });
    const { value } = (await table.get(recordKey(record.id))) as Item;
    await putRow(table, recordKey(other.id), value);
    const free = record.id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    await putRow(table, recordKey(free), value);
    for (const id of [other.id, free]) {
      await expect(ledger.act(id)).rejects.toMatchObject({ code: 'unknown-record' });
    }
    expect((await ledger.act(record.id)).id).toBe(record.id);
  });
});

describe('the newest end under a name', () => {
  it('is none at first, and the last of any number of ends', async () => {
    expect(await ledger.newest('name')).toEqual({ next: { act: 'name', number: 1 } });
    for (let n = 1; n <= 20; n++) {
      await ledger.conclude(draft(n), { act: 'name', number: n });
      const { newest, next } = await ledger.newest('name');
      expect(next).toEqual({ act: 'name', number: n + 1 });
      expect(newest?.record).toMatchObject({ details: { n, closes: { act: 'name', number: n } } });
    }
  });

  it('counts after its key was closed, with its row or without', async () => {
    const { record, writes } = await ledger.conclude(draft(1), { act: 'name', number: 1 });
    await table.write(writes);
    await proofs.acts.makeKey('hold', 2);
    await proofs.acts.closeKey('hold', 1, 0);
    now += 120_000;
    expect((await ledger.newest('name')).newest?.record.id).toBe(record.id);
    await ledger.query({ limit: 1 });
    await deleteRow(table, recordKey(record.id));
    expect((await ledger.newest('name')).newest?.record.id).toBe(record.id);
  });
});
