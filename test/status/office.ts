import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { AlgorithmName } from '../../lib/keys/contract.ts';
import type { Signer } from '../../lib/keys/keys.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import { type Certificate, decodeCertificate } from '../../lib/pki/certificate.ts';
import { decodePem } from '../../lib/pki/pem.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { FIELDS, type Service } from '../service.ts';

const CERTIFICATE_BYTES = 65_536;

export interface Held {
  readonly ref: CertificateRef;
  readonly certificate: Certificate;
  readonly signer: Signer;
}

/** Issues a certificate as the authority does for an approved order, without the steps of the office. */
export const issueTo = async (
  service: Pick<Service, 'core' | 'trustDomain'>,
  profileId: string,
  order: string,
  fields: Readonly<Record<string, string | readonly string[]>> = FIELDS[profileId] ?? {},
  office: string | undefined = 'mizusaki-higashi',
  algorithm: AlgorithmName = 'ecdsa-p256-sha256',
): Promise<Held> => {
  const profile = service.trustDomain.profiles.find(({ id }) => id === profileId);
  if (!profile) throw new Error(`no profile ${profileId}`);
  const signer = await generateSoftwareKey(algorithm);
  const ref = await service.core.authority.issue({
    order,
    profile: profile.id,
    fields,
    ...(office !== undefined && { office }),
    subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
    actor: 'test',
  });
  const pem = await service.core.authority.chainPem(ref);
  const [first] = pem.match(/-----BEGIN CERTIFICATE-----\n[^-]*-----END CERTIFICATE-----\n/) ?? [];
  return {
    ref,
    signer,
    certificate: decodeCertificate(decodePem('CERTIFICATE', first as string, CERTIFICATE_BYTES)),
  };
};

/** A principal's client certificate, for a key of that algorithm. */
export const credentialOf = (
  service: Pick<Service, 'core' | 'trustDomain'>,
  id: string,
  algorithm: AlgorithmName = 'ecdsa-p256-sha256',
): Promise<Held> =>
  issueTo(
    service,
    'principal',
    `principal:${id}:${algorithm}`,
    { principal: id, name: '証明 太郎' },
    undefined,
    algorithm,
  );

/**
 * Prepares another ceremony on the stores of a closed service: deletes the states of the trust domain, which nobody can do
 * to a bucket, and leaves the results of the ceremony.
 */
export const forgetCeremony = (folder: string): void => {
  const forget = (file: string, statement: string): void => {
    const db = new DatabaseSync(join(folder, file));
    expect(db.prepare(statement).run().changes).toBe(1);
    db.close();
  };
  forget('table.sqlite', "DELETE FROM item WHERE pk = 'trust-domain' AND sk = 'ceremony'");
  forget('proofs.sqlite', "DELETE FROM item WHERE pk = 'objects' AND sk LIKE 'outcomes/trust-domain/%'");
};
