/**
 * The door of the audit room: it verifies the log, its records, their proofs and what the service shows, and has no
 * code that writes any of them. The command line needs nothing else to verify.
 */
export { type LedgerRecord, verifyRecordProof } from '../ledger/ledger.ts';
export {
  type OpenedCheckpoint,
  openCheckpoint,
  trustedLog,
  type WitnessPolicy,
  witnessPolicy,
} from '../tlog/tlog.ts';
export { type AnnualReportCheck, openAnnualReportCheck, type ShownReport } from './annual-reports.ts';
export { type ApprovalCheck, openApprovalCheck } from './approvals.ts';
export { openAuthorityCheck, type ServedAuthority } from './authorities.ts';
export { type BatchCheck, openBatchCheck } from './batches.ts';
export { type CertificateCheck, openCertificateCheck } from './certificates.ts';
export { type ConfirmationCheck, openConfirmationCheck } from './confirmations.ts';
export {
  DAMAGES,
  type Damage,
  type Finding,
  type Progress,
  type RecordObserver,
  type Report,
} from './contract.ts';
export { type ArchivedCrl, type CrlCheck, openCrlCheck, type ServedCrl } from './crls.ts';
export { type EnrolmentCheck, type ListedEnrolment, openEnrolmentCheck } from './enrolments.ts';
export { openLateCheck } from './late.ts';
export type { ListedRevocations } from './listed-revocations.ts';
export type { ListedSerial } from './listed-serials.ts';
export { openPrincipalKeyCheck, type PrincipalKeyCheck } from './principal-keys.ts';
export { openQueryCheck, type QueryCheck, type Question } from './queries.ts';
export { checkRecords, openEntries, type RecordSummary } from './records.ts';
export { openRepetitionCheck, type RepetitionCheck } from './repetitions.ts';
export { reportSetAside, type ShownSetAside } from './set-aside.ts';
export { checkActKeys, openSignedActCheck, type ShownActKey, type SignedActCheck } from './signed-acts.ts';
export { openTenantCheck, type TenantCheck } from './tenants.ts';
export { openTotalCheck, type ShownTotal, type TotalCheck } from './totals.ts';
export { checkTree, type Tree, type TreeSummary } from './tree.ts';
export { type ListedKey, openUsedKeyCheck, type UsedKeyCheck } from './used-keys.ts';
