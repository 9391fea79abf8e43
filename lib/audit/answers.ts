import { type Act, closingsBetween, settled, stateOf } from './acts.ts';

/** What OCSP said about one certificate. */
export interface Answer {
  readonly said: string;
  /** The reason of an answer `revoked`, or `NON_ISSUED`. Absent in records that do not say it. */
  readonly reason?: string;
  /**
   * When it was recorded, in milliseconds since the epoch. Before that the status was read, also for an answer that was kept.
   * thisUpdate says less: it is backdated.
   */
  readonly time: number;
  /** The id of its record. */
  readonly record: string;
}

/** An answer that disagrees with the records. */
export interface WrongAnswer extends Answer {
  readonly damage: 'answer-differs' | 'answer-unknown' | 'answer-reason-differs';
  /** The status at that time by the records; of a wrong reason, the reason. */
  readonly recorded: string;
}

/** In place of a reason: the answer is the form of `revoked` that RFC 6960 2.2 has for a non-issued certificate. */
export const NON_ISSUED = 'nonIssued';

/**
 * An answer this near to an act proves nothing, for three reasons. Clocks of several processes differ. The record of an
 * act has the time when its write began, and the service repeats a failed write for some seconds. The status of an
 * answer is read before the answer is signed and recorded.
 */
const SLACK_MS = 30_000;

/** From then on OCSP has to know a certificate: fifteen minutes after its issuance. */
const KNOWN_AFTER_MS = 900_000;

const saysTheSame = (a: Answer, b: Answer): boolean => a.said === b.said && a.reason === b.reason;

/**
 * Adds an answer to the kept answers about a certificate, in the order of their times. There may be any number of
 * answers, so an answer is dropped where it shows nothing new: both neighbours say the same, and no act is known
 * between them. Where records are made in the order of their times, the first and the last answer between any two acts
 * are kept.
 *
 * @param isQuiet whether no act is known between two times
 */
export const keepAnswer = (
  answers: Answer[],
  answer: Answer,
  isQuiet: (from: number, to: number) => boolean,
): void => {
  let at = answers.length;
  while (at > 0 && (answers[at - 1] as Answer).time > answer.time) at--;
  answers.splice(at, 0, answer);
  // From the end, so that removing one does not move those that are still to be checked.
  for (const middle of [at + 1, at, at - 1]) {
    const [before, one, after] = [answers[middle - 1], answers[middle], answers[middle + 1]];
    if (!before || !one || !after || !saysTheSame(before, one) || !saysTheSame(one, after)) continue;
    if (isQuiet(before.time, after.time)) answers.splice(middle, 1);
  }
};

/**
 * The answers that disagree with the acts. `issued`: when the issuance was recorded, in milliseconds. `acts`: as OCSP has to
 * show them (`actsUnder`).
 */
export const wrongAnswers = (
  answers: readonly Answer[],
  issued: number,
  acts: readonly Act[],
): readonly WrongAnswer[] => {
  const settledActs = settled(acts);
  const times = [issued, ...acts.map((act) => act.time)];
  return answers.flatMap((answer): readonly WrongAnswer[] => {
    const { said, reason, time } = answer;
    if (times.some((other) => Math.abs(time - other) <= SLACK_MS)) return [];
    // Before the issuance the CA's terms decide the answer about the serial number (RFC 6960 2.2). If an answer said
    // good even then, the clock of the issuing process was ahead.
    if (time < issued) return [];
    const recorded = stateOf(acts, time);
    if ((said === 'unknown' || reason === NON_ISSUED) && time > issued + KNOWN_AFTER_MS)
      return [{ ...answer, damage: 'answer-unknown', recorded }];
    // OCSP calls a hold revoked.
    const isRight = said === (recorded === 'good' ? 'good' : 'revoked') && reason !== NON_ISSUED;
    if (!isRight) return [{ ...answer, damage: 'answer-differs', recorded }];
    const entry = reason === undefined ? undefined : closingsBetween(settledActs, time, time).at(-1)?.entry;
    return entry && entry.reason !== reason
      ? [{ ...answer, damage: 'answer-reason-differs', recorded: entry.reason }]
      : [];
  });
};
