import { describe, expect, it } from 'vitest';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import {
  act,
  answer,
  CA,
  crl,
  DAY,
  damages,
  entry,
  HOUR,
  ISSUED,
  type Issued,
  iso,
  issuance,
  judged,
  NOW,
  publication,
} from './incidents.ts';

describe('a revocation', () => {
  const at = NOW - 5 * DAY;
  const revokedWith = (details: object, more: readonly LedgerRecord[] = []) =>
    damages([issuance('01aa'), act('revocation', '01aa', at, details), ...more]);

  it('comes within the term after its report: a day, or what the profile says', () => {
    expect(revokedWith({})).toEqual([]);
    expect(revokedWith({ reportedAt: iso(at - 23 * HOUR), term: 86_400 })).toEqual([]);
    expect(revokedWith({ reportedAt: iso(at - 25 * HOUR), term: 86_400 })).toEqual(['revocation-late']);
    expect(revokedWith({ reportedAt: iso(at - 25 * HOUR) })).toEqual(['revocation-late']);
    expect(revokedWith({ reportedAt: iso(at - 25 * HOUR), term: 5 * 86_400 })).toEqual([]);
    expect(revokedWith({ reportedAt: iso(at - 2 * HOUR), term: 3600 })).toEqual(['revocation-late']);
  });

  it('of a certificate that has ended is never late', () => {
    const ended = issuance('01aa', { notAfter: at - HOUR });
    const late = act('revocation', '01aa', at, { reportedAt: iso(at - 25 * HOUR) });
    expect(damages([ended, late])).toEqual([]);
  });

  it('was reported by the first of two persons, or earlier', () => {
    expect(revokedWith({ askedAt: iso(at - 25 * HOUR) })).toEqual(['revocation-late']);
    expect(revokedWith({ askedAt: iso(at - HOUR), reportedAt: iso(at - 25 * HOUR) })).toEqual([
      'revocation-late',
    ]);
    expect(revokedWith({ askedAt: iso(at - HOUR) })).toEqual([]);
  });

  it('is in time where a hold or an earlier revocation was', () => {
    const late = { reportedAt: iso(at - 50 * HOUR) };
    expect(revokedWith(late, [act('hold', '01aa', at - 40 * HOUR)])).toEqual([]);
    const first = act('revocation', '01aa', at - 40 * HOUR);
    const raise = { ...late, reason: 'keyCompromise', revocationTime: iso(at - 40 * HOUR) };
    expect(revokedWith(raise, [first])).toEqual([]);
    expect(
      revokedWith(late, [act('hold', '01aa', at - 40 * HOUR), act('release', '01aa', at - 39 * HOUR)]),
    ).toEqual(['revocation-late']);
  });
});

describe('a compromised key', () => {
  const at = NOW - 5 * DAY;
  const compromise = (reason: string, details = {}) => [
    issuance('01aa', { publicKeyDigest: 'k' }),
    act('revocation', '01aa', at, { reason, ...details }),
  ];
  const another = (more: Issued = {}) => issuance('01bb', { publicKeyDigest: 'k', ...more });

  it('is certified no more', () => {
    for (const reason of ['keyCompromise', 'cACompromise']) {
      const found = judged([...compromise(reason), another({ time: at + HOUR })]);
      expect(found).toMatchObject([
        {
          damage: 'compromised-key-certified',
          facts: { certificate: `${CA}/01bb`, compromised: `${CA}/01aa` },
        },
      ]);
    }
    expect(damages([...compromise('superseded'), another({ time: at + HOUR })])).toEqual([]);
    expect(damages([...compromise('keyCompromise'), issuance('01cc', { time: at + HOUR })])).toEqual([]);
    const raised = act('revocation', '01aa', at + DAY, {
      reason: 'keyCompromise',
      revocationTime: iso(at),
    });
    expect(damages([...compromise('superseded'), another({ time: at + HOUR }), raised])).toEqual([
      'compromised-key-left',
    ]);
  });

  it('leaves no other certificate good for longer than the term', () => {
    const revokedAfter = (hours: number) => [another(), act('revocation', '01bb', at + hours * HOUR)];
    expect(judged([...compromise('keyCompromise'), another()])).toMatchObject([
      { damage: 'compromised-key-left', facts: { certificate: `${CA}/01bb`, compromised: `${CA}/01aa` } },
    ]);
    expect(damages([...compromise('keyCompromise'), ...revokedAfter(23)])).toEqual([]);
    expect(damages([...compromise('keyCompromise'), ...revokedAfter(25)])).toEqual(['compromised-key-left']);
    expect(damages([...compromise('keyCompromise', { term: 2 * 86_400 }), ...revokedAfter(25)])).toEqual([]);
    expect(damages([...compromise('keyCompromise'), another({ notAfter: at + 20 * HOUR })])).toEqual([]);
    expect(damages([...compromise('keyCompromise'), another()], [], [], at + 23 * HOUR)).toEqual([]);
  });
});

describe('an answer of OCSP', () => {
  const at = NOW - 5 * DAY;

  it('knows a certificate fifteen minutes after its issuance', () => {
    const answered = (minutes: number, said: string, reason?: string) =>
      damages([issuance('01aa'), answer('01aa', ISSUED + minutes * 60_000, said, reason)]);
    expect(answered(16, 'unknown')).toEqual(['answer-unknown']);
    expect(answered(16, 'revoked', 'nonIssued')).toEqual(['answer-unknown']);
    expect(answered(16, 'good')).toEqual([]);
    expect(answered(14, 'unknown')).toEqual(['answer-differs']);
    expect(answered(-1, 'revoked', 'nonIssued')).toEqual([]);
    const revoked = [issuance('01aa'), act('revocation', '01aa', at)];
    expect(damages([...revoked, answer('01aa', at + HOUR, 'revoked', 'nonIssued')])).toEqual([
      'answer-unknown',
    ]);
  });

  it('has the reason of its time', () => {
    const acts = [
      issuance('01aa'),
      act('hold', '01aa', at),
      act('revocation', '01aa', at + DAY, { revocationTime: iso(at) }),
      act('revocation', '01aa', at + 2 * DAY, { reason: 'keyCompromise', revocationTime: iso(at) }),
    ];
    const said = (hours: number, reason?: string) =>
      damages([...acts, answer('01aa', at + hours * HOUR, 'revoked', reason)]);
    for (const [hours, reason] of [
      [1, 'certificateHold'],
      [25, 'superseded'],
      [49, 'keyCompromise'],
    ] as const) {
      expect(said(hours, reason)).toEqual([]);
      expect(said(hours, 'unspecified')).toEqual(['answer-reason-differs']);
      expect(said(hours)).toEqual([]);
    }
  });

  it('is revoked for every certificate of a CA whose key is compromised, and so is the CRL', () => {
    const ca = [
      issuance('01ca', { profile: 'ca' }),
      act('revocation', '01ca', at, { reason: 'cACompromise' }),
      publication(1, at + DAY),
    ];
    const told = [issuance('01aa'), answer('01aa', at + HOUR, 'revoked', 'cACompromise')];
    const all = crl(1, at + DAY, [entry('01ca', at, 'cACompromise'), entry('01aa', at, 'cACompromise')]);
    expect(damages([...ca, ...told], [all], [], at + DAY)).toEqual([]);
    expect(damages([...told, ...ca.slice(2)], [all], [], at + DAY)).toContain('answer-differs');
  });
});
