import type { LedgerRecord } from '../ledger/ledger.ts';
import type { Value } from '../store/store.ts';
import { SKEW_MS } from './acts.ts';
import type { Finding, Learner, Report } from './contract.ts';

/** What somebody has to have done before the service did something; `said` is in the details of its record. */
interface Step {
  readonly name: string;
  readonly kind: LedgerRecord['kind'];
  readonly said: Value;
}

const STEPS_OF_ISSUANCE: readonly Step[] = [
  { name: 'submission', kind: 'submission', said: { act: 'submitted' } },
  { name: 'office', kind: 'examination', said: { stage: 'office', decision: 'approve' } },
  { name: 'centre', kind: 'examination', said: { stage: 'centre', decision: 'approve' } },
];

const STEPS_OF_AMENDMENT: readonly Step[] = [
  { name: 'proposed', kind: 'configuration', said: { step: 'proposed' } },
  { name: 'approved', kind: 'configuration', said: { step: 'approved' } },
];

/** What the service did, and what it takes for that. */
interface Deed {
  readonly facts: Finding['facts'];
  readonly steps: readonly Step[];
  /** Details that the records of all steps have in common. */
  readonly said: Value;
  readonly office: string | undefined;
  /** Of its record, in milliseconds since the epoch. */
  readonly time: number;
  /** Names of steps that were not taken. */
  readonly missing: Set<string>;
  readonly actors: Set<unknown>;
  readonly persons: Set<unknown>;
}

type Claim = { readonly deed: Deed; readonly step: Step };

/** A record of kind `configuration`, `submission` or `examination`: what a deed may rest on. */
type Act = Exclude<LedgerRecord, { readonly kind: 'provision' }>;

interface Seen {
  readonly act: Act;
  readonly newer: boolean;
}

/**
 * Holds every certificate that a sub-office asked for against the records of its submission and of both examinations, by
 * three persons, about that very public key; and every amendment of the trust domain that was applied against its proposal
 * and its approval by two. The record of what was done names those records (`basis`), and each stands for one deed only.
 */
export interface ApprovalCheck extends Learner {
  judge(): void;
}

export const openApprovalCheck = ({
  report,
  retention,
  now,
}: {
  readonly report: Report;
  /** Milliseconds for which submissions and examinations are kept on record at least. */
  readonly retention: number;
  readonly now: number;
}): ApprovalCheck => {
  /** By the ids of their records: what was done and nothing rested on so far, and what deeds rest on that was not seen so far. */
  const acts = new Map<string, Seen>();
  const claims = new Map<string, Claim>();
  /** Claims that were met by records which may turn out to be none. */
  const met = new Map<string, Claim>();
  const faulty = new Set<Deed>();
  const applied = new Map<unknown, Deed>();
  const refused = new Set<unknown>();

  const miss = ({ deed, step }: Claim): void => {
    deed.missing.add(step.name);
    faulty.add(deed);
  };

  const meet = (claim: Claim, { act, newer }: Seen): void => {
    const { deed, step } = claim;
    if (newer) met.set(act.id, claim);
    const { kind, actor, office, details, time } = act;
    const says = Object.entries({ ...deed.said, ...step.said }).every(
      ([name, value]) => value !== undefined && details[name] === value,
    );
    const isInTime = Date.parse(time) <= deed.time + SKEW_MS;
    const isAnother = !deed.actors.has(actor) && !deed.persons.has(details.person);
    if (kind !== step.kind || office !== deed.office || !says || !isInTime || !isAnother) miss(claim);
    deed.actors.add(actor);
    deed.persons.add(details.person);
  };

  const claim = (basis: unknown, deed: Deed): void => {
    for (const [i, step] of deed.steps.entries()) {
      const id: unknown = Array.isArray(basis) ? basis[i] : undefined;
      const one = { deed, step };
      const seen = typeof id === 'string' ? acts.get(id) : undefined;
      if (typeof id !== 'string' || claims.has(id)) miss(one);
      else if (seen) {
        acts.delete(id);
        meet(one, seen);
      } else claims.set(id, one);
    }
  };

  const deedOf = (record: Act, about: Pick<Deed, 'facts' | 'steps' | 'said'>): Deed => ({
    ...about,
    office: record.office,
    time: Date.parse(record.time),
    missing: new Set(),
    actors: new Set(),
    persons: new Set(),
  });

  const learnIssuance = (record: Act): void => {
    // The service's own certificates are the ceremony's.
    if (record.office === undefined) return;
    const { order: request, profile, profileVersion, publicKeyDigest, basis } = record.details;
    const certificate = (record.certificates ?? []).map(({ ca, serial }) => `${ca}/${serial}`).join(' ');
    const said = { request, profile, profileVersion, publicKeyDigest } as Value;
    claim(
      basis,
      deedOf(record, { facts: { certificate, record: record.id }, steps: STEPS_OF_ISSUANCE, said }),
    );
  };

  const learnConfiguration = (record: Act): boolean => {
    const { step, amendment, before, after, basis } = record.details;
    if (step === 'refused') refused.add(amendment);
    if (step !== 'applied') return step === 'proposed' || step === 'approved';
    const facts = { amendment: String(amendment), record: record.id };
    const deed = deedOf(record, {
      facts,
      steps: STEPS_OF_AMENDMENT,
      said: { amendment, before, after } as Value,
    });
    applied.set(amendment, deed);
    claim(basis, deed);
    return false;
  };

  /** Keeps what a deed may rest on, or gives it to the one that does. */
  const learnAct = (act: Act, newer: boolean): void => {
    const { id } = act;
    const claimed = claims.get(id);
    if (!claimed) {
      acts.set(id, { act, newer });
      return;
    }
    claims.delete(id);
    meet(claimed, { act, newer });
  };

  return {
    record: (record, newer) => {
      if (record.kind === 'issuance') learnIssuance(record);
      else if (record.kind === 'submission' || record.kind === 'examination') learnAct(record, newer);
      else if (record.kind === 'configuration' && learnConfiguration(record)) learnAct(record, newer);
    },

    lost: ({ id }) => {
      acts.delete(id);
      const claimed = met.get(id);
      if (claimed) miss(claimed);
    },

    judge: () => {
      for (const claimed of claims.values()) {
        // Acts are kept for a time of their own, and were before what rests on them.
        const isOver = claimed.deed.steps === STEPS_OF_ISSUANCE && now - claimed.deed.time > retention;
        if (!isOver) miss(claimed);
      }
      for (const [amendment, deed] of applied) {
        if (refused.has(amendment))
          miss({ deed, step: { name: 'approved', kind: 'configuration', said: {} } });
      }
      for (const { facts, missing } of faulty)
        report('approval-missing', { ...facts, missing: [...missing].join(', ') });
    },
  };
};
