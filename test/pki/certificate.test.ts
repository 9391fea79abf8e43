import { createHash, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Certificate,
  decodeCertificate,
  decodeTbsCertificate,
  encodeSigned,
  encodeTbsCertificate,
  keyIdentifier,
  MAX_CERTIFICATE_BYTES,
  subjectPublicKeyOctets,
} from '../../lib/pki/certificate.ts';
import { asDer } from '../../lib/pki/der.ts';
import {
  derBitString,
  derBoolean,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  tlv,
} from '../../lib/pki/der-encoder.ts';
import { DerReader } from '../../lib/pki/der-reader.ts';
import { findExtension } from '../../lib/pki/extensions.ts';
import { buildName, encodeName, formatName } from '../../lib/pki/name.ts';
import { parseOid } from '../../lib/pki/oid.ts';
import { decodePem } from '../../lib/pki/pem.ts';
import { parseSerial } from '../../lib/pki/serial.ts';
import { encodeTime } from '../../lib/pki/time.ts';
import { mutated, valueOrFault } from './mutation.ts';
import { NO_REAL_CAS, REAL_CAS } from './real-ca.ts';
import { EC_SHA256, newKey, selfSigned } from './self-signed.ts';

const reencoded = (certificate: Certificate): Uint8Array =>
  encodeSigned(encodeTbsCertificate(certificate), certificate.signatureAlgorithm, certificate.signatureValue);

const refused = (code: string) => expect.objectContaining({ name: 'Fault', code });

describe.skipIf(NO_REAL_CAS)('certificates of Japanese government CAs', () => {
  it.each(REAL_CAS)('$file decodes to what node:crypto sees and encodes to the same bytes', ({ pem }) => {
    const der = decodePem('CERTIFICATE', pem, MAX_CERTIFICATE_BYTES);
    const certificate = decodeCertificate(der);
    const foreign = new X509Certificate(pem);
    expect(Buffer.compare(reencoded(certificate), der)).toBe(0);
    expect(encodeTbsCertificate(decodeTbsCertificate(certificate.tbs))).toEqual(
      new Uint8Array(certificate.tbs),
    );
    expect(certificate.serialNumber).toBe(foreign.serialNumber.toLowerCase());
    expect(formatName(certificate.subject)).toBe(foreign.subject.replaceAll('\n', ', '));
    expect(formatName(certificate.issuer)).toBe(foreign.issuer.replaceAll('\n', ', '));
    expect(certificate.notBefore).toEqual(foreign.validFromDate);
    expect(certificate.notAfter).toEqual(foreign.validToDate);
    const spki = foreign.publicKey.export({ type: 'spki', format: 'der' });
    expect(Buffer.compare(certificate.subjectPublicKeyInfo, spki)).toBe(0);
    expect(findExtension(certificate.extensions, 'basicConstraints')?.cA).toBe(true);
    const declared = findExtension(certificate.extensions, 'subjectKeyIdentifier')?.keyIdentifier;
    expect(Buffer.compare(keyIdentifier(certificate.subjectPublicKeyInfo), declared ?? Buffer.alloc(0))).toBe(
      0,
    );
  });

  it('three generations of a JPKI CA share the name and differ in key', () => {
    const generations = REAL_CAS.filter(({ file }) => file.startsWith('jpki-sign')).map(({ pem }) =>
      decodeCertificate(decodePem('CERTIFICATE', pem, MAX_CERTIFICATE_BYTES)),
    );
    expect(generations).toHaveLength(3);
    expect(
      new Set(generations.map(({ subject }) => Buffer.from(encodeName(subject)).toString('hex'))).size,
    ).toBe(1);
    const keys = generations.map(({ subjectPublicKeyInfo }) =>
      Buffer.from(keyIdentifier(subjectPublicKeyInfo)),
    );
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(3);
  });
});

describe('a certificate of our own', () => {
  const issued = selfSigned();

  it('decodes to the values that it was made of', () => {
    const certificate = decodeCertificate(issued.der);
    for (const [field, value] of Object.entries(issued.tbs)) expect(certificate).toHaveProperty(field, value);
    expect(Buffer.compare(reencoded(certificate), issued.der)).toBe(0);
  });

  it('cuts times to seconds and leaves out an empty list of extensions', () => {
    const notBefore = new Date('2026-11-22T01:02:03.987Z');
    const decoded = decodeTbsCertificate(encodeTbsCertificate({ ...issued.tbs, notBefore, extensions: [] }));
    expect(decoded.notBefore.toISOString()).toBe('2026-11-22T01:02:03.000Z');
    expect(decoded.extensions).toEqual([]);
  });

  it('may have an empty subject and no end (RFC 5280 4.1.2.5, 4.1.2.6)', () => {
    const notAfter = new Date('9999-12-31T23:59:59Z');
    const decoded = decodeTbsCertificate(encodeTbsCertificate({ ...issued.tbs, subject: [], notAfter }));
    expect(decoded.subject).toEqual([]);
    expect(decoded.notAfter).toEqual(notAfter);
  });

  it('may have any subject, serial and validity', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((value) => valueOrFault(() => buildName([['CN', value]])) !== undefined);
    const date = fc.date({ min: new Date('1950-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    const second = date.map((given) => new Date(Math.floor(given.getTime() / 1000) * 1000));
    const serial = fc.bigInt({ min: 1n, max: 2n ** 159n - 1n }).map((n) => parseSerial(n.toString(16)));
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 5 }),
        serial,
        second,
        second,
        (texts, serialNumber, from, to) => {
          const subject = buildName(texts.map((value) => ['OU', value]));
          const tbs = { ...issued.tbs, serialNumber, subject, notBefore: from, notAfter: to };
          expect(decodeTbsCertificate(encodeTbsCertificate(tbs))).toEqual(tbs);
        },
      ),
    );
  });
});

describe('bytes that are no certificate', () => {
  const { tbs, der } = selfSigned();
  const version = tlv(0xa0, derInteger(2));
  const serial = derInteger(5);
  const issuer = encodeName(tbs.issuer);
  const validity = derSequence(encodeTime(tbs.notBefore), encodeTime(tbs.notAfter));
  const extension = derSequence(derOid(parseOid('1.2.3')), derOctetString(derNull()));
  const extensions = tlv(0xa3, derSequence(extension));
  const spki = tbs.subjectPublicKeyInfo;
  const parts = {
    version,
    serial,
    signature: EC_SHA256 as Uint8Array,
    issuer,
    validity,
    subject: issuer,
    spki,
    extensions,
  };
  const assemble = (changed: { readonly [part in keyof typeof parts]?: Uint8Array }): Uint8Array =>
    encodeSigned(derSequence(...Object.values({ ...parts, ...changed })), EC_SHA256, new Uint8Array(8));
  const none = new Uint8Array();

  it('are assembled from parts that are valid by themselves', () => {
    expect(decodeCertificate(assemble({})).serialNumber).toBe('05');
    expect(decodeCertificate(assemble({ extensions: none })).extensions).toEqual([]);
  });

  const explicitFalse = derSequence(derOid(parseOid('1.2.3')), derBoolean(false), derOctetString(derNull()));
  const twoParameters = derSequence(derOid(parseOid('1.2.3')), derNull(), derNull());
  it.each<[string, string, { readonly [part in keyof typeof parts]?: Uint8Array }]>([
    ['version 1 by default', 'unsupported-version', { version: none }],
    ['version 1 in so many words', 'unsupported-version', { version: tlv(0xa0, derInteger(0)) }],
    ['version 2', 'unsupported-version', { version: tlv(0xa0, derInteger(1)) }],
    ['version 4', 'unsupported-version', { version: tlv(0xa0, derInteger(3)) }],
    ['two versions', 'malformed-der', { version: tlv(0xa0, derInteger(2), derInteger(2)) }],
    ['serial zero', 'malformed-serial', { serial: derInteger(0) }],
    ['a negative serial', 'malformed-serial', { serial: derInteger(-5) }],
    ['a serial of 21 octets', 'malformed-serial', { serial: derInteger(2n ** 160n) }],
    ['a padded serial', 'malformed-der', { serial: tlv(2, Uint8Array.of(0, 5)) }],
    [
      'an inner algorithm unlike the outer',
      'malformed-certificate',
      { signature: derSequence(derOid(parseOid('1.2.3'))) },
    ],
    ['an algorithm with two parameters', 'malformed-der', { signature: twoParameters }],
    ['an algorithm without identifier', 'malformed-der', { signature: derSequence() }],
    ['no issuer', 'malformed-certificate', { issuer: derSequence() }],
    ['an empty RDN', 'malformed-name', { subject: derSequence(tlv(0x31)) }],
    ['one time', 'malformed-der', { validity: derSequence(encodeTime(tbs.notBefore)) }],
    ['three times', 'malformed-der', { validity: derSequence(...Array(3).fill(encodeTime(tbs.notBefore))) }],
    ['a key that is not in a SEQUENCE', 'malformed-der', { spki: derBitString(new Uint8Array(65)) }],
    ['a key without algorithm', 'malformed-der', { spki: derSequence(derBitString(new Uint8Array(65))) }],
    [
      'a key of odd bits',
      'malformed-der',
      { spki: derSequence(EC_SHA256, derBitString(Uint8Array.of(0), 1)) },
    ],
    ['a key and more', 'malformed-der', { spki: derSequence(EC_SHA256, derBitString(none), derNull()) }],
    [
      'an issuer’s unique identifier',
      'malformed-certificate',
      { extensions: Buffer.concat([derBitString(Uint8Array.of(1), 0, 0x81), extensions]) },
    ],
    [
      'a subject’s unique identifier',
      'malformed-certificate',
      { extensions: Buffer.concat([derBitString(Uint8Array.of(1), 0, 0x82), extensions]) },
    ],
    ['an empty list of extensions', 'malformed-certificate', { extensions: tlv(0xa3, derSequence()) }],
    ['no list in its extensions', 'malformed-der', { extensions: tlv(0xa3) }],
    [
      'two lists of extensions',
      'malformed-der',
      { extensions: tlv(0xa3, derSequence(extension), derSequence(extension)) },
    ],
    [
      'an extension twice',
      'malformed-certificate',
      { extensions: tlv(0xa3, derSequence(extension, extension)) },
    ],
    [
      'critical FALSE in so many words',
      'malformed-certificate',
      { extensions: tlv(0xa3, derSequence(explicitFalse)) },
    ],
    [
      'something after its extensions',
      'malformed-der',
      { extensions: Buffer.concat([extensions, derNull()]) },
    ],
  ])('%s: %s', (_, code, changed) => {
    expect(() => decodeCertificate(assemble(changed))).toThrow(refused(code));
  });

  it('cut short at any byte, or followed by more', () => {
    for (let length = 0; length < der.length; length++) {
      expect(() => decodeCertificate(der.subarray(0, length))).toThrow(refused('malformed-der'));
    }
    expect(() => decodeCertificate(Buffer.concat([der, Uint8Array.of(0)]))).toThrow(refused('trailing-data'));
  });

  it('larger than 64 KiB', () => {
    const value = (length: number): Uint8Array =>
      assemble({
        extensions: tlv(
          0xa3,
          derSequence(derSequence(derOid(parseOid('1.2.3')), derOctetString(new Uint8Array(length)))),
        ),
      });
    expect(decodeCertificate(value(65_000)).extensions).toHaveLength(1);
    expect(() => decodeCertificate(value(65_537))).toThrow(refused('input-too-large'));
  });

  it('with a signature of odd bits', () => {
    const odd = derSequence(encodeTbsCertificate(tbs), EC_SHA256, derBitString(Uint8Array.of(2), 1));
    expect(() => decodeCertificate(odd)).toThrow(refused('malformed-der'));
  });

  it('of another structure', () => {
    expect(() => decodeCertificate(derSequence())).toThrow(refused('malformed-der'));
    expect(() => decodeCertificate(Buffer.from('-----BEGIN CERTIFICATE-----'))).toThrow(
      refused('malformed-der'),
    );
  });
});

it('gives a certificate that encodes to the same bytes, or a Fault, for damaged and arbitrary bytes', () => {
  const seeds = [
    selfSigned().der,
    ...REAL_CAS.map(({ pem }) => decodePem('CERTIFICATE', pem, MAX_CERTIFICATE_BYTES)),
  ];
  let decoded = 0;
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: mutated(seeds) }, fc.uint8Array()), (bytes) => {
      const certificate = valueOrFault(() => decodeCertificate(bytes));
      if (certificate === undefined) return;
      decoded++;
      expect(Buffer.compare(reencoded(certificate), bytes)).toBe(0);
    }),
    { numRuns: 4_000 },
  );
  expect(decoded).toBeGreaterThan(200);
});

describe('public keys', () => {
  it('have the identifier that RFC 5280 4.2.1.2 (1) gives them', () => {
    const { spki } = newKey();
    const octets = subjectPublicKeyOctets(spki);
    expect(Buffer.compare(octets, spki.subarray(-65))).toBe(0);
    expect(Buffer.compare(keyIdentifier(spki), createHash('sha1').update(octets).digest())).toBe(0);
  });

  it('keep their identifier, whatever somebody does to the octets that were given out', () => {
    const { spki } = newKey();
    const given = keyIdentifier(spki);
    const kept = Buffer.from(given);
    given.fill(0);
    expect(Buffer.from(keyIdentifier(spki))).toEqual(kept);
  });

  it('are one SubjectPublicKeyInfo and nothing else', () => {
    const { spki } = newKey();
    expect(() => keyIdentifier(Buffer.concat([spki, Uint8Array.of(0)]))).toThrow(refused('trailing-data'));
    expect(() => subjectPublicKeyOctets(derNull())).toThrow(refused('malformed-der'));
    expect(() => subjectPublicKeyOctets(new Uint8Array(70_000))).toThrow(refused('input-too-large'));
  });
});

it('leaves the bytes it was given as they are and looks into them rather than copying', () => {
  const { der } = selfSigned();
  const before = Buffer.from(der);
  const certificate = decodeCertificate(der);
  expect(Buffer.compare(der, before)).toBe(0);
  expect(certificate.der).toBe(asDer(der));
  expect(certificate.tbs.buffer).toBe(der.buffer);
  expect(new DerReader(certificate.tbs).der()).toHaveLength(certificate.tbs.length);
});
