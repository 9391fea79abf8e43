import { expect, it } from 'vitest';
import { checkRecords, openTotalCheck } from '../../lib/audit/audit.ts';
import { readCounts } from '../../lib/ledger/counts.ts';
import { examinedOf } from '../../lib/ledger/evidence/examined.ts';
import { openExports } from '../../lib/ledger/export/export.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { asValue, stagedKey } from '../../lib/ledger/rows.ts';
import { listSetAside } from '../../lib/ledger/set-aside.ts';
import { signed } from '../../lib/ledger/signed-act.ts';
import { CHECKPOINT_OBJECT, readPath } from '../../lib/ledger/tree.ts';
import { parseCheckpoint, parseNote } from '../../lib/tlog/tlog.ts';
import { LAWFUL, variantsOf } from '../audit/lawful-records.ts';
import { openTemporaryBucket, openTemporaryTable } from '../store/temporary.ts';
import { advance, clock, ledgerOver, sequenceAll, sequencerOver, worldActs } from './log-world.ts';

/** Whoever can write to the table can stage records with any members. They get leaves, and everything that reads them goes on. */
it('records with odd members get leaves and stop no reader of the ledger', { timeout: 120_000 }, async () => {
  await using store = await openTemporaryTable();
  await using files = await openTemporaryBucket();
  const { table } = store;
  const ledger = ledgerOver(table);
  advance(1000);
  const base = clock();
  let ids = 0;
  const given = new Map<string, string>();
  const idOf = (group: number) => (variant: number, place: number) => {
    const name = `${group} ${variant} ${place}`;
    const id =
      given.get(name) ?? base.toString(16).padStart(12, '0') + (ids++).toString(16).padStart(20, '0');
    given.set(name, id);
    return id;
  };
  const staged: LedgerRecord[] = [];
  for (const [group, lawful] of LAWFUL.entries()) {
    for (const [name, records] of variantsOf(lawful, idOf(group), [{ toString: 1, valueOf: 1 }])) {
      // The sequencer sets acts without a good signature aside.
      if (name.includes(' signature')) continue;
      for (const { leaf: _, ...record } of records) {
        staged.push(record.kind === 'provision' ? record : await signed(worldActs.acts, record));
      }
    }
  }
  for (let at = 0; at < staged.length; at += 20) {
    const part = staged.slice(at, at + 20);
    await table.write(
      part.map((record) => ({ put: stagedKey(record.id), value: asValue(record), if: 'absent' })),
    );
  }
  await ledger.query({ limit: 10 });
  advance(60_000);
  await sequenceAll(sequencerOver(table, files.bucket));
  expect(await listSetAside(table, { from: '2000-01-01', to: '9999-12-31', limit: 10 })).toEqual([]);

  const found: LedgerRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.query({ limit: 1000, ...(cursor !== undefined && { cursor }) });
    found.push(...page.records);
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect(found).toHaveLength(staged.length);
  for (const record of found) await examinedOf(ledger, record);

  const note = (await files.bucket.get(CHECKPOINT_OBJECT))?.body as Uint8Array;
  const damages: string[] = [];
  const report = (damage: string): void => {
    damages.push(damage);
  };
  const totals = openTotalCheck({ report });
  const summary = await checkRecords({
    tree: parseCheckpoint(parseNote(note).text),
    readPath: readPath(files.bucket),
    records: (async function* () {
      yield* found;
    })(),
    retention: () => Number.POSITIVE_INFINITY,
    now: clock(),
    report,
    progress: () => {},
    observers: [totals],
  });
  expect(summary).toMatchObject({ matched: staged.length, newer: 0 });
  const month = '2026-03';
  const shown = (await readCounts(table, month)).map(({ cell, records, items }) => ({
    month,
    ...cell,
    records,
    items,
  }));
  totals.compare(shown, shown);
  expect(damages).toEqual([]);

  for (const format of ['csv', 'ndjson', 'parquet'] as const) {
    const { bytes } = await openExports({ ledger, clock })(
      { recipient: 'auditor', method: 'GET' },
      { query: {}, format },
    );
    let size = 0;
    for await (const piece of bytes) size += piece.length;
    expect(size).toBeGreaterThan(staged.length);
  }
});
