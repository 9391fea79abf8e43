import { type Act, stateOf } from './acts.ts';

/** What OCSP said of one certificate. */
export interface Answer {
  readonly said: string;
  /** thisUpdate, in milliseconds since the epoch. */
  readonly time: number;
  /** The id of its record. */
  readonly record: string;
}

/** An answer that no record bears out. */
export interface WrongAnswer extends Answer {
  /** What the records make of the certificate at that time. */
  readonly recorded: string;
}

/**
 * An answer this near to an act proves nothing. Clocks of several processes differ; the record of an act has the time at
 * which its write began, which is tried again for some seconds; and an answer is made of a status that was read before
 * it got its time.
 */
const SLACK_MS = 30_000;

/**
 * Adds an answer to those that are kept of a certificate, in the order of their times. A certificate is asked about
 * without end, so an answer is kept only where it may show something that its neighbours do not: both say the same
 * and nothing is known to have been done between them. Records that come in about the order of their times thereby leave
 * the first and the last answer between any two acts.
 *
 * @param isQuiet whether nothing is known to have been done from one time to another
 */
export const keepAnswer = (
  answers: Answer[],
  answer: Answer,
  isQuiet: (from: number, to: number) => boolean,
): void => {
  let at = answers.length;
  while (at > 0 && (answers[at - 1] as Answer).time > answer.time) at--;
  answers.splice(at, 0, answer);
  // From behind, so that what is taken away moves nothing that is still to be looked at.
  for (const middle of [at + 1, at, at - 1]) {
    const [before, one, after] = [answers[middle - 1], answers[middle], answers[middle + 1]];
    if (!before || !one || !after || before.said !== one.said || one.said !== after.said) continue;
    if (isQuiet(before.time, after.time)) answers.splice(middle, 1);
  }
};

/** Those that say what the certificate was not. `issued`: when its issuance was recorded, in milliseconds. */
export const wrongAnswers = (
  answers: readonly Answer[],
  issued: number,
  acts: readonly Act[],
): readonly WrongAnswer[] =>
  answers.flatMap((answer) => {
    const { said, time } = answer;
    if ([issued, ...acts.map((act) => act.time)].some((other) => Math.abs(time - other) <= SLACK_MS))
      return [];
    // What is said of a number before it is a certificate's, the CA's terms decide (RFC 6960 2.2); and where it is called
    // good, the clock that was ahead is that of whoever issued it.
    if (time < issued) return [];
    const state = stateOf(acts, time);
    // OCSP calls a hold revoked.
    const isRight = said === (state === 'good' ? 'good' : 'revoked');
    return isRight ? [] : [{ ...answer, recorded: state }];
  });
