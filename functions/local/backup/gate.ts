import type { Bucket, Objects } from '../../../lib/store/store.ts';

/**
 * Lets nothing be put into the objects for a while. An act that is under way waits at its next object. Answers go on, because
 * they put none.
 */
export interface Gate {
  readonly bucket: Bucket;
  readonly objects: Objects;
  /** From now on nothing is put or deleted, but for what has begun; `settled` resolves when that is done. */
  close(): { readonly settled: Promise<unknown>; open(): void };
}

export const openGate = (bucket: Bucket, objects: Objects): Gate => {
  const underWay = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;

  const pass = async <T>(change: () => Promise<T>): Promise<T> => {
    while (closed) await closed;
    const changing = change();
    const done = changing.catch(() => {}).finally(() => underWay.delete(done));
    underWay.add(done);
    return changing;
  };

  return {
    bucket: {
      get: (key) => bucket.get(key),
      list: (prefix, options) => bucket.list(prefix, options),
      put: (key, body, options) => pass(() => bucket.put(key, body, options)),
      delete: (key) => pass(() => bucket.delete(key)),
    },
    objects: {
      get: (key) => objects.get(key),
      list: (prefix, options) => objects.list(prefix, options),
      put: (key, body, options) => pass(() => objects.put(key, body, options)),
    },
    close: () => {
      let open = (): void => {};
      closed = new Promise((resolve) => {
        open = () => {
          closed = undefined;
          resolve();
        };
      });
      return { settled: Promise.all(underWay), open };
    },
  };
};
