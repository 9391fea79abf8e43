import type { ActRecord, LedgerRecord } from '../ledger/ledger.ts';
import { textIn, textsIn, timeIn } from '../members.ts';
import { checkAppointment, credentialOf, isAppointment } from './appointments.ts';
import { keyOf } from './certificate-keys.ts';
import { certificateOf } from './certificate-names.ts';
import type { RecordObserver, Report } from './contract.ts';
import {
  type ActorsByActs,
  actorsBy,
  type Founding,
  foundingOf,
  surelyFounding,
} from './enrolment-actors.ts';
import { chainsOf, type EnrolmentAct, enrolmentActOf, type Subject } from './enrolment-acts.ts';
import { unlawful } from './enrolment-laws.ts';
import { conflictsIn } from './independence.ts';
import { openLeaverCheck } from './leavers.ts';

/** An office or a principal as the service lists it. */
export interface ListedEnrolment {
  readonly id: string;
  /** The number of the newest act. */
  readonly number: number;
  /** RFC 3339: when that act was recorded. */
  readonly changed?: { readonly at: string } | undefined;
  readonly standing?: string | undefined;
  /** Absent where the service has not the names that the act has the digest of. */
  readonly name?: unknown;
  /** Why the service shows no name of a person. */
  readonly personalData?: { readonly state: string } | undefined;
}

/**
 * Checks the acts on offices and principals by the records alone: each may follow the one before it; the certificate of an
 * enrolled principal rests on the act that confirmed its key, and is revoked when that is over; whoever acted was enrolled for
 * it; and the service shows what the newest acts say.
 */
export interface EnrolmentCheck extends RecordObserver {
  /**
   * Before the records: the acts of enrolment, and the issuances, that are among them. So the acts of people are judged as they
   * are read, and only those that look unlawful are kept.
   */
  expect(record: LedgerRecord): void;
  list(subject: Subject, listed: ListedEnrolment): void;
  conclude(): void;
}

/** Acts of people. Others are of the service, which acts for somebody who acted before. */
const BY_PEOPLE: ReadonlySet<string> = new Set([
  'submission',
  'batch',
  'examination',
  'revocation',
  'hold',
  'release',
  'confirmation',
  'key-list',
  'recovery',
  'personal-data',
  'data-key',
  'trust-domain',
]);

/** The service counts years by their dates, and an audit by their average length. */
const DATES_MS = 2 * 86_400_000;
/** That a further office named a holder. */
const isNaming = ({ kind, details }: ActRecord): boolean =>
  kind === 'enrolment' && details.act === 'holder-named';

/** An end is followed by its revocations, at once or when somebody asks again. */
const REVOKED_WITHIN_MS = 3_600_000;

const inOrder = (foundings: ReadonlyMap<string, Founding>): readonly Founding[] =>
  [...foundings.values()].sort((a, b) => a.time - b.time);

/** The certificate of a principal: the only ones of the service itself that name a holder of their key. */
const isCredential = (record: ActRecord): boolean =>
  record.kind === 'issuance' && record.office === undefined && typeof record.details.keyHolder === 'string';

export const openEnrolmentCheck = ({
  report,
  retention,
  now,
}: {
  readonly report: Report;
  /** How long acts of enrolment are kept on record, in milliseconds. */
  readonly retention: number;
  readonly now: number;
}): EnrolmentCheck => {
  const leavers = openLeaverCheck({ report, now });
  const acts = new Map<string, EnrolmentAct>();
  /** By the ids of their records: certificates of principals, what was revoked of them, and acts that look unlawful. */
  const issuances = new Map<string, ActRecord>();
  const revocations = new Map<string, string>();
  /** Revocations and holds of these certificates, and consents to ceremonies. */
  const closings = new Map<string, ActRecord>();
  const consents = new Map<string, ActRecord>();
  const suspects = new Map<string, ActRecord>();
  const expected: EnrolmentAct[] = [];
  /** By record. Those that are newer than the checkpoint come in while records are observed. */
  const foundings = new Map<string, Founding>();
  const credentials = new Set<string>();
  let expectedActors: ActorsByActs | undefined;
  const listed = new Map<string, ListedEnrolment>();
  /** Acts whose records are gone lawfully: after their time, or recorded as lost. */
  let excused = 0;
  let lost = 0;

  /** Whether the record of an act may be gone that stopped to be in force at that time. */
  const isOver = (time: number): boolean => lost > 0 || now - time > retention - DATES_MS;

  /** The names of a person go when the time after the enrolment is over. */
  const areNamesOver = ({ personalData }: ListedEnrolment, { time, state }: EnrolmentAct): boolean =>
    personalData?.state === 'ended' && isOver(state?.standing === 'ended' ? time : timeIn(state?.until));

  const checkChain = (name: string, chain: readonly EnrolmentAct[], actors: ActorsByActs): void => {
    let missing = 0;
    let early = 0;
    let before: EnrolmentAct | undefined;
    for (const act of chain) {
      const gap = act.number - (before?.number ?? 0) - 1;
      missing += Math.max(gap, 0);
      // The last act of the gap was in force until this one. When those before it were followed, nobody knows.
      if (gap > 0 && !isOver(act.time)) early++;
      // After a gap nobody knows what was before. Of two acts of one number, only one counted (`end-repeated`).
      const why = gap === 0 ? unlawful(act, before, actors) : undefined;
      if (why !== undefined) report('enrolment-unlawful', { enrolment: name, record: act.record, why });
      if (gap >= 0) before = act;
    }
    const unexcused = missing > excused ? missing : early;
    if (unexcused > 0) report('enrolment-missing', { enrolment: name, acts: unexcused });
  };

  const checkCredential = (issuance: ActRecord, chain: readonly EnrolmentAct[], isRevoked: boolean): void => {
    const certificate = certificateOf(issuance);
    const key = keyOf(issuance);
    const basis = textsIn(issuance.details.basis);
    const isKeyOf = ({ state }: EnrolmentAct): boolean => state?.key?.keyIdentity === key;
    const isBased = chain.some((act) => act.act === 'enrolled' && basis.includes(act.record) && isKeyOf(act));
    const last = chain.at(-1);
    if (!isBased && excused === 0)
      report('credential-not-enrolled', { certificate, record: issuance.id, principal: last?.id ?? '' });
    // When the key stopped to be the principal's: at its end, or when another one was confirmed.
    const over = chain.find(
      ({ state }, i) =>
        state?.standing === 'ended' ||
        (state?.key !== undefined && state.key.keyIdentity !== key && chain.slice(0, i).some(isKeyOf)),
    );
    if (over === undefined || isRevoked || over.newer || now - over.time < REVOKED_WITHIN_MS) return;
    if (timeIn(issuance.details.notAfter) <= over.time) return;
    report('credential-left', { certificate, record: over.record, principal: over.id });
  };

  /** What an appointment is judged by, besides the chains. */
  const observeForAppointments = (record: ActRecord): void => {
    const closes = record.kind === 'revocation' || record.kind === 'hold';
    if (closes && credentials.has(certificateOf(record))) closings.set(record.id, record);
    if (record.kind === 'ceremony' && record.details.operator !== undefined) consents.set(record.id, record);
  };

  const checkAppointments = (chains: ReadonlyMap<string, readonly EnrolmentAct[]>): void => {
    const appointments = [...acts.values()].filter(isAppointment);
    if (appointments.length === 0) return;
    const all = [...closings.values()];
    const known = [...issuances.values()].map((issuance) => credentialOf(issuance, all));
    const facts = { chains, credentials: known, consents, isExcused: excused > 0 };
    for (const act of appointments) {
      const founders = surelyFounding(inOrder(foundings), act.time);
      checkAppointment(act, { ...facts, founders }, report);
    }
  };

  const observePerson = (record: ActRecord): void => {
    if (record.kind === 'revocation' && credentials.has(certificateOf(record))) {
      // It is part of the end of an enrolment, whoever asked for it.
      revocations.set(record.id, certificateOf(record));
      return;
    }
    expectedActors ??= actorsBy(chainsOf(expected), inOrder(foundings));
    if (expectedActors.whyNot(record)) suspects.set(record.id, record);
  };

  const checkListed = (name: string, chain: readonly EnrolmentAct[] = []): void => {
    const shown = listed.get(name);
    const sure = chain.filter(({ newer }) => !newer).at(-1);
    const newest = chain.at(-1);
    if (newest === undefined) {
      // The newest act of somebody who has not ended is in force, and its record stays.
      const isGone = shown?.standing === undefined || shown.standing === 'ended';
      const isExcused = (isGone || lost > 0) && now - timeIn(shown?.changed?.at) > retention - DATES_MS;
      if (!isExcused)
        report('enrolment-differs', { enrolment: name, shown: shown?.number ?? 0, recorded: 'none' });
      return;
    }
    const recorded = newest.number;
    // The row may or may not show acts that are newer than the checkpoint.
    if (shown === undefined && sure)
      report('enrolment-differs', { enrolment: name, shown: 'none', recorded });
    if (shown === undefined) return;
    const isNewest = shown.number >= (sure?.number ?? 0) && shown.number <= recorded;
    if (!isNewest) report('enrolment-differs', { enrolment: name, shown: shown.number, recorded });
    else if (shown.standing !== undefined && shown.name === undefined && !areNamesOver(shown, newest))
      report('enrolment-differs', { enrolment: name, shown: 'no name', recorded });
  };

  return {
    expect: (record) => {
      const act = enrolmentActOf(record, false);
      if (act) expected.push(act);
      if (record.kind === 'provision') return;
      const founding = foundingOf(record);
      if (founding) foundings.set(record.id, founding);
      leavers.expect(record);
      if (isCredential(record)) credentials.add(certificateOf(record));
    },

    observe: (record, newer) => {
      if (record.kind === 'provision') return;
      const founding = foundingOf(record);
      if (founding) foundings.set(record.id, founding);
      observeForAppointments(record);
      leavers.observe(record);
      const act = enrolmentActOf(record, newer);
      if (act) acts.set(record.id, act);
      else if (isCredential(record)) issuances.set(record.id, record);
      else if (BY_PEOPLE.has(record.kind) || isNaming(record)) observePerson(record);
    },

    retract: ({ id, kind, expired, lost: isLost }) => {
      if (kind === 'enrolment' && (expired || isLost)) excused++;
      if (kind === 'enrolment' && isLost) lost++;
      leavers.retract(id);
      for (const known of [acts, issuances, revocations, suspects, closings, consents, foundings])
        known.delete(id);
    },

    list: (subject, shown) => {
      listed.set(`${subject} ${shown.id}`, shown);
    },

    conclude: () => {
      const chains = chainsOf(acts.values());
      const actors = actorsBy(chains, inOrder(foundings));
      for (const [name, chain] of chains) checkChain(name, chain, actors);
      checkAppointments(chains);
      for (const { auditor, other, record } of conflictsIn(chains))
        report('auditor-not-independent', { enrolment: auditor, other, record });
      leavers.conclude((officer) => chains.get(`principal ${officer}`));
      const revoked = new Set(revocations.values());
      for (const issuance of issuances.values()) {
        const chain = chains.get(`principal ${textIn(issuance.details.keyHolder)}`);
        if (chain) checkCredential(issuance, chain, revoked.has(certificateOf(issuance)));
      }
      for (const record of suspects.values()) {
        const why = actors.whyNot(record);
        if (why)
          report('actor-not-in-force', { record: record.id, actor: textIn(record.actor) ?? 'none', why });
      }
      for (const name of new Set([...chains.keys(), ...listed.keys()])) checkListed(name, chains.get(name));
    },
  };
};
