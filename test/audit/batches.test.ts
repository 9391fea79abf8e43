import { describe, expect, it } from 'vitest';
import { openBatchCheck } from '../../lib/audit/audit.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';

const NOW = Date.parse('2026-12-01T12:00:00.000Z');
let made = 0;

const act = (kind: string, details: object, more: object = {}): LedgerRecord => {
  const id = (++made).toString(16).padStart(32, '0');
  const time = new Date(NOW - 3_600_000 + made * 1000).toISOString();
  return {
    id,
    time,
    salt: '',
    kind,
    actor: 'counter',
    office: 'higashi',
    tenant: 'tokiwa',
    details,
    ...more,
  } as LedgerRecord;
};

const examiner = { actor: 'examiner' };
const examined = (sampled: number, opened: number, rows: number) => {
  const sample = act(
    'batch',
    { act: 'sampled', batch: 'b', stage: 'office', rows: 10, sampled, closes: { number: 2 } },
    examiner,
  );
  const openings = Array.from({ length: opened }, (_, row) =>
    act('batch', { act: 'opened', batch: 'b', stage: 'office', row, sample: sample.id }, examiner),
  );
  const decision = act(
    'batch',
    { act: 'examined', batch: 'b', stage: 'office', decision: 'approve', sample: 2, rows },
    examiner,
  );
  return [sample, ...openings, decision] as const;
};
const approval = (batchAct: string, more: object = {}) =>
  act('examination', { stage: 'office', decision: 'approve', batchAct }, { ...examiner, ...more });

const found = (
  records: readonly LedgerRecord[],
  retracted: readonly LedgerRecord[] = [],
): readonly string[] => {
  const damages: string[] = [];
  const check = openBatchCheck({ report: (damage) => damages.push(damage), now: NOW, retention: 1e12 });
  for (const record of records) check.observe(record, false);
  for (const { id, kind } of retracted) check.retract({ id, kind, time: NOW, expired: false, lost: false });
  check.conclude();
  return damages;
};

describe('what many requests have in common', () => {
  const sent = act('batch', { act: 'sent', batch: 'b', profile: 'seal', rows: 2 });
  const submission = (more: object = {}, of: object = {}) =>
    act('submission', { act: 'submitted', batch: 'b', profile: 'seal', batchAct: sent.id, ...more }, of);

  it('rests on the act on their batch, whichever is read first', () => {
    const both = [submission(), submission()];
    expect(found([sent, ...both])).toEqual([]);
    expect(found([...both, sent])).toEqual([]);
    expect(found([submission({ act: 'submitted', batchAct: undefined })])).toEqual([]);
  });

  it.each([
    ['is missing', () => [submission()]],
    ['is of another person', () => [sent, submission({}, { actor: 'somebody' })]],
    ['is of another office', () => [sent, submission({}, { office: 'nishi' })]],
    ['is about another batch', () => [sent, submission({ batch: 'c' })]],
    ['is about another profile', () => [sent, submission({ profile: 'server' })]],
    ['is no cancellation', () => [sent, submission({ act: 'withdrawn' })]],
    ['is about fewer requests', () => [sent, submission(), submission(), submission()]],
  ])('is damage where the act %s', (_what, records) => {
    expect(found(records())).toEqual(['batch-act-missing']);
  });

  it('is damage where the record of the act is not in the log', () => {
    expect(found([submission(), sent], [sent])).toEqual([]);
    const later = submission();
    expect(found([later], [sent])).toEqual(['batch-act-missing']);
  });
});

describe('an approval of many', () => {
  it('rests on a sample that was opened, whatever rows are left out', () => {
    const whole = examined(3, 3, 10);
    expect(found([...whole, approval(whole.at(-1)?.id ?? '')])).toEqual([]);
    expect(found(examined(3, 3, 9))).toEqual([]);
    expect(found(examined(3, 2, 9))).toEqual(['sample-not-opened']);
    expect(found(examined(3, 2, 10))).toEqual(['sample-not-opened']);
    expect(found(examined(0, 0, 10))).toEqual([]);
  });

  it('is damage without a sample, with one of somebody else, or with rows that the sample did not have', () => {
    const [sample, ...others] = examined(3, 3, 10);
    expect(found(others)).toEqual(['sample-not-opened']);
    expect(found([{ ...sample, actor: 'somebody' } as LedgerRecord, ...others])).toEqual([
      'sample-not-opened',
    ]);
    expect(found(examined(3, 3, 11))).toEqual(['sample-not-opened']);
  });

  it('is damage where an examination names it that decided otherwise', () => {
    const whole = examined(0, 0, 10);
    const id = whole.at(-1)?.id ?? '';
    expect(
      found([...whole, act('examination', { stage: 'centre', decision: 'approve', batchAct: id }, examiner)]),
    ).toEqual(['batch-act-missing']);
    expect(
      found([...whole, act('examination', { stage: 'office', decision: 'reject', batchAct: id }, examiner)]),
    ).toEqual(['batch-act-missing']);
  });

  it('takes whatever members a record has', () => {
    const odd: readonly unknown[] = [null, 1, [], {}, 'x', { toString: 1 }];
    for (const value of odd)
      expect(() =>
        found([
          act('batch', { act: 'examined', decision: 'approve', rows: value, sample: value, closes: value }),
          act('batch', { act: 'opened', row: value, sample: value }),
          act('submission', { batchAct: value, act: value }),
        ]),
      ).not.toThrow();
  });
});
