import type { CertificateRef } from '../principal.ts';
import type { Objects } from '../store/store.ts';
import { openIssuedObjects } from './issued-objects.ts';

/** When the certificate ends, by the object of its number; milliseconds since the epoch. Undefined before it is signed. */
export const openCertificateEnd = (
  objects: Objects,
): ((ref: CertificateRef) => Promise<number | undefined>) => {
  const issued = openIssuedObjects(objects);
  return async (ref) => {
    const notAfter = (await issued.read(ref))?.notAfter;
    return notAfter === undefined ? undefined : notAfter * 1000;
  };
};
