export { assertCameIntoForce } from './agreement.ts';
export { openAmendments } from './amendments.ts';
export { applyAmendment, type Earlier, rememberEarlier } from './applying.ts';
export {
  AMENDMENT_STATES,
  type Amendments,
  type AmendmentView,
  type AuthorityDefinition,
  type Change,
  type FieldValues,
  type InForce,
  type InForceRow,
  MAX_CHANGES_SHOWN,
  type Office,
  type Period,
  type Profile,
  type TrustDomain,
} from './contract.ts';
export { digestOf } from './files.ts';
export { openInForce } from './in-force.ts';
export { addPeriod, lastSecond } from './period.ts';
export { readTrustDomain } from './read.ts';
export { describeSubject, type Subject } from './subject.ts';

/** The door of the trust domain's room: the declarative file, its checks, its amendments, and the file in force. */
