import { type Act, reasonOf, stateOf } from './acts.ts';

/** What OCSP said about one certificate. */
export interface Answer {
  readonly said: string;
  /** Of `revoked`. Absent from the records of other answers. */
  readonly reason?: string;
  /** thisUpdate, in milliseconds since the epoch. */
  readonly time: number;
  /** The id of its record. */
  readonly record: string;
}

/** An answer that disagrees with the records. */
export interface WrongAnswer extends Answer {
  /** The status at that time by the records; where only the reason differs, the reason. */
  readonly recorded: string;
}

/**
 * An answer this near to an act proves nothing, for three reasons. Clocks of several processes differ. The record of an
 * act has the time when its write began, and the service repeats a failed write for some seconds. The status of an
 * answer is read before the answer gets its time.
 */
const SLACK_MS = 30_000;

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
    if (!before || !one || !after || !isAlike(before, one) || !isAlike(one, after)) continue;
    if (isQuiet(before.time, after.time)) answers.splice(middle, 1);
  }
};

const isAlike = (a: Answer, b: Answer): boolean => a.said === b.said && a.reason === b.reason;

/** The answers that disagree with the acts. `issued`: when the issuance was recorded, in milliseconds. */
export const wrongAnswers = (
  answers: readonly Answer[],
  issued: number,
  acts: readonly Act[],
): readonly WrongAnswer[] =>
  answers.flatMap((answer) => {
    const { reason, ...answered } = answer;
    const { said, time } = answered;
    if ([issued, ...acts.map((act) => act.time)].some((other) => Math.abs(time - other) <= SLACK_MS))
      return [];
    // Before the issuance the CA's terms decide the answer about the serial number (RFC 6960 2.2). If an answer said
    // good even then, the clock of the issuing process was ahead.
    if (time < issued) return [];
    const state = stateOf(acts, time);
    // OCSP calls a hold revoked.
    if (said !== (state === 'good' ? 'good' : 'revoked')) return [{ ...answered, recorded: state }];
    const recorded = reasonOf(acts, time);
    if (said === 'good' || reason === undefined || recorded === undefined) return [];
    return reason === recorded ? [] : [{ ...answer, recorded }];
  });
