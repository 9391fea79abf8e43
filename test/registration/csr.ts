import { type AlgorithmName, generateSoftwareKey, type Signer } from '../../lib/keys/keys.ts';
import { derBitString, derInteger, derSequence, tlv } from '../../lib/pki/der-encoder.ts';
import { encodePem } from '../../lib/pki/pem.ts';

/** RFC 2986, with an empty subject and no attributes: registration uses neither. */
export const csrBy = async (signer: Signer, subjectPublicKeyInfo = signer.subjectPublicKeyInfo) => {
  const info = derSequence(derInteger(0), derSequence(), subjectPublicKeyInfo, tlv(0xa0));
  const signature = await signer.sign(info);
  const der = derSequence(info, signer.algorithm.signatureAlgorithm, derBitString(signature));
  return encodePem('CERTIFICATE REQUEST', der);
};

export const newCsr = async (algorithm: AlgorithmName = 'ecdsa-p256-sha256'): Promise<string> =>
  csrBy(await generateSoftwareKey(algorithm));
