import { encodeCertId } from '../lib/pki/cert-id.ts';
import { decodeCertificate } from '../lib/pki/certificate.ts';
import { encodeName } from '../lib/pki/name.ts';
import { encodeOcspRequest } from '../lib/pki/ocsp-request.ts';
import { parseSerial } from '../lib/pki/serial.ts';
import type { CertificateRef } from '../lib/principal.ts';
import type { Service } from './service.ts';

/** The OCSP request for certificates of one CA, as a client would write it. */
export const ocspRequestFor = async (
  { app }: Service,
  ...[first, ...others]: readonly [CertificateRef, ...CertificateRef[]]
): Promise<Uint8Array> => {
  const issuer = decodeCertificate(await app.authority.caCertificate(first.ca));
  const certIds = [first, ...others].map(({ serial }) =>
    encodeCertId({
      hash: 'sha256',
      issuerName: encodeName(issuer.subject),
      issuerPublicKeyInfo: issuer.subjectPublicKeyInfo,
      serialNumber: parseSerial(serial),
    }),
  );
  return encodeOcspRequest({ certIds });
};
