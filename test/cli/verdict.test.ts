import { describe, expect, it } from 'vitest';
import { phrase } from '../../lib/fault.ts';
import type { Finding, Silence, Statement, Verdict } from '../../lib/status-check/contract.ts';
import { silence } from '../../lib/status-check/finding.ts';
import { judgeStatus } from '../../lib/status-check/verdict.ts';

/** The table in verdict.ts, line by line. Hours say which answer is newer. */
const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 22, hour));

const says = (what: Statement['says'], hour = 12): Statement => ({
  says: what,
  rule: 'test',
  thisUpdate: at(hour),
  signer: 'test',
});

const nothing = (why: Silence['why']): Silence => silence(why, 'test', phrase`test`);

const outcome = (ocsp: Finding, crl: Finding, notAfter = at(23)): Verdict['outcome'] =>
  judgeStatus(ocsp, crl, { notAfter }, at(22).getTime()).outcome;

const SILENT = ['absent', 'unreachable', 'unavailable', 'unusable'] as const;

describe('the verdict', () => {
  it('is good where both agree', () => {
    expect(outcome(says('good'), says('good', 1))).toBe('good');
    expect(outcome(says('good', 1), says('good'))).toBe('good');
  });

  it('on a listed certificate that OCSP calls good: revoked where OCSP is older, otherwise in doubt', () => {
    expect(outcome(says('good', 11), says('revoked', 12))).toBe('revoked');
    expect(outcome(says('good', 13), says('revoked', 12))).toBe('inDoubt');
    expect(outcome(says('good', 12), says('revoked', 12))).toBe('revoked');
  });

  it('on a certificate that the CRL has on hold and OCSP calls good: released where OCSP is newer', () => {
    expect(outcome(says('good', 13), says('hold', 12))).toBe('good');
    expect(outcome(says('good', 11), says('hold', 12))).toBe('onHold');
    expect(outcome(says('good', 12), says('hold', 12))).toBe('onHold');
  });

  it('on a revoked certificate that the CRL does not list: revoked, in doubt where the CRL is newer', () => {
    expect(outcome(says('revoked', 13), says('good', 12))).toBe('revoked');
    expect(outcome(says('revoked', 12), says('good', 12))).toBe('revoked');
    expect(outcome(says('revoked', 11), says('good', 12))).toBe('inDoubt');
    // It had expired when the CRL was made, so the CRL had no need to list it.
    expect(outcome(says('revoked', 11), says('good', 12), at(3))).toBe('revoked');
  });

  it('on a hold that the CRL does not list: on hold, released where the CRL is newer', () => {
    expect(outcome(says('hold', 13), says('good', 12))).toBe('onHold');
    expect(outcome(says('hold', 11), says('good', 12))).toBe('good');
  });

  it('on a hold of now that a CRL of the future does not list is on hold', () => {
    expect(outcome(says('hold', 22), says('good', 23))).toBe('onHold');
    expect(outcome(says('hold', 21), says('good', 23))).toBe('good');
    expect(outcome(says('good', 22), says('hold', 23))).toBe('onHold');
  });

  it('on a hold beside a revocation is the newer status, and a revocation is never undone', () => {
    expect(outcome(says('hold', 11), says('revoked', 12))).toBe('revoked');
    expect(outcome(says('revoked', 13), says('hold', 12))).toBe('revoked');
    expect(outcome(says('hold', 13), says('revoked', 12))).toBe('inDoubt');
    expect(outcome(says('hold', 13), says('hold', 12))).toBe('onHold');
    expect(outcome(says('revoked', 13), says('revoked', 12))).toBe('revoked');
  });

  it.each(SILENT)('is revoked or on hold if one source says so and the other is %s', (why) => {
    expect(outcome(says('revoked'), nothing(why))).toBe('revoked');
    expect(outcome(says('hold'), nothing(why))).toBe('onHold');
    expect(outcome(nothing(why), says('revoked'))).toBe('revoked');
    expect(outcome(nothing(why), says('hold'))).toBe('onHold');
  });

  it('is good by OCSP alone, unless somebody serves a false CRL', () => {
    expect(SILENT.map((why) => outcome(says('good'), nothing(why)))).toEqual([
      'good',
      'good',
      'good',
      'inDoubt',
    ]);
  });

  it('is good by the CRL alone only if there is no OCSP', () => {
    expect(SILENT.map((why) => outcome(nothing(why), says('good')))).toEqual([
      'good',
      'inDoubt',
      'inDoubt',
      'inDoubt',
    ]);
  });

  it('is unknown where OCSP does not know it, unless the CRL lists it', () => {
    expect(outcome(says('unknown'), says('good'))).toBe('unknown');
    expect(outcome(says('unknown'), says('revoked'))).toBe('revoked');
    expect(outcome(says('unknown'), says('hold'))).toBe('onHold');
    for (const why of SILENT) expect(outcome(says('unknown'), nothing(why))).toBe('unknown');
  });

  it('is in doubt if no source says anything, and unreachable if only the network failed', () => {
    for (const ocsp of SILENT) {
      for (const crl of SILENT) {
        const network = [ocsp, crl].every((why) => why === 'unreachable' || why === 'absent');
        const wanted =
          network && (ocsp === 'unreachable' || crl === 'unreachable') ? 'unreachable' : 'inDoubt';
        expect([ocsp, crl, outcome(nothing(ocsp), nothing(crl))]).toEqual([ocsp, crl, wanted]);
      }
    }
  });
});
