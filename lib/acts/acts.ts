import { ACT_KEY_KINDS, type ActKeyKind } from '../act-kinds.ts';
import { Fault } from '../fault.ts';
import type { KeyStore, Signer } from '../keys/keys.ts';
import type { Clock } from '../ports.ts';
import type { Objects } from '../store/store.ts';
import type { ActKey, Acts, VerifiedAct } from './contract.ts';
import { putClosed, putKey, readClosed, readKey } from './key-objects.ts';
import { asSignature, holds, keyName, messageOf, parseKeyName } from './signature.ts';
import { isFresh, openVerifyingKeys } from './verifying.ts';

export type { ActKey, ActSignature, Acts, VerifiedAct } from './contract.ts';
export { actVerifier } from './signature.ts';
export { openActVerifying } from './verifying.ts';

/** Signatures that are remembered as good. */
const MAX_REMEMBERED = 16_384;

interface SigningKey {
  readonly name: string;
  readonly generation: number;
  readonly origin: string;
  readonly signer: Signer;
  readonly readAt: number;
}

export const openActs = (deps: {
  readonly objects: Objects;
  /** Where the private halves are. Ed25519; the id is `act-` and the name of the key. */
  readonly keys: KeyStore;
  /** The name of the log (C2SP tlog-checkpoint), which the first keys are made for. Later ones follow the first. */
  readonly origin: string;
  readonly clock: Clock;
}): Acts => {
  const { objects, keys, clock } = deps;
  const signing = new Map<ActKeyKind, Promise<SigningKey>>();
  const verifying = openVerifyingKeys(deps);
  /** The signatures remembered lately, and those before them. A Map that drops its oldest entry each time is slow. */
  let good = new Map<string, string>();
  let older = new Map<string, string>();

  const remember = (name: string, digest: string, value: string): void => {
    if (good.size >= MAX_REMEMBERED / 2) [good, older] = [new Map(), good];
    good.set(`${digest} ${name}`, value);
  };

  const make = async (kind: ActKeyKind, generation: number): Promise<ActKey> => {
    const before = generation === 1 ? undefined : await readKey(objects, kind, generation - 1);
    if (generation > 1 && before === undefined) {
      throw new Fault('unknown-key', 'A key of acts follows the generation before it, which is not there.', {
        key: keyName(kind, generation),
      });
    }
    // The log keeps its name where the service's address changes, and so do its keys. A trust domain begins with this one.
    const first = before ?? (await readKey(objects, 'ceremony', 1));
    const signer = await keys.create(`act-${keyName(kind, generation)}`, 'ed25519');
    return putKey(objects, {
      kind,
      generation,
      origin: first?.key.origin ?? deps.origin,
      publicKey: Buffer.from(signer.subjectPublicKeyInfo).toString('base64'),
      ...(before && { predecessor: before.digest }),
    });
  };

  /** The newest generation from this one on; it makes the first where there is none. */
  const newest = async (kind: ActKeyKind, from: number): Promise<ActKey> => {
    let found = (await readKey(objects, kind, from))?.key;
    for (let next = found; next !== undefined; ) {
      found = next;
      next = (await readKey(objects, kind, found.generation + 1))?.key;
    }
    return found ?? (await make(kind, 1));
  };

  const openSigning = async (kind: ActKeyKind, known: SigningKey | undefined): Promise<SigningKey> => {
    const readAt = clock();
    const from = known === undefined ? 1 : known.generation;
    const { generation, origin, publicKey } = await newest(kind, from);
    const name = keyName(kind, generation);
    if (known?.name === name) return { ...known, readAt };
    const signer = await keys.open(`act-${name}`);
    if (!Buffer.from(publicKey, 'base64').equals(signer.subjectPublicKeyInfo)) {
      throw new Fault('key-store-damaged', 'The key store has another key of acts than its public object.', {
        key: name,
      });
    }
    return { name, generation, origin, signer, readAt };
  };

  const signingKey = async (kind: ActKeyKind): Promise<SigningKey> => {
    const opened = signing.get(kind);
    const known = await opened?.catch(() => undefined);
    if (known && isFresh(known.readAt, clock())) return known;
    const current = signing.get(kind);
    if (current !== undefined && current !== opened) return current;
    const opening = openSigning(kind, known);
    signing.set(kind, opening);
    opening.catch(() => {
      if (signing.get(kind) === opening) signing.delete(kind);
    });
    return opening;
  };

  return {
    sign: async (kind, digest) => {
      const { name, origin, signer } = await signingKey(kind);
      const value = Buffer.from(await signer.sign(messageOf(origin, name, digest))).toString('base64');
      remember(name, digest, value);
      return { key: name, value };
    },

    verify: async (kind, digest, signature) => {
      const { key: name = '', value = '' } = asSignature(signature) ?? {};
      const signer = parseKeyName(name);
      if (signer?.kind !== kind) return undefined;
      const key = await verifying.of(kind, signer.generation);
      if (key === undefined) return undefined;
      const act = `${digest} ${name}`;
      if (good.get(act) !== value && older.get(act) !== value) {
        if (!holds(key, name, digest, value)) return undefined;
        remember(name, digest, value);
      }
      return key.closedAt === undefined ? {} : { closedAt: key.closedAt };
    },

    keys: async () => {
      const found: (ActKey & VerifiedAct & { readonly digest: string })[] = [];
      for (const kind of ACT_KEY_KINDS) {
        for (let generation = 1; ; generation++) {
          const stored = await readKey(objects, kind, generation);
          if (stored === undefined) break;
          const closedAt = await readClosed(objects, keyName(kind, generation));
          found.push({ ...stored.key, digest: stored.digest, ...(closedAt !== undefined && { closedAt }) });
        }
      }
      return found;
    },

    makeKey: async (kind, generation) => {
      if ((await readKey(objects, kind, generation)) === undefined) await make(kind, generation);
    },

    closeKey: async (kind, generation, size) => {
      const name = keyName(kind, generation);
      await putClosed(objects, name, size);
      verifying.forget(name);
    },
  };
};
