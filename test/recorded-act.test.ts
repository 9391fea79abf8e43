import { describe, expect, it } from 'vitest';
import { Fault } from '../lib/fault.ts';
import type { LedgerRecord } from '../lib/ledger/ledger.ts';
import { readRecordedAct } from '../lib/recorded-act.ts';

const REF = { ca: 'organisation-1', serial: '01aa' };
const record: LedgerRecord = {
  id: 'r-1',
  time: '2026-11-22T09:00:00.000Z',
  salt: '00'.repeat(16),
  kind: 'issuance',
  actor: 'operator-noda',
  office: 'mizusaki-higashi',
  holder: 'holder-tanabe',
  certificates: [REF, { ca: 'organisation-1', serial: '01bb' }],
  details: { order: 'o-1', tbsDigest: 'aa' },
};

const ledger = {
  act: async (id: string): Promise<LedgerRecord> => {
    if (id === record.id) return record;
    if (id === 'unsigned') throw new Fault('act-not-proven', 'The signature is not good.');
    if (id === 'store') throw new Fault('store-unavailable', 'The store does not answer.');
    throw new Fault(id === 'old' ? 'record-expired' : 'unknown-record', 'There is no such record.');
  },
};

describe('an act', () => {
  const all = {
    kind: 'issuance',
    actor: 'operator-noda',
    office: 'mizusaki-higashi',
    holder: 'holder-tanabe',
    certificate: REF,
    details: { order: 'o-1', tbsDigest: 'aa' },
  } as const;

  it('counts if its record has all expected members, however many those are', async () => {
    expect(await readRecordedAct(ledger, 'r-1', all)).toBe(record);
    expect(await readRecordedAct(ledger, 'r-1', { kind: 'issuance' })).toBe(record);
  });

  it.each([
    ['another kind', { kind: 'revocation' }],
    ['another actor', { actor: 'operator-sakai' }],
    ['an actor that the row does not name', { actor: undefined }],
    ['another office', { office: 'hatanoura' }],
    ['another holder', { holder: 'holder-other' }],
    ['another CA', { certificate: { ...REF, ca: 'signature-1' } }],
    ['a certificate that the record names second', { certificate: { ...REF, serial: '01bb' } }],
    ['another detail', { details: { order: 'o-2' } }],
    ['a detail that the record does not have', { details: { event: 'aa' } }],
  ])('does not count where %s is expected', async (_, other) => {
    expect(await readRecordedAct(ledger, 'r-1', { ...all, ...other })).toBeUndefined();
  });

  it.each([undefined, 'none', 'old', 'unsigned'])('does not count without a record (%s)', async (id) => {
    expect(await readRecordedAct(ledger, id, all)).toBeUndefined();
  });

  it('is undecided if the store does not answer', async () => {
    await expect(readRecordedAct(ledger, 'store', all)).rejects.toMatchObject({ code: 'store-unavailable' });
  });
});
