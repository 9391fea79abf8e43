import { type ActRecord, type LedgerRecord, unregisteredIn } from '../ledger/ledger.ts';
import { textIn, timeIn } from '../members.ts';
import { type Act, actOf } from './acts.ts';
import { type Answer, keepAnswer } from './answers.ts';
import { keyOf } from './certificate-keys.ts';
import type { RecordObserver } from './contract.ts';
import { type NumberMarks, openNumberMarks } from './number-marks.ts';

export interface Issuance {
  readonly record: string;
  /** Time of the record, and the end of the certificate: milliseconds since the epoch. */
  readonly time: number;
  readonly notAfter: number;
  readonly tbsDigest: unknown;
  readonly order: unknown;
  readonly profile: unknown;
  readonly tenant: string | undefined;
  readonly office: string | undefined;
  readonly holder: string | undefined;
  readonly issuedTo: unknown;
  /** The identity of its key; undefined where the record does not say it. */
  readonly key: string | undefined;
  readonly newer: boolean;
  readonly leaf: number | undefined;
}

/** What the records say about one certificate. Most certificates have no acts, and many have no answers. */
export interface CertificateFacts {
  issuance?: Issuance;
  acts?: readonly Act[];
  answers?: Answer[];
}

/** Facts by certificate, as `{ca}/{serial}`. */
export interface FactsOfCertificates extends RecordObserver {
  readonly known: ReadonlyMap<string, CertificateFacts>;
  /** That certificate was issued, as a record will say that is read after the answers about it. */
  expect(certificate: string): void;
  /**
   * Issued certificates that nobody expected, and about which answers may have been dropped, with how many answers were dropped
   * about all numbers.
   */
  unjudged(): Iterable<{ readonly certificate: string; readonly record: string; readonly dropped: number }>;
}

export const NO_ACTS: readonly Act[] = [];

/**
 * Anybody may ask about any number of serial numbers without a certificate. Records come newest first, so answers about
 * a certificate come before its issuance; until then they look like answers about such a number, unless the certificate was
 * expected. So many bytes of them are kept; the numbers of the others are only marked.
 */
const MAX_UNKNOWN_BYTES = 64 * 2 ** 20;
/** A kept answer with its number, beside the characters of both. */
const ANSWER_BYTES = 200;

const ACT_KINDS: readonly string[] = ['issuance', 'revocation', 'hold', 'release'];

export const openCertificateFacts = (): FactsOfCertificates => {
  const known = new Map<string, CertificateFacts>();
  /** Certificates by the ids of records that are newer than the checkpoint. */
  const byNewerRecord = new Map<string, readonly string[]>();
  const expected = new Set<string>();
  let unknownBytes = 0;
  /** The numbers about which answers were dropped. Most audits drop none. */
  let dropped: NumberMarks | undefined;
  let droppedAnswers = 0;

  /** Whether it is dropped. */
  const dropUnknown = (certificate: string, { said, reason = '' }: Answer): boolean => {
    const { issuance, acts } = known.get(certificate) ?? {};
    if (issuance || acts || expected.has(certificate)) return false;
    unknownBytes += ANSWER_BYTES + 2 * (certificate.length + said.length + reason.length);
    if (unknownBytes <= MAX_UNKNOWN_BYTES) return false;
    dropped ??= openNumberMarks();
    dropped.add(certificate);
    droppedAnswers++;
    return true;
  };

  const factsOf = (certificate: string): CertificateFacts => {
    const facts = known.get(certificate) ?? {};
    known.set(certificate, facts);
    return facts;
  };

  const addAct = (record: ActRecord, certificate: string, newer: boolean): void => {
    const facts = factsOf(certificate);
    if (newer) byNewerRecord.set(record.id, [...(byNewerRecord.get(record.id) ?? []), certificate]);
    if (record.kind === 'issuance') facts.issuance = issuanceOf(record, newer);
    else facts.acts = [...(facts.acts ?? NO_ACTS), actOf(record, newer)];
  };

  const addAnswer = (certificate: string, answer: Answer): void => {
    if (answer.said !== 'good' && dropUnknown(certificate, answer)) return;
    const facts = factsOf(certificate);
    const { acts = NO_ACTS, issuance } = facts;
    facts.answers ??= [];
    keepAnswer(facts.answers, answer, (from, to) =>
      [issuance, ...acts].every((act) => !act || act.time < from || act.time > to),
    );
  };

  /** All answers that share a record said the same at the same time. */
  const addAnswers = (record: LedgerRecord): void => {
    if (record.kind !== 'provision' || record.channel !== 'ocsp') return;
    const { provided, certificates, id } = record;
    // A record of answers that a CDN gave counts them and does not have their content.
    const { answers: said, reasons } = provided;
    if (!Array.isArray(said)) return;
    const time = Date.parse(record.time);
    for (const [i, { ca, serial }] of certificates.entries()) {
      const reason: unknown = Array.isArray(reasons) ? reasons[i] : undefined;
      addAnswer(`${ca}/${serial}`, {
        said: textIn(said[i]) ?? 'none',
        ...(typeof reason === 'string' && { reason }),
        time,
        record: id,
      });
    }
    // These were not in the register, and may have been issued nevertheless.
    const unregistered = unregisteredIn(provided);
    if (unregistered?.answer === undefined) return;
    const { ca, answer, reason, serials } = unregistered;
    const told = { said: answer, ...(reason !== undefined && { reason }), time, record: id };
    for (const serial of serials) addAnswer(`${ca}/${serial}`, told);
  };

  return {
    known,

    expect: (certificate) => {
      expected.add(certificate);
    },

    unjudged: function* () {
      if (dropped === undefined) return;
      for (const [certificate, { issuance }] of known) {
        // The list of issuances was read before a newer one.
        if (!issuance || issuance.newer || !dropped.has(certificate)) continue;
        yield { certificate, record: issuance.record, dropped: droppedAnswers };
      }
    },

    observe: (record, newer) => {
      if (record.kind === 'provision') addAnswers(record);
      else if (ACT_KINDS.includes(record.kind)) {
        for (const { ca, serial } of record.certificates ?? []) addAct(record, `${ca}/${serial}`, newer);
      }
    },

    retract: ({ id }) => {
      for (const certificate of byNewerRecord.get(id) ?? []) {
        const facts = factsOf(certificate);
        if (facts.issuance?.record === id) delete facts.issuance;
        if (facts.acts) facts.acts = facts.acts.filter((act) => act.record !== id);
      }
    },
  };
};

const issuanceOf = (record: ActRecord, newer: boolean): Issuance => {
  const { tbsDigest, notAfter, order, profile, issuedTo } = record.details;
  return {
    record: record.id,
    time: Date.parse(record.time),
    notAfter: timeIn(notAfter),
    tbsDigest,
    order,
    profile,
    tenant: record.tenant,
    office: record.office,
    holder: record.holder,
    issuedTo,
    key: keyOf(record),
    newer,
    leaf: record.leaf,
  };
};
