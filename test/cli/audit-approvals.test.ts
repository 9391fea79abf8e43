import { hash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateSoftwareKey } from '../../lib/keys/keys.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { FIELDS, issueThroughOffice, opensslRequest } from '../service.ts';
import { type Audited, findings, openAudited } from './audited.ts';

/*
 * An attacker who can write to the table and has no key tries to make the service sign, by a row that says that three
 * persons agreed. Or the service has signed, for any reason, without their agreement.
 */
let audited: Audited;
let seal: CertificateRef;

beforeAll(async () => {
  audited = await openAudited(async (service, folder) => {
    seal = (await issueThroughOffice(service, 'official-position', opensslRequest(folder, 'seal')))
      .certificate;
    await issueThroughOffice(service, 'person-signature', opensslRequest(folder, 'person'));
  });
}, 120_000);

afterAll(() => audited.remove());

beforeEach(() => audited.restore());

const found = async () => {
  const ended = await audited.verify('--no-queries');
  const all = findings(ended);
  expect(ended.code, ended.err).toBe(all.length === 0 ? 0 : 1);
  return all;
};

describe('akashi audit verify, of approvals', () => {
  it('finds nothing if every certificate has its approvals', async () => {
    expect(await found()).toEqual([]);
  });

  it('finds no certificate for a request that only a forged row calls approved, because none is issued', async () => {
    const id = '01a204e4-4290-7064-b5a9-aaaaaaaaaaaa';
    const { subjectPublicKeyInfo } = await generateSoftwareKey('ecdsa-p256-sha256');
    audited.sql(
      `INSERT INTO item (pk, sk, version, value)
       SELECT ?, 'request', 1, json_remove(json_set(value, '$.state', 'approved', '$.subjectPublicKeyInfo', ?, '$.publicKeyDigest', ?), '$.certificate')
       FROM item WHERE pk LIKE 'request/%' AND value LIKE '%official-position%'`,
      `request/${id}`,
      Buffer.from(subjectPublicKeyInfo).toString('base64'),
      hash('sha256', subjectPublicKeyInfo),
    );
    for (const pk of [
      'requests',
      'requests/state/approved',
      'requests/tenant/tokiwa',
      'requests/tenant/tokiwa/state/approved',
      'requests/office/mizusaki-higashi',
      'requests/office/mizusaki-higashi/state/approved',
    ]) {
      audited.sql("INSERT INTO item (pk, sk, version, value) VALUES (?, ?, 1, '{}')", pk, id);
    }
    await audited.run(async (service) => {
      expect(await service.core.registration.recover()).toEqual([]);
      expect(service.logged).toMatchObject([
        // Its data are read first, and nobody can forge them without the data key.
        { level: 'error', facts: { request: id, error: 'personal-data-damaged' } },
      ]);
      const { registration } = service.app;
      expect((await registration.get(service.principal('higashi-counter'), id)).state).toBe('approved');
    });
    expect(
      audited.rows("SELECT 1 FROM item WHERE pk LIKE 'certificates/%' AND value LIKE ?", `%${id}%`),
    ).toEqual([]);
    expect(await found()).toEqual([]);
  });

  it('names a certificate that was signed for an office without them', async () => {
    let ref: CertificateRef | undefined;
    await audited.run(async (service) => {
      const profile = 'official-position';
      const { subjectPublicKeyInfo } = await generateSoftwareKey('ecdsa-p256-sha256');
      ref = await service.core.authority.issue({
        order: '01a204e4-4290-7064-b5a9-bbbbbbbbbbbb',
        profile,
        office: 'mizusaki-higashi',
        fields: FIELDS[profile] ?? {},
        subjectPublicKeyInfo,
        actor: 'operator-noda',
      });
    });
    expect(await found()).toEqual([
      {
        damage: 'approval-not-recorded',
        facts: {
          certificate: `${ref?.ca}/${ref?.serial}`,
          record: expect.any(String),
          missing: 'submission, office, centre',
        },
      },
    ]);
  });

  it('names a certificate whose examination was deleted from the records', async () => {
    const [examination] = audited.rows(
      "SELECT sk FROM item WHERE pk LIKE 'record/%' AND value LIKE '%\"examination\"%' AND value LIKE '%official-position%' AND value LIKE '%\"centre\"%'",
    );
    audited.sql('DELETE FROM item WHERE sk = ?', String(examination?.sk));
    expect((await found()).filter(({ damage }) => damage !== 'total-differs')).toEqual([
      { damage: 'record-missing', facts: expect.objectContaining({ record: examination?.sk }) },
      {
        damage: 'approval-not-recorded',
        facts: { certificate: `${seal.ca}/${seal.serial}`, record: expect.any(String), missing: 'centre' },
      },
    ]);
  });

  it('names an amendment that was applied without them', async () => {
    await audited.run(async (service) => {
      await service.app.ledger.append({
        kind: 'trust-domain',
        actor: 'service',
        details: {
          step: 'applied',
          amendment: '0123456789abcdef0123',
          before: '11'.repeat(32),
          after: '22'.repeat(32),
          proposedBy: 'operator-sakai',
          approvedBy: 'operator-noda',
          changed: 1,
          changes: [],
        },
      });
    });
    expect(await found()).toEqual([
      {
        damage: 'amendment-not-recorded',
        facts: {
          amendment: '0123456789abcdef0123',
          record: expect.any(String),
          missing: 'proposed, approved',
        },
      },
    ]);
  });
});
