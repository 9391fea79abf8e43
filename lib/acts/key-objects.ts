import { hash } from 'node:crypto';
import * as z from 'zod/mini';
import { ACT_KEY_KINDS, type ActKeyKind } from '../act-kinds.ts';
import { Fault, wentThrough } from '../fault.ts';
import type { Objects } from '../store/store.ts';
import type { ActKey } from './contract.ts';
import { keyName } from './signature.ts';

/**
 * The public halves of keys of acts.
 *
 *   act-keys/{kind}-{generation}         ActKey
 *   act-keys-closed/{kind}-{generation}  the size that the log had when the key was closed
 */
const KeyObject = z.strictObject({
  kind: z.enum(ACT_KEY_KINDS),
  generation: z.int().check(z.minimum(1)),
  origin: z.string(),
  publicKey: z.string(),
  predecessor: z.optional(z.string()),
});

const ClosedObject = z.strictObject({ size: z.int().check(z.minimum(0)) });

const keyPath = (name: string): string => `act-keys/${name}`;
const closedPath = (name: string): string => `act-keys-closed/${name}`;

const damaged = (path: string, cause?: unknown): Fault =>
  new Fault('act-object-invalid', 'An object of the acts is not what its name says.', { path }, { cause });

const parse = <S extends z.ZodMiniType>(schema: S, path: string, body: Uint8Array): z.output<S> => {
  try {
    return schema.parse(JSON.parse(Buffer.from(body).toString('utf8')));
  } catch (cause) {
    throw damaged(path, cause);
  }
};

export interface StoredKey {
  readonly key: ActKey;
  /** SHA-256 of the object, hex. */
  readonly digest: string;
}

/** Fault: `act-object-invalid` where the object is another key's. */
export const readKey = async (
  objects: Pick<Objects, 'get'>,
  kind: ActKeyKind,
  generation: number,
): Promise<StoredKey | undefined> => {
  const path = keyPath(keyName(kind, generation));
  const object = await objects.get(path);
  if (object === undefined) return undefined;
  const { predecessor, ...key } = parse(KeyObject, path, object.body);
  if (key.kind !== kind || key.generation !== generation) throw damaged(path);
  return {
    key: { ...key, ...(predecessor !== undefined && { predecessor }) },
    digest: hash('sha256', object.body),
  };
};

/** The key that stands under the name afterwards: where another process was first, its key counts. */
export const putKey = async (objects: Objects, key: ActKey): Promise<ActKey> => {
  const path = keyPath(keyName(key.kind, key.generation));
  const body = Buffer.from(JSON.stringify(key));
  if (await wentThrough(objects.put(path, body, { if: 'absent' }))) return key;
  const first = await readKey(objects, key.kind, key.generation);
  if (first === undefined) throw damaged(path);
  return first.key;
};

/** The size at which the key was closed; undefined while it is open. */
export const readClosed = async (
  objects: Pick<Objects, 'get'>,
  name: string,
): Promise<number | undefined> => {
  const path = closedPath(name);
  const object = await objects.get(path);
  return object && parse(ClosedObject, path, object.body).size;
};

/** Puts the size, unless the key was closed before. */
export const putClosed = async (objects: Objects, name: string, size: number): Promise<void> => {
  await wentThrough(objects.put(closedPath(name), Buffer.from(JSON.stringify({ size })), { if: 'absent' }));
};
