import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { OpensslCa } from '../principals/openssl.ts';
import { issueThroughOffice, opensslRequest, P256, temporaryFolder } from '../service.ts';
import { type Audited, findings, openAudited } from './audited.ts';

/*
 * An attacker who can write to the tables and has no key changes the members of a certificate's row that decide who may
 * act on it, its data, or what the service says of its CAs.
 */
let audited: Audited;
let seal: CertificateRef;
let other: CertificateRef;
/** A certificate of the service itself: its row has its bytes. */
let responder: CertificateRef;

beforeAll(async () => {
  audited = await openAudited(async (service, folder) => {
    seal = (await issueThroughOffice(service, 'official-position', opensslRequest(folder, 'seal')))
      .certificate;
    other = (await issueThroughOffice(service, 'official-position', opensslRequest(folder, 'other')))
      .certificate;
    for (const { serial, profile } of (await service.app.authority.serials(seal.ca, { limit: 100 })).serials)
      if (profile === 'ocsp-responder') responder = { ca: seal.ca, serial };
  });
}, 120_000);

afterAll(() => audited.remove());

beforeEach(() => audited.restore());

const nameOf = ({ ca, serial }: CertificateRef): string => `${ca}/${serial}`;

/** Changes the row of the certificate by a function of SQLite's JSON. */
const change = ({ ca, serial }: CertificateRef, how: string, ...values: readonly string[]): void =>
  audited.sql(
    `UPDATE item SET value = ${how} WHERE pk = ? AND sk = ?`,
    ...values,
    `certificates/${ca}/${serial.slice(-1)}`,
    serial,
  );

const found = async (...more: readonly string[]) => {
  const ended = await audited.verify('--no-queries', ...more);
  const all = findings(ended);
  expect(ended.code, ended.err).toBe(all.length === 0 ? 0 : 1);
  return all;
};

describe("akashi audit verify, of a certificate's row", () => {
  it.each([
    ['the office', `json_set(value, '$.office', 'mizusaki-nishi')`, { office: 'mizusaki-nishi' }],
    [
      'no office',
      `json_remove(value, '$.office')`,
      { office: 'none', 'office recorded': 'mizusaki-higashi' },
    ],
    [
      'the profile',
      `json_set(value, '$.profile', 'x')`,
      { profile: 'x', 'profile recorded': 'official-position' },
    ],
    ['the order', `json_set(value, '$.order', 'x')`, { order: 'x' }],
    ['its holder', `json_set(value, '$.holder', 'x')`, { holder: 'x', 'holder recorded': 'none' }],
    ['its officer', `json_set(value, '$.issuedTo', 'x')`, { issuedTo: 'x', 'issuedTo recorded': 'none' }],
    [
      'the end',
      `json_set(value, '$.notAfter', json_extract(value, '$.notAfter') - 86400)`,
      { differs: 'notAfter' },
    ],
    ['the beginning', `json_set(value, '$.notBefore', 0)`, { differs: 'notBefore' }],
  ])('names one with a change of %s', async (_, how, facts) => {
    change(seal, how);
    expect(await found()).toEqual([
      {
        damage: 'certificate-altered',
        facts: expect.objectContaining({ certificate: nameOf(seal), ...facts }),
      },
    ]);
  });

  it.each([
    ['subject', 'C=JP'],
    ['tbs', 'AAAA'],
  ])('names one of the service itself with a change of its %s', async (differs, value) => {
    change(responder, `json_set(value, '$.${differs}', ?)`, value);
    expect(await found()).toEqual([
      {
        damage: 'certificate-altered',
        facts: expect.objectContaining({ certificate: nameOf(responder), differs }),
      },
    ]);
  });

  it('names one whose row was given bytes of its own', async () => {
    change(
      seal,
      "json_set(json_remove(value, '$.apart', '$.signed'), '$.subject', 'C=JP', '$.tbs', 'AAAA', '$.der', 'AAAA')",
    );
    expect(await found()).toEqual([
      { damage: 'certificate-altered', facts: { certificate: nameOf(seal), record: expect.any(String) } },
    ]);
  });

  it('names one whose signature was changed', async () => {
    const [row] = audited.rows(
      "SELECT json_extract(value, '$.der') AS der FROM item WHERE sk = ? AND pk LIKE 'certificates/%'",
      responder.serial,
    );
    const der = Buffer.from(String(row?.der), 'base64');
    der.writeUInt8(der.readUInt8(der.length - 3) ^ 1, der.length - 3);
    change(responder, `json_set(value, '$.der', ?)`, der.toString('base64'));
    expect(await found()).toEqual([
      {
        damage: 'certificate-altered',
        facts: { certificate: nameOf(responder), record: expect.any(String), differs: 'signature' },
      },
    ]);
  });

  it('names one that has no signature an hour after its issuance', async () => {
    change(seal, `json_remove(value, '$.signed')`);
    expect(await found()).toEqual([]);
    const later = await audited.verifyLater(2 * 3_600_000);
    expect(findings(later)).toContainEqual({
      damage: 'certificate-unsigned',
      facts: { certificate: nameOf(seal), record: expect.any(String) },
    });
  });
});

describe("akashi audit verify, of a certificate's data", () => {
  const itemOf = ({ ca, serial }: CertificateRef): string => `certificate/${ca}/${serial}`;

  it.each([
    ['were deleted', () => audited.personalSql('DELETE FROM item WHERE pk = ?', itemOf(seal))],
    [
      'were changed',
      () =>
        audited.personalSql(
          "UPDATE item SET value = json_set(value, '$.sealed', 'AAAA' || substr(json_extract(value, '$.sealed'), 5)) WHERE pk = ?",
          itemOf(seal),
        ),
    ],
    [
      'were replaced by those of another',
      () =>
        audited.personalSql(
          'UPDATE item SET value = (SELECT value FROM item WHERE pk = ?) WHERE pk = ?',
          itemOf(other),
          itemOf(seal),
        ),
    ],
  ])('names one whose data %s', async (_, tamper) => {
    tamper();
    expect(await found()).toEqual([
      {
        damage: 'personal-data-missing',
        facts: {
          certificate: nameOf(seal),
          record: expect.any(String),
          error: 'personal-data-damaged',
        },
      },
    ]);
  });

  it.each([
    [
      'an order that nobody gave',
      `'{"erased":"01a204e442907064b5a9bbbbbbbbbbbb"}'`,
      { order: '01a204e442907064b5a9bbbbbbbbbbbb' },
    ],
    ['no key at all', `json_set(value, '$.key', 'tokiwa.2020-01.1')`, { error: 'data-key-missing' }],
  ])('names one whose data look as if they had ended by %s', async (_, how, facts) => {
    audited.personalSql(`UPDATE item SET value = ${how} WHERE pk = ?`, itemOf(seal));
    expect(await found()).toEqual([
      {
        damage: 'personal-data-missing',
        facts: { certificate: nameOf(seal), record: expect.any(String), ...facts },
      },
    ]);
  });
});

describe('akashi audit verify, of CAs', () => {
  const strange = (): string => {
    const folder = temporaryFolder();
    const file = join(folder.path, 'ca.der');
    const subject = ['-subj', '/C=JP/O=Somebody/OU=Organisation CA'];
    const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    const made = ['-nodes', '-keyout', '/dev/null', '-days', '3650', '-outform', 'der', '-out', file];
    try {
      execFileSync('openssl', ['req', '-x509', ...P256, ...made, ...subject, ...usage], { stdio: 'pipe' });
      return readFileSync(file).toString('base64');
    } finally {
      folder.remove();
    }
  };

  it("names one that was replaced by a stranger's", async () => {
    audited.sql(
      "UPDATE item SET value = json_set(value, '$.certificate', ?) WHERE pk = 'issuers' AND sk = ?",
      strange(),
      seal.ca,
    );
    expect(await found()).toContainEqual({
      damage: 'authority-missing',
      facts: { ca: seal.ca, record: expect.any(String) },
    });
  });

  it('names one that was replaced by another of the service', async () => {
    audited.sql(
      "UPDATE item SET value = json_set(value, '$.certificate', (SELECT json_extract(value, '$.certificate') FROM item WHERE pk = 'issuers' AND sk = 'signature-1')) WHERE pk = 'issuers' AND sk = ?",
      seal.ca,
    );
    expect(await found()).toContainEqual({
      damage: 'authority-missing',
      facts: { ca: seal.ca, record: expect.any(String) },
    });
  });

  it('lets nobody in by one that was added, and shows it to nobody', async () => {
    using openssl = new OpensslCa();
    const forged = openssl.ca('forged');
    const client = openssl.client('forged', { subject: '/C=JP/O=Akashi/serialNumber=operator-noda' });
    const { serialNumber } = decodeCertificate(client.der);
    audited.sql(
      "INSERT INTO item (pk, sk, version, value) SELECT pk, 'operations-9', 1, json_set(value, '$.certificate', ?, '$.generation', 9) FROM item WHERE pk = 'issuers' AND sk = 'operations-1'",
      Buffer.from(forged.der).toString('base64'),
    );
    audited.sql(
      'INSERT INTO item (pk, sk, version, value) VALUES (?, ?, 1, ?)',
      `status/operations-9/${serialNumber.slice(-1)}`,
      serialNumber,
      JSON.stringify({ state: 'good', request: 'x', notAfter: 2_000_000_000 }),
    );
    await audited.run(async (service) => {
      await expect(service.app.principals.byCertificate(client.der)).rejects.toMatchObject({
        code: 'client-certificate-invalid',
      });
    });
    // It is shown to nobody either.
    await audited.run(async (service) => {
      expect((await service.app.authority.authorities()).map(({ id }) => id)).not.toContain('operations-9');
      expect(service.logged).toContainEqual(
        expect.objectContaining({ level: 'error', facts: { ca: 'operations-9' } }),
      );
    });
  });
});
