import type { LedgerRecord } from '../ledger/ledger.ts';
import { authorityOf } from './compromises.ts';
import type { RecordObserver, Report } from './contract.ts';

/** A CA's own certificate, as the service serves it. */
export interface ServedAuthority {
  readonly ca: string;
  /** SHA-256 of the certificate, hex. */
  readonly digest: string;
  /** Absent where the bytes are no certificate. */
  readonly serial?: string;
  /** SHA-256 of its TBSCertificate, hex. */
  readonly tbsDigest?: string;
}

/**
 * Compares the CAs that the service shows with the records. A ceremony made each CA, and the record of an issuance
 * names its certificate. A relying party that took another certificate from the service would trust that one's
 * signatures. The service shows no CA whose row has another certificate than its ceremony named, so such a row is found
 * by the CA that is missing.
 */
export interface AuthorityCheck extends RecordObserver {
  serve(served: ServedAuthority): void;
  conclude(): void;
}

export const openAuthorityCheck = ({ report }: { readonly report: Report }): AuthorityCheck => {
  /**
   * Issuances of CA certificates, by the ids of their records: the certificates, and the digest of the TBSCertificate.
   */
  const issued = new Map<string, { readonly certificates: readonly string[]; readonly tbsDigest: unknown }>();
  /** Ceremonies that made CAs, by the ids of their records: the certificates, and whether the log has the record. */
  const made = new Map<string, { readonly certificates: readonly string[]; readonly newer: boolean }>();
  const served: ServedAuthority[] = [];

  const namesOf = (record: LedgerRecord): readonly string[] =>
    (record.certificates ?? []).map(({ ca, serial }) => `${ca}/${serial}`);

  return {
    observe: (record, newer) => {
      if (record.kind === 'issuance' && record.details.profile === 'ca') {
        issued.set(record.id, { certificates: namesOf(record), tbsDigest: record.details.tbsDigest });
      } else if (record.kind === 'ceremony' && record.details.step === 'authority') {
        made.set(record.id, { certificates: namesOf(record), newer });
      }
    },

    retract: ({ id }) => {
      issued.delete(id);
      made.delete(id);
    },

    serve: (authority) => {
      served.push(authority);
    },

    conclude: () => {
      for (const { ca, digest, serial, tbsDigest } of served) {
        const certificate = `${ca}/${serial}`;
        const isIssued = [...issued.values()].some(
          (one) => one.tbsDigest === tbsDigest && one.certificates.includes(certificate),
        );
        const isMade = [...made.values()].some(({ certificates }) => certificates.includes(certificate));
        if (!isIssued || !isMade) {
          report('authority-without-leaf', { ca, digest, missing: isIssued ? 'ceremony' : 'issuance' });
        }
      }
      const shown = new Set(served.map(({ ca }) => ca));
      for (const [record, { certificates, newer }] of made) {
        const [ca] = certificates.map(authorityOf);
        // A CA that was made while the audit ran may be missing from the list that was read before.
        if (ca !== undefined && !newer && !shown.has(ca)) report('authority-missing', { ca, record });
      }
    },
  };
};
