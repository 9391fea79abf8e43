import { createPublicKey, verify, webcrypto, X509Certificate } from 'node:crypto';
import * as asn1js from 'asn1js';
import fc from 'fast-check';
import * as pkijs from 'pkijs';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeCertificate, encodeSigned, encodeTbsCertificate } from '../../lib/pki/certificate.ts';
import { decodeCertificationRequest } from '../../lib/pki/csr.ts';
import { TAG } from '../../lib/pki/der.ts';
import { encodeExtensions } from '../../lib/pki/extensions.ts';
import { formatName, type Name } from '../../lib/pki/name.ts';
import { OID } from '../../lib/pki/oids.ts';
import { encodePem } from '../../lib/pki/pem.ts';
import { NO_OPENSSL, openssl } from './openssl.ts';
import { selfSigned } from './self-signed.ts';

/** pkijs and asn1js as oracle: an implementation that shares no code with ours. */
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const keyId = '2.5.29.14';
let keys: webcrypto.CryptoKeyPair;

beforeAll(async () => {
  pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto }));
  keys = (await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
});

const printable = fc.string({ unit: fc.constantFrom(...'ABCabc 0123-.'), minLength: 1, maxLength: 30 });
const unicode = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((text) => text.isWellFormed());
const bmp = fc.string({ unit: fc.constantFrom(...'奈良県橿原市'), minLength: 1, maxLength: 10 });
/** [object identifier, tag, text] of one attribute to an RDN. */
const attributes = fc.array(
  fc.oneof(
    printable.map((text) => [OID.CN, TAG.printableString, text] as const),
    unicode.map((text) => [OID.O, TAG.utf8String, text] as const),
    bmp.map((text) => [OID.OU, TAG.bmpString, text] as const),
    printable.map((text) => [OID.DC, TAG.ia5String, text] as const),
  ),
  { minLength: 1, maxLength: 5 },
);
type Attributes = typeof attributes extends fc.Arbitrary<infer T> ? T : never;

const STRINGS = {
  [TAG.printableString]: asn1js.PrintableString,
  [TAG.utf8String]: asn1js.Utf8String,
  [TAG.bmpString]: asn1js.BmpString,
  [TAG.ia5String]: asn1js.IA5String,
} as const;

/** pkijs encodes a new list as one unsorted RDN, but writes a name that it has read unchanged. */
const foreignName = (values: Attributes): pkijs.RelativeDistinguishedNames => {
  const schema = new asn1js.Sequence({
    value: values.map(
      ([type, tag, value]) =>
        new asn1js.Set({
          value: [
            new asn1js.Sequence({
              value: [new asn1js.ObjectIdentifier({ value: type }), new STRINGS[tag]({ value })],
            }),
          ],
        }),
    ),
  });
  return new pkijs.RelativeDistinguishedNames({ schema: asn1js.fromBER(schema.toBER()).result });
};

const ours = (values: Attributes): Name => values.map(([type, tag, value]) => [{ type, tag, value }]);

const basicConstraints = (): pkijs.Extension =>
  new pkijs.Extension({
    extnID: '2.5.29.19',
    critical: true,
    extnValue: new pkijs.BasicConstraints({ cA: true, pathLenConstraint: 3 }).toSchema().toBER(),
  });
const subjectKeyIdentifier = (octets: Uint8Array): pkijs.Extension =>
  new pkijs.Extension({
    extnID: keyId,
    critical: false,
    extnValue: new asn1js.OctetString({ valueHex: octets }).toBER(),
  });

describe('this room reads what pkijs writes', () => {
  const seconds = fc
    .date({ min: new Date('1950-01-01'), max: new Date('2049-12-31'), noInvalidDate: true })
    .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000));
  const serials = fc
    .uint8Array({ minLength: 1, maxLength: 19 })
    .map((octets) => Uint8Array.of(0x41, ...octets));

  it('certificates', async () => {
    await fc.assert(
      fc.asyncProperty(
        attributes,
        attributes,
        serials,
        seconds,
        seconds,
        async (issuer, subject, serial, from, to) => {
          const foreign = new pkijs.Certificate({ version: 2 });
          foreign.serialNumber = new asn1js.Integer({ valueHex: serial });
          foreign.issuer = foreignName(issuer);
          foreign.subject = foreignName(subject);
          foreign.notBefore = new pkijs.Time({ type: 0, value: from });
          foreign.notAfter = new pkijs.Time({ type: 0, value: to });
          foreign.extensions = [basicConstraints(), subjectKeyIdentifier(serial)];
          await foreign.subjectPublicKeyInfo.importKey(keys.publicKey);
          await foreign.sign(keys.privateKey, 'SHA-256');
          const der = new Uint8Array(foreign.toSchema(true).toBER());

          const certificate = decodeCertificate(der);
          expect(certificate.serialNumber).toBe(Buffer.from(serial).toString('hex'));
          expect(certificate.issuer).toEqual(ours(issuer));
          expect(certificate.subject).toEqual(ours(subject));
          expect(certificate.notBefore).toEqual(from);
          expect(certificate.notAfter).toEqual(to);
          expect(certificate.extensions).toEqual([
            { id: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 3 },
            { id: 'subjectKeyIdentifier', critical: false, keyIdentifier: serial },
          ]);
          expect(certificate.subjectPublicKeyInfo).toEqual(
            new Uint8Array(foreign.subjectPublicKeyInfo.toSchema().toBER()),
          );
          expect(
            encodeSigned(
              encodeTbsCertificate(certificate),
              certificate.signatureAlgorithm,
              certificate.signatureValue,
            ),
          ).toEqual(der);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('certification requests', async () => {
    await fc.assert(
      fc.asyncProperty(
        attributes,
        fc.uint8Array({ minLength: 1, maxLength: 20 }),
        async (subject, octets) => {
          const foreign = new pkijs.CertificationRequest({ version: 0, attributes: [] });
          foreign.subject = foreignName(subject);
          await foreign.subjectPublicKeyInfo.importKey(keys.publicKey);
          const wanted = new pkijs.Extensions({
            extensions: [basicConstraints(), subjectKeyIdentifier(octets)],
          });
          foreign.attributes = [
            new pkijs.Attribute({ type: OID.extensionRequest, values: [wanted.toSchema()] }),
          ];
          await foreign.sign(keys.privateKey, 'SHA-256');
          const der = new Uint8Array(foreign.toSchema(true).toBER());

          const csr = decodeCertificationRequest(der);
          expect(csr.subject).toEqual(ours(subject));
          expect(csr.extensions).toEqual([
            { id: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 3 },
            { id: 'subjectKeyIdentifier', critical: false, keyIdentifier: octets },
          ]);
          const publicKey = createPublicKey({
            key: Buffer.from(csr.subjectPublicKeyInfo),
            format: 'der',
            type: 'spki',
          });
          expect(verify('sha256', csr.info, publicKey, csr.signatureValue)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('others read what this room writes', () => {
  const { der, tbs } = selfSigned();

  it('node:crypto', () => {
    const certificate = new X509Certificate(der);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.serialNumber.toLowerCase()).toBe(tbs.serialNumber);
    expect(certificate.validToDate).toEqual(tbs.notAfter);
    expect(certificate.ca).toBe(true);
    expect(certificate.toLegacyObject().subject).toEqual({
      C: 'JP',
      O: '奈良県橿原市',
      OU: '市民課, 窓口',
      CN: 'Akashi 認証局 G1',
    });
  });

  it('pkijs', async () => {
    const certificate = pkijs.Certificate.fromBER(der);
    expect(await certificate.verify()).toBe(true);
    expect(
      certificate.subject.typesAndValues.map(({ type, value }) => [type, value.valueBlock.value]),
    ).toEqual(tbs.subject.flat().map(({ type, value }) => [type, value]));
    expect([certificate.notBefore.value, certificate.notAfter.value]).toEqual([tbs.notBefore, tbs.notAfter]);
    const extensions = new pkijs.Extensions({ extensions: certificate.extensions ?? [] });
    expect(new Uint8Array(extensions.toSchema().toBER())).toEqual(encodeExtensions(tbs.extensions));
    expect(new Uint8Array(certificate.toSchema().toBER())).toEqual(der);
  });

  it.skipIf(NO_OPENSSL)('stock openssl', () => {
    const files = { 'ca.pem': encodePem('CERTIFICATE', der) };
    const args = ['-CAfile', 'ca.pem', '-check_ss_sig', '-x509_strict', '-attime', '1800000000', 'ca.pem'];
    expect(openssl(['verify', ...args], files).toString()).toBe('ca.pem: OK\n');
    const show = [
      '-noout',
      '-subject',
      '-enddate',
      '-serial',
      '-nameopt',
      'RFC2253,-esc_msb,-dn_rev,sep_comma_plus_space',
    ];
    expect(
      openssl(['x509', '-in', 'ca.pem', ...show], files)
        .toString()
        .split('\n'),
    ).toEqual([
      `subject=${formatName(tbs.subject)}`,
      'notAfter=Nov 22 00:00:00 2056 GMT',
      `serial=${tbs.serialNumber.toUpperCase()}`,
      '',
    ]);
  });
});
