import { randomBytes } from 'node:crypto';
import { openActs } from '../lib/acts/acts.ts';
import type { Acts } from '../lib/acts/contract.ts';
import { Fault } from '../lib/fault.ts';
import type { AlgorithmName, KeyStore, Signer } from '../lib/keys/keys.ts';
import { generateSoftwareKey } from '../lib/keys/keys.ts';
import type { DataKeys } from '../lib/personal/personal.ts';
import type { Log } from '../lib/ports.ts';
import type { Objects } from '../lib/store/store.ts';

/** Keys of acts and their objects in memory, for tests whose subject they are not. */

/** Objects that can be put once, as the bucket keeps them. */
export const memoryObjects = (): Objects & { readonly bodies: Map<string, Uint8Array> } => {
  const bodies = new Map<string, Uint8Array>();
  return {
    bodies,
    get: async (key) => {
      const body = bodies.get(key);
      return body && { body, version: '1' };
    },
    put: async (key, body) => {
      if (bodies.has(key)) throw new Fault('condition-failed', 'The object is there already.', { key });
      bodies.set(key, body);
    },
    list: async (prefix) => ({ keys: [...bodies.keys()].filter((key) => key.startsWith(prefix)).sort() }),
  };
};

/** A key store that forgets its keys when the test ends. */
export const memoryKeys = (): KeyStore => {
  const made = new Map<string, Promise<Signer>>();
  return {
    create: (id: string, algorithm: AlgorithmName) => {
      const signer = made.get(id) ?? generateSoftwareKey(algorithm);
      made.set(id, signer);
      return signer;
    },
    open: async (id) => {
      const signer = await made.get(id);
      if (signer === undefined) throw new Fault('unknown-key', 'There is no such key.', { id });
      return signer;
    },
  };
};

/** Data keys that are forgotten when the test ends. */
export const memoryDataKeys = (): DataKeys => {
  const made = new Map<string, Uint8Array>();
  return {
    create: async (id) => {
      const key = made.get(id) ?? randomBytes(32);
      made.set(id, key);
      return key;
    },
    open: async (id) => made.get(id),
    destroy: async (id) => {
      made.delete(id);
    },
    list: async function* () {
      yield* [...made.keys()].sort();
    },
  };
};

/** What `openLedger` asks for beside its table, its clock and its chance. */
export const ledgerActs = (
  clock: () => number = () => Date.now(),
): { acts: Acts; objects: Objects; bucket: { get: () => Promise<undefined> }; log: Log } => {
  const objects = memoryObjects();
  const acts = openActs({ objects, keys: memoryKeys(), origin: 'log.example/log', clock });
  return { acts, objects, bucket: { get: async () => undefined }, log: () => {} };
};
