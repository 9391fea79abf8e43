import { hash } from 'node:crypto';
import type { Application } from './decide.ts';
import type { RequestData } from './request-data.ts';

/**
 * SHA-256, hex, of the application with its salt. The ledger's records hold this digest. The salt keeps a reader
 * of the records from finding out a person's fields by trying values.
 */
export const applicationDigest = (
  application: Omit<Application, 'applicationDigest' | 'key'>,
  data: Omit<RequestData, 'searched' | 'reasons'>,
): string => {
  const { tenant, profile, profileVersion, holder, issuedTo, keyAlgorithm, publicKeyDigest } = application;
  const { salt, fields, subject, subjectDigest, subjectPublicKeyInfo } = data;
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
