import { Fault } from '../fault.ts';
import { type CertId, decodeOcspRequest, ocspRequestOfPath } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { Issuers } from './issuers.ts';

/**
 * What was told of when a request, as it stands in the path of an address, was answered by a copy of an answer: the same
 * certificates as in the record of the answer that was copied. None for what is no request, or names no CA of ours.
 * Fault: `authority-unreadable`.
 */
export const certificatesAskedAbout = async (
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
  // One CA answers, that of the first CertID which is ours; of any other's certificates it says that it knows nothing.
  const ca = found.find((issuer) => issuer !== undefined)?.id;
  return certIds.flatMap(({ serialNumber }, at) =>
    ca !== undefined && found[at]?.id === ca ? [{ ca, serial: serialNumber }] : [],
  );
};
