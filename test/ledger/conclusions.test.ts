import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ActDraft, type Ledger, openLedger } from '../../lib/ledger/ledger.ts';
import { recordKey } from '../../lib/ledger/rows.ts';
import { openSqliteTable, type SqliteTable } from '../../lib/store/sqlite.ts';
import { ledgerActs } from '../acts.ts';
import { temporaryFolder } from '../service.ts';

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
    const row = recordKey(record.id);
    const { version = 0 } = (await table.get(row)) ?? {};
    await table.write([{ delete: row, if: { version } }]);
    expect((await ledger.newest('name')).newest?.record.id).toBe(record.id);
  });
});
