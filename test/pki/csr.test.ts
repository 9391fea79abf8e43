import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSigned } from '../../lib/pki/certificate.ts';
import { type CertificationRequest, decodeCertificationRequest, MAX_CSR_BYTES } from '../../lib/pki/csr.ts';
import { type Oid, TAG } from '../../lib/pki/der.ts';
import {
  derInteger,
  derNull,
  derOid,
  derSequence,
  derSetOf,
  derText,
  tlv,
} from '../../lib/pki/der-encoder.ts';
import { encodeExtensions, findExtension } from '../../lib/pki/extensions.ts';
import { buildName, encodeName, formatName } from '../../lib/pki/name.ts';
import { parseOid } from '../../lib/pki/oid.ts';
import { OID } from '../../lib/pki/oids.ts';
import { mutated, valueOrFault } from './mutation.ts';
import { NO_OPENSSL, openssl } from './openssl.ts';
import { EC_SHA256, newKey } from './self-signed.ts';

const refused = (code: string) => expect.objectContaining({ name: 'Fault', code });

const { privateKey, spki } = newKey();
const challengePassword = parseOid('1.2.840.113549.1.9.7');
const subject = encodeName(
  buildName([
    ['C', 'JP'],
    ['O', '奈良県橿原市'],
  ]),
);
const attribute = (type: Oid, ...values: readonly Uint8Array[]): Uint8Array =>
  derSequence(derOid(type), derSetOf(...values));
const extensionRequest = attribute(
  OID.extensionRequest,
  encodeExtensions([
    { id: 'subjectAltName', names: [{ kind: 'dNSName', value: 'www.example.jp' }], critical: false },
    { id: 'keyUsage', usages: ['digitalSignature'], critical: true },
  ]),
);
const password = attribute(challengePassword, derText(TAG.utf8String, 'x'));

const signed = (info: Uint8Array): Uint8Array =>
  encodeSigned(info, EC_SHA256, sign('sha256', info, privateKey));
const request = (...attributes: readonly Uint8Array[]): Uint8Array =>
  signed(derSequence(derInteger(0), subject, spki, tlv(0xa0, ...attributes)));

const reencoded = (csr: CertificationRequest): Uint8Array =>
  encodeSigned(
    derSequence(
      derInteger(0),
      encodeName(csr.subject),
      csr.subjectPublicKeyInfo,
      tlv(0xa0, ...csr.attributes.map(({ type, values }) => attribute(type, ...values))),
    ),
    csr.signatureAlgorithm,
    csr.signatureValue,
  );

describe('a certification request (RFC 2986)', () => {
  it('gives its subject, key, attributes and the extensions that it asks for', () => {
    const csr = decodeCertificationRequest(request(password, extensionRequest));
    expect(formatName(csr.subject)).toBe('C=JP, O=奈良県橿原市');
    expect(Buffer.compare(csr.subjectPublicKeyInfo, spki)).toBe(0);
    expect(csr.attributes.map(({ type }) => type)).toEqual([challengePassword, OID.extensionRequest]);
    expect(csr.extensions.map(({ id, critical }) => [id, critical])).toEqual([
      ['subjectAltName', false],
      ['keyUsage', true],
    ]);
    expect(verify('sha256', csr.info, privateKey, csr.signatureValue)).toBe(true);
    expect(Buffer.compare(reencoded(csr), csr.der)).toBe(0);
  });

  it('may have no attributes and an empty subject', () => {
    expect(decodeCertificationRequest(request())).toMatchObject({ attributes: [], extensions: [] });
    const anonymous = signed(derSequence(derInteger(0), derSequence(), spki, tlv(0xa0)));
    expect(decodeCertificationRequest(anonymous).subject).toEqual([]);
  });

  it.each<[string, string, Uint8Array]>([
    ['version 2', 'unsupported-version', signed(derSequence(derInteger(1), subject, spki, tlv(0xa0)))],
    ['no attributes field', 'malformed-der', signed(derSequence(derInteger(0), subject, spki))],
    ['no key', 'malformed-der', signed(derSequence(derInteger(0), subject, tlv(0xa0)))],
    [
      'something after its attributes',
      'malformed-der',
      signed(derSequence(derInteger(0), subject, spki, tlv(0xa0), derNull())),
    ],
    ['an attribute twice', 'malformed-csr', request(password, password)],
    ['extensionRequest twice', 'malformed-csr', request(extensionRequest, extensionRequest)],
    ['attributes out of order', 'malformed-der', request(extensionRequest, password)],
    ['an attribute without a value', 'malformed-csr', request(attribute(challengePassword))],
    [
      'values out of order',
      'malformed-der',
      request(derSequence(derOid(challengePassword), tlv(0x31, derInteger(2), derInteger(1)))),
    ],
    [
      'BER in an attribute',
      'malformed-der',
      request(attribute(challengePassword, tlv(0x2c, derText(TAG.utf8String, 'x')))),
    ],
    [
      'two lists of extensions',
      'malformed-csr',
      request(
        attribute(
          OID.extensionRequest,
          encodeExtensions([{ id: 'ocspNoCheck', critical: false }]),
          derSequence(),
        ),
      ),
    ],
    ['an empty list of extensions', 'malformed-csr', request(attribute(OID.extensionRequest, derSequence()))],
    [
      'an extensionRequest of another type',
      'malformed-der',
      request(attribute(OID.extensionRequest, derNull())),
    ],
    [
      'an empty RDN',
      'malformed-name',
      signed(derSequence(derInteger(0), derSequence(tlv(0x31)), spki, tlv(0xa0))),
    ],
    ['a byte too many', 'trailing-data', Buffer.concat([request(), Uint8Array.of(0)])],
    ['64 KiB and more', 'input-too-large', new Uint8Array(MAX_CSR_BYTES + 1)],
  ])('is refused with %s', (_, code, bytes) => {
    expect(() => decodeCertificationRequest(bytes)).toThrow(refused(code));
  });

  it('is refused, cut short at any byte', () => {
    const bytes = request(password, extensionRequest);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCertificationRequest(bytes.subarray(0, length))).toThrow(refused('malformed-der'));
    }
  });

  it('gives a value that encodes to the same bytes, or a Fault, for damaged and arbitrary bytes', () => {
    const seeds = [request(password, extensionRequest), request()];
    let decoded = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: mutated(seeds) }, fc.uint8Array()), (bytes) => {
        const csr = valueOrFault(() => decodeCertificationRequest(bytes));
        if (csr === undefined) return;
        decoded++;
        expect(Buffer.compare(reencoded(csr), bytes)).toBe(0);
      }),
      { numRuns: 4_000 },
    );
    expect(decoded).toBeGreaterThan(200);
  });
});

describe.skipIf(NO_OPENSSL)('requests that stock openssl req writes', () => {
  const keys: readonly [string, () => KeyObject, string | null][] = [
    ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, 'sha256'],
    ['P-256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'sha256'],
    ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey, 'sha256'],
    ['Ed25519', () => generateKeyPairSync('ed25519').privateKey, null],
  ];

  it.each(keys)('%s, with a Japanese subject and alternative names', (_, generate, digest) => {
    const key = generate();
    const der = openssl(
      [
        ...['req', '-new', '-key', 'key.pem', '-outform', 'DER', '-utf8'],
        ...['-subj', '/C=JP/ST=奈良県/O=橿原市/CN=住民窓口 (試験)'],
        ...[
          '-addext',
          'subjectAltName=DNS:www.example.jp,email:a@example.jp,IP:192.0.2.1,URI:https://example.jp/',
        ],
        ...['-addext', 'extendedKeyUsage=clientAuth'],
      ],
      { 'key.pem': key.export({ type: 'pkcs8', format: 'pem' }) },
    );
    const csr = decodeCertificationRequest(der);
    expect(formatName(csr.subject)).toBe('C=JP, ST=奈良県, O=橿原市, CN=住民窓口 (試験)');
    expect(findExtension(csr.extensions, 'subjectAltName')?.names.map(({ kind }) => kind)).toEqual([
      'dNSName',
      'rfc822Name',
      'iPAddress',
      'uniformResourceIdentifier',
    ]);
    expect(findExtension(csr.extensions, 'extKeyUsage')?.purposes).toEqual([OID.clientAuth]);
    const publicKey = createPublicKey({
      key: Buffer.from(csr.subjectPublicKeyInfo),
      format: 'der',
      type: 'spki',
    });
    expect(verify(digest, csr.info, publicKey, csr.signatureValue)).toBe(true);
    expect(Buffer.compare(reencoded(csr), der)).toBe(0);
  });

  it('with several attributes, which openssl sorts, in whatever order its configuration has them', () => {
    const configuration = [
      ...[
        '[req]',
        'distinguished_name=dn',
        'attributes=attributes',
        'req_extensions=extensions',
        'prompt=no',
      ],
      ...['[dn]', 'CN=several'],
      ...['[attributes]', `unstructuredName=${'long '.repeat(20)}`, 'challengePassword=secret-one'],
      ...['[extensions]', 'keyUsage=digitalSignature'],
    ].join('\n');
    const der = openssl(['req', '-new', '-key', 'key.pem', '-config', 'req.cnf', '-outform', 'DER'], {
      'key.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }),
      'req.cnf': configuration,
    });
    const csr = decodeCertificationRequest(der);
    expect(csr.attributes.map(({ type }) => type)).toEqual([
      challengePassword,
      OID.extensionRequest,
      '1.2.840.113549.1.9.2',
    ]);
    expect(findExtension(csr.extensions, 'keyUsage')?.usages).toEqual(['digitalSignature']);
    expect(Buffer.compare(reencoded(csr), der)).toBe(0);
  });
});
