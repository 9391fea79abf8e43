import { describe, expect, it } from 'vitest';
import {
  openAnnualReportCheck,
  openApprovalCheck,
  openAuthorityCheck,
  openCertificateCheck,
  openConfirmationCheck,
  openCrlCheck,
  openEnrolmentCheck,
  openLateCheck,
  openPrincipalKeyCheck,
  openQueryCheck,
  openRepetitionCheck,
  openSignedActCheck,
  openTenantCheck,
  openTotalCheck,
  openUsedKeyCheck,
} from '../../lib/audit/audit.ts';
import { openRecordedLosses } from '../../lib/audit/recoveries.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { asValue } from '../../lib/ledger/rows.ts';
import { readRecord } from '../../lib/ledger/well-formed.ts';
import { CA, crl, DAY, entry, listed, NOW } from './incidents.ts';
import { LAWFUL, variantsOf } from './lawful-records.ts';

/*
 * Whoever can write one row to the table puts a record of any content into the log for ever. No such record may end the audits
 * that read it.
 */

const report = (): void => {};
const period = { report, retention: 3650 * DAY, now: NOW };

const audit = (records: readonly LedgerRecord[]): void => {
  const certificates = openCertificateCheck(period);
  const archive = openCrlCheck({ report });
  const usedKeys = openUsedKeyCheck(period);
  const reports = openAnnualReportCheck(period);
  const authorities = openAuthorityCheck({ report });
  const enrolments = openEnrolmentCheck(period);
  const totals = openTotalCheck({ report });
  const tenants = openTenantCheck({ report });
  const checks = [
    certificates,
    archive,
    usedKeys,
    reports,
    authorities,
    openApprovalCheck(period),
    openConfirmationCheck({ report }),
    openPrincipalKeyCheck({ report }),
    openRepetitionCheck({ report }),
    enrolments,
    openSignedActCheck({ report, keys: [] }),
    tenants,
  ];
  const queries = openQueryCheck({ report, size: 9, most: 100, idOfLeaf: async () => '' });
  const losses = openRecordedLosses();
  for (const record of records) {
    enrolments.expect(record);
    tenants.expect(record);
  }
  for (const record of records) {
    losses.observe(record);
    for (const check of [...checks, totals, queries, openLateCheck({ report })]) check.observe(record, false);
  }
  losses.has(30);
  totals.compare([], []);
  for (const serial of ['01aa', '01cc']) certificates.list(CA, listed(serial, { order: 'other' }));
  for (const ended of [{ key: 'tokiwa.2041-04.1' }, { record: records[1]?.id }, {}])
    certificates.list(CA, listed('01aa', { ended }));
  const crls = [1, 2].map((number) => crl(number, NOW - 5 * DAY, [entry('01aa', NOW - 9 * DAY)]));
  certificates.serve(CA, crls);
  archive.list(CA, { partition: 'full', number: 1, name: 'full/1', digest: 'd9' });
  archive.serve(CA, { partition: 'full', number: 1, digest: 'd9', askedAt: NOW });
  authorities.serve({ ca: CA, digest: 'aa', serial: '01ca', tbsDigest: 'bb' });
  usedKeys.list({ identity: 'key-1', record: 'none', request: 'r' });
  enrolments.list('principal', { id: 'clerk', number: 4, changed: { at: 'now' }, standing: 'active' });
  reports.list({ fiscalYear: 2038, version: 1, digest: 'other' });
  reports.serve({ fiscalYear: 2038 }, 'another');
  for (const check of checks) check.conclude();
  for (const each of crls) certificates.judge(CA, each);
};

const failureOf = (act: () => void): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return String(error);
  }
};

describe('a record with an odd member', () => {
  it('is a lawful record but for that member', () => {
    for (const group of LAWFUL) {
      for (const [name, records] of variantsOf(group, undefined, [{ toString: 1 }])) {
        for (const record of records) {
          expect(readRecord({ sk: record.id, value: asValue(record) }), name).toBeDefined();
        }
      }
    }
  });

  it.each(LAWFUL.map((group) => [group.map(({ kind }) => kind).join(', '), group] as const))(
    'ends no audit: %s',
    (_, group) => {
      const failed: string[] = [];
      for (const [name, records] of variantsOf(group)) {
        const failure = failureOf(() => audit(records)) ?? failureOf(() => audit(records.toReversed()));
        if (failure !== undefined) failed.push(`${name}: ${failure}`);
      }
      expect(failed).toEqual([]);
    },
  );
});
