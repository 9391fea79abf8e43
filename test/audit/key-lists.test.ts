import { describe, expect, it } from 'vitest';
import { openConfirmationCheck } from '../../lib/audit/audit.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';

const record = (id: string, actor: string, time: string, details: object): LedgerRecord =>
  ({ id, kind: 'key-list', actor, time, salt: '', details: { person: actor, ...details } }) as LedgerRecord;

const LAPSES = '2026-11-29T09:00:00Z';
const proposed = (more: object = {}, actor = 'noda'): LedgerRecord =>
  record('p', actor, '2026-11-22T09:00:00Z', { step: 'proposed', list: 'aa', lapsesAt: LAPSES, ...more });
const approved = (more: object = {}, actor = 'sakai', time = '2026-11-23T09:00:00Z'): LedgerRecord =>
  record('a', actor, time, { step: 'approved', list: 'aa', proposal: 'p', ...more });

const found = (...records: readonly LedgerRecord[]): readonly string[] => {
  const damages: string[] = [];
  const check = openConfirmationCheck({ report: (damage) => damages.push(damage) });
  for (const one of records) check.observe(one, false);
  check.conclude();
  return damages;
};

describe('the approval of a list of compromised keys', () => {
  it('follows the same proposal by another person', () => {
    expect(found(proposed(), approved())).toEqual([]);
    expect(found(proposed({ list: null }), approved({ list: null }))).toEqual([]);
    expect(found(proposed())).toEqual([]);
  });

  it.each([
    ['without a proposal', [approved()]],
    ['by the proposer', [proposed(), approved({}, 'noda')]],
    ['by the same person as another principal', [proposed({ person: 'one' }), approved({ person: 'one' })]],
    ['of another list', [proposed({ list: 'bb' }), approved()]],
    ['after the proposal lapsed', [proposed(), approved({}, 'sakai', '2026-11-30T09:00:00Z')]],
  ] as const)('is damage %s', (_, records) => {
    expect(found(...records)).toEqual(['key-list-not-confirmed']);
  });
});
