import { existsSync, readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../../shared/vectors/real-ca/', import.meta.url);

/** Certificates of Japanese government CAs, as PEM; none where the folder of foreign vectors is absent. */
export const REAL_CAS: readonly { readonly file: string; readonly pem: string }[] = existsSync(folder)
  ? readdirSync(folder)
      .sort()
      .map((file) => ({ file, pem: readFileSync(new URL(file, folder), 'utf8') }))
  : [];

export const NO_REAL_CAS = REAL_CAS.length === 0;

if (NO_REAL_CAS) console.log('../shared/vectors/real-ca is absent: the tests that read it are skipped.');
