import type { TokenUsers } from '../../lib/enrolment/enrolment.ts';
import type { KeyStore } from '../../lib/keys/keys.ts';
import type { DataKeys } from '../../lib/personal/personal.ts';
import type { SessionKeys } from '../../lib/principals/principals.ts';
import type { Bucket, HandOver } from '../../lib/store/store.ts';

/**
 * Ports whose adapters, and the clients of AWS in them, are loaded when the first call needs them: a function whose
 * event touches no object and no key starts without them.
 */

/** Loads at the first call and gives the same value from then on. A load that failed is tried again. */
export const once = <T>(load: () => Promise<T>): (() => Promise<T>) => {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
};

export const lateBucket = (load: () => Promise<Bucket>): Bucket => {
  const bucket = once(load);
  return {
    get: async (key) => (await bucket()).get(key),
    put: async (key, body, options) => (await bucket()).put(key, body, options),
    delete: async (key) => (await bucket()).delete(key),
    list: async (prefix, options) => (await bucket()).list(prefix, options),
  };
};

export const lateKeys = (load: () => Promise<KeyStore>): KeyStore => {
  const keys = once(load);
  return {
    create: async (id, algorithm) => (await keys()).create(id, algorithm),
    open: async (id) => (await keys()).open(id),
  };
};

export const lateDataKeys = (load: () => Promise<DataKeys>): DataKeys => {
  const keys = once(load);
  return {
    create: async (id) => (await keys()).create(id),
    open: async (id) => (await keys()).open(id),
    destroy: async (id) => (await keys()).destroy(id),
    list: async function* () {
      yield* (await keys()).list();
    },
  };
};

export const lateSessionKeys = (load: () => Promise<SessionKeys>): SessionKeys => {
  const keys = once(load);
  return {
    // Pages for roles stand at doors that ask everybody for a certificate.
    needCertificate: true,
    create: async (month) => (await keys()).create(month),
    open: async (month) => (await keys()).open(month),
  };
};

export const lateTokenUsers = (load: () => Promise<TokenUsers>): TokenUsers => {
  const users = once(load);
  return {
    bring: async (id, wanted) => (await users()).bring(id, wanted),
    signOut: async (id) => (await users()).signOut(id),
  };
};

export const lateHandOver = (load: () => Promise<HandOver>): HandOver => {
  const handOver = once(load);
  return { file: async (bytes, about) => (await handOver()).file(bytes, about) };
};
