import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { ACT_KEY_KINDS, type ActKeyKind } from '../act-kinds.ts';
import type { ActKey, ActSignature, VerifiedAct } from './contract.ts';

const SIGNATURE_BYTES = 64;
const KEY_NAME = /^([a-z-]{1,32})-([1-9]\d{0,5})$/;

/**
 * The bytes under a signature of an act. The line of the origin keeps an act of another log from counting here, and the
 * line of the key keeps an act of one kind from counting as another.
 */
export const messageOf = (origin: string, key: string, digest: string): Uint8Array =>
  Buffer.from(`akashi-act/v1\n${origin}\n${key}\n${digest}\n`);

export const keyName = (kind: ActKeyKind, generation: number): string => `${kind}-${generation}`;

/** Undefined where the name is not one of a key of acts. */
export const parseKeyName = (
  name: string,
): { readonly kind: ActKeyKind; readonly generation: number } | undefined => {
  const [, text, generation] = KEY_NAME.exec(name) ?? [];
  const kind = ACT_KEY_KINDS.find((one) => one === text);
  return kind && { kind, generation: Number(generation) };
};

export const asSignature = (signature: unknown): ActSignature | undefined => {
  const { key, value } = (signature ?? {}) as Partial<Record<keyof ActSignature, unknown>>;
  return typeof key === 'string' && typeof value === 'string' ? { key, value } : undefined;
};

export const publicKeyOf = ({ publicKey }: Pick<ActKey, 'publicKey'>): KeyObject =>
  createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });

/** Whether the value is a signature by this key over the digest, in the one base64 form that it has. */
export const holds = (
  { key, origin }: { readonly key: KeyObject; readonly origin: string },
  name: string,
  digest: string,
  value: string,
): boolean => {
  const octets = Buffer.from(value, 'base64');
  return (
    octets.length === SIGNATURE_BYTES &&
    octets.toString('base64') === value &&
    verify(null, messageOf(origin, name, digest), key, octets)
  );
};

/** Verifies acts by their public keys alone, as an auditor does, who holds nothing else. */
export const actVerifier = (
  keys: readonly (ActKey & VerifiedAct)[],
): ((kind: ActKeyKind, digest: string, signature: unknown) => VerifiedAct | undefined) => {
  const byName = new Map(
    keys.map((key) => [
      keyName(key.kind, key.generation),
      { key: publicKeyOf(key), origin: key.origin, closedAt: key.closedAt },
    ]),
  );
  return (kind, digest, signature) => {
    const { key: name = '', value = '' } = asSignature(signature) ?? {};
    const known = byName.get(name);
    if (known === undefined || parseKeyName(name)?.kind !== kind) return undefined;
    if (!holds(known, name, digest, value)) return undefined;
    return known.closedAt === undefined ? {} : { closedAt: known.closedAt };
  };
};
