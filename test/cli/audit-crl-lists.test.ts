import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readCrl } from '../../cli/audit/crl-file.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import { issueThroughOffice, opensslRequest } from '../service.ts';
import { type Audited, findings, openAudited } from './audited.ts';

/* akashi audit verify, of a CA that publishes a CRL of users and one of its own certificate. */

const CA = 'authentication-1';
let audited: Audited;

beforeAll(async () => {
  audited = await openAudited(
    async (service, folder) => {
      const { authority, status } = service.core;
      const csr = opensslRequest(folder, 'person');
      const { certificate } = await issueThroughOffice(service, 'person-authentication', csr);
      await authority.revoke(service.principal('operator-noda'), certificate, { reason: 'superseded' });
      const { serialNumber } = decodeCertificate(await service.app.authority.caCertificate(CA));
      for (const id of ['operator-sakai', 'operator-noda'])
        await authority.revoke(
          service.principal(id),
          { ca: CA, serial: serialNumber },
          { reason: 'superseded' },
        );
      service.advance(20_000);
      for (const partition of ['full', 'authority', 'authority'])
        await status.publish(CA, 'operator-noda', partition);
    },
    {
      ago: 17 * 60_000,
      domain: ({ authorities }) => {
        for (const { id, crl } of authorities) if (id === 'authentication') crl.onlyContainsUserCerts = true;
      },
    },
  );
}, 120_000);

afterAll(() => audited.remove());

beforeEach(() => audited.restore());

const found = async () => {
  const ended = await audited.verify('--no-queries');
  const all = findings(ended);
  expect(ended.code, ended.err).toBe(all.length === 0 ? 0 : 1);
  return all;
};

const filesOf = (partition: string): string => join(audited.data, 'objects/crl', CA, partition);
const newestOf = (partition: string): string =>
  join(filesOf(partition), readdirSync(filesOf(partition)).sort().at(-1) as string);

it('finds nothing where each list says what it covers', async () => {
  expect(await found()).toEqual([]);
});

it('has the addresses that certificates carry on the one, and none on the other', async () => {
  await audited.run(async (service) => {
    const { serials } = await service.app.authority.serials(CA, { limit: 1000 });
    const carried = new Set(serials.flatMap(({ crlAddresses = [] }) => crlAddresses));
    expect(carried.size).toBe(1);
    const { der } = await service.core.status.publish(CA, 'operator-noda');
    expect(readCrl(der, 'full')).toMatchObject({ addresses: [...carried], only: 'onlyContainsUserCerts' });
    const own = readCrl(
      (await service.core.status.publish(CA, 'operator-noda', 'authority')).der,
      'authority',
    );
    expect(own?.only).toBe('onlyContainsCACerts');
    expect(own).not.toHaveProperty('addresses');
  });
});

it("misses a CRL of the CA's own certificate that left the archive", async () => {
  const [first] = readdirSync(filesOf('authority')).sort();
  renameSync(join(filesOf('authority'), first as string), join(audited.data, 'taken'));
  expect(await found()).toEqual([
    { damage: 'crl-missing', facts: expect.objectContaining({ ca: CA, partition: 'authority', number: 1 }) },
  ]);
});

it('finds one list in the place of the other, in the archive and as it is served', async () => {
  writeFileSync(newestOf('authority'), readFileSync(newestOf('full')));
  const all = await found();
  expect(all).toContainEqual({
    damage: 'crl-altered',
    facts: expect.objectContaining({ ca: CA, partition: 'authority', number: 3 }),
  });
  expect(all.every(({ facts }) => facts.partition === 'authority' || facts.certificate !== undefined)).toBe(
    true,
  );
});

it("notices that an older CRL of the CA's own certificate is served", async () => {
  const [row] = audited.rows(
    'SELECT value FROM item WHERE pk = ? AND sk = ?',
    `crls/${CA}/authority`,
    'current',
  );
  const value = JSON.parse(String(row?.value)) as { number: number };
  audited.sql(
    'UPDATE item SET value = ? WHERE pk = ? AND sk = ?',
    JSON.stringify({ ...value, number: 1 }),
    `crls/${CA}/authority`,
    'current',
  );
  const all = await found();
  expect(all).toContainEqual({
    damage: 'crl-rolled-back',
    facts: { ca: CA, partition: 'authority', number: 1, newest: 3 },
  });
  // That one was made before the revocation, and says so of its own time.
  expect(all.map(({ damage }) => damage)).toEqual(['crl-rolled-back']);
});
