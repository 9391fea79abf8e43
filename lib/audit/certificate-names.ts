import type { LedgerRecord } from '../ledger/ledger.ts';
import type { CertificateRef } from '../principal.ts';

/** The name of a certificate in findings: `{ca}/{serial}`. */
export const nameOf = ({ ca, serial }: CertificateRef): string => `${ca}/${serial}`;

/** The certificate of a record about one; empty where the record names none. */
export const certificateOf = ({ certificates = [] }: Pick<LedgerRecord, 'certificates'>): string =>
  certificates.map(nameOf).join(' ');
