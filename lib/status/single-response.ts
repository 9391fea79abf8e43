import {
  archiveCutoffExtension,
  type CertId,
  type CertStatus,
  crlReferencesExtension,
  type Extension,
} from '../pki/pki.ts';
import type { OcspDeps } from './deps.ts';
import type { Issuer } from './issuers.ts';
import type { Registered, StatusRow } from './register.ts';

/** What is to be said of one CertID. */
export interface Judged {
  readonly certId: CertId;
  readonly certStatus: CertStatus;
  /** singleExtensions. */
  readonly extensions?: readonly Extension[];
  /** Whether the CertID names the CA that answers. */
  readonly ours: boolean;
  /** No certificate of that number was issued and it is called revoked nonetheless (RFC 6960 2.2). */
  readonly neverIssued?: true;
  /** Of the status row; absent where there is none. */
  readonly version?: number;
}

const secondsAsDate = (seconds: number): Date => new Date(seconds * 1000);

/** RFC 6960 2.2: reason and time are given, so that the number may still be used. */
const NEVER_ISSUED: CertStatus = {
  status: 'revoked',
  revocationTime: new Date(0),
  revocationReason: 'certificateHold',
};

const UNKNOWN: CertStatus = { status: 'unknown' };
const GOOD: CertStatus = { status: 'good' };

/**
 * The invalidity date has no place in a CertStatus, which tells when the revocation was made (RFC 6960 2.2). Where a clock
 * that was ahead recorded it, that is a time still to come, until which clients would take the certificate for good: it
 * is revoked, so it was by the time of the answer. The record keeps what was recorded.
 */
const certStatusOf = (row: StatusRow, now: number): CertStatus =>
  row.state === 'good'
    ? GOOD
    : {
        status: 'revoked',
        revocationTime: secondsAsDate(Math.min(row.revocationTime, now)),
        ...(row.reason !== 'unspecified' && { revocationReason: row.reason }),
      };

export const openJudging = (deps: Pick<OcspDeps, 'currentCrl'>) => {
  /** RFC 6960 4.4.4: while the certificate's end is within the retention interval. */
  const archiveCutoff = (issuer: Issuer, { notAfter }: StatusRow, now: number): readonly Extension[] => {
    const cutoff = now - issuer.ocsp.retentionInterval;
    return notAfter < now && notAfter >= cutoff ? [archiveCutoffExtension(secondsAsDate(cutoff))] : [];
  };

  /** RFC 6960 4.4.2, where the CRL is recent enough for the certificate to stand on it. */
  const crlReferences = async (issuer: Issuer, row: StatusRow): Promise<readonly Extension[]> => {
    if (!issuer.ocsp.crlReferences || row.state === 'good') return [];
    const crl = await deps.currentCrl(issuer.id);
    const [url] = issuer.urls.crl;
    return crl && url !== undefined && crl.thisUpdate >= row.revocationTime
      ? [crlReferencesExtension({ url, number: crl.number, thisUpdate: secondsAsDate(crl.thisUpdate) })]
      : [];
  };

  const never = (issuer: Issuer, certId: CertId): Judged =>
    issuer.ocsp.neverIssued === 'revoked'
      ? { certId, certStatus: NEVER_ISSUED, ours: true, neverIssued: true }
      : { certId, certStatus: UNKNOWN, ours: true };

  return {
    /** RFC 6960 2.2: of an issuer that this answer is not for, nothing is known. */
    foreign: (certId: CertId): Judged => ({ certId, certStatus: UNKNOWN, ours: false }),

    /** `now` in Unix seconds: what the answer's producedAt will be. */
    judge: async (
      issuer: Issuer,
      certId: CertId,
      registered: Registered | undefined,
      now: number,
    ): Promise<Judged> => {
      if (registered === undefined) return never(issuer, certId);
      const { value: row, version } = registered;
      const extensions = [...archiveCutoff(issuer, row, now), ...(await crlReferences(issuer, row))];
      return {
        certId,
        certStatus: certStatusOf(row, now),
        ours: true,
        ...(extensions.length > 0 && { extensions }),
        version,
      };
    },
  };
};
