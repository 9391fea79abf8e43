export {
  decodeCertificates,
  decodeIssuers,
  dersIn,
  type Issuers,
  MAX_CHAIN_BYTES,
  readable,
} from './certificate-bytes.ts';
export type { CertificateStatus, OcspSource } from './certificate-status.ts';
export { checkStatus, type PathEntry, type StatusReport } from './check.ts';
export type {
  AddressAnswer,
  AddressQuestion,
  AskAddress,
  Finding,
  Held,
  NoAnswer,
  Outcome,
  Silence,
  Statement,
  Verdict,
} from './contract.ts';
export type { CrlFinding } from './crl.ts';
export { MAX_CRL_BYTES, readCrls } from './crl-file.ts';
export { validityAt } from './finding.ts';
export { isIssuedBy, whyUnjudged } from './issued-by.ts';
export { judgeOcsp, ocspQuestion } from './ocsp.ts';
export { webAddress } from './sources.ts';

/** The door of the check of a certificate: its path, and its status by OCSP and CRLs. */
