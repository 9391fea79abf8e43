import { type AlgorithmId, algorithmId, type Der, type PreferredSignatureAlgorithm } from '../pki/pki.ts';

/* Selects the responder that signs (RFC 6960 4.4.7.2.1), as far as algorithms alone decide. */

/** The algorithm with which a responder's key signs, and that of the public key itself. */
export interface SigningAlgorithms {
  readonly signature: AlgorithmId;
  readonly publicKey: AlgorithmId;
  /** Bits. */
  readonly strength: number;
}

const isSame = (wanted: AlgorithmId, had: AlgorithmId): boolean =>
  wanted.algorithm === had.algorithm &&
  (wanted.parameters === undefined || had.parameters === undefined
    ? wanted.parameters === had.parameters
    : Buffer.compare(wanted.parameters, had.parameters) === 0);

/** The first rule. The client may name a kind of key without its parameters, such as elliptic curves at large. */
export const isPreferred = (wanted: PreferredSignatureAlgorithm, had: SigningAlgorithms): boolean => {
  const { sigIdentifier, pubKeyAlgIdentifier } = wanted;
  if (!isSame(sigIdentifier, had.signature)) return false;
  if (pubKeyAlgIdentifier === undefined) return true;
  return pubKeyAlgIdentifier.parameters === undefined
    ? pubKeyAlgIdentifier.algorithm === had.publicKey.algorithm
    : isSame(pubKeyAlgIdentifier, had.publicKey);
};

/** The second and third rule: whether its signatures have this same AlgorithmIdentifier, parameters included. */
export const signsLike = (signature: Der, had: SigningAlgorithms): boolean =>
  isSame(algorithmId(signature), had.signature);
