import { Fault, type Phrase, phrase } from '../fault.ts';
import type { Silence } from './contract.ts';

export const silence = (why: Silence['why'], rule: string, detail: Phrase): Silence => ({
  says: 'nothing',
  why,
  rule,
  detail,
});

/** Thrown if an answer is unusable, with the clause that refuses it. `usable` catches it. */
export class Unusable extends Error {
  readonly rule: string;
  readonly phrase: Phrase;

  constructor(rule: string, message: Phrase) {
    super(message.toString());
    this.rule = rule;
    this.phrase = message;
  }
}

/** An error as `Unusable`: that itself, or a decoder's refusal, for which `syntax` is the clause. Others are thrown on. */
export const unusableBy = (error: unknown, syntax: string): Unusable => {
  if (error instanceof Unusable) return error;
  if (Fault.is(error)) return new Unusable(syntax, error.phrase);
  throw error;
};

export const silenceOf = ({ rule, phrase: detail }: Unusable): Silence => silence('unusable', rule, detail);

/** Milliseconds by which two clocks may differ. */
const TOLERANCE = 5 * 60 * 1000;

/** An answer's times, and the moment at which they are judged. */
export interface Window {
  readonly what: Phrase;
  /** The clause that is about them. */
  readonly rule: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
}

export interface Clock {
  /** The moment of the judgement, in Unix milliseconds. */
  readonly at: number;
  /** How old an answer without nextUpdate may be, in milliseconds. */
  readonly maxAge: number;
}

/**
 * Throws `Unusable` outside thisUpdate to nextUpdate, give or take five minutes. Without nextUpdate, which means that
 * there is always a newer answer (RFC 6960 4.2.2.1), thisUpdate must be recent (3.2, item 5).
 */
export const checkWindow = ({ what, rule, thisUpdate, nextUpdate }: Window, { at, maxAge }: Clock): void => {
  if (thisUpdate.getTime() > at + TOLERANCE) {
    throw new Unusable(
      rule,
      phrase`${what} is of the future: its thisUpdate is ${thisUpdate.toISOString()}.`,
    );
  }
  if (nextUpdate && nextUpdate < thisUpdate) {
    throw new Unusable(rule, phrase`${what} ends before it begins.`);
  }
  if (nextUpdate && nextUpdate.getTime() < at - TOLERANCE) {
    throw new Unusable(rule, phrase`${what} is too old: its nextUpdate was ${nextUpdate.toISOString()}.`);
  }
  if (!nextUpdate && thisUpdate.getTime() < at - maxAge - TOLERANCE) {
    throw new Unusable(
      rule,
      phrase`${what} is too old: it has no nextUpdate, and its thisUpdate was ${thisUpdate.toISOString()}.`,
    );
  }
};

/** Throws `Unusable` for an OCSP answer that was signed in the future, or longer ago than `maxAge` (RFC 6960 2.4). */
export const checkProduced = (producedAt: Date, { at, maxAge }: Clock): void => {
  const [rule, time] = ['RFC 6960 2.4', producedAt.toISOString()];
  if (producedAt.getTime() > at + TOLERANCE) {
    throw new Unusable(rule, phrase`The OCSP answer is of the future: its producedAt is ${time}.`);
  }
  if (producedAt.getTime() < at - maxAge - TOLERANCE) {
    throw new Unusable(
      rule,
      phrase`The OCSP answer is too old: it has no nextUpdate, and its producedAt was ${time}.`,
    );
  }
};

/** Whether `at` is within a certificate's validity, give or take five minutes. */
export const validityAt = (
  { notBefore, notAfter }: { readonly notBefore: Date; readonly notAfter: Date },
  at: number,
): 'valid' | 'notYetValid' | 'expired' => {
  if (at < notBefore.getTime() - TOLERANCE) return 'notYetValid';
  return at > notAfter.getTime() + TOLERANCE ? 'expired' : 'valid';
};
