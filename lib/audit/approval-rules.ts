import type { LedgerRecord } from '../ledger/ledger.ts';
import type { Value } from '../store/store.ts';

/* Which steps the service needs before it issues a certificate or applies an amendment. */

/** A step that a person must have taken before the service may act; `details` are in the record of the step. */
export interface ApprovalStep {
  readonly name: string;
  readonly kind: LedgerRecord['kind'];
  readonly details: Value;
  /** An office may take the step in place of the one that the act concerns, once it has taken over its affairs. */
  readonly mayBeOfSuccessor?: true;
}

/** An act that the service may take only after these steps, each by another person. */
export interface ApprovalRule {
  /** Reported where one of the steps is not recorded. */
  readonly damage: 'approval-not-recorded' | 'amendment-not-recorded';
  readonly steps: readonly ApprovalStep[];
  /** Details that all steps of one kind that have them share. */
  readonly shared: readonly {
    readonly kinds: readonly LedgerRecord['kind'][];
    readonly details: readonly string[];
  }[];
}

const SUBMISSION: ApprovalStep = { name: 'submission', kind: 'submission', details: { act: 'submitted' } };

const atOffice = (stage: 'office' | 'office-approval'): ApprovalStep => ({
  name: stage,
  kind: 'examination',
  details: { stage, decision: 'approve' },
  mayBeOfSuccessor: true,
});

export const OFFICE_APPROVAL = atOffice('office-approval');

export const CENTRE: ApprovalStep = {
  name: 'centre',
  kind: 'examination',
  details: { stage: 'centre', decision: 'approve' },
};

export const ISSUANCE: ApprovalRule = {
  damage: 'approval-not-recorded',
  steps: [SUBMISSION, atOffice('office'), CENTRE],
  // The acts are about one application; the examinations are of one round and about one certificate. The issuance
  // has the profile's version at that time, which may be a later one that gives the same certificate.
  shared: [
    { kinds: ['submission', 'examination'], details: ['profileVersion', 'applicationDigest'] },
    { kinds: ['examination'], details: ['round', 'certificateDigest'] },
  ],
};

/** The office examined it twice, whether it had to or not. */
export const APPROVED_ISSUANCE: ApprovalRule = {
  ...ISSUANCE,
  steps: [SUBMISSION, atOffice('office'), OFFICE_APPROVAL, CENTRE],
};

export const AMENDMENT: ApprovalRule = {
  damage: 'amendment-not-recorded',
  steps: [
    { name: 'proposed', kind: 'trust-domain', details: { step: 'proposed' } },
    { name: 'approved', kind: 'trust-domain', details: { step: 'approved' } },
  ],
  shared: [],
};
