import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import type { Service } from '../service.ts';
import { issueThroughOffice, opensslRequest } from '../service.ts';
import { ocspStatus } from '../world.ts';
import { type Audited, damages, findings, openAudited } from './audited.ts';

/* Two operators report that the key of a CA is compromised. Somebody who can write to the table undoes it by rows. */

const CA = 'organisation-1';
let audited: Audited;
let seal: CertificateRef;
let own: CertificateRef;

beforeAll(async () => {
  audited = await openAudited(async (service, folder) => {
    seal = (await issueThroughOffice(service, 'official-position', opensslRequest(folder, 'seal')))
      .certificate;
    const der = await service.core.authority.caCertificate(CA);
    own = { ca: CA, serial: decodeCertificate(der).serialNumber };
    await ocspStatus(service, seal);
    for (const id of ['operator-sakai', 'operator-noda']) {
      await service.core.authority.revoke(service.principal(id), own, { reason: 'cACompromise' });
    }
  });
}, 120_000);

afterAll(() => audited.remove());

beforeEach(() => audited.restore());

const later = (act: (service: Service) => Promise<unknown>): Promise<void> =>
  audited.run(async (service) => {
    service.advance(50_000);
    await act(service);
  });

const ask = async (service: Service): Promise<void> => {
  await ocspStatus(service, seal);
  await ocspStatus(service, own);
};

const undo = (): void => {
  audited.sql(
    "UPDATE item SET value = json_remove(json_set(value, '$.state', 'good'), '$.revocationTime', '$.reason') WHERE pk = ? AND sk = ?",
    `status/${CA}/${own.serial.slice(-1)}`,
    own.serial,
  );
};

describe('akashi audit verify, of a compromised CA', () => {
  it('finds nothing in answers that call every certificate revoked, and a CRL that lists every one', async () => {
    await later(async (service) => {
      await ask(service);
      await service.core.status.publish(CA, 'operator-noda');
    });
    const ended = await audited.verify('--no-queries');
    expect(findings(ended)).toEqual([]);
  });

  it('names an answer that calls a certificate good, by a row that was put back', async () => {
    undo();
    await later(async (service) => {
      expect(await ocspStatus(service, seal)).toEqual({ status: 'good' });
      await service.core.status.publish(CA, 'operator-noda');
    });
    const ended = await audited.verify('--no-queries');
    expect(damages(ended).toSorted()).toEqual(['answer-differs', 'status-differs']);
    expect(findings(ended).find(({ damage }) => damage === 'answer-differs')?.facts).toMatchObject({
      certificate: `${CA}/${seal.serial}`,
      said: 'good',
      recorded: 'revoked',
    });
  });

  it('names a row that was deleted, and the CRL goes on listing its certificate', async () => {
    audited.sql(
      'DELETE FROM item WHERE pk = ? AND sk = ?',
      `status/${CA}/${seal.serial.slice(-1)}`,
      seal.serial,
    );
    await later((service) => service.core.status.publish(CA, 'operator-noda'));
    expect(damages(await audited.verify('--no-queries'))).toEqual(['certificate-missing']);
  });
});
