import { createHash, hash } from 'node:crypto';
import { Fault, wentThrough } from '../fault.ts';
import {
  assertSorted,
  digestAt,
  keyCount,
  keyListText,
  MAX_KEYS_IN_PART,
  MAX_PARTS,
  placeIn,
  readKeyList,
} from '../keys/keys.ts';
import type { Objects } from '../store/store.ts';

/**
 * The objects of lists of compromised keys. Each is named by its content and never changed:
 *
 *   key-list-parts/{SHA-256 of the octets}  digests of SubjectPublicKeyInfos, 32 octets each, sorted
 *   key-lists/{SHA-256 of the text}         KeyList: the parts, one after another
 *
 * The text of a list is its digests in hex, sorted, each once and ended by a line feed: what `LC_ALL=C sort -u` makes of it.
 */
export interface KeyList {
  readonly keys: number;
  /** The digest of each part, and the first key in it. */
  readonly parts: readonly { readonly part: string; readonly first: string }[];
}

export interface KeyListObjects {
  /** Stores a part, given as text. Fault: `malformed-key-list`. */
  putPart(text: Uint8Array): Promise<{ readonly part: string; readonly keys: number }>;
  /** Makes one list of these parts. Resolves with its digest. Fault: `malformed-key-list`. */
  put(parts: readonly string[]): Promise<{ readonly list: string; readonly keys: number }>;
  /** Whether the list has the key whose SubjectPublicKeyInfo has this SHA-256. Fault: `act-object-invalid`. */
  has(list: string, publicKeyDigest: string): Promise<boolean>;
}

const partPath = (part: string): string => `key-list-parts/${part}`;
const listPath = (list: string): string => `key-lists/${list}`;

const damaged = (path: string): Fault =>
  new Fault('act-object-invalid', 'An object of a list of keys is not what its name says.', { path });

/** Objects that are read at once. */
const AT_ONCE = 16;

export const openKeyListObjects = (objects: Pick<Objects, 'get' | 'put'>): KeyListObjects => {
  /** What was read of the list that was asked about last: 32 MiB at most. */
  let kept: { list: string; manifest: Promise<KeyList>; parts: Map<string, Promise<Buffer>> } | undefined;

  const readPart = async (part: string): Promise<Buffer | undefined> => {
    const object = await objects.get(partPath(part));
    if (object === undefined) return undefined;
    if (hash('sha256', object.body) !== part) throw damaged(partPath(part));
    return Buffer.from(object.body);
  };

  const readList = async (list: string): Promise<KeyList> => {
    const path = listPath(list);
    const object = await objects.get(path);
    if (object === undefined) throw damaged(path);
    return JSON.parse(Buffer.from(object.body).toString('utf8'));
  };

  const keep = (list: string) => {
    if (kept?.list === list) return kept;
    const fresh = { list, manifest: readList(list), parts: new Map<string, Promise<Buffer>>() };
    fresh.manifest.catch(() => {
      if (kept === fresh) kept = undefined;
    });
    kept = fresh;
    return fresh;
  };

  return {
    putPart: async (text) => {
      const digests = readKeyList(text, MAX_KEYS_IN_PART);
      assertSorted(digests);
      const part = hash('sha256', digests);
      await wentThrough(objects.put(partPath(part), digests, { if: 'absent' }));
      return { part, keys: keyCount(digests) };
    },

    put: async (names) => {
      if (names.length < 1 || names.length > MAX_PARTS) throw noPart('');
      const text = createHash('sha256');
      const parts: { part: string; first: string }[] = [];
      let keys = 0;
      let last: Buffer | undefined;
      for (let at = 0; at < names.length; at += AT_ONCE) {
        const some = names.slice(at, at + AT_ONCE);
        const read = await Promise.all(some.map(readPart));
        for (const [i, digests] of read.entries()) {
          const part = some[i] as string;
          if (digests === undefined) throw noPart(part);
          const first = digestAt(digests, 0);
          if (last && Buffer.compare(last, first) >= 0) throw notInOrder(part);
          last = digestAt(digests, keyCount(digests) - 1);
          text.update(keyListText(digests));
          parts.push({ part, first: first.toString('hex') });
          keys += keyCount(digests);
        }
      }
      const list = text.digest('hex');
      const body = Buffer.from(JSON.stringify({ keys, parts } satisfies KeyList));
      await wentThrough(objects.put(listPath(list), body, { if: 'absent' }));
      return { list, keys };
    },

    has: async (list, publicKeyDigest) => {
      const { manifest, parts } = keep(list);
      const digest = Buffer.from(publicKeyDigest, 'hex');
      const one = (await manifest).parts.findLast(({ first }) => first <= publicKeyDigest);
      if (one === undefined) return false;
      let reading = parts.get(one.part);
      if (reading === undefined) {
        reading = readPart(one.part).then((found) => {
          if (found === undefined) throw damaged(partPath(one.part));
          return found;
        });
        parts.set(one.part, reading);
        reading.catch(() => parts.delete(one.part));
      }
      const digests = await reading;
      const place = placeIn(digests, digest);
      return place >= 0 && digestAt(digests, place).equals(digest);
    },
  };
};

const noPart = (part: string): Fault =>
  new Fault('malformed-key-list', 'A part of the list was not uploaded; upload the whole list again.', {
    part,
  });

const notInOrder = (part: string): Fault =>
  new Fault(
    'malformed-key-list',
    'The parts of a list follow each other in the order of their keys, each key once.',
    { part },
  );
