import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import {
  decodeCertificate,
  encodeCertId,
  encodeName,
  encodeOcspRequest,
  parseSerial,
} from '../../lib/pki/pki.ts';
import { serialOf } from './store.ts';

export interface Kind {
  readonly method: 'GET' | 'POST';
  readonly nonce: boolean;
}

/** A file of requests for `load.lua`, about `count` certificates of `certificates`, evenly spread. */
export const writeRequests = (
  file: string,
  issuer: Uint8Array,
  { method, nonce }: Kind,
  certificates: number,
  count: number,
): void => {
  const { subject, subjectPublicKeyInfo } = decodeCertificate(issuer);
  const issuerName = encodeName(subject);
  const lines = Array.from({ length: count }, (_, i) => {
    const serialNumber = parseSerial(serialOf(Math.floor((i * certificates) / count)));
    const certId = encodeCertId({
      hash: 'sha256',
      issuerName,
      issuerPublicKeyInfo: subjectPublicKeyInfo,
      serialNumber,
    });
    const der = Buffer.from(
      encodeOcspRequest({ certIds: [certId], ...(nonce && { nonce: randomBytes(32) }) }),
    );
    return method === 'GET' ? `/ocsp/${encodeURIComponent(der.toString('base64'))}` : der.toString('hex');
  });
  writeFileSync(file, `${lines.join('\n')}\n`);
};
