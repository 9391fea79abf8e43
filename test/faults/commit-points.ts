import { execFileSync } from 'node:child_process';
import type { Signer } from '../../lib/keys/keys.ts';
import type { Options } from '../service.ts';

/** The step just done: rows written, an object put or deleted, a key made, or a message signed with a key. */
export type CommitPoint =
  | 'write'
  | 'put'
  | 'delete'
  | 'key'
  | { readonly signed: Uint8Array; readonly key: string };

/** Wraps the parts so that they report each commit point right after it, before the caller gets the answer. */
export const commitPoints = (
  passed: (point: CommitPoint) => void,
): Pick<Options, 'table' | 'bucket' | 'keys'> => {
  const after = async <T>(point: CommitPoint, work: Promise<T>): Promise<T> => {
    const result = await work;
    passed(point);
    return result;
  };
  const watched = (key: string, signer: Signer): Signer => ({
    algorithm: signer.algorithm,
    subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
    sign: (message) => after({ signed: message, key }, Promise.resolve(signer.sign(message))),
  });
  return {
    table: (table) => ({
      get: (key) => table.get(key),
      query: (query) => table.query(query),
      write: (writes) => after('write', table.write(writes)),
      close: () => table.close(),
    }),
    bucket: (bucket) => ({
      get: (key) => bucket.get(key),
      list: (prefix, options) => bucket.list(prefix, options),
      put: (key, body, options) => after('put', bucket.put(key, body, options)),
      delete: (key) => after('delete', bucket.delete(key)),
    }),
    keys: (keys) => ({
      create: async (id, algorithm) => watched(id, await after('key', keys.create(id, algorithm))),
      open: async (id) => watched(id, await keys.open(id)),
    }),
  };
};

/**
 * Copies what lies on the disk now, which is what a kill would leave now: the thread waits, so no step follows. Another process
 * copies, because this one would lose its lock on a table by closing a second descriptor of the file.
 */
export const copyAsItIs = (from: string, to: string): void => {
  execFileSync('cp', ['-R', from, to]);
};
