/**
 * The ledger seen from outside: all that is needed to verify the log, its records and its proofs, and nothing that could
 * write them. The command line imports this and no other file of the room.
 */
export type { LedgerRecord } from '../record.ts';
export { verifyRecordProof } from '../record-proof.ts';
export { type OpenedCheckpoint, openCheckpoint } from '../tlog/checkpoint.ts';
export { trustedLog, type WitnessPolicy, witnessPolicy } from '../tlog/policy.ts';
export { DAMAGES, type Damage, type Finding, type Progress } from './damage.ts';
export { checkRecords, type KnownCertificates, type RecordSummary } from './records.ts';
export { checkTree, type Tree, type TreeSummary } from './tree.ts';
