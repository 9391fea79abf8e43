import { Fault, phrase, wentThrough } from '../fault.ts';
import type { Key, Table } from '../store/store.ts';
import type { PrincipalKey } from './contract.ts';

/**
 * Which principal a public key belongs to. The operations CA certifies a key for one principal only, because a key of two
 * principals would let one person be two. The key stays bound to its first principal: revoking the certificate does not
 * free it.
 *
 *   principal-key/{SHA-256 of SubjectPublicKeyInfo}  key  PrincipalKeyRow
 */
type PrincipalKeyRow = { readonly principal: string };

const keyOf = (publicKeyDigest: string): Key => ({ pk: `principal-key/${publicKeyDigest}`, sk: 'key' });

const taken = ({ principal, publicKeyDigest }: PrincipalKey, other: string): Fault =>
  new Fault(
    'duplicate-key',
    phrase`The public key that ${principal} asks for belongs to ${other}; each principal makes a key of its own.`,
    { principal, certifiedFor: other, publicKeyDigest },
  );

/** Whether the key is bound to this principal. Fault: `duplicate-key` where it is bound to another. */
const isBound = async (table: Pick<Table, 'get'>, key: PrincipalKey): Promise<boolean> => {
  const row = await table.get<PrincipalKeyRow>(keyOf(key.publicKeyDigest));
  if (row && row.value.principal !== key.principal) throw taken(key, row.value.principal);
  return row !== undefined;
};

/** Fault: `duplicate-key` where the list or the table has one of the keys with a different principal. */
export const assertOwnKeys = async (
  table: Pick<Table, 'get'>,
  keys: readonly PrincipalKey[],
): Promise<void> => {
  const owners = new Map<string, string>();
  for (const key of keys) {
    const owner = owners.get(key.publicKeyDigest) ?? key.principal;
    if (owner !== key.principal) throw taken(key, owner);
    owners.set(key.publicKeyDigest, owner);
    await isBound(table, key);
  }
};

/** Binds the key to this principal, before it is certified. Fault: `duplicate-key` where it is bound to another. */
export const bindKey = async (table: Table, key: PrincipalKey): Promise<void> => {
  while (!(await isBound(table, key))) {
    const value: PrincipalKeyRow = { principal: key.principal };
    await wentThrough(table.write([{ put: keyOf(key.publicKeyDigest), value, if: 'absent' }]));
  }
};
