import type { LedgerRecord } from '../ledger/ledger.ts';
import { textIn } from '../members.ts';
import type { Value } from '../store/store.ts';
import { SKEW_MS } from './acts.ts';
import type { Finding, RecordObserver, Report } from './contract.ts';
import { openSuccessions } from './successions.ts';

/** A step that a person must have taken before the service may act; `details` are in the record of the step. */
interface ApprovalStep {
  readonly name: string;
  readonly kind: LedgerRecord['kind'];
  readonly details: Value;
  /** An office may take the step in place of the one that the act concerns, once it has taken over its affairs. */
  readonly mayBeOfSuccessor?: true;
}

/** An act that the service may take only after these steps, each by another person. */
interface ApprovalRule {
  /** Reported where one of the steps is not recorded. */
  readonly damage: 'approval-not-recorded' | 'amendment-not-recorded';
  readonly steps: readonly ApprovalStep[];
  /** Details that all steps of one kind that have them share. */
  readonly shared: readonly {
    readonly kinds: readonly LedgerRecord['kind'][];
    readonly details: readonly string[];
  }[];
}

const ISSUANCE: ApprovalRule = {
  damage: 'approval-not-recorded',
  steps: [
    { name: 'submission', kind: 'submission', details: { act: 'submitted' } },
    {
      name: 'office',
      kind: 'examination',
      details: { stage: 'office', decision: 'approve' },
      mayBeOfSuccessor: true,
    },
    { name: 'centre', kind: 'examination', details: { stage: 'centre', decision: 'approve' } },
  ],
  // The three acts are about one application; both examinations are of one round and about one certificate. The issuance
  // has the profile's version at that time, which may be a later one that gives the same certificate.
  shared: [
    { kinds: ['submission', 'examination'], details: ['profileVersion', 'applicationDigest'] },
    { kinds: ['examination'], details: ['round', 'certificateDigest'] },
  ],
};

const AMENDMENT: ApprovalRule = {
  damage: 'amendment-not-recorded',
  steps: [
    { name: 'proposed', kind: 'trust-domain', details: { step: 'proposed' } },
    { name: 'approved', kind: 'trust-domain', details: { step: 'approved' } },
  ],
  shared: [],
};

/** An issuance, or the application of an amendment, as its record describes it. */
interface ApprovedAct {
  readonly facts: Finding['facts'];
  readonly rule: ApprovalRule;
  /** Details that the records of all its steps share. */
  readonly details: Value;
  readonly office: string | undefined;
  /** When it was recorded, in milliseconds since the epoch. */
  readonly time: number;
  /** Names of steps that have no record, or no record as required. */
  readonly missing: Set<string>;
  /** Who took its steps, as far as their records have been read. */
  readonly actors: Set<unknown>;
  readonly persons: Set<unknown>;
  /** Shared details, as the first step that was read has them. */
  readonly shared: Map<string, unknown>;
}

/** A step that the record of an approved act names by the id of its record. */
interface NamedStep {
  readonly act: ApprovedAct;
  readonly step: ApprovalStep;
}

/** A record of kind `trust-domain`, `submission` or `examination`: it may be one of the steps. */
type StepRecord = Exclude<LedgerRecord, { readonly kind: 'provision' }>;

interface ReadStep {
  readonly record: StepRecord;
  readonly newer: boolean;
}

/**
 * Checks that acts of the service were approved. Every certificate that a sub-office asked for needs the records of its
 * submission and of both examinations, by three persons and about its public key. Where another office examined in place of the
 * one that submitted, it had taken over its affairs. Every applied amendment of the trust domain needs the records of its
 * proposal and its approval, by two persons. The record of the act names these records (`basis`). Each of them counts for one
 * act only.
 */
export interface ApprovalCheck extends RecordObserver {
  conclude(): void;
}

export const openApprovalCheck = ({
  report,
  retention,
  now,
}: {
  readonly report: Report;
  /** The shortest time for which submissions and examinations are kept on record, in milliseconds. */
  readonly retention: number;
  readonly now: number;
}): ApprovalCheck => {
  /**
   * By record id: steps that no approved act has named so far, and named steps whose records have not been read so far.
   */
  const unnamed = new Map<string, ReadStep>();
  const unread = new Map<string, NamedStep>();
  /** Named steps whose records are newer than the checkpoint, and may still be retracted. */
  const matchedNewer = new Map<string, NamedStep>();
  const unapproved = new Set<ApprovedAct>();
  const applied = new Map<unknown, ApprovedAct>();
  const rejected = new Set<unknown>();
  const successions = openSuccessions();
  /** Steps of offices in place of others. */
  const ofSuccessors: (NamedStep & ReadStep)[] = [];
  /** Records that two operators recorded as lost. */
  const lost = new Set<string>();

  const addMissing = ({ act, step }: NamedStep): void => {
    act.missing.add(step.name);
    unapproved.add(act);
  };

  const checkStep = (named: NamedStep, { record, newer }: ReadStep): void => {
    const { act, step } = named;
    if (newer) matchedNewer.set(record.id, named);
    const { kind, actor, office, details, time } = record;
    const isAboutIt = Object.entries({ ...act.details, ...step.details }).every(
      ([name, value]) => value !== undefined && details[name] === value,
    );
    const isInTime = Date.parse(time) <= act.time + SKEW_MS;
    const isAlike = act.rule.shared
      .filter(({ kinds }) => kinds.includes(kind))
      .flatMap((shared) => shared.details)
      .map((name) => {
        if (!act.shared.has(name)) act.shared.set(name, details[name]);
        return act.shared.get(name) === details[name];
      })
      .every(Boolean);
    const isAnotherPerson = !act.actors.has(actor) && !act.persons.has(details.person);
    const isOfIt = kind === step.kind && office === act.office && isAboutIt && isAlike;
    if (details.actingOffice !== undefined) ofSuccessors.push({ ...named, record, newer });
    if (!isOfIt || !isInTime || !isAnotherPerson) addMissing(named);
    act.actors.add(actor);
    act.persons.add(details.person);
  };

  const checkBasis = (basis: unknown, act: ApprovedAct): void => {
    for (const [i, step] of act.rule.steps.entries()) {
      const id: unknown = Array.isArray(basis) ? basis[i] : undefined;
      const named = { act, step };
      const read = typeof id === 'string' ? unnamed.get(id) : undefined;
      if (typeof id !== 'string' || unread.has(id)) addMissing(named);
      else if (read) {
        unnamed.delete(id);
        checkStep(named, read);
      } else unread.set(id, named);
    }
  };

  const observeIssuance = (record: StepRecord): void => {
    // The ceremony makes the service's own certificates.
    if (record.office === undefined) return;
    const { order: request, profile, publicKeyDigest, basis } = record.details;
    const certificate = (record.certificates ?? []).map(({ ca, serial }) => `${ca}/${serial}`).join(' ');
    const facts = { certificate, record: record.id };
    const details = { request, profile, publicKeyDigest } as Value;
    checkBasis(basis, approvedAct(record, { facts, rule: ISSUANCE, details }));
  };

  /** Whether the record may be a step. */
  const observeTrustDomain = (record: StepRecord): boolean => {
    const { step, amendment, before, after, basis } = record.details;
    if (step === 'rejected') rejected.add(amendment);
    if (step !== 'applied') return step === 'proposed' || step === 'approved';
    const facts = { amendment: textIn(amendment) ?? 'none', record: record.id };
    const details = { amendment, before, after } as Value;
    const act = approvedAct(record, { facts, rule: AMENDMENT, details });
    applied.set(amendment, act);
    checkBasis(basis, act);
    return false;
  };

  const observeStep = (record: StepRecord, newer: boolean): void => {
    const named = unread.get(record.id);
    if (!named) {
      unnamed.set(record.id, { record, newer });
      return;
    }
    unread.delete(record.id);
    checkStep(named, { record, newer });
  };

  return {
    observe: (record, newer) => {
      successions.observe(record, newer);
      if (record.kind === 'issuance') observeIssuance(record);
      else if (record.kind === 'submission' || record.kind === 'examination') observeStep(record, newer);
      else if (record.kind === 'trust-domain' && observeTrustDomain(record)) observeStep(record, newer);
    },

    retract: (retracted) => {
      const { id, lost: isNamed } = retracted;
      successions.retract(retracted);
      if (isNamed) lost.add(id);
      unnamed.delete(id);
      const named = matchedNewer.get(id);
      if (named) addMissing(named);
    },

    conclude: () => {
      for (const [id, named] of unread) {
        if (lost.has(id)) continue;
        const { rule, time } = named.act;
        // Submissions and examinations are older than the issuance, so their retention period may be over before its
        // own.
        const mayBeExpired = rule === ISSUANCE && now - time > retention;
        if (!mayBeExpired) addMissing(named);
      }
      for (const { act, step, record } of ofSuccessors) {
        const { office = '', details, time } = record;
        const { hasTakenOver } = successions;
        const isAllowed =
          step.mayBeOfSuccessor && hasTakenOver(details.actingOffice, office, Date.parse(time));
        if (!isAllowed) addMissing({ act, step });
      }
      for (const [amendment, act] of applied) {
        const approval = AMENDMENT.steps.find(({ name }) => name === 'approved');
        if (approval && rejected.has(amendment)) addMissing({ act, step: approval });
      }
      for (const { facts, rule, missing } of unapproved) {
        report(rule.damage, { ...facts, missing: [...missing].join(', ') });
      }
    },
  };
};

const approvedAct = (
  record: StepRecord,
  about: Pick<ApprovedAct, 'facts' | 'rule' | 'details'>,
): ApprovedAct => ({
  ...about,
  office: record.office,
  time: Date.parse(record.time),
  missing: new Set(),
  actors: new Set(),
  persons: new Set(),
  shared: new Map(),
});
