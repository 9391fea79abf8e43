import type { CertStatus } from '../pki/pki.ts';
import type { Responder } from './responders.ts';

/** A signed answer about one certificate, without a nonce, and what its record says of it. */
export interface KeptAnswer {
  readonly der: Uint8Array;
  /** SHA-256 of `der`, lower-case hex. */
  readonly digest: string;
  readonly status: CertStatus['status'];
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** The same in RFC 3339, as each record of it has them. */
  readonly holds: { readonly thisUpdate: string; readonly nextUpdate: string };
  /** Milliseconds since the epoch: from then on a new one is signed. */
  readonly freshUntil: number;
  readonly responder: Responder;
  /** Of the status row from which it was made. */
  readonly version: number;
  /** The request that was answered first with it, and its digest: most others have the same bytes. */
  readonly request: Uint8Array;
  readonly requestDigest: string;
}

/**
 * Answers signed once and given again until they are due for renewal. Nothing here makes an answer true: whoever takes
 * one out has read the certificate's status row and holds the version of that row against the answer's. So a
 * revocation that was acknowledged, by this process or any other, is never followed by an older answer, and nobody has
 * to tell this memory of it.
 */
export interface KeptAnswers {
  /** `certId` is the whole CertID. */
  find(certId: Uint8Array, responder: Responder, version: number, now: number): KeptAnswer | undefined;
  keep(certId: Uint8Array, answer: KeptAnswer): void;
}

/** Octets of answers and of what stands around each, all CAs together. */
const MAX_OCTETS = 32 * 1024 * 1024;
const AROUND = 600;

const keyOf = (certId: Uint8Array): string =>
  Buffer.from(certId.buffer, certId.byteOffset, certId.length).toString('latin1');

/** Forgets those first that were kept first. */
export const keepAnswers = (maxOctets = MAX_OCTETS): KeptAnswers => {
  const kept = new Map<string, KeptAnswer>();
  let octets = 0;
  const sizeOf = ({ der, request }: KeptAnswer): number => der.length + request.length + AROUND;

  const drop = (key: string, answer: KeptAnswer): void => {
    kept.delete(key);
    octets -= sizeOf(answer);
  };

  return {
    find: (certId, responder, version, now) => {
      const answer = kept.get(keyOf(certId));
      // One from the future was signed before the clock was set back: clients would refuse it until that time has come.
      return answer?.version === version &&
        answer.responder === responder &&
        now < answer.freshUntil &&
        now >= answer.thisUpdate.getTime()
        ? answer
        : undefined;
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
