import type { Signer } from '../../lib/keys/signer.ts';
import type { DomainFile, Options } from '../service.ts';

/** An officer leaves, and a CA is added, with a profile and offices that may apply for it. */
export const change = (file: DomainFile): void => {
  const [first] = file.authorities;
  const profile = file.profiles.find(({ id }) => id === 'official-position');
  if (!first || !profile) throw new Error('the demonstration has changed');
  const subject = [
    ['C', 'JP'],
    ['OU', 'Seal CA'],
  ];
  const added = { id: 'seal', serialPrefix: '0a', subject, algorithm: 'ecdsa-p256-sha256' };
  file.authorities.push({ ...structuredClone(first), ...added });
  file.profiles.push({ ...structuredClone(profile), id: 'seal', authority: 'seal' });
  file.principals.splice(
    file.principals.findIndex(({ id }) => id === 'higashi-counter'),
    1,
  );
};

/** Parts that end the process after the n-th write to the table, object put, key made or signature; 0 for never. */
export const interrupted = (
  point: number,
): { readonly options: Pick<Options, 'table' | 'bucket' | 'keys'>; readonly points: () => number } => {
  let passed = 0;
  const after = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    if (++passed === point) process.kill(process.pid, 'SIGKILL');
    return result;
  };
  const watched = (signer: Signer): Signer => ({
    algorithm: signer.algorithm,
    subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
    sign: async (message) => after(Promise.resolve(signer.sign(message))),
  });
  return {
    points: () => passed,
    options: {
      table: (table) => ({
        get: (key) => table.get(key),
        query: (query) => table.query(query),
        write: (writes) => after(table.write(writes)),
        close: () => table.close(),
      }),
      bucket: (bucket) => ({
        get: (key) => bucket.get(key),
        list: (prefix, options) => bucket.list(prefix, options),
        put: (key, body, options) => after(bucket.put(key, body, options)),
        delete: (key) => after(bucket.delete(key)),
      }),
      keys: (keys) => ({
        create: async (id, algorithm) => watched(await after(keys.create(id, algorithm))),
        open: async (id) => watched(await keys.open(id)),
      }),
    },
  };
};
