/** The door of the keys room: algorithms, signers in software, verifying, judging public keys. */
export {
  ALGORITHMS,
  type Algorithm,
  type AlgorithmName,
  algorithmNamed,
  type KeyFamily,
  type KeyKind,
  schemeOf,
} from './algorithms.ts';
export { LOG_KEY } from './log-key.ts';
export { type CheckedPublicKey, checkPublicKey } from './quality.ts';
export type { KeyStore, Signer } from './signer.ts';
export { generatePrivateKey, generateSoftwareKey, softwareSigner } from './software.ts';
export { type SignedMessage, verifySignature } from './verify.ts';
