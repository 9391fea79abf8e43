import type { LedgerRecord } from '../ledger/ledger.ts';
import {
  type Act,
  actOf,
  type Entry,
  entryDiffers,
  type ShownEntry,
  SKEW_MS,
  shownBy,
  sinceOf,
  stateOf,
} from './acts.ts';
import { type Answer, keepAnswer, wrongAnswers } from './answers.ts';
import type { RecordObserver, Report } from './contract.ts';

/** A serial number as the service lists it: its status register, and its rows of certificates. */
export interface ListedSerial {
  readonly serial: string;
  readonly state?: string | undefined;
  /** RFC 3339. */
  readonly notAfter?: string | undefined;
  /** Of one that is revoked or on hold; times in RFC 3339. */
  readonly revocationTime?: string | undefined;
  readonly reason?: string | undefined;
  readonly invalidityDate?: string | undefined;
  /** Absent without a row of a certificate. */
  readonly order?: string | undefined;
  readonly profile?: string | undefined;
  readonly office?: string | undefined;
  readonly tbsDigest?: string | undefined;
  /** Of the certificate; absent while it is not signed. */
  readonly digest?: string | undefined;
  /** What is stored beside the certificate and is not as the certificate has it. */
  readonly differs?: readonly string[] | undefined;
}

export interface ListedRevocation extends Entry {
  readonly serial: string;
}

/** What a CRL that the service serves lists. */
export interface ListedRevocations {
  /** SHA-256, hex. */
  readonly digest: string;
  readonly thisUpdate: Date;
  readonly entries: readonly ListedRevocation[];
}

interface Issuance {
  readonly record: string;
  /** Of the record, and the end of the certificate: milliseconds since the epoch. */
  readonly time: number;
  readonly notAfter: number;
  readonly tbsDigest: unknown;
  readonly order: unknown;
  readonly profile: unknown;
  readonly office: string | undefined;
  readonly newer: boolean;
}

/** What the records say of one certificate. Most have no acts, and many no answers. */
interface Facts {
  issuance?: Issuance;
  acts?: readonly Act[];
  answers?: Answer[];
  listed?: true;
}

const NONE: readonly Act[] = [];

/** A certificate is signed right after its issuance was recorded, or when the key store is there again. */
const UNSIGNED_MS = 3_600_000;

/**
 * Anybody may ask about numbers that no certificate has, as many as he likes. Records come newest first, so that a number
 * is not known to be a certificate's when the answers about it come: so many are remembered.
 */
const MOST_STRANGERS = 100_000;

/**
 * Holds what the service knows of certificates against the records: the list of all serial numbers, the CRLs that it
 * serves, and of which certificates it has said something. In this order: all records are learned, then the lists are
 * read, then what was recorded meanwhile is learned, and then judged.
 */
export interface CertificateCheck extends RecordObserver {
  list(ca: string, listed: ListedSerial): void;
  /** The CRLs of one CA which it served before the records were read; together they list all that it revoked. */
  serve(ca: string, crls: readonly ListedRevocations[]): void;
  conclude(): void;
}

export const openCertificateCheck = ({
  report,
  retention,
  now,
}: {
  readonly report: Report;
  /** Milliseconds after the end of a certificate for which its issuance is kept on record. */
  readonly retention: number;
  readonly now: number;
}): CertificateCheck => {
  const known = new Map<string, Facts>();
  /** What does not fit what was known when it was listed, or fits what is not in the tree yet. */
  const doubted: { readonly certificate: string; readonly listed: ListedSerial }[] = [];
  const served: { readonly ca: string; readonly crls: readonly ListedRevocations[] }[] = [];

  /** Certificates by records that the checkpoint knows nothing of. */
  const newest = new Map<string, readonly string[]>();
  let strangers = 0;

  const of = (certificate: string): Facts => {
    const facts = known.get(certificate) ?? {};
    known.set(certificate, facts);
    return facts;
  };

  const learnAct = (record: LedgerRecord, certificate: string, newer: boolean): void => {
    if (record.kind === 'provision') return;
    const facts = of(certificate);
    if (newer) newest.set(record.id, [...(newest.get(record.id) ?? []), certificate]);
    if (record.kind === 'issuance') {
      const { tbsDigest, notAfter, order, profile } = record.details;
      facts.issuance = {
        record: record.id,
        time: Date.parse(record.time),
        notAfter: Date.parse(String(notAfter)),
        tbsDigest,
        order,
        profile,
        office: record.office,
        newer,
      };
      return;
    }
    facts.acts = [...(facts.acts ?? NONE), actOf(record, newer)];
  };

  const learnAnswers = (record: LedgerRecord): void => {
    if (record.kind !== 'provision' || record.channel !== 'ocsp') return;
    // What a CDN gave by itself is counted without saying what it said.
    const { answers: said, thisUpdate } = record.provided;
    if (!Array.isArray(said)) return;
    const time = Date.parse(typeof thisUpdate === 'string' ? thisUpdate : record.time);
    for (const [i, { ca, serial }] of record.certificates.entries()) {
      const certificate = `${ca}/${serial}`;
      if (!known.has(certificate) && said[i] !== 'good' && strangers++ >= MOST_STRANGERS) continue;
      const facts = of(certificate);
      const { acts = NONE, issuance } = facts;
      facts.answers ??= [];
      const { answers } = facts;
      keepAnswer(answers, { said: String(said[i]), time, record: record.id }, (from, to) =>
        [issuance, ...acts].every((done) => !done || done.time < from || done.time > to),
      );
    }
  };

  /** Forgets what a record said that has turned out to be none. */
  const forget = (record: string): void => {
    for (const certificate of newest.get(record) ?? []) {
      const facts = of(certificate);
      if (facts.issuance?.record === record) delete facts.issuance;
      if (facts.acts) facts.acts = facts.acts.filter((act) => act.record !== record);
    }
  };

  /** What is wrong with what is listed, by what is known. */
  const faultOf = (certificate: string, listed: ListedSerial): (() => void) | undefined => {
    const { issuance, acts = NONE } = known.get(certificate) ?? {};
    const { state, notAfter, order, digest } = listed;
    if (!issuance) {
      const isOver = notAfter !== undefined && now - Date.parse(notAfter) > retention;
      return isOver ? undefined : () => report('serial-without-leaf', { certificate });
    }
    const { record } = issuance;
    if (state === undefined)
      return () => report('certificate-missing', { certificate, record, from: 'status' });
    if (order === undefined) {
      return () => report('certificate-missing', { certificate, record, from: 'certificates' });
    }
    const altered = alteredOf(listed, issuance);
    if (altered) return () => report('certificate-altered', { certificate, record, ...altered });
    if (digest === undefined && now - issuance.time > UNSIGNED_MS) {
      return () => report('certificate-unsigned', { certificate, record });
    }
    if (Date.parse(notAfter ?? '') !== issuance.notAfter) {
      return () =>
        report('status-differs', { certificate, state, ...(notAfter !== undefined && { notAfter }) });
    }
    // What the checkpoint knows nothing of yet may be seen here or not.
    if (acts.some(({ newer }) => newer)) return undefined;
    const recorded = stateOf(acts);
    if (state === recorded) {
      const differs =
        state === 'good' ? undefined : entryDiffers(shownOf(listed), shownBy(acts, [KIND_OF[recorded]]));
      return differs && (() => report('status-differs', { certificate, state, ...differs }));
    }
    const isRevoked = state === 'revoked' || state === 'hold';
    return isRevoked && sinceOf(acts) === undefined
      ? () => report('revocation-without-leaf', { certificate, state })
      : () => report('status-differs', { certificate, state, recorded });
  };

  const judgeServed = (ca: string, crls: readonly ListedRevocations[]): void => {
    if (crls.length === 0) return;
    const listed = new Set<string>();
    for (const { digest, thisUpdate, entries } of crls) {
      for (const entry of entries) {
        const certificate = `${ca}/${entry.serial}`;
        listed.add(certificate);
        const { issuance, acts = NONE } = known.get(certificate) ?? {};
        if (!issuance) report('serial-without-leaf', { certificate });
        if (sinceOf(acts) === undefined) report('revocation-without-leaf', { certificate, crl: digest });
        const madeAt = thisUpdate.getTime();
        const differs = entryDiffers(entry, shownBy(acts, ['hold', 'revocation'], madeAt), madeAt);
        if (differs) report('crl-differs', { certificate, crl: digest, ...differs });
      }
    }
    const made = Math.min(...crls.map(({ thisUpdate }) => thisUpdate.getTime()));
    for (const [certificate, { issuance, acts = NONE }] of known) {
      if (!certificate.startsWith(`${ca}/`) || listed.has(certificate)) continue;
      const since = sinceOf(acts);
      // What was released has to be in no CRL, and what has expired in one more only (RFC 5280 3.3).
      if (since === undefined || since > made - SKEW_MS || acts.some(({ kind }) => kind === 'release'))
        continue;
      if (issuance && issuance.notAfter >= made) report('crl-incomplete', { certificate, ca });
    }
  };

  /** Whatever is shown or said of a number that no certificate has, and is said of certificates only. */
  const isNamed = ({ acts, answers }: Facts): boolean =>
    (acts ?? []).length > 0 || (answers ?? []).some(({ said }) => said === 'good');

  const judgeAnswers = (certificate: string, { issuance, acts = NONE, answers }: Facts): void => {
    // With the issuance the acts may be gone from the records, each for itself.
    if (!issuance || !answers || now - issuance.notAfter > retention) return;
    for (const { record, said, time, recorded } of wrongAnswers(answers, issuance.time, acts)) {
      const thisUpdate = new Date(time).toISOString();
      report('answer-differs', { certificate, record, thisUpdate, said, recorded });
    }
  };

  return {
    observe: (record, newer) => {
      if (record.kind === 'provision') learnAnswers(record);
      else if (['issuance', 'revocation', 'hold', 'release'].includes(record.kind)) {
        for (const { ca, serial } of record.certificates ?? []) learnAct(record, `${ca}/${serial}`, newer);
      }
    },

    retract: ({ id }) => forget(id),

    list: (ca, listed) => {
      const certificate = `${ca}/${listed.serial}`;
      const facts = known.get(certificate);
      if (facts) facts.listed = true;
      // A record without a leaf may still turn out to be none.
      const isMoving = facts?.issuance?.newer || facts?.acts?.some(({ newer }) => newer);
      if (isMoving || faultOf(certificate, listed)) doubted.push({ certificate, listed });
    },

    serve: (ca, crls) => {
      served.push({ ca, crls });
    },

    conclude: () => {
      for (const { certificate, listed } of doubted) faultOf(certificate, listed)?.();
      for (const { ca, crls } of served) judgeServed(ca, crls);
      for (const [certificate, facts] of known) {
        const { issuance, listed } = facts;
        if (!issuance) {
          if (isNamed(facts)) report('serial-without-leaf', { certificate });
        } else if (!listed && !issuance.newer) {
          report('certificate-missing', { certificate, record: issuance.record, from: 'status' });
        }
        judgeAnswers(certificate, facts);
      }
    },
  };
};

/** Facts of what the row of a certificate says and its issuance does not; undefined where it says the same. */
const alteredOf = (
  listed: ListedSerial,
  issuance: Issuance,
): Readonly<Record<string, string>> | undefined => {
  if (listed.tbsDigest !== issuance.tbsDigest) return {};
  const { differs = [] } = listed;
  const facts: Record<string, string> = differs.length > 0 ? { differs: differs.join(' ') } : {};
  for (const name of ['order', 'profile', 'office'] as const) {
    if (listed[name] === issuance[name]) continue;
    facts[name] = listed[name] ?? 'none';
    facts[`${name} recorded`] = String(issuance[name] ?? 'none');
  }
  return Object.keys(facts).length > 0 ? facts : undefined;
};

const KIND_OF = { good: 'release', hold: 'hold', revoked: 'revocation' } as const;

const timeOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);

const shownOf = ({ revocationTime, reason, invalidityDate }: ListedSerial): ShownEntry => ({
  revocationTime: timeOf(revocationTime),
  reason,
  invalidityDate: timeOf(invalidityDate),
});
