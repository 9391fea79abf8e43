/**
 * How many instances of a function there may be at one time: a number, or `questions` for the function that answers OCSP.
 * Lambda keeps so many free for the function, and gives it no more. So a flood of one function takes nothing from the
 * others, and the functions that stop a certificate always have theirs.
 *
 * An account has 1,000 by default, of which 100 must stay without a reservation. What is reserved here is 450, unless the
 * settings say more requests a second than 500.
 */
export type Concurrency = number | 'questions';

/**
 * Seconds that an answer takes at most in the mean: a few hundredths in an instance that runs, and nearly half a second in
 * one that starts.
 */
const SECONDS_OF_AN_ANSWER = 0.4;

export const instancesOf = (concurrency: Concurrency, requestsPerSecond: number): number =>
  concurrency === 'questions' ? Math.ceil(requestsPerSecond * SECONDS_OF_AN_ANSWER) : concurrency;
