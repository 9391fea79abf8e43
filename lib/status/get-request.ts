import { Fault } from '../fault.ts';
import { type CertId, decodeOcspRequest, ocspRequestOfPath } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { Issuers } from './issuers.ts';

/**
 * The certificates that were covered when a CDN answered a request by GET (RFC 6960 A.1) from its cache. They are the
 * same as in the record of the cached answer. `path` holds the request. None where `path` is no request or names no CA
 * of ours. Fault: `authority-unreadable`.
 */
export const certificatesOfGetRequest = async (
  issuers: Pick<Issuers, 'byCertId'>,
  path: string,
): Promise<readonly CertificateRef[]> => {
  let certIds: readonly CertId[];
  try {
    certIds = decodeOcspRequest(ocspRequestOfPath(path)).requestList.map(({ certId }) => certId);
  } catch (error) {
    if (Fault.is(error)) return [];
    throw error;
  }
  const found = await Promise.all(certIds.map((certId) => issuers.byCertId(certId)));
  // One CA answers: that of the first CertID that names a CA of ours. CertIDs of any other CA are `unknown` in its answer.
  const ca = found.find((issuer) => issuer !== undefined)?.id;
  return certIds.flatMap(({ serialNumber }, at) =>
    ca !== undefined && found[at]?.id === ca && serialNumber !== undefined
      ? [{ ca, serial: serialNumber }]
      : [],
  );
};
