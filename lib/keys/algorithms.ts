/** The algorithm registry's shape; the table and look-ups are completed in this file. */
export type AlgorithmName =
  | 'rsa2048-sha256'
  | 'rsa3072-sha256'
  | 'rsa4096-sha256'
  | 'rsa2048-pss-sha256'
  | 'rsa3072-pss-sha256'
  | 'rsa4096-pss-sha256'
  | 'ecdsa-p256-sha256'
  | 'ecdsa-p384-sha384'
  | 'ecdsa-p521-sha512'
  | 'ed25519'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87';

export interface Algorithm {
  readonly name: AlgorithmName;
  /** DER AlgorithmIdentifier of signatures made with it. */
  readonly signatureAlgorithm: Uint8Array;
  /** Digest for node:crypto's sign, or null where the scheme hashes by itself. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
  readonly kmsKeySpec: string;
  readonly kmsSigningAlgorithm: string;
}
