import { Fault, wentThrough } from '../fault.ts';
import type { Key, Table } from '../store/store.ts';
import type { PrincipalKey } from './contract.ts';

/**
 * Whose a public key is that the operations CA has certified, or is about to. A key of two principals would let one person
 * be two, so a key is its first principal's for good: revoking the certificate does not give it free.
 *
 *   principal-key/{SHA-256 of SubjectPublicKeyInfo}  key  PrincipalKeyRow
 */
type PrincipalKeyRow = { readonly principal: string };

const keyOf = (publicKeyDigest: string): Key => ({ pk: `principal-key/${publicKeyDigest}`, sk: 'key' });

const taken = ({ principal, publicKeyDigest }: PrincipalKey, other: string): Fault =>
  new Fault(
    'duplicate-key',
    `The public key that is asked for ${principal} is ${other}'s already; each principal makes a key of its own.`,
    { principal, certifiedFor: other, publicKeyDigest },
  );

/** Resolves with whether the key is this principal's already. Fault: `duplicate-key` where it is another's. */
const isBound = async (table: Pick<Table, 'get'>, key: PrincipalKey): Promise<boolean> => {
  const row = await table.get<PrincipalKeyRow>(keyOf(key.publicKeyDigest));
  if (row && row.value.principal !== key.principal) throw taken(key, row.value.principal);
  return row !== undefined;
};

/** Faults where one of the keys is another principal's, in the list itself or by what was certified: `duplicate-key`. */
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

/** Makes the key this principal's, before anything is certified. Fault: `duplicate-key` where it is another's. */
export const bindKey = async (table: Table, key: PrincipalKey): Promise<void> => {
  while (!(await isBound(table, key))) {
    const value: PrincipalKeyRow = { principal: key.principal };
    await wentThrough(table.write([{ put: keyOf(key.publicKeyDigest), value, if: 'absent' }]));
  }
};
