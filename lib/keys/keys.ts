/** The door of the keys room: algorithms, signers in software, verifying, checking public keys. */
export { ALGORITHMS, algorithmNamed, schemeOf } from './algorithms.ts';
export type { Algorithm, AlgorithmName, KeyFamily, KeyKind, KeyStore, Signer } from './contract.ts';
export { dataKeyOfFile, fileOfDataKey } from './data-key.ts';
export { keyIdentity } from './key-identity.ts';
export {
  assertSorted,
  digestAt,
  keyCount,
  keyListParts,
  keyListText,
  MAX_KEYS_IN_PART,
  MAX_PART_BYTES,
  MAX_PARTS,
  placeIn,
  readKeyList,
  sortedKeyList,
} from './key-list.ts';
export { LOG_KEY } from './log-key.ts';
export { type CheckedPublicKey, checkPublicKey } from './quality.ts';
export { type RequestedKey, readRequestedKey } from './requested-key.ts';
export { generatePrivateKey, generateSoftwareKey, softwareSigner } from './software.ts';
export { type SignedMessage, verifySignature } from './verify.ts';
