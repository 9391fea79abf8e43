import type { Phrase } from '../fault.ts';
import type { Certificate, CrlReason } from '../pki/pki.ts';

/** What a source that can be relied on says. For a CRL, `good` means only that it does not list the certificate. */
export interface Statement {
  readonly says: 'good' | 'revoked' | 'hold' | 'unknown';
  /** The clause by which it says so. */
  readonly rule: string;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  readonly revocation?: {
    readonly time: Date;
    readonly reason?: CrlReason;
    readonly invalidityDate?: Date;
  };
  /** Who signed it. */
  readonly signer: string | Phrase;
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
  /** The clause that refuses the answer, or that has no source. */
  readonly rule: string;
  readonly detail: Phrase;
}

export type Finding = Statement | Silence;

export type Outcome =
  | 'good'
  | 'untrusted'
  | 'revoked'
  | 'onHold'
  | 'invalid'
  | 'unknown'
  | 'inDoubt'
  | 'unreachable';

export interface Verdict {
  /**
   * `invalid`: the path is refused, whatever the status of its certificates. `untrusted`: nothing but the path's own CAs says
   * that they are to be trusted.
   */
  readonly outcome: Outcome;
  /** One sentence. */
  readonly because: Phrase;
  /** The clause that decided. */
  readonly rule: string;
}

/** A certificate, and where it came from, for people. */
export interface Held {
  readonly certificate: Certificate;
  readonly from: string | Phrase;
}

/** One request to an address that a certificate or the caller named, with its bounds. */
export interface AddressQuestion {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

export interface AddressAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** No answer, or one that nobody can read. */
export interface NoAnswer {
  readonly why: Exclude<Silence['why'], 'absent'>;
  readonly detail: Phrase;
}

/** How the check asks. It decides which addresses may be asked at all. */
export type AskAddress = (question: AddressQuestion) => Promise<AddressAnswer | NoAnswer>;
