import { describe, expect, it } from 'vitest';
import { type Finding, openPrincipalKeyCheck } from '../../lib/audit/audit.ts';
import type { ActDraft, LedgerRecord } from '../../lib/ledger/ledger.ts';

/** The audit of principals' certificates, by the ceremonies that these name as their basis. */

type Act = LedgerRecord & { readonly kind: ActDraft['kind'] };
let ids = 0;
const record = (kind: ActDraft['kind'], details: ActDraft['details'], serial?: string): Act => ({
  kind,
  actor: 'o1+o2',
  ...(serial !== undefined && { certificates: [{ ca: 'operations-1', serial }] }),
  details,
  id: (ids++).toString(16).padStart(32, '0'),
  time: '2026-11-22T09:00:00.000Z',
  salt: '00'.repeat(16),
});

const key = (principal: string, publicKeyDigest: string) => ({ principal, publicKeyDigest });
const first = (...credentials: readonly ReturnType<typeof key>[]) =>
  record('trust-domain', { step: 'first', credentials });
const held = (...credentials: readonly ReturnType<typeof key>[]) =>
  record('ceremony', { step: 'held', credentials });
const issuance = (principal: string, publicKeyDigest: string, basis?: readonly Act[]) =>
  record(
    'issuance',
    {
      order: `principal:${principal}:${publicKeyDigest}`,
      keyHolder: principal,
      publicKeyDigest,
      ...(basis && { basis: basis.map(({ id }) => id) }),
    },
    publicKeyDigest,
  );
const door = record('issuance', { order: 'door:a', keyHolder: 'door:a', publicKeyDigest: 'dd' }, 'dd');

/** The certificates that are found. The audit reads the newest record first. */
const found = (records: readonly Act[], retracted: readonly (readonly [Act, boolean])[] = []) => {
  const findings: Finding[] = [];
  const check = openPrincipalKeyCheck({ report: (damage, facts) => findings.push({ damage, facts }) });
  for (const one of records.toReversed()) check.observe(one, false);
  for (const [{ id, kind }, lost] of retracted) check.retract({ id, kind, time: 0, expired: false, lost });
  check.conclude();
  expect(findings.every(({ damage }) => damage === 'principal-key-not-recorded')).toBe(true);
  return findings.map(({ facts }) => facts.certificate);
};

describe("a principal's certificate", () => {
  const ceremony = first(key('o1', 'aa'), key('o2', 'bb'));

  it('is for a key that its ceremony named for this principal', () => {
    expect(
      found([ceremony, issuance('o1', 'aa', [ceremony]), issuance('o2', 'bb', [ceremony]), door]),
    ).toEqual([]);
    const [consent, use] = [held(key('o1', 'aa')), held(key('o1', 'aa'))];
    expect(found([consent, use, issuance('o1', 'aa', [consent, use])])).toEqual([]);
  });

  it('is found where its key, its principal or its ceremony is another', () => {
    expect(found([ceremony, issuance('o1', 'cc', [ceremony])])).toEqual(['operations-1/cc']);
    expect(found([ceremony, issuance('o1', 'bb', [ceremony])])).toEqual(['operations-1/bb']);
    expect(found([ceremony, issuance('o3', 'aa', [ceremony])])).toEqual(['operations-1/aa']);
    expect(found([ceremony, issuance('o1', 'aa', [door])])).toEqual(['operations-1/aa']);
    expect(found([ceremony, issuance('o1', 'aa', [ceremony, held()])])).toEqual(['operations-1/aa']);
  });

  it('needs a ceremony, unless the service is the demonstration', () => {
    expect(found([ceremony, issuance('o1', 'aa')])).toEqual(['operations-1/aa']);
    expect(found([held(), issuance('o1', 'aa')])).toEqual(['operations-1/aa']);
    const own = record('trust-domain', { step: 'applied', credentials: [key('o3', 'cc')] });
    const demonstration = record('trust-domain', { step: 'first' });
    expect(found([demonstration, issuance('o1', 'aa'), own, issuance('o3', 'cc', [own])])).toEqual([]);
  });

  it('is not found for a ceremony that the table lost, nor where it does not count itself', () => {
    const issued = issuance('o1', 'aa', [ceremony]);
    expect(found([ceremony, issued], [[ceremony, false]])).toEqual(['operations-1/aa']);
    expect(found([ceremony, issued], [[ceremony, true]])).toEqual([]);
    const other = issuance('o1', 'cc', [ceremony]);
    expect(found([ceremony, other], [[other, false]])).toEqual([]);
  });
});
