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
    profileVersion: profile.version,
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

/** Prepares another ceremony on this store: deletes the row of the past one, and leaves its results. */
export const forgetCeremony = async ({ table }: Pick<Service, 'table'>): Promise<void> => {
  const ceremony = { pk: 'trust-domain', sk: 'ceremony' };
  const row = await table.get(ceremony);
  if (row) await table.write([{ delete: ceremony, if: { version: row.version } }]);
};
