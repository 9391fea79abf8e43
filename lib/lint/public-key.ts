/** Kinds of public keys that certificates may carry. */
export const PUBLIC_KEY_KINDS = [
  'rsa2048',
  'rsa3072',
  'rsa4096',
  'p-256',
  'p-384',
  'p-521',
  'ed25519',
  'ml-dsa-44',
  'ml-dsa-65',
  'ml-dsa-87',
] as const;
export type PublicKeyKind = (typeof PUBLIC_KEY_KINDS)[number];
