import { Fault, wentThrough } from '../fault.ts';
import type { CertificateRef } from '../principal.ts';
import type { Objects } from '../store/store.ts';

/**
 * The keys that are dead for ever: a certificate of each was revoked because its key was compromised. The object is put
 * after the act and before its rows, is never changed, and no row undoes it:
 *
 *   compromised-keys/{identity}   CompromisedKey
 */
export interface CompromisedKey extends CertificateRef {
  /** Id of the record of the revocation. */
  readonly record: string;
}

export interface CompromisedKeys {
  /** Fault: `compromised-key`. */
  assertUsable(identity: string): Promise<void>;
  /** Puts the object, unless one is there. Resolves with whether this call did. */
  put(identity: string, about: () => Promise<CompromisedKey>): Promise<boolean>;
}

const pathOf = (identity: string): string => `compromised-keys/${identity}`;

export const openCompromisedKeys = (objects: Pick<Objects, 'get' | 'put'>): CompromisedKeys => ({
  assertUsable: async (identity) => {
    // The object closes the key by being there, with any content.
    if ((await objects.get(pathOf(identity))) === undefined) return;
    throw new Fault(
      'compromised-key',
      'The private key of this public key is known to others; make a new key pair.',
      {
        keyIdentity: identity,
      },
    );
  },

  put: async (identity, about) => {
    const path = pathOf(identity);
    if ((await objects.get(path)) !== undefined) return false;
    const { ca, serial, record } = await about();
    return wentThrough(
      objects.put(path, Buffer.from(JSON.stringify({ ca, serial, record })), { if: 'absent' }),
    );
  },
});
