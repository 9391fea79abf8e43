import { Fault, type Phrase, phrase } from '../../lib/fault.ts';
import type { CrlReason } from '../../lib/pki/pki.ts';

/** What a source that can be relied on says. For a CRL, `good` means only that it does not list the certificate. */
export interface Statement {
  readonly says: 'good' | 'revoked' | 'hold' | 'unknown';
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  readonly revocation?: {
    readonly time: Date;
    readonly reason?: CrlReason;
    readonly invalidityDate?: Date;
  };
  /** Who signed it. */
  readonly signer: string;
  /** OCSP's delegated responder, by its certificate's serial number. */
  readonly responder?: string;
  /** The CRL's number. */
  readonly number?: string;
}

/** Why a source says nothing. */
export interface Silence {
  readonly says: 'nothing';
  /**
   * `absent`: the certificate names no such source. `unreachable`: no answer came. `unavailable`: the source said
   * that it cannot or will not answer. `unusable`: an answer came and cannot be relied on.
   */
  readonly why: 'absent' | 'unreachable' | 'unavailable' | 'unusable';
  readonly detail: Phrase;
}

export type Finding = Statement | Silence;

export const silence = (why: Silence['why'], detail: Phrase): Silence => ({ says: 'nothing', why, detail });

/** Thrown if an answer is unusable. `usable` catches it. */
export class Unusable extends Error {
  readonly phrase: Phrase;

  constructor(message: Phrase) {
    super(message.toString());
    this.phrase = message;
  }
}

/** The statement that `judge` gives. If `judge` throws `Unusable` or a decoder refuses the bytes, the reason of that. */
export const usable = (judge: () => Finding): Finding => {
  try {
    return judge();
  } catch (error) {
    if (error instanceof Unusable || Fault.is(error)) return silence('unusable', error.phrase);
    throw error;
  }
};

/** Milliseconds by which two clocks may differ. */
const TOLERANCE = 5 * 60 * 1000;

/** Throws `Unusable` outside thisUpdate to nextUpdate (RFC 6960 4.2.2.1, RFC 5280 6.3.3 (a)), give or take five minutes. */
export const checkWindow = (
  what: Phrase,
  now: number,
  thisUpdate: Date,
  nextUpdate: Date | undefined,
): void => {
  if (thisUpdate.getTime() > now + TOLERANCE) {
    throw new Unusable(phrase`${what} is of the future: its thisUpdate is ${thisUpdate.toISOString()}.`);
  }
  if (nextUpdate && nextUpdate < thisUpdate) throw new Unusable(phrase`${what} ends before it begins.`);
  if (nextUpdate && nextUpdate.getTime() < now - TOLERANCE) {
    throw new Unusable(phrase`${what} is too old: its nextUpdate was ${nextUpdate.toISOString()}.`);
  }
};

/** Whether `now` is within a certificate's validity, give or take five minutes. */
export const validityAt = (
  { notBefore, notAfter }: { readonly notBefore: Date; readonly notAfter: Date },
  now: number,
): 'valid' | 'notYetValid' | 'expired' => {
  if (now < notBefore.getTime() - TOLERANCE) return 'notYetValid';
  return now > notAfter.getTime() + TOLERANCE ? 'expired' : 'valid';
};
