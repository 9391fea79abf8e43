import { expect, it } from 'vitest';
import { openRecordedLosses } from '../../lib/audit/recoveries.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import type { Value } from '../../lib/store/store.ts';

/** Only what two persons named, in time and below their own leaves, counts as lost. */

const TERMS = { table: 25, published: 36, end: 36, lost: [[30, 33]], since: '2026-11-22T09:00:00.000Z' };

const act = (leaf: number, actor: string, time: string, details: Value): LedgerRecord => ({
  id: leaf.toString(16).padStart(32, '0'),
  time,
  kind: 'recovery',
  actor,
  salt: '00',
  leaf,
  details,
});

interface Change {
  readonly asked?: Value;
  readonly confirmed?: Value;
  readonly actor?: string;
  readonly time?: string;
  readonly leaf?: number;
}

const lossesOf = ({ asked, confirmed, actor, time, leaf }: Change): readonly number[] => {
  const losses = openRecordedLosses();
  const first = act(leaf ?? 36, 'operator-1', '2026-11-22T10:00:00.000Z', {
    ...TERMS,
    act: 'asked',
    person: 'p1',
    lapsesAt: '2026-11-29T10:00:00.000Z',
    ...asked,
  });
  losses.observe(first);
  losses.observe(
    act(37, actor ?? 'operator-2', time ?? '2026-11-22T11:00:00.000Z', {
      ...TERMS,
      act: 'confirmed',
      confirms: first.id,
      person: 'p2',
      ...confirmed,
    }),
  );
  return Array.from({ length: 40 }, (_, index) => index).filter((index) => losses.has(index));
};

it('names exactly its leaves', () => {
  expect(lossesOf({})).toEqual([30, 31, 32]);
});

it.each<[string, Change]>([
  ['of one person', { confirmed: { person: 'p1' } }],
  ['of one principal', { actor: 'operator-1' }],
  ['that lapsed', { time: '2026-11-29T10:00:00.000Z' }],
  ['with other leaves in its confirmation', { confirmed: { lost: [[30, 35]] } }],
  ['of another size in its confirmation', { confirmed: { table: 26 } }],
  ['that confirms nothing', { confirmed: { confirms: 'ff'.repeat(16) } }],
  ['that two persons only asked for', { confirmed: { act: 'asked', lapsesAt: '2026-11-29T10:00:00.000Z' } }],
  ['that names leaves above its own', { leaf: 35 }],
  ['of a form that no recovery has', { asked: { lost: [[30, 99]] }, confirmed: { lost: [[30, 99]] } }],
])('a recovery %s names nothing', (_, change) => {
  expect(lossesOf(change)).toEqual([]);
});
