import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CertificateRef } from '../../lib/principal.ts';
import { issueThroughOffice, opensslRequest } from '../service.ts';
import { type Audited, findings, openAudited } from './audited.ts';

/*
 * An attacker who can write to the table and has no key changes the index of used keys, so that a key can be certified again,
 * or so that somebody's key cannot.
 */
let audited: Audited;
let seal: CertificateRef;
let csr: string;
let key: string;
let record: string;

beforeAll(async () => {
  audited = await openAudited(async (service, folder) => {
    csr = opensslRequest(folder, 'seal');
    seal = (await issueThroughOffice(service, 'official-position', csr)).certificate;
    const [issuance] = (await service.app.ledger.query({ kind: 'issuance', limit: 1 })).records;
    if (issuance?.kind !== 'issuance') throw new Error('no issuance');
    key = String(issuance.details.keyIdentity);
    record = issuance.id;
    // A request that waits with its key.
    await service.app.registration.submit(service.principal('higashi-counter'), {
      profile: 'organisation-client',
      csr: opensslRequest(folder, 'waiting'),
      fields: { system: 'Certificate counter', deviceId: 'HG-0001' },
    });
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

const certificate = (): string => `${seal.ca}/${seal.serial}`;

describe('akashi audit verify, of the index of used keys', () => {
  it('finds nothing where it is as it was', async () => {
    expect(await found()).toEqual([]);
  });

  it('names a key whose row was deleted', async () => {
    audited.sql(`DELETE FROM item WHERE pk LIKE 'used-keys/%' AND sk = ?`, key);
    expect(await found()).toEqual([
      { damage: 'key-missing', facts: { key, record, certificate: certificate() } },
    ]);
  });

  it.each([
    ['the record of another certificate', `json_object('record', ?)`],
    ['no certificate', `json_object('request', ?)`],
    ['a renewal that nobody asked for', `json_patch(value, json_object('request', ?))`],
    ['nothing that it can read', `'[' || quote(?) || ']'`],
  ])('names a row that says %s', async (_, value) => {
    audited.sql(
      `UPDATE item SET value = ${value} WHERE pk LIKE 'used-keys/%' AND sk = ?`,
      'ff'.repeat(16),
      key,
    );
    expect(await found()).toEqual([
      {
        damage: 'key-altered',
        facts: expect.objectContaining({ key, 'record recorded': record }),
      },
    ]);
  });

  it.each([
    ['an issuance', { record: `01${'9f'.repeat(15)}` }],
    ['a request', { request: 'r-1' }],
    ['nothing', {}],
  ])('names a key that no act used, where its row names %s', async (_, row) => {
    const forged = 'ab'.repeat(32);
    audited.sql(
      `INSERT INTO item (pk, sk, version, value) VALUES ('used-keys/a', ?, 1, ?)`,
      forged,
      JSON.stringify(row),
    );
    expect(await found()).toEqual([{ damage: 'key-without-leaf', facts: { key: forged, ...row } }]);
  });

  it('names a waiting request whose key was given to another', async () => {
    audited.sql(
      `UPDATE item SET value = json_object('request', 'r-2') WHERE pk LIKE 'used-keys/%' AND value LIKE '%request%'`,
    );
    expect(await found()).toEqual([
      { damage: 'key-altered', facts: expect.objectContaining({ request: 'r-2' }) },
    ]);
  });

  it('names a key that was certified again after its row was deleted', async () => {
    audited.sql(`DELETE FROM item WHERE pk LIKE 'used-keys/%' AND sk = ?`, key);
    let again: CertificateRef | undefined;
    await audited.run(async (service) => {
      again = (await issueThroughOffice(service, 'organisation-client', csr)).certificate;
    });
    expect(await found()).toEqual([
      {
        damage: 'key-reused',
        facts: expect.objectContaining({ key, certificate: `${again?.ca}/${again?.serial}` }),
      },
    ]);
  });
});
