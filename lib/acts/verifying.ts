import type { KeyObject } from 'node:crypto';
import type { ActKeyKind } from '../act-kinds.ts';
import type { Clock } from '../ports.ts';
import type { Objects } from '../store/store.ts';
import type { Acts } from './contract.ts';
import { readClosed, readKey } from './key-objects.ts';
import { asSignature, holds, keyName, parseKeyName, publicKeyOf } from './signature.ts';

/** A process takes up a new key of acts, and learns that one was closed, within this time. */
const REREAD_MS = 60_000;

/** A reading later than the clock shows means that the clock was set back: it must not keep the key until then. */
export const isFresh = (readAt: number, now: number): boolean => now >= readAt && now < readAt + REREAD_MS;

interface VerifyingKey {
  readonly key: KeyObject;
  readonly origin: string;
  readonly closedAt?: number;
  readonly readAt: number;
}

export interface VerifyingKeys {
  /** The key of that name, as it was read within the last minute. Undefined where there is none. */
  of(kind: ActKeyKind, generation: number): Promise<VerifyingKey | undefined>;
  /** It is read again at the next signature. */
  forget(name: string): void;
}

interface Deps {
  readonly objects: Pick<Objects, 'get'>;
  readonly clock: Clock;
}

export const openVerifyingKeys = ({ objects, clock }: Deps): VerifyingKeys => {
  const keys = new Map<string, Promise<VerifyingKey | undefined>>();

  const open = async (kind: ActKeyKind, generation: number): Promise<VerifyingKey | undefined> => {
    const readAt = clock();
    const stored = await readKey(objects, kind, generation);
    if (stored === undefined) return undefined;
    const closedAt = await readClosed(objects, keyName(kind, generation));
    const { origin } = stored.key;
    return { key: publicKeyOf(stored.key), origin, readAt, ...(closedAt !== undefined && { closedAt }) };
  };

  return {
    of: async (kind, generation) => {
      const name = keyName(kind, generation);
      const known = await keys.get(name)?.catch(() => undefined);
      // A key that is closed stays closed.
      if (known && (known.closedAt !== undefined || isFresh(known.readAt, clock()))) return known;
      const opening = open(kind, generation);
      keys.set(name, opening);
      opening.then(
        (key) => key === undefined && keys.delete(name),
        () => keys.delete(name),
      );
      return opening;
    },
    forget: (name) => {
      keys.delete(name);
    },
  };
};

/** Verifies acts in a process that takes none. It remembers the public keys, and no signature. */
export const openActVerifying = (deps: Deps): Pick<Acts, 'verify'> => {
  const keys = openVerifyingKeys(deps);
  return {
    verify: async (kind, digest, signature) => {
      const { key: name = '', value = '' } = asSignature(signature) ?? {};
      const signer = parseKeyName(name);
      if (signer?.kind !== kind) return undefined;
      const key = await keys.of(kind, signer.generation);
      if (key === undefined || !holds(key, name, digest, value)) return undefined;
      return key.closedAt === undefined ? {} : { closedAt: key.closedAt };
    },
  };
};
