export { actKeysOf } from './act-keys.ts';
export { addressesInUse, assertSettings } from './addresses.ts';
export { openAmendments } from './amendments.ts';
export { type Begun, bringIntoForce, type Earlier, rememberEarlier } from './applying.ts';
export {
  type Addresses,
  AMENDMENT_STATES,
  type Amendments,
  type AmendmentView,
  type AuthorityDefinition,
  type Change,
  type FieldValues,
  type InForce,
  type InForceRow,
  type KeysFor,
  MAX_CHANGES_SHOWN,
  type Office,
  type Period,
  type Profile,
  type SameKeyRule,
  type Standing,
  type States,
  type Text,
  type TrustDomain,
  type TrustDomainState,
} from './contract.ts';
export type { ApplyingDeps } from './deps.ts';
export type { IsEnrolled } from './enrolled-ids.ts';
export { digestOf } from './files.ts';
export { foundersOf } from './founders.ts';
export { holderCasOf } from './holder-cas.ts';
export { openInForce } from './in-force.ts';
export { assertKmsAlgorithms } from './kms-algorithms.ts';
export { addPeriod, lastSecond } from './period.ts';
export { openProfiles, type Profiles, type ProfileView } from './profile-views.ts';
export { readTrustDomain } from './read.ts';
export { guarded, openStanding } from './standing.ts';
export { openStates } from './states.ts';
export { describeSubject, type Subject } from './subject.ts';

/** The door of the trust domain's room: the declarative file, its checks, its amendments, and the file in force. */
