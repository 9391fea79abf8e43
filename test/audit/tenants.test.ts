import { expect, it } from 'vitest';
import { type Finding, openTenantCheck } from '../../lib/audit/audit.ts';
import type { LedgerRecord, RecordDraft } from '../../lib/ledger/ledger.ts';

/* The audit of tenants: every record names the one that its subject belongs to. */

const CERTIFICATES = [{ ca: 'signature-1', serial: '01aa' }];
let ids = 0;
const recorded = (draft: RecordDraft): LedgerRecord => ({
  ...draft,
  id: (ids++).toString(16).padStart(32, '0'),
  time: '2026-11-29T09:00:00.000Z',
  salt: '00'.repeat(16),
});

const opened = (tenant: string | undefined, named = tenant): RecordDraft => ({
  kind: 'enrolment',
  actor: 'operator-noda',
  ...(named !== undefined && { tenant: named }),
  details: { subject: 'office', id: 'okitsu', act: 'opened', state: { standing: 'open', tenant } },
});
const act = (
  kind: 'submission' | 'examination' | 'issuance' | 'revocation',
  tenant: string | undefined,
  office: string | undefined = 'okitsu',
): RecordDraft => ({
  kind,
  actor: 'service',
  ...(tenant !== undefined && { tenant }),
  ...(office !== undefined && { office }),
  ...(kind === 'issuance' || kind === 'revocation' ? { certificates: CERTIFICATES } : {}),
  details: {},
});
const answer = (tenant: string | undefined, channel: 'ocsp' | 'records' = 'ocsp'): RecordDraft => ({
  kind: 'provision',
  recipient: 'public',
  channel,
  method: 'POST',
  ...(tenant !== undefined && { tenant }),
  certificates: CERTIFICATES,
  provided: {},
  responseDigest: '11'.repeat(32),
  count: 1,
});

const audited = (...drafts: readonly RecordDraft[]): readonly Finding[] => {
  const findings: Finding[] = [];
  const check = openTenantCheck({ report: (damage, facts) => findings.push({ damage, facts }) });
  const records = drafts.map(recorded);
  for (const record of records) check.expect(record);
  // Newest first, as queries give them.
  for (const record of records.toReversed()) check.observe(record, false);
  check.conclude();
  return findings;
};
const damagesOf = (...drafts: readonly RecordDraft[]) =>
  audited(...drafts).map(({ damage, facts }) => `${damage} ${facts.kind}: ${facts.of} ${facts.belongs}`);

it('finds nothing where all acts and answers name the tenant of the office', () => {
  const acts = (['submission', 'examination', 'issuance', 'revocation'] as const).map((kind) =>
    act(kind, 'minase'),
  );
  expect(audited(opened('minase'), ...acts, answer('minase'), answer(undefined, 'records'))).toEqual([]);
});

it.each(['submission', 'examination', 'issuance', 'revocation'] as const)(
  'finds that a record of kind %s names no tenant, or another one',
  (kind) => {
    expect(damagesOf(opened('minase'), act(kind, undefined))).toEqual([
      `tenant-missing ${kind}: office okitsu minase`,
    ]);
    expect(damagesOf(opened('minase'), act(kind, 'tokiwa'))).toEqual([
      `tenant-differs ${kind}: office okitsu minase`,
    ]);
  },
);

it('finds an act on an office that names another tenant than the office has', () => {
  expect(damagesOf(opened('minase', 'tokiwa'))).toEqual(['tenant-differs enrolment: office okitsu minase']);
});

it('finds acts and answers about a certificate that do not name the tenant of its issuance', () => {
  const issued = act('issuance', 'minase', 'an-office-of-the-file');
  expect(damagesOf(issued, act('revocation', 'tokiwa', undefined), answer(undefined))).toEqual([
    'tenant-missing provision: signature-1/01aa minase',
    'tenant-differs revocation: signature-1/01aa minase',
  ]);
  const ofNone = act('issuance', undefined, undefined);
  expect(damagesOf(ofNone, act('revocation', 'minase', undefined), answer('minase'))).toEqual([
    'tenant-differs revocation: signature-1/01aa none',
  ]);
});

it('goes by the first certificate of an office that no act opened', () => {
  const [first, later] = [
    act('issuance', 'minase', 'of-the-file'),
    act('submission', 'tokiwa', 'of-the-file'),
  ];
  expect(damagesOf(first, later)).toEqual(['tenant-differs submission: office of-the-file minase']);
});

it('forgets a record that does not count', () => {
  const findings: Finding[] = [];
  const check = openTenantCheck({ report: (damage, facts) => findings.push({ damage, facts }) });
  const records = [opened('minase'), act('submission', 'tokiwa')].map(recorded);
  for (const record of records) check.observe(record, true);
  check.retract({ id: records[1]?.id ?? '', kind: 'submission', time: 0, expired: false, lost: false });
  check.conclude();
  expect(findings).toEqual([]);
});
