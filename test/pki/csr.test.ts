import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSigned, subjectPublicKeyOctets } from '../../lib/pki/certificate.ts';
import {
  type CertificationRequest,
  decodeCertificationRequest,
  encodeCertificationRequestInfo,
  MAX_CSR_BYTES,
} from '../../lib/pki/csr.ts';
import { type Oid, TAG } from '../../lib/pki/der.ts';
import {
  derInteger,
  derNull,
  derOctetString,
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
    const bytes = request(password, extensionRequest);
    const csr = decodeCertificationRequest(bytes);
    expect(formatName(csr.subject)).toBe('C=JP, O=奈良県橿原市');
    expect(Buffer.compare(csr.subjectPublicKeyInfo, spki)).toBe(0);
    expect(csr.attributes.map(({ type }) => type)).toEqual([challengePassword, OID.extensionRequest]);
    expect(csr.extensions.map(({ id, critical }) => [id, critical])).toEqual([
      ['subjectAltName', false],
      ['keyUsage', true],
    ]);
    expect(verify('sha256', csr.info, privateKey, csr.signatureValue)).toBe(true);
    expect(Buffer.compare(reencoded(csr), bytes)).toBe(0);
  });

  it('may have no attributes and an empty subject', () => {
    expect(decodeCertificationRequest(request())).toMatchObject({ attributes: [], extensions: [] });
    const anonymous = signed(derSequence(derInteger(0), derSequence(), spki, tlv(0xa0)));
    expect(decodeCertificationRequest(anonymous).subject).toEqual([]);
  });

  it.each<[string, string, Uint8Array]>([
    ['version 2', 'unsupported-version', signed(derSequence(derInteger(1), subject, spki, tlv(0xa0)))],
    ['no key', 'malformed-der', signed(derSequence(derInteger(0), subject, tlv(0xa0)))],
    [
      'something after its attributes',
      'malformed-der',
      signed(derSequence(derInteger(0), subject, spki, tlv(0xa0), derNull())),
    ],
    ['an attribute twice', 'malformed-csr', request(password, password)],
    ['extensionRequest twice', 'malformed-csr', request(extensionRequest, extensionRequest)],
    ['an attribute without a value', 'malformed-csr', request(attribute(challengePassword))],
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

  it('gives a value with the signed bytes as they came and a key in DER, or a Fault, for damaged and arbitrary bytes', () => {
    const seeds = [request(password, extensionRequest), request()];
    let decoded = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: mutated(seeds) }, fc.uint8Array()), (bytes) => {
        const csr = valueOrFault(() => decodeCertificationRequest(bytes));
        if (csr === undefined) return;
        decoded++;
        expect(Buffer.from(bytes).includes(Buffer.from(csr.info))).toBe(true);
        expect(subjectPublicKeyOctets(csr.subjectPublicKeyInfo).length).toBeLessThan(bytes.length);
      }),
      { numRuns: 4_000 },
    );
    expect(decoded).toBeGreaterThan(200);
  });
});

describe('what a request has beside its key may be BER, as other tools write it', () => {
  const join = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);
  /** X.690 8.1.3.6. */
  const indefinite = (tag: number, ...parts: readonly Uint8Array[]): Buffer =>
    join(Uint8Array.of(tag, 0x80), ...parts, Uint8Array.of(0, 0));
  const padded = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
    const content = join(...parts);
    return join(Uint8Array.of(tag, 0x84, 0, 0, content.length >> 8, content.length & 0xff), content);
  };
  const extension = (oid: string, value: Uint8Array, critical = Buffer.alloc(0)): Buffer =>
    Buffer.from(derSequence(derOid(parseOid(oid)), critical, derOctetString(value)));
  const wanting = (...extensions: readonly Uint8Array[]): Uint8Array =>
    request(attribute(OID.extensionRequest, derSequence(...extensions)));
  const dnsName = (text: string): Uint8Array => derSequence(tlv(0x82, Buffer.from(text, 'utf8')));
  const person = (...values: readonly Uint8Array[]): Uint8Array =>
    derSequence(...values.map((value) => tlv(0x31, derSequence(derOid(OID.CN), value))));
  const of = (...parts: readonly Uint8Array[]): Uint8Array => signed(derSequence(derInteger(0), ...parts));
  const FALSE = Buffer.of(0x01, 0x01, 0x00);

  it.each<[string, Uint8Array, unknown]>([
    [
      'critical FALSE written out (certmonger)',
      wanting(extension('2.5.29.17', dnsName('a.example.jp'), FALSE)),
      [{ id: 'subjectAltName', critical: false, names: [{ kind: 'dNSName', value: 'a.example.jp' }] }],
    ],
    [
      'critical TRUE as 01',
      wanting(extension('2.5.29.17', dnsName('a.example.jp'), Buffer.of(0x01, 0x01, 0x01))),
      [{ id: 'subjectAltName', critical: true, names: [{ kind: 'dNSName', value: 'a.example.jp' }] }],
    ],
    [
      'cA FALSE written out',
      wanting(extension('2.5.29.19', derSequence(FALSE))),
      [{ id: 'basicConstraints', critical: false, cA: false }],
    ],
    [
      'key usages with zero bits at the end',
      wanting(extension('2.5.29.15', Buffer.of(0x03, 0x03, 0x00, 0xa0, 0x00))),
      [{ id: 'keyUsage', critical: false, usages: ['digitalSignature', 'keyEncipherment'] }],
    ],
    [
      'a dNSName that is no IA5String',
      wanting(extension('2.5.29.17', dnsName('認証局.jp'))),
      [expect.objectContaining({ id: 'subjectAltName' })],
    ],
    ['attributes out of order (strongSwan)', request(extensionRequest, password), expect.anything()],
    [
      'values out of order',
      request(derSequence(derOid(challengePassword), tlv(0x31, derInteger(2), derInteger(1)))),
      [],
    ],
    [
      'a string in pieces',
      request(attribute(challengePassword, tlv(0x2c, derText(TAG.utf8String, 'x')))),
      [],
    ],
    ['no attributes field', of(subject, spki), []],
    ['indefinite lengths', signed(indefinite(0x30, derInteger(0), subject, spki, indefinite(0xa0))), []],
    [
      'indefinite lengths in its attributes',
      of(
        subject,
        spki,
        indefinite(0xa0, indefinite(0x30, derOid(challengePassword), indefinite(0x31, password))),
      ),
      [],
    ],
    [
      'padded lengths everywhere but in its key',
      padded(
        0x30,
        ...(() => {
          const info = padded(0x30, padded(0x02, Uint8Array.of(0)), padded(0x30), spki, padded(0xa0));
          return [info, EC_SHA256, padded(0x03, Uint8Array.of(0), sign('sha256', info, privateKey))];
        })(),
      ),
      [],
    ],
    [
      'characters that its string types do not have',
      of(person(tlv(TAG.printableString, Buffer.from('a@b_c*')), tlv(TAG.utf8String, Buffer.of(0xe9))), spki),
      [],
    ],
    [
      'TeletexString, NumericString, UniversalString and an empty one',
      of(
        person(
          tlv(TAG.teletexString, Buffer.of(0xe9)),
          tlv(TAG.numericString, Buffer.from('1a')),
          tlv(TAG.universalString, Buffer.of(0, 0, 0, 0x61)),
          tlv(TAG.printableString),
        ),
        spki,
      ),
      [],
    ],
  ])('%s', (_, bytes, extensions) => {
    const csr = decodeCertificationRequest(bytes);
    expect(csr.extensions).toEqual(extensions);
    expect(Buffer.compare(csr.subjectPublicKeyInfo, spki)).toBe(0);
    // The signature is over the bytes as they came.
    expect(verify('sha256', csr.info, privateKey, csr.signatureValue)).toBe(true);
  });

  const key = Buffer.from(spki);
  it.each<[string, string, Uint8Array]>([
    ['a padded length in the key', 'malformed-der', of(subject, padded(0x30, key.subarray(2)))],
    ['an indefinite length in the key', 'malformed-der', of(subject, indefinite(0x30, key.subarray(2)))],
    [
      'a padded length in the signature algorithm',
      'malformed-der',
      (() => {
        const info = derSequence(derInteger(0), subject, spki, tlv(0xa0));
        const algorithm = padded(0x30, Buffer.from(EC_SHA256).subarray(2));
        return encodeSigned(info, algorithm as never, sign('sha256', info, privateKey));
      })(),
    ],
    ['an empty subjectAltName', 'malformed-csr', wanting(extension('2.5.29.17', derSequence()))],
    [
      'key usages without a bit',
      'malformed-csr',
      wanting(extension('2.5.29.15', Buffer.of(0x03, 0x02, 0, 0))),
    ],
    ['an indefinite length without an end', 'malformed-der', indefinite(0x30, subject).subarray(0, -2)],
    [
      'an indefinite length of a primitive',
      'malformed-der',
      of(subject, spki, tlv(0xa0, Buffer.of(0x04, 0x80, 0, 0))),
    ],
    [
      'indefinite lengths without bound',
      'malformed-der',
      Buffer.concat([Buffer.alloc(60_000, Buffer.of(0x30, 0x80)), Buffer.alloc(4_000)]),
    ],
  ])('is still refused with %s', (_, code, bytes) => {
    expect(() => decodeCertificationRequest(bytes)).toThrow(refused(code));
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

describe('a certification request of a key alone', () => {
  const info = encodeCertificationRequestInfo(spki);
  const der = encodeSigned(info, EC_SHA256, sign('sha256', info, privateKey));

  it('is what the decoder reads, with an empty name and no attributes', () => {
    const csr = decodeCertificationRequest(der);
    expect(csr).toMatchObject({ subject: [], attributes: [], extensions: [] });
    expect([csr.info, csr.subjectPublicKeyInfo].map(Buffer.from)).toEqual([info, spki].map(Buffer.from));
    expect(Buffer.compare(reencoded(csr), der)).toBe(0);
  });

  it.skipIf(NO_OPENSSL)('is byte for byte what openssl signs, and openssl verifies it', () => {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const ask = ['req', '-new', '-key', 'key.pem', '-subj', '/', '-outform', 'DER'];
    const theirs = decodeCertificationRequest(openssl(ask, { 'key.pem': pem }));
    expect(Buffer.from(info)).toEqual(Buffer.from(theirs.info));
    const verifying = ['req', '-verify', '-inform', 'DER', '-in', 'csr.der', '-noout', '-pubkey'];
    const published = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
    expect(openssl(verifying, { 'csr.der': der }).toString()).toBe(published);
  });

  it('takes no key that is not one element of strict DER', () => {
    const padded = Buffer.concat([spki, Buffer.of(0)]);
    expect(() => encodeCertificationRequestInfo(padded)).toThrow(refused('trailing-data'));
    expect(() => encodeCertificationRequestInfo(spki.subarray(2))).toThrow(
      expect.objectContaining({ name: 'Fault' }),
    );
    const twice = derSequence(...[spki, spki]);
    expect(() => encodeCertificationRequestInfo(twice)).toThrow(refused('malformed-der'));
  });
});
