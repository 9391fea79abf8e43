import type { ProvisionDraft, Unregistered } from '../ledger/ledger.ts';
import type { Responder } from './responders.ts';

/** A signed answer, with the facts for its record. */
export interface SignedAnswer {
  readonly der: Uint8Array;
  /** SHA-256 of `der`, lower-case hex. */
  readonly digest: string;
  readonly producedAt: Date;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Milliseconds since the epoch: from then on a new one is signed. */
  readonly freshUntil: number;
  readonly responder: Responder;
  /** The version of the first certificate's status row. */
  readonly version: number;
  /** The version of the status row of the CA's own certificate, where its key is compromised. */
  readonly compromise?: number;
  /** The request for which it was signed: most later requests have the same bytes. */
  readonly request: Uint8Array;
  readonly told: AnswerRecord;
}

/** The contents of the record of an answer. Times are RFC 3339, digests SHA-256 in hex. */
export interface AnswerRecord {
  readonly certificates: ProvisionDraft['certificates'];
  /** The tenant of each certificate. */
  readonly tenants: readonly (string | undefined)[];
  /** The tenant of the CA that answers, and so of every number without a certificate. */
  readonly tenant?: string;
  readonly answers: readonly string[];
  /** Beside the answers: the reason of each that says `revoked`, or `nonIssued`. */
  readonly reasons: readonly (string | undefined)[];
  /** In an answer to the public: the numbers that the status register does not have. They are not among the certificates. */
  readonly unregistered?: Unregistered;
  /** CertIDs with a serial number that no certificate can have. */
  readonly impossible: number;
  readonly validity: {
    readonly producedAt: string;
    readonly thisUpdate: string;
    readonly nextUpdate: string;
  };
  readonly requestDigest: string;
  readonly responseDigest: string;
}

/**
 * Answers about one certificate, without a nonce: signed once and given again until a new one is due. The caller has
 * read the certificate's status row, and gets only an answer made from that version of the row. So no older answer
 * follows a revocation that this process or another has acknowledged, and nothing has to be removed from here when a
 * status changes.
 */
export interface KeptAnswers {
  /** `certId` is the whole CertID. */
  find(
    certId: Uint8Array,
    responder: Responder,
    version: number,
    now: number,
    compromise?: number,
  ): SignedAnswer | undefined;
  /** The thisUpdate of the answer that is kept, whether or not it may be given again. */
  thisUpdateOf(certId: Uint8Array): Date | undefined;
  keep(certId: Uint8Array, answer: SignedAnswer): void;
  /** Somebody was given an answer with this thisUpdate. An earlier one is given no more, since clients may compare the two. */
  forgetBefore(certId: Uint8Array, thisUpdate: Date): void;
}

/** Memory for the answers of all CAs together, in octets. */
const MAX_OCTETS = 32 * 1024 * 1024;
/** Memory that an answer takes besides the octets of request and response: dates, digests, the map's entry. */
const OVERHEAD_OCTETS = 600;

const keyOf = (certId: Uint8Array): string =>
  Buffer.from(certId.buffer, certId.byteOffset, certId.length).toString('latin1');

/** Forgets the answers first that were kept first. */
export const keepAnswers = (maxOctets = MAX_OCTETS): KeptAnswers => {
  const kept = new Map<string, SignedAnswer>();
  let octets = 0;
  const sizeOf = ({ der, request }: SignedAnswer): number => der.length + request.length + OVERHEAD_OCTETS;

  const drop = (key: string, answer: SignedAnswer): void => {
    kept.delete(key);
    octets -= sizeOf(answer);
  };

  return {
    find: (certId, responder, version, now, compromise) => {
      const answer = kept.get(keyOf(certId));
      // A producedAt in the future means that the clock was set back: clients would refuse the answer until then.
      return answer?.version === version &&
        answer.compromise === compromise &&
        answer.responder === responder &&
        now < answer.freshUntil &&
        now >= answer.producedAt.getTime()
        ? answer
        : undefined;
    },

    thisUpdateOf: (certId) => kept.get(keyOf(certId))?.thisUpdate,

    forgetBefore: (certId, thisUpdate) => {
      const key = keyOf(certId);
      const answer = kept.get(key);
      if (answer && answer.thisUpdate < thisUpdate) drop(key, answer);
    },

    keep: (certId, answer) => {
      const key = keyOf(certId);
      const before = kept.get(key);
      if (before) drop(key, before);
      kept.set(key, answer);
      octets += sizeOf(answer);
      for (const [oldest, old] of kept) {
        if (octets <= maxOctets) return;
        drop(oldest, old);
      }
    },
  };
};
