import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Count, readCounts } from '../../lib/ledger/counts.ts';
import type { Ledger, LedgerRecord } from '../../lib/ledger/ledger.ts';
import { openFileBucket } from '../../lib/store/file-bucket.ts';
import type { Table } from '../../lib/store/store.ts';
import { temporaryFolder } from '../service.ts';
import { type FailurePlan, faultyTable } from '../store/faulty-table.ts';
import { sequencerOver } from './log-world.ts';
import { type LedgerWorld, nthDraft, openLedgerWorld, writeHistory } from './sample.ts';

let world: LedgerWorld;

beforeEach(async () => {
  world = await openLedgerWorld('2026-03-30T22:00:00Z');
});

afterEach(() => world.close());

const tokyo = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', year: 'numeric', month: '2-digit' });

/** Counts by reading every record, without the code under test. */
const recount = (records: readonly LedgerRecord[]): Record<string, readonly [number, number]> => {
  const sums: Record<string, readonly [number, number]> = {};
  for (const record of records) {
    const name =
      record.kind === 'provision'
        ? [
            tokyo.format(new Date(record.time)),
            record.kind,
            record.recipient,
            record.channel,
            record.method,
            record.purpose,
          ]
        : [
            tokyo.format(new Date(record.time)),
            record.kind,
            record.office,
            record.certificates?.[0]?.ca,
            record.details.profile ?? record.details.reason,
          ];
    const key = name.join(' ');
    const [records0, items0] = sums[key] ?? [0, 0];
    sums[key] = [records0 + 1, items0 + (record.kind === 'provision' ? record.count : 1)];
  }
  return sums;
};

const counted = async (table: Table, months: readonly string[]) => {
  const sums: Record<string, readonly [number, number]> = {};
  for (const month of months) {
    for (const { cell, records, items } of (await readCounts(table, month)) as readonly Count[]) {
      const name =
        cell.kind === 'provision'
          ? [month, cell.kind, cell.recipient, cell.channel, cell.method, cell.purpose]
          : [month, cell.kind, cell.office, cell.ca, cell.profile ?? cell.outcome];
      sums[name.join(' ')] = [records, items];
    }
  }
  return sums;
};

const MONTHS = ['2026-03', '2026-04', '2026-05'];

describe('the totals', () => {
  it('agree with a recount of the records, in months of Japan Standard Time', async () => {
    const written = await writeHistory(world, 900, 3_600_000);
    await world.ledger.query({ limit: 1 });
    const sums = await counted(world.table, MONTHS);
    expect(sums).toEqual(recount(written));
    // 22:00 UTC on 30 March is the 31st in Tokyo; 15:00 UTC on the 31st is April there.
    expect(Object.keys(sums).filter((name) => name.startsWith('2026-03')).length).toBeGreaterThan(0);
    expect(Object.keys(sums).some((name) => name.startsWith('2026-05'))).toBe(true);
  });

  it('count the answers of a named day in the month of that day', async () => {
    await world.ledger.append({
      ...(nthDraft(0) as Extract<ReturnType<typeof nthDraft>, { kind: 'provision' }>),
      day: '2026-02-28',
      count: 41,
    });
    await world.ledger.query({ limit: 1 });
    const [count] = await readCounts(world.table, '2026-02');
    expect(count).toMatchObject({ records: 1, items: 41 });
    expect(await readCounts(world.table, '2026-03')).toEqual([]);
  });

  it('count each record once, whichever write of settling fails and how', async () => {
    const drafts = Array.from({ length: 60 }, (_, n) => nthDraft(n));
    for (const failure of ['lost', 'appliedThenErrored'] as const) {
      for (let n = 1; ; n++) {
        const other = await openLedgerWorld('2026-03-31T14:59:59Z');
        try {
          const written: LedgerRecord[] = [];
          for (const draft of drafts) {
            other.now += 40;
            written.push(...(await other.ledger.append(draft)));
          }
          const plan: FailurePlan = new Map([[n, failure]]);
          const faulty = faultyTable(other.table, plan);
          const outcome = await other
            .over(faulty)
            .query({ limit: 1 })
            .then(
              () => 'done',
              () => 'failed',
            );
          if (faulty.writes < n) break;
          expect(outcome).toBe('failed');
          await other.over(other.table).query({ limit: 1 });
          expect(await counted(other.table, MONTHS)).toEqual(recount(written));
        } finally {
          await other.close();
        }
      }
    }
  });

  it('agree with a recount in the end, whatever is appended, settled and sequenced at the same time', {
    timeout: 120_000,
  }, async () => {
    const act = fc.oneof(
      { weight: 4, arbitrary: fc.nat(400).map((n) => ({ do: 'append', n }) as const) },
      { weight: 1, arbitrary: fc.constant({ do: 'query' } as const) },
      { weight: 1, arbitrary: fc.constant({ do: 'sequence' } as const) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(1, 1000, 3_600_000).map((ms) => ({ do: 'wait', ms }) as const),
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(act, { maxLength: 12 }), { minLength: 1, maxLength: 12 }),
        async (rounds) => {
          // A little before midnight, the end of a month and of a fiscal year, in Tokyo.
          const other = await openLedgerWorld('2026-03-31T14:59:58Z');
          const folder = temporaryFolder();
          try {
            const bucket = await openFileBucket(folder.path);
            const ledgers = [other.ledger, other.over(other.table)];
            const sequencers = [1, 2].map(() => sequencerOver(other.table, bucket, { acts: other.acts }));
            const written: LedgerRecord[] = [];
            for (const round of rounds) {
              const work = round.map(async (one, i) => {
                const ledger = ledgers[i % 2] as Ledger;
                if (one.do === 'append') written.push(...(await ledger.append(nthDraft(one.n))));
                if (one.do === 'query') await ledger.query({ limit: 1 });
                if (one.do === 'sequence') await sequencers[i % 2]?.sequence();
                if (one.do === 'wait') other.now += one.ms;
              });
              await Promise.all(work);
            }
            await other.ledger.query({ limit: 1 });
            const months = new Set(written.map(({ time }) => tokyo.format(new Date(time))));
            // Each of the answers that share a record resolved with it.
            const each = new Map(written.map((record) => [record.id, record]));
            expect(await counted(other.table, [...months])).toEqual(recount([...each.values()]));
          } finally {
            await other.close();
            folder.remove();
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('count each record once while many settle at the same time', async () => {
    const written = await Promise.all(
      Array.from({ length: 300 }, async (_, n) => (await world.ledger.append(nthDraft(n)))[0]),
    );
    await Promise.all(Array.from({ length: 4 }, () => world.over(world.table).query({ limit: 1 })));
    expect(await counted(world.table, MONTHS)).toEqual(recount(written as LedgerRecord[]));
  });
});
