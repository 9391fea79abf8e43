import type { Signer } from '../../lib/keys/keys.ts';
import { type Der, type Oid, TAG } from '../../lib/pki/der.ts';
import {
  derBitString,
  derInteger,
  derOid,
  derSequence,
  derSetOf,
  derText,
  tlv,
} from '../../lib/pki/der-encoder.ts';

const name = derSequence(
  derSetOf(derSequence(derOid('2.5.4.3' as Oid), derText(TAG.utf8String, '署名試験'))),
);

/** The smallest self-signed certificate (version 1) that other people's tools take. */
export const selfSigned = async (signer: Signer): Promise<Der> => {
  const { signatureAlgorithm } = signer.algorithm;
  const tbs = derSequence(
    derInteger(4711),
    signatureAlgorithm,
    name,
    derSequence(
      tlv(TAG.utcTime, Buffer.from('260101000000Z')),
      tlv(TAG.utcTime, Buffer.from('490101000000Z')),
    ),
    name,
    signer.subjectPublicKeyInfo,
  );
  return derSequence(tbs, signatureAlgorithm, derBitString(await signer.sign(tbs)));
};

export const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
