import { type AuthorityCompromise, underCompromise } from '../compromise.ts';
import { textIn } from '../members.ts';
import {
  archiveCutoffExtension,
  type CertId,
  type CertStatus,
  crlReferencesExtension,
  type Extension,
} from '../pki/pki.ts';
import { listCovering } from './crl-lists.ts';
import { isCurrentCrl } from './crls/forms.ts';
import type { OcspDeps } from './deps.ts';
import type { Issuer } from './issuers.ts';
import type { Registered, StatusRow } from './register.ts';

/** The content of an answer's SingleResponse for one CertID (RFC 6960 4.2.1), and what else making the answer needs. */
export interface SingleResponseDraft {
  readonly certId: CertId;
  readonly certStatus: CertStatus;
  /** singleExtensions. */
  readonly extensions?: readonly Extension[];
  /** Whether the CertID names the CA that answers. */
  readonly ours: boolean;
  /** A non-issued certificate is called revoked (RFC 6960 2.2), which the answer has to declare (4.4.8). */
  readonly extendedRevoke?: true;
  /** The status row's version; absent where there is no row. */
  readonly version?: number;
  /** The tenant of the certificate, as the status row names it. */
  readonly tenant?: string;
}

export const secondsAsDate = (seconds: number): Date => new Date(seconds * 1000);

/** RFC 6960 2.2 prescribes this reason and time, so that the serial number may still be used. */
const NON_ISSUED: CertStatus = {
  status: 'revoked',
  revocationTime: new Date(0),
  revocationReason: 'certificateHold',
};

const UNKNOWN: CertStatus = { status: 'unknown' };
const GOOD: CertStatus = { status: 'good' };

/**
 * A CertStatus has the time at which the revocation was made (RFC 6960 2.2), and no invalidity date. If a clock that
 * was ahead recorded the revocation, that time is in the future, and clients would take the certificate for good until
 * then. The certificate is revoked already, so the answer has its own time instead. The status row keeps the recorded
 * time.
 */
const certStatusOf = (row: StatusRow, now: number): CertStatus =>
  row.state === 'good'
    ? GOOD
    : {
        status: 'revoked',
        revocationTime: secondsAsDate(Math.min(row.revocationTime, now)),
        ...(row.reason !== 'unspecified' && { revocationReason: row.reason }),
      };

export const openSingleResponses = (deps: Pick<OcspDeps, 'currentCrl' | 'crlUrlOf'>) => {
  /** RFC 6960 4.4.4: present while the certificate's end is within the retention interval. */
  const archiveCutoff = (issuer: Issuer, { notAfter }: StatusRow, now: number): readonly Extension[] => {
    const cutoff = now - issuer.ocsp.retentionInterval;
    return notAfter < now && notAfter >= cutoff ? [archiveCutoffExtension(secondsAsDate(cutoff))] : [];
  };

  /** RFC 6960 4.4.2, where the current CRL is recent enough to list the certificate. */
  const crlReferences = async (
    issuer: Issuer,
    serial: string,
    row: StatusRow,
  ): Promise<readonly Extension[]> => {
    if (!issuer.ocsp.crlReferences || row.state === 'good') return [];
    const { id, partition } = listCovering(issuer, serial);
    const [crl, url] = [await deps.currentCrl(id), await deps.crlUrlOf(issuer.id, partition)];
    if (!crl || !isCurrentCrl(crl) || crl.thisUpdate < row.revocationTime) return [];
    const { number, thisUpdate } = crl;
    const named = url === undefined ? {} : { url };
    return [crlReferencesExtension({ ...named, number, thisUpdate: secondsAsDate(thisUpdate) })];
  };

  const nonIssued = (issuer: Issuer, certId: CertId): SingleResponseDraft =>
    issuer.ocsp.neverIssued === 'revoked'
      ? { certId, certStatus: NON_ISSUED, ours: true, extendedRevoke: true }
      : { certId, certStatus: UNKNOWN, ours: true };

  const forged = (
    certId: CertId,
    { revocationTime }: AuthorityCompromise,
    now: number,
  ): SingleResponseDraft => ({
    certId,
    certStatus: {
      status: 'revoked',
      revocationTime: secondsAsDate(Math.min(revocationTime, now)),
      revocationReason: 'cACompromise',
    },
    ours: true,
  });

  return {
    /** RFC 6960 2.2: `unknown`, for a CertID that does not name the CA that answers. */
    ofOtherIssuer: (certId: CertId): SingleResponseDraft => ({ certId, certStatus: UNKNOWN, ours: false }),

    /**
     * `now` in Unix seconds: the answer's producedAt. After a compromise of the CA every certificate is revoked (RFC 6960 2.7),
     * and so is every serial number that the register does not have: somebody who has the key may have used it.
     */
    ofIssuer: async (
      issuer: Issuer,
      certId: CertId,
      registered: Registered | undefined,
      now: number,
      compromise: AuthorityCompromise | undefined,
    ): Promise<SingleResponseDraft> => {
      const { serialNumber: serial } = certId;
      if (registered === undefined || serial === undefined) {
        return compromise ? forged(certId, compromise, now) : nonIssued(issuer, certId);
      }
      const { value, version } = registered;
      // Somebody else may have written anything.
      const tenant = textIn(value.tenant);
      const row: StatusRow = compromise ? { ...value, ...underCompromise(value, compromise) } : value;
      const extensions = [...archiveCutoff(issuer, row, now), ...(await crlReferences(issuer, serial, row))];
      return {
        certId,
        certStatus: certStatusOf(row, now),
        ours: true,
        ...(extensions.length > 0 && { extensions }),
        version,
        ...(tenant !== undefined && { tenant }),
      };
    },
  };
};
