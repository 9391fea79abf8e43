import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  encodeSigned,
  encodeTbsCertificate,
  keyIdentifier,
  type TbsCertificate,
} from '../../lib/pki/certificate.ts';
import { asDer, type Der } from '../../lib/pki/der.ts';
import { derOid, derSequence } from '../../lib/pki/der-encoder.ts';
import { buildName } from '../../lib/pki/name.ts';
import { parseOid } from '../../lib/pki/oid.ts';
import { parseSerial } from '../../lib/pki/serial.ts';

/** AlgorithmIdentifier of ecdsa-with-SHA256 (RFC 5758 3.2: no parameters). */
export const EC_SHA256: Der = derSequence(derOid(parseOid('1.2.840.10045.4.3.2')));

export const newKey = (): { privateKey: KeyObject; spki: Der } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, spki: asDer(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))) };
};

/** A CA certificate with a Japanese name and extensions of several kinds, made with this room's encoders and signed with P-256. */
export const selfSigned = (
  changes: Partial<TbsCertificate> = {},
): { der: Der; tbs: TbsCertificate; privateKey: KeyObject } => {
  const { privateKey, spki } = newKey();
  const name = buildName([
    ['C', 'JP'],
    ['O', '奈良県橿原市'],
    ['OU', '市民課, 窓口'],
    ['CN', 'Akashi 認証局 G1'],
  ]);
  const tbs: TbsCertificate = {
    serialNumber: parseSerial('8f0102030405060708090a0b0c0d0e0f'),
    signature: EC_SHA256,
    issuer: name,
    notBefore: new Date('2026-11-22T00:00:00Z'),
    notAfter: new Date('2056-11-22T00:00:00Z'),
    subject: name,
    subjectPublicKeyInfo: spki,
    extensions: [
      { id: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { id: 'keyUsage', usages: ['keyCertSign', 'cRLSign'], critical: true },
      { id: 'subjectKeyIdentifier', keyIdentifier: new Uint8Array(keyIdentifier(spki)), critical: false },
      {
        id: 'subjectAltName',
        names: [
          { kind: 'dNSName', value: 'ca.example.jp' },
          { kind: 'directoryName', value: buildName([['O', '奈良県']]) },
        ],
        critical: false,
      },
    ],
    ...changes,
  };
  const signed = encodeTbsCertificate(tbs);
  return { der: encodeSigned(signed, EC_SHA256, sign('sha256', signed, privateKey)), tbs, privateKey };
};
