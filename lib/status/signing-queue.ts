import type { Signer } from '../keys/keys.ts';

export type Sign = (signer: Signer, message: Uint8Array) => Promise<Uint8Array>;

/** After this many milliseconds of signing, other work gets its turn. */
const LONGEST_MS = 4;

interface Waiting {
  readonly signer: Signer;
  readonly message: Uint8Array;
  readonly resolve: (signature: Uint8Array | Promise<Uint8Array>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects the messages to sign in one turn of the event loop, and signs them one after another at its end. Signing and
 * the rest of an answer each fill the processor's caches with code and tables of their own. If they alternate, both
 * take half as long again.
 */
export const openSigningQueue = (): Sign => {
  let queue: Waiting[] = [];

  const flush = (): void => {
    const until = performance.now() + LONGEST_MS;
    const signed: (() => void)[] = [];
    let done = 0;
    for (const { signer, message, resolve, reject } of queue) {
      done++;
      try {
        const signature = signer.sign(message);
        signed.push(() => resolve(signature));
      } catch (error) {
        signed.push(() => reject(error));
      }
      if (performance.now() > until) break;
    }
    queue = queue.slice(done);
    if (queue.length > 0) setImmediate(flush);
    for (const settle of signed) settle();
  };

  return (signer, message) =>
    new Promise((resolve, reject) => {
      if (queue.push({ signer, message, resolve, reject }) === 1) setImmediate(flush);
    });
};
