import { constants, createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { Fault, phrase } from '../fault.ts';
import { algorithmNamed } from './algorithms.ts';
import type { AlgorithmName, KeyGeneration, Signer } from './contract.ts';
import { kindOf } from './public-key.ts';

const generatePair = promisify(generateKeyPair);

const generate = async (how: KeyGeneration): Promise<KeyObject> => {
  switch (how.type) {
    case 'rsa':
      return (await generatePair('rsa', how)).privateKey;
    case 'ec':
      return (await generatePair('ec', how)).privateKey;
    case 'ed25519':
      return (await generatePair('ed25519', {})).privateKey;
    default:
      return (await generatePair(how.type, {})).privateKey;
  }
};

/** A new private key for that algorithm, from OpenSSL's own randomness. Faults: `unsupported-algorithm`. */
export const generatePrivateKey = async (name: AlgorithmName): Promise<KeyObject> =>
  generate(algorithmNamed(name).generate);

/**
 * Signs in this process, at once, with a key held in memory. The signer does not expose the key. Faults:
 * `unsupported-algorithm`, also where the key is not of the algorithm's kind.
 */
export const softwareSigner = (name: AlgorithmName, privateKey: KeyObject): Signer => {
  const algorithm = algorithmNamed(name);
  if (privateKey.type !== 'private' || kindOf(privateKey).kind !== algorithm.kind) {
    throw new Fault('unsupported-algorithm', phrase`The key is not one that ${algorithm.name} signs with.`);
  }
  const { hash, options } = algorithm;
  // These are the defaults of node:crypto. Without an object of options it need not read them at every call, which for
  // P-256 takes as long as half a signature.
  const usual =
    options.saltLength === undefined &&
    (options.padding === undefined || options.padding === constants.RSA_PKCS1_PADDING);
  const key = usual ? privateKey : { key: privateKey, ...options };
  return {
    algorithm,
    subjectPublicKeyInfo: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
    sign: (message) => sign(hash, message, key),
  };
};

/** A signer over a new key that lives as long as the signer does. Faults: `unsupported-algorithm`. */
export const generateSoftwareKey = async (name: AlgorithmName): Promise<Signer> =>
  softwareSigner(name, await generatePrivateKey(name));
