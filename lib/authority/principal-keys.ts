import { Fault, phrase, wentThrough } from '../fault.ts';
import type { PrincipalKey } from '../principal.ts';
import type { Objects } from '../store/store.ts';

/**
 * Which principal a public key belongs to. The operations CA certifies a key for one principal only, because a key of two
 * principals would let one person be two. The key stays bound to its first principal: revoking the certificate does not
 * free it. The binding is an object that is put once, so no row frees the key either. (The index of used keys has a row for
 * the key as well, see lib/used-key.ts, by which no office gets it certified.)
 *
 *   principal-keys/{identity of the key}  { principal }
 */
const pathOf = (keyIdentity: string): string => `principal-keys/${keyIdentity}`;

const taken = ({ principal, publicKeyDigest }: PrincipalKey, other: string): Fault =>
  new Fault(
    'duplicate-key',
    phrase`The public key that ${principal} asks for belongs to ${other}; each principal makes a key of its own.`,
    { principal, certifiedFor: other, publicKeyDigest },
  );

const ownerIn = (path: string, body: Uint8Array): string => {
  try {
    const { principal } = JSON.parse(Buffer.from(body).toString('utf8'));
    if (typeof principal === 'string') return principal;
  } catch {
    // Not JSON, or no object: refused below.
  }
  throw new Fault('act-object-invalid', 'The object that binds a key to its principal is damaged.', { path });
};

/** Whether the key is bound to this principal, and to no other one. */
export const isKeyOf = async (
  objects: Pick<Objects, 'get'>,
  key: Pick<PrincipalKey, 'principal' | 'keyIdentity'>,
): Promise<boolean> => {
  const path = pathOf(key.keyIdentity);
  const object = await objects.get(path);
  return object !== undefined && ownerIn(path, object.body) === key.principal;
};

/** Whether the key is bound to this principal. Fault: `duplicate-key` where it is bound to another. */
const isBound = async (objects: Pick<Objects, 'get'>, key: PrincipalKey): Promise<boolean> => {
  const path = pathOf(key.keyIdentity);
  const object = await objects.get(path);
  if (object === undefined) return false;
  const owner = ownerIn(path, object.body);
  if (owner !== key.principal) throw taken(key, owner);
  return true;
};

/** Fault: `duplicate-key` where the list has one of the keys with two principals. */
export const assertOneOwnerEach = (keys: readonly PrincipalKey[]): void => {
  const owners = new Map<string, string>();
  for (const key of keys) {
    const owner = owners.get(key.keyIdentity) ?? key.principal;
    if (owner !== key.principal) throw taken(key, owner);
    owners.set(key.keyIdentity, owner);
  }
};

/** Fault: `duplicate-key` as above, or where a key is bound to another principal. */
export const assertOwnKeys = async (
  objects: Pick<Objects, 'get'>,
  keys: readonly PrincipalKey[],
): Promise<void> => {
  assertOneOwnerEach(keys);
  for (const key of keys) await isBound(objects, key);
};

/** Binds the key to this principal, before it is certified. Fault: `duplicate-key` where it is bound to another. */
export const bindKey = async (objects: Objects, key: PrincipalKey): Promise<void> => {
  while (!(await isBound(objects, key))) {
    const body = Buffer.from(JSON.stringify({ principal: key.principal }));
    await wentThrough(objects.put(pathOf(key.keyIdentity), body, { if: 'absent' }));
  }
};
