import type { ActRecord, LedgerRecord } from '../ledger/ledger.ts';
import { textIn } from '../members.ts';
import type { Value } from '../store/store.ts';
import { SKEW_MS } from './acts.ts';
import {
  AMENDMENT,
  APPROVED_ISSUANCE,
  type ApprovalRule,
  type ApprovalStep,
  CENTRE,
  ISSUANCE,
  OFFICE_APPROVAL,
} from './approval-rules.ts';
import { certificateOf } from './certificate-names.ts';
import type { Finding, RecordObserver, Report } from './contract.ts';
import { openOfficeApprovals } from './office-approvals.ts';
import { openSuccessions } from './successions.ts';

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
interface ReadStep {
  readonly record: ActRecord;
  readonly newer: boolean;
}

/**
 * Checks that acts of the service were approved. Every certificate that a sub-office asked for needs the records of its
 * submission and of its examinations, each by another person and about its public key. The office's second examination is
 * among them where the centre's says that it was asked for, and where the office asked for it by the acts on it. Where another
 * office examined in place of the one that submitted, it had taken over its affairs. Every applied amendment of the trust domain needs the records of its
 * proposal and its approval, by two persons. The record of the act names these records (`basis`). Each of them counts for one
 * act only.
 */
export interface ApprovalCheck extends RecordObserver {
  /** Before the records: the acts of enrolment that are among them. */
  expect(record: LedgerRecord): void;
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
  const officeApprovals = openOfficeApprovals();
  /** Acts without an office approval for which the office may have asked. */
  const unasked: { readonly act: ApprovedAct; readonly office: string; readonly time: number }[] = [];
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
    if (step === CENTRE && act.rule === ISSUANCE) checkUnapproved(act, record);
    if (details.actingOffice !== undefined) ofSuccessors.push({ ...named, record, newer });
    if (!isOfIt || !isInTime || !isAnotherPerson) addMissing(named);
    act.actors.add(actor);
    act.persons.add(details.person);
  };

  /** The centre approved what the office had examined once. */
  const checkUnapproved = (act: ApprovedAct, { office = '', details, time: text }: ActRecord): void => {
    const time = Date.parse(text);
    if (details.officeApproval === true) addMissing({ act, step: OFFICE_APPROVAL });
    else if (officeApprovals.mayBeAsked(office, time)) unasked.push({ act, office, time });
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

  const observeIssuance = (record: ActRecord): void => {
    // The ceremony makes the service's own certificates.
    if (record.office === undefined) return;
    const { order: request, profile, publicKeyDigest, basis } = record.details;
    const certificate = certificateOf(record);
    const facts = { certificate, record: record.id };
    const details = { request, profile, publicKeyDigest } as Value;
    const isApproved = Array.isArray(basis) && basis.length === APPROVED_ISSUANCE.steps.length;
    const rule = isApproved ? APPROVED_ISSUANCE : ISSUANCE;
    checkBasis(basis, approvedAct(record, { facts, rule, details }));
  };

  /** Whether the record may be a step. */
  const observeTrustDomain = (record: ActRecord): boolean => {
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

  const observeStep = (record: ActRecord, newer: boolean): void => {
    const named = unread.get(record.id);
    if (!named) {
      unnamed.set(record.id, { record, newer });
      return;
    }
    unread.delete(record.id);
    checkStep(named, { record, newer });
  };

  return {
    expect: officeApprovals.expect,

    observe: (record, newer) => {
      successions.observe(record, newer);
      officeApprovals.observe(record, newer);
      if (record.kind === 'issuance') observeIssuance(record);
      else if (record.kind === 'submission' || record.kind === 'examination') observeStep(record, newer);
      else if (record.kind === 'trust-domain' && observeTrustDomain(record)) observeStep(record, newer);
    },

    retract: (retracted) => {
      const { id, lost: isNamed } = retracted;
      successions.retract(retracted);
      officeApprovals.retract(retracted);
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
        const mayBeExpired = rule !== AMENDMENT && now - time > retention;
        if (!mayBeExpired) addMissing(named);
      }
      for (const { act, office, time } of unasked) {
        if (officeApprovals.isAsked(office, time)) addMissing({ act, step: OFFICE_APPROVAL });
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
  record: ActRecord,
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
