import type { LedgerRecord } from '../ledger/ledger.ts';
import type { Learner, Report } from './contract.ts';

/** A CA's own certificate, as the service serves it. */
export interface ServedAuthority {
  readonly ca: string;
  /** SHA-256 of the certificate, hex. */
  readonly digest: string;
  /** Absent of bytes that are no certificate. */
  readonly serial?: string;
  /** SHA-256 of its TBSCertificate, hex. */
  readonly tbsDigest?: string;
}

/**
 * Holds the CAs that the service shows against the records: each came of a ceremony, and its certificate is the one whose
 * issuance was recorded then. Whoever trusts a CA's certificate that the service serves trusts whatever it signs.
 */
export interface AuthorityCheck extends Learner {
  serve(served: ServedAuthority): void;
  judge(): void;
}

export const openAuthorityCheck = ({ report }: { readonly report: Report }): AuthorityCheck => {
  /** Of the issuances of CA certificates: digests of the TBSCertificates, by the record. */
  const issued = new Map<string, { readonly certificates: readonly string[]; readonly tbsDigest: unknown }>();
  /** Of the ceremonies that made CAs: the certificates, by the record. */
  const made = new Map<string, readonly string[]>();
  const served: ServedAuthority[] = [];

  const namesOf = (record: LedgerRecord): readonly string[] =>
    (record.certificates ?? []).map(({ ca, serial }) => `${ca}/${serial}`);

  return {
    record: (record) => {
      if (record.kind === 'issuance' && record.details.profile === 'ca') {
        issued.set(record.id, { certificates: namesOf(record), tbsDigest: record.details.tbsDigest });
      } else if (record.kind === 'ceremony' && record.details.step === 'authority') {
        made.set(record.id, namesOf(record));
      }
    },

    lost: ({ id }) => {
      issued.delete(id);
      made.delete(id);
    },

    serve: (authority) => {
      served.push(authority);
    },

    judge: () => {
      for (const { ca, digest, serial, tbsDigest } of served) {
        const certificate = `${ca}/${serial}`;
        const isIssued = [...issued.values()].some(
          (one) => one.tbsDigest === tbsDigest && one.certificates.includes(certificate),
        );
        const isMade = [...made.values()].some((certificates) => certificates.includes(certificate));
        if (!isIssued || !isMade) {
          report('authority-without-leaf', { ca, digest, missing: isIssued ? 'ceremony' : 'issuance' });
        }
      }
    },
  };
};
