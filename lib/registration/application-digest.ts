import { hash } from 'node:crypto';
import type { Application } from './decide.ts';

/**
 * SHA-256, hex, of the application with the row's salt. The ledger's records hold this digest. The salt keeps a reader
 * of the records from finding out a person's fields by trying values.
 */
export const applicationDigest = (salt: string, application: Application): string => {
  const { tenant, profile, profileVersion, fields, subject, subjectDigest, holder, issuedTo } = application;
  const { keyAlgorithm, publicKeyDigest, subjectPublicKeyInfo } = application;
  return hash(
    'sha256',
    JSON.stringify([
      salt,
      tenant,
      profile,
      profileVersion,
      Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)),
      subject,
      subjectDigest,
      holder ?? null,
      keyAlgorithm,
      publicKeyDigest,
      subjectPublicKeyInfo,
      issuedTo ?? null,
    ]),
  );
};
