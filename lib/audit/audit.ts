/**
 * The ledger seen from outside: all that is needed to verify the log, its records and its proofs, and nothing that could
 * write them. The command line imports this and no other file of the room.
 */
export { type LedgerRecord, verifyRecordProof } from '../ledger/ledger.ts';
export {
  type OpenedCheckpoint,
  openCheckpoint,
  trustedLog,
  type WitnessPolicy,
  witnessPolicy,
} from '../tlog/tlog.ts';
export { type ApprovalCheck, openApprovalCheck } from './approvals.ts';
export { openAuthorityCheck, type ServedAuthority } from './authorities.ts';
export {
  type CertificateCheck,
  type ListedRevocations,
  type ListedSerial,
  openCertificateCheck,
} from './certificates.ts';
export { DAMAGES, type Damage, type Finding, type Learner, type Progress, type Report } from './contract.ts';
export { type ArchivedCrl, type CrlCheck, openCrlCheck, type ServedCrl } from './crls.ts';
export { openLateCheck } from './late.ts';
export { openQueryCheck, type QueryCheck, type Question } from './queries.ts';
export { checkRecords, openEntries, type RecordSummary } from './records.ts';
export { openTotalCheck, type ShownTotal, type TotalCheck } from './totals.ts';
export { checkTree, type Tree, type TreeSummary } from './tree.ts';
