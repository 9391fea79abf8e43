import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LedgerRecord, RecordQuery } from '../../lib/ledger/ledger.ts';
import { openFileBucket } from '../../lib/store/file-bucket.ts';
import { temporaryFolder } from '../service.ts';
import { sequenceAll, sequencerOver } from './log-world.ts';
import { type LedgerWorld, nthDraft, openLedgerWorld } from './sample.ts';

/** A walk through pages of any size, with records added, settled and sequenced between them. */
type Query = Omit<RecordQuery, 'limit' | 'cursor'>;

/** One query for each index. Some also filter. */
const QUERIES: readonly Query[] = [
  {},
  { recipient: 'tax-office' },
  { actor: 'operator-noda' },
  { certificate: { ca: 'signature-1', serial: '1001' } },
  { holder: 'holder-1' },
  { holder: 'holder-1', channel: 'ocsp' },
  { office: 'mizusaki-nishi' },
  { purpose: 'inheritance' },
  { channel: 'crl' },
  { kind: 'issuance' },
  { recipient: 'public', channel: 'ocsp', purpose: 'registration' },
];

const MINUTE = 60_000;

const add = async (world: LedgerWorld, first: number, count: number, gap: number): Promise<void> => {
  for (let n = first; n < first + count; n += 50) {
    world.now += gap;
    const drafts = Array.from({ length: Math.min(50, first + count - n) }, (_, i) => nthDraft(n + i));
    await world.ledger.append(...drafts);
    // Records about certificates of holders as well: the history has none.
    await world.ledger.append({
      kind: 'provision',
      recipient: 'tax-office',
      channel: 'ocsp',
      method: 'POST',
      certificates: [{ ca: 'signature-1', serial: (0x800000 + 20 * (n % 9) + 9).toString(16) }],
      provided: {},
      responseDigest: '11'.repeat(32),
      count: 1,
    });
  }
};

const all = async (world: LedgerWorld, query: Query): Promise<readonly string[]> => {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await world.ledger.query({ ...query, limit: 1000, ...(cursor !== undefined && { cursor }) });
    ids.push(...page.records.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
};

const step = fc.record({
  limit: fc.integer({ min: 1, max: 40 }),
  added: fc.integer({ min: 0, max: 60 }),
  /** How far the clock moves between additions: less than a millisecond, or over the ends of days and months. */
  gap: fc.constantFrom(0, 1, MINUTE, 20 * 60 * MINUTE),
  sequenced: fc.boolean(),
});

it('cursors give everything that was there at the first page once, in order, and nothing else', {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...QUERIES),
      fc.array(step, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('2026-01-31T14:00:00Z', '2026-01-31T23:30:00Z', '2026-02-14T00:00:00Z'),
      async (query, steps, start) => {
        const world = await openLedgerWorld(start);
        const folder = temporaryFolder();
        try {
          const sequencer = sequencerOver(world.table, await openFileBucket(folder.path), {
            acts: world.acts,
          });
          let written = 200;
          await add(world, 0, written, 20 * MINUTE);
          const expected = await all(world, query);
          const found: LedgerRecord[] = [];
          let cursor: string | undefined;
          for (let n = 0; n === 0 || cursor !== undefined; n++) {
            const { limit, added, gap, sequenced } = steps[n % steps.length] as (typeof steps)[number];
            const page = await world.ledger.query({
              ...query,
              limit,
              ...(cursor !== undefined && { cursor }),
            });
            expect(page.records.length).toBeLessThanOrEqual(limit);
            found.push(...page.records);
            cursor = page.cursor;
            // More records would test nothing new.
            if (n < 12) {
              await add(world, written, added, gap);
              written += added;
              if (sequenced) await sequenceAll(sequencer);
            }
          }
          expect(found.map(({ id }) => id)).toEqual(expected);
        } finally {
          await world.close();
          folder.remove();
        }
      },
    ),
    { numRuns: 24 },
  );
});
