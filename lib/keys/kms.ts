import { createHash } from 'node:crypto';
import { Fault, phrase } from '../fault.ts';
import { subjectPublicKeyOctets } from '../pki/pki.ts';
import { algorithmNamed } from './algorithms.ts';
import type { Algorithm, AlgorithmName, KeyStore, Signer } from './contract.ts';
import { answerAbout, type KmsCalls } from './kms-calls.ts';

type SigningCalls = Pick<KmsCalls, 'getPublicKey' | 'sign'>;

/**
 * CA keys in AWS KMS, found by alias: the key `organisation-1` is `alias/<prefix>-organisation-1`.
 *
 * The deployment makes the keys, each with a policy that says who may sign with it and who may not delete it. This code
 * never makes a key: one that a function made for itself would have no such policy. `create` therefore opens the
 * existing key and checks its algorithm; without such a key its fault is `unknown-key`.
 *
 * A key is opened with one request, and from then on signs under the key's ARN. If the alias is moved to another key
 * afterwards, the signatures still belong to the public key that was compared with a certificate.
 */
export const openKmsKeys = (options: {
  readonly calls: SigningCalls;
  readonly aliasPrefix: string;
  /** The algorithm of each key. KMS does not know it: an RSA key in KMS serves both PKCS#1 v1.5 and PSS. */
  readonly algorithmOf: (id: string) => AlgorithmName | undefined;
}): KeyStore => {
  const kms = options.calls;

  const openAs = async (id: string, name: AlgorithmName): Promise<Signer> => {
    const algorithm = algorithmNamed(name);
    const alias = `alias/${options.aliasPrefix}-${id}`;
    const { KeyId, PublicKey, KeySpec, KeyUsage } = await answerAbout(
      alias,
      kms.getPublicKey({ KeyId: alias }),
    );
    if (KeyId === undefined || PublicKey === undefined) {
      throw new Fault('store-unavailable', 'KMS answered without the public key.', { key: alias });
    }
    if (KeySpec !== algorithm.kmsKeySpec || KeyUsage !== 'SIGN_VERIFY') {
      throw new Fault('configuration-invalid', 'The key in KMS is not one that the algorithm signs with.', {
        key: alias,
        algorithm: name,
        keySpec: KeySpec,
      });
    }
    return kmsSigner(kms, KeyId, algorithm, Buffer.from(PublicKey));
  };

  return {
    create: openAs,
    open: async (id) => {
      const name = options.algorithmOf(id);
      if (name === undefined) throw new Fault('unknown-key', 'No key of that id is configured.', { id });
      return openAs(id, name);
    },
  };
};

/** The longest message that KMS accepts. */
const MAX_MESSAGE_BYTES = 4096;

type Signable = { readonly Message: Uint8Array; readonly MessageType: 'RAW' | 'DIGEST' | 'EXTERNAL_MU' };

/**
 * Messages are hashed here if the algorithm allows it: CRLs are too long for KMS, and KMS need not see a TBS. Ed25519
 * (RFC 8032 5.1.6) reads its message twice and cannot take a digest. KMS therefore signs at most 4,096 bytes with it:
 * enough for certificates and tokens, not for a CRL. Fault: `input-too-large`.
 */
const signable = (algorithm: Algorithm, subjectPublicKeyInfo: Uint8Array, message: Uint8Array): Signable => {
  if (algorithm.hash !== null) {
    return { Message: createHash(algorithm.hash).update(message).digest(), MessageType: 'DIGEST' };
  }
  if (message.length <= MAX_MESSAGE_BYTES) return { Message: message, MessageType: 'RAW' };
  if (algorithm.kmsLongMessage === 'EXTERNAL_MU') {
    return { Message: representative(subjectPublicKeyInfo, message), MessageType: 'EXTERNAL_MU' };
  }
  throw new Fault(
    'input-too-large',
    phrase`With this algorithm KMS signs at most ${MAX_MESSAGE_BYTES} bytes; give the CA a key of another kind.`,
    { limit: MAX_MESSAGE_BYTES, algorithm: algorithm.name },
  );
};

const shake256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('shake256', { outputLength: 64 });
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/**
 * ML-DSA's message representative µ (FIPS 204 5.2 and 6.2): H(tr ‖ 0 ‖ |ctx| ‖ ctx ‖ M), where tr = H(pk). RFC 9881 3
 * makes ctx empty for X.509.
 */
const representative = (subjectPublicKeyInfo: Uint8Array, message: Uint8Array): Uint8Array =>
  shake256(shake256(subjectPublicKeyOctets(subjectPublicKeyInfo)), Uint8Array.of(0, 0), message);

const kmsSigner = (
  kms: SigningCalls,
  arn: string,
  algorithm: Algorithm,
  subjectPublicKeyInfo: Uint8Array,
): Signer => ({
  algorithm,
  subjectPublicKeyInfo,
  sign: async (message) => {
    const { Message, MessageType } = signable(algorithm, subjectPublicKeyInfo, message);
    const { kmsSigningAlgorithm: SigningAlgorithm } = algorithm;
    const { Signature } = await answerAbout(
      arn,
      kms.sign({ KeyId: arn, SigningAlgorithm, Message, MessageType }),
    );
    if (Signature === undefined) {
      throw new Fault('store-unavailable', 'KMS answered without a signature.', { key: arn });
    }
    return Buffer.from(Signature);
  },
});
