import { Fault } from '../fault.ts';
import type { Unregistered } from '../ledger/ledger.ts';
import { type CertId, decodeOcspRequest, ocspRequestOfPath } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { Issuers } from './issuers.ts';
import type { Register } from './register.ts';

/** What an answer from a cache was about, in the form of the record of an answer to the public. */
export interface AskedAbout {
  readonly certificates: readonly CertificateRef[];
  /** Whose they are, in the same order. */
  readonly tenants: readonly (string | undefined)[];
  /** Their answer is not known. */
  readonly unregistered?: Unregistered;
}

const NOTHING: AskedAbout = { certificates: [], tenants: [] };

/**
 * The certificates and numbers that were covered when a CDN answered a request by GET (RFC 6960 A.1) from its cache: the register
 * has the certificates now. `path` holds the request. None where `path` is no request or names no CA of ours. Fault:
 * `authority-unreadable`.
 */
export const askedByGetRequest = async (
  {
    issuers,
    register,
  }: { readonly issuers: Pick<Issuers, 'byCertId'>; readonly register: Pick<Register, 'lookup'> },
  path: string,
): Promise<AskedAbout> => {
  let certIds: readonly CertId[];
  try {
    certIds = decodeOcspRequest(ocspRequestOfPath(path)).requestList.map(({ certId }) => certId);
  } catch (error) {
    if (Fault.is(error)) return NOTHING;
    throw error;
  }
  const found = await Promise.all(certIds.map((certId) => issuers.byCertId(certId)));
  // One CA answers: that of the first CertID that names a CA of ours. CertIDs of any other CA are `unknown` in its answer.
  const issuer = found.find((one) => one !== undefined);
  if (issuer === undefined) return NOTHING;
  const ca = issuer.id;
  const serials = certIds.flatMap(({ serialNumber }, at) => (found[at]?.id === ca && serialNumber) || []);
  const rows = await Promise.all(serials.map((serial) => register.lookup({ ca, serial })));
  const unknown = serials.filter((_, at) => rows[at] === undefined);
  return {
    certificates: serials.flatMap((serial, at) => (rows[at] ? [{ ca, serial }] : [])),
    tenants: rows.flatMap((row) => (row ? [row.value.tenant ?? issuer.tenant] : [])),
    ...(unknown.length > 0 && { unregistered: { ca, serials: unknown } }),
  };
};
