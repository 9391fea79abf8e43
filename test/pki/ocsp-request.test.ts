import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as asn1js from 'asn1js';
import fc from 'fast-check';
import * as pkijs from 'pkijs';
import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../lib/fault.ts';
import { encodeCertId } from '../../lib/pki/cert-id.ts';
import { decodeCertificate, keyIdentifier } from '../../lib/pki/certificate.ts';
import { asDer, type Der, TAG } from '../../lib/pki/der.ts';
import {
  derBoolean,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  tlv,
} from '../../lib/pki/der-encoder.ts';
import { DerReader } from '../../lib/pki/der-reader.ts';
import type { Extension } from '../../lib/pki/extension-bodies.ts';
import { encodeExtensions } from '../../lib/pki/extensions.ts';
import { encodeGeneralName } from '../../lib/pki/general-name.ts';
import { encodeName } from '../../lib/pki/name.ts';
import { decodeOcspRequest, encodeOcspRequest, MAX_OCSP_REQUEST_BYTES } from '../../lib/pki/ocsp-request.ts';
import { parseOid } from '../../lib/pki/oid.ts';
import { OID } from '../../lib/pki/oids.ts';
import { encodePem } from '../../lib/pki/pem.ts';
import { encodeSerial, parseSerial, type SerialHex } from '../../lib/pki/serial.ts';
import { BODIES, extensionsOf, generalNames, oids, serials } from './arbitraries.ts';
import { NO_OPENSSL, openssl } from './foreign.ts';
import { mutated, valueOrFault } from './mutation.ts';
import { isReadable, withReadableOids } from './pkijs-oracle.ts';
import { EC_SHA256, selfSigned } from './self-signed.ts';

const refused = (code: FaultCode) => expect.objectContaining({ name: 'Fault', code });
const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/* pkijs writes, we read ------------------------------------------------------------------------------------ */

const LENGTHS = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;
const algorithms = fc.oneof(
  fc
    .constantFrom(...(Object.keys(LENGTHS) as (keyof typeof LENGTHS)[]))
    .map((name) => ({ oid: OID[name], length: LENGTHS[name] as number })),
  fc.record({ oid: oids.map((oid) => parseOid(`${oid}.9`)), length: fc.nat(70) }),
);
const certIds = algorithms.chain(({ oid, length }) =>
  fc.record({
    oid: fc.constant(oid),
    withNull: fc.boolean(),
    nameHash: octets(length),
    keyHash: octets(length),
    serial: serials,
  }),
);
const opaque = extensionsOf(['other'], { minLength: 1, maxLength: 2 });
/** Names that pkijs can write: it has no x400Address and no ediPartyName, and writes the tag of otherName twice. */
const requestors = generalNames.filter(({ kind }) => kind !== 'other' && kind !== 'otherName');
const requests = fc.record(
  {
    requestorName: requestors,
    list: fc.array(fc.record({ certId: certIds, extensions: opaque }, { requiredKeys: ['certId'] }), {
      minLength: 1,
      maxLength: 4,
    }),
    nonce: fc.uint8Array({ maxLength: 140 }),
    extensions: opaque,
    signature: fc.record({ value: fc.uint8Array({ minLength: 1 }), certs: fc.nat(2) }),
  },
  { requiredKeys: ['list'] },
);
type Generated = typeof requests extends fc.Arbitrary<infer T> ? T : never;

const CA = selfSigned();
const buffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

const theirExtension = (extension: Extension): pkijs.Extension => {
  if (extension.id !== 'other') throw new Error('only opaque extensions are generated');
  return new pkijs.Extension({
    extnID: extension.oid,
    critical: extension.critical,
    extnValue: buffer(extension.value),
  });
};
const nonceOf = (nonce: Uint8Array): Extension => ({
  id: 'other',
  oid: OID.ocspNonce,
  value: derOctetString(nonce),
  critical: false,
});
const allExtensions = ({ nonce, extensions = [] }: Generated): Extension[] => [
  ...extensions,
  ...(nonce ? [nonceOf(nonce)] : []),
];

const theirCertId = ({ oid, withNull, nameHash, keyHash, serial }: Generated['list'][number]['certId']) =>
  new pkijs.CertID({
    hashAlgorithm: new pkijs.AlgorithmIdentifier({
      algorithmId: oid,
      ...(withNull && { algorithmParams: new asn1js.Null() }),
    }),
    issuerNameHash: new asn1js.OctetString({ valueHex: buffer(nameHash) }),
    issuerKeyHash: new asn1js.OctetString({ valueHex: buffer(keyHash) }),
    serialNumber: new asn1js.Integer({ valueHex: buffer(encodeSerial(serial).subarray(2)) }),
  });

const written = (request: Generated): Uint8Array => {
  const extensions = allExtensions(request);
  const tbsRequest = new pkijs.TBSRequest({
    requestList: request.list.map(
      (one) =>
        new pkijs.Request({
          reqCert: theirCertId(one.certId),
          ...(one.extensions && { singleRequestExtensions: one.extensions.map(theirExtension) }),
        }),
    ),
    ...(extensions.length > 0 && { requestExtensions: extensions.map(theirExtension) }),
    ...(request.requestorName && {
      requestorName: new pkijs.GeneralName({
        schema: asn1js.fromBER(buffer(encodeGeneralName(request.requestorName))).result,
      }),
    }),
  });
  const theirs = new pkijs.OCSPRequest({
    tbsRequest,
    ...(request.signature && {
      optionalSignature: new pkijs.Signature({
        signatureAlgorithm: new pkijs.AlgorithmIdentifier({
          schema: asn1js.fromBER(buffer(EC_SHA256)).result,
        }),
        signature: new asn1js.BitString({ valueHex: buffer(request.signature.value) }),
        ...(request.signature.certs > 0 && {
          certs: Array.from({ length: request.signature.certs }, () =>
            pkijs.Certificate.fromBER(buffer(CA.der)),
          ),
        }),
      }),
    }),
  });
  return new Uint8Array(theirs.toSchema(true).toBER());
};

describe('a request of pkijs', () => {
  it('reads as it was written, with any members', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const bytes = written(request);
        const ours = decodeOcspRequest(bytes);
        expect(ours.requestorName).toEqual(request.requestorName);
        expect(ours.nonce).toEqual(request.nonce);
        expect(ours.extensions).toEqual(allExtensions(request));
        expect(ours.requestList).toHaveLength(request.list.length);
        for (const [i, { certId, extensions = [] }] of request.list.entries()) {
          expect(ours.requestList[i]?.extensions).toEqual(extensions);
          expect(ours.requestList[i]?.certId).toEqual({
            der: new Uint8Array(theirCertId(certId).toSchema().toBER()),
            hashAlgorithm: certId.oid,
            issuerNameHash: certId.nameHash,
            issuerKeyHash: certId.keyHash,
            serialNumber: certId.serial,
          });
        }
        expect(ours.signature?.signatureValue).toEqual(request.signature?.value);
        expect(ours.signature?.certs.map((cert) => Buffer.compare(cert, CA.der))).toEqual(
          request.signature && Array(request.signature.certs).fill(0),
        );
        expect(Buffer.from(bytes).includes(Buffer.from(ours.tbs))).toBe(true);
        expect(ours.der).toEqual(bytes);
      }),
      { numRuns: 400 },
    );
  });
});

/* We write, others read ------------------------------------------------------------------------------------ */

const issuer = decodeCertificate(CA.der);
const idOf = (hash: keyof typeof LENGTHS, serialNumber: SerialHex): Der =>
  encodeCertId({
    hash,
    issuerName: encodeName(issuer.subject),
    issuerPublicKeyInfo: issuer.subjectPublicKeyInfo,
    serialNumber,
  });

describe('a request of ours', () => {
  it('reads in pkijs, and here, as it was written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...(Object.keys(LENGTHS) as (keyof typeof LENGTHS)[])), serials), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.option(fc.uint8Array({ minLength: 1, maxLength: 128 }), { nil: undefined }),
        (ids, nonce) => {
          const list = ids.map(([hash, serial]) => idOf(hash, serial));
          const bytes = encodeOcspRequest({ certIds: list, ...(nonce && { nonce }) });
          const theirs = new pkijs.OCSPRequest({ schema: asn1js.fromBER(buffer(bytes)).result }).tbsRequest;
          expect(theirs.requestList.map(({ reqCert }) => new Uint8Array(reqCert.toSchema().toBER()))).toEqual(
            list.map((der) => new Uint8Array(der)),
          );
          const [extension] = theirs.requestExtensions ?? [];
          expect(extension && new Uint8Array(extension.extnValue.valueBlock.valueHexView)).toEqual(
            nonce && new Uint8Array(derOctetString(nonce)),
          );
          const ours = decodeOcspRequest(bytes);
          expect(ours.nonce).toEqual(nonce);
          expect(ours.requestList.map(({ certId }) => certId.serialNumber)).toEqual(ids.map(([, s]) => s));
        },
      ),
    );
  });

  it('identifies an issuer by the hashes of RFC 6960 4.1.1', () => {
    const { certId } = decodeOcspRequest(encodeOcspRequest({ certIds: [idOf('sha1', parseSerial('31'))] }))
      .requestList[0] as { certId: { issuerNameHash: Uint8Array; issuerKeyHash: Uint8Array } };
    const name = createHash('sha1').update(encodeName(issuer.subject)).digest();
    expect(Buffer.compare(certId.issuerNameHash, name)).toBe(0);
    expect(Buffer.compare(certId.issuerKeyHash, keyIdentifier(issuer.subjectPublicKeyInfo))).toBe(0);
  });
});

describe.skipIf(NO_OPENSSL)('openssl', () => {
  const inFolder = (run: (folder: string) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), 'ocsp-'));
    try {
      run(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it.each(Object.keys(LENGTHS) as (keyof typeof LENGTHS)[])('writes what we read, with %s', (hash) =>
    inFolder((folder) => {
      const ca = join(folder, 'ca.pem');
      const out = join(folder, 'request.der');
      writeFileSync(ca, encodePem('CERTIFICATE', CA.der));
      openssl(['ocsp', '-issuer', ca, `-${hash}`, '-serial', '0x8f01', '-serial', '0x31', '-reqout', out]);
      const bytes = new Uint8Array(readFileSync(out));
      const request = decodeOcspRequest(bytes);
      expect(request.requestList.map(({ certId }) => certId.der)).toEqual(
        ['8f01', '31'].map((serial) => new Uint8Array(idOf(hash, parseSerial(serial)))),
      );
      expect(request.nonce).toBeDefined();
      const certIds = request.requestList.map(({ certId }) => certId.der);
      const again = encodeOcspRequest({ certIds, ...(request.nonce && { nonce: request.nonce }) });
      expect(Buffer.compare(again, bytes)).toBe(0);
    }),
  );

  it('writes signed requests that this project reads', () =>
    inFolder((folder) => {
      const [ca, key, out] = ['ca.pem', 'key.pem', 'request.der'].map((file) => join(folder, file)) as [
        string,
        string,
        string,
      ];
      writeFileSync(ca, encodePem('CERTIFICATE', CA.der));
      writeFileSync(key, CA.privateKey.export({ type: 'pkcs8', format: 'pem' }));
      openssl(['ocsp', '-issuer', ca, '-serial', '0x31', '-signer', ca, '-signkey', key, '-reqout', out]);
      const request = decodeOcspRequest(new Uint8Array(readFileSync(out)));
      expect(request.requestorName).toEqual({ kind: 'directoryName', value: issuer.subject });
      expect(request.signature?.signatureAlgorithm).toEqual(new Uint8Array(EC_SHA256));
      expect(request.signature?.certs.map((cert) => Buffer.compare(cert, CA.der))).toEqual([0]);
    }));

  it('reads requests that this project writes', () =>
    inFolder((folder) => {
      const file = join(folder, 'request.der');
      const certIds = [idOf('sha256', parseSerial('8f01'))];
      writeFileSync(file, encodeOcspRequest({ certIds, nonce: new Uint8Array(32).fill(0xab) }));
      const { stdout } = spawnSync('openssl', ['ocsp', '-reqin', file, '-req_text', '-noverify'], {
        encoding: 'utf8',
      });
      expect(stdout).toContain('Hash Algorithm: sha256');
      expect(stdout).toContain('Serial Number: 8F01');
      expect(stdout).toContain(`0420${'AB'.repeat(32)}`);
    }));
});

/* Refusals ------------------------------------------------------------------------------------------------ */

const SHA1 = derSequence(derOid(OID.sha1), derNull());
const HASH = derOctetString(new Uint8Array(20));
const SERIAL = derInteger(5);
const certId = (...fields: readonly Uint8Array[]): Der => derSequence(...fields);
const GOOD_ID = certId(SHA1, HASH, HASH, SERIAL);
const request = (tbs: readonly Uint8Array[], ...more: readonly Uint8Array[]): Der =>
  derSequence(derSequence(...tbs), ...more);
const asking = (...ids: readonly Uint8Array[]): Der =>
  request([derSequence(...ids.map((id) => derSequence(id)))]);
const LIST = derSequence(derSequence(GOOD_ID));
const opaqueExtension = (oid: string, value: Uint8Array, ...critical: readonly Uint8Array[]): Der =>
  derSequence(derOid(parseOid(oid)), ...critical, derOctetString(value));
const extended = (...extensions: readonly Uint8Array[]): Der =>
  request([LIST, tlv(0xa2, derSequence(...extensions))]);

const SIGNATURE = tlv(0xa0, derSequence(EC_SHA256, tlv(TAG.bitString, Uint8Array.of(0, 1))));

describe('refusals', () => {
  it('the parts that the refusals change are valid by themselves', () => {
    expect(decodeOcspRequest(asking(GOOD_ID, GOOD_ID)).requestList).toHaveLength(2);
    expect(decodeOcspRequest(extended(opaqueExtension('1.2.3', HASH))).extensions).toHaveLength(1);
    expect(decodeOcspRequest(request([LIST], SIGNATURE)).signature?.certs).toEqual([]);
    const absent = certId(derSequence(derOid(OID.sha1)), HASH, HASH, SERIAL);
    expect(decodeOcspRequest(asking(absent)).requestList[0]?.certId.hashAlgorithm).toBe(OID.sha1);
  });

  const sha1With = (parameters: Uint8Array): Der => derSequence(derOid(OID.sha1), parameters);
  const nonce = (value: Uint8Array): Der => extended(opaqueExtension(OID.ocspNonce, value));
  it.each<[string, FaultCode, Uint8Array]>([
    [
      'version 1 written out with octets to spare',
      'malformed-der',
      request([tlv(0xa0, tlv(TAG.integer, Uint8Array.of(0, 0))), LIST]),
    ],
    ['two versions', 'malformed-der', request([tlv(0xa0, derInteger(0), derInteger(0)), LIST])],
    ['version 2', 'unsupported-version', request([tlv(0xa0, derInteger(1)), LIST])],
    ['no request', 'malformed-ocsp-request', request([derSequence()])],
    ['nothing at all', 'malformed-der', derSequence()],
    ['no requestList', 'malformed-der', request([])],
    ['an element after the request list', 'malformed-der', request([LIST, derNull()])],
    ['an element after the signature', 'malformed-der', request([LIST], derNull())],
    ['an element after a CertID', 'malformed-der', request([derSequence(derSequence(GOOD_ID, derNull()))])],
    ['an element inside a CertID', 'malformed-der', asking(certId(SHA1, HASH, HASH, SERIAL, derNull()))],
    ['a CertID without a serial', 'malformed-der', asking(certId(SHA1, HASH, HASH))],
    ['a CertID with its parts in another order', 'malformed-der', asking(certId(SHA1, HASH, SERIAL, HASH))],
    [
      'a padded serial',
      'malformed-der',
      asking(certId(SHA1, HASH, HASH, tlv(TAG.integer, Uint8Array.of(0, 1)))),
    ],
    [
      'a padded serial of zero',
      'malformed-der',
      asking(certId(SHA1, HASH, HASH, tlv(TAG.integer, Uint8Array.of(0, 0)))),
    ],
    ['a serial of no octets', 'malformed-der', asking(certId(SHA1, HASH, HASH, tlv(TAG.integer)))],
    [
      'parameters of SHA-1 that are no NULL',
      'malformed-ocsp-request',
      asking(certId(sha1With(derBoolean(true)), HASH, HASH, SERIAL)),
    ],
    [
      'a NULL with content',
      'malformed-der',
      asking(certId(sha1With(tlv(TAG.null, Uint8Array.of(0))), HASH, HASH, SERIAL)),
    ],
    [
      'an algorithm that reaches past its CertID',
      'malformed-der',
      request([derSequence(derSequence(Uint8Array.of(0x30, 2, 0x30, 9), SHA1.subarray(2)))]),
    ],
    [
      'an empty extension list with octets after it',
      'malformed-der',
      request([LIST, tlv(0xa2, derSequence(), derNull())]),
    ],
    ['an extension list of another type', 'malformed-der', request([LIST, tlv(0xa2, derNull())])],
    ['no extension list', 'malformed-der', request([LIST, tlv(0xa2)])],
    [
      'an extension twice',
      'malformed-ocsp-request',
      extended(opaqueExtension('1.2.3', HASH), opaqueExtension('1.2.3', HASH)),
    ],
    [
      'critical FALSE written out',
      'malformed-ocsp-request',
      extended(opaqueExtension('1.2.3', HASH, derBoolean(false))),
    ],
    [
      'two nonces',
      'malformed-ocsp-request',
      extended(opaqueExtension(OID.ocspNonce, HASH), opaqueExtension(OID.ocspNonce, HASH)),
    ],
    ['a nonce of bare octets', 'malformed-ocsp-request', nonce(new Uint8Array(16).fill(0xaa))],
    ['a nonce of no octets and no OCTET STRING', 'malformed-ocsp-request', nonce(new Uint8Array())],
    ['octets after the nonce', 'malformed-ocsp-request', nonce(Buffer.concat([HASH, Uint8Array.of(0)]))],
    [
      'extensions of one request that are empty',
      'malformed-ocsp-request',
      request([derSequence(derSequence(GOOD_ID, tlv(0xa0, derSequence())))]),
    ],
    ['a requestorName that is no GeneralName', 'malformed-der', request([tlv(0xa1, derNull()), LIST])],
    [
      'two requestorNames in one',
      'malformed-der',
      request([tlv(0xa1, tlv(0x86, Buffer.from('a')), tlv(0x86, Buffer.from('b'))), LIST]),
    ],
    // Elements that would be valid in the structure around this one.
    [
      'extensions inside a CertID',
      'malformed-der',
      asking(certId(SHA1, HASH, HASH, SERIAL, tlv(0xa0, derSequence(opaqueExtension('1.2.3', HASH))))),
    ],
    [
      'a request inside a request',
      'malformed-der',
      request([derSequence(derSequence(GOOD_ID, derSequence(GOOD_ID)))]),
    ],
    ['a signature inside tbsRequest', 'malformed-der', request([LIST, SIGNATURE])],
    ['a signature without an algorithm', 'malformed-der', request([LIST], tlv(0xa0, derSequence(HASH)))],
    [
      'a length of more octets than it needs',
      'malformed-der',
      Buffer.concat([Uint8Array.of(0x30, 0x81, LIST.length), LIST]),
    ],
    [
      'an indefinite length',
      'malformed-der',
      Buffer.concat([Uint8Array.of(0x30, 0x80), LIST, new Uint8Array(2)]),
    ],
  ])('%s', (_, code, bytes) => {
    expect(() => decodeOcspRequest(bytes)).toThrow(refused(code));
  });

  it('octets after the end, and more than 64 KiB', () => {
    const bytes = asking(GOOD_ID);
    expect(() => decodeOcspRequest(Buffer.concat([bytes, derNull()]))).toThrow(refused('trailing-data'));
    const largest = asking(
      ...Array<Der>(Math.floor((MAX_OCSP_REQUEST_BYTES - 12) / (GOOD_ID.length + 2))).fill(GOOD_ID),
    );
    expect(largest.length).toBeGreaterThan(65_000);
    expect(decodeOcspRequest(largest).requestList.length).toBeGreaterThan(900);
    expect(() => decodeOcspRequest(new Uint8Array(MAX_OCSP_REQUEST_BYTES + 1))).toThrow(
      refused('input-too-large'),
    );
  });
});

describe('two slips of clients that are in use', () => {
  it.each<[string, readonly Uint8Array[]]>([
    ['version 1 written out (Botan)', [tlv(0xa0, derInteger(0)), LIST]],
    ['an empty requestExtensions (Bouncy Castle 1.72)', [LIST, tlv(0xa2, derSequence())]],
    ['both', [tlv(0xa0, derInteger(0)), LIST, tlv(0xa2, derSequence())]],
  ])('%s, also in a signed request', (_, tbs) => {
    for (const signature of [[], [SIGNATURE]]) {
      const read = decodeOcspRequest(request(tbs, ...signature));
      expect(read).toMatchObject({ extensions: [], requestList: [{ certId: { der: GOOD_ID } }] });
      // What a signature covers is the bytes as they came.
      expect(Buffer.compare(read.tbs, derSequence(...tbs))).toBe(0);
      expect(read.signature !== undefined).toBe(signature.length > 0);
    }
  });
});

describe('CertIDs that no certificate can have', () => {
  it.each<[string, Uint8Array]>([
    ['a serial of zero', certId(SHA1, HASH, HASH, derInteger(0))],
    ['a negative serial', certId(SHA1, HASH, HASH, derInteger(-1))],
    ['a negative serial of 21 octets', certId(SHA1, HASH, HASH, derInteger(-1n << 160n))],
    ['a serial of 21 octets', certId(SHA1, HASH, HASH, derInteger(1n << 160n))],
    ['a serial of 20 octets and a zero before them', certId(SHA1, HASH, HASH, derInteger(1n << 159n))],
    ['a serial of eight thousand octets', certId(SHA1, HASH, HASH, derInteger(1n << 64_000n))],
  ])('%s reads as no serial number, beside one that is', (_, id) => {
    const { requestList } = decodeOcspRequest(asking(id, GOOD_ID));
    expect(requestList[0]?.certId).toMatchObject({ der: id, serialNumber: undefined });
    expect(requestList[1]?.certId).toMatchObject({ der: GOOD_ID, serialNumber: '05' });
  });

  it('hashes of another length than their algorithm gives stay as they are', () => {
    const [short, long] = [derOctetString(new Uint8Array(19)), derOctetString(new Uint8Array(32))];
    const { requestList } = decodeOcspRequest(
      asking(certId(SHA1, short, HASH, SERIAL), certId(SHA1, HASH, long, SERIAL)),
    );
    expect(requestList.map(({ certId: id }) => [id.issuerNameHash.length, id.issuerKeyHash.length])).toEqual([
      [19, 20],
      [20, 32],
    ]);
  });
});

describe('members that a responder must judge itself', () => {
  it('stay visible: unknown hash algorithms, critical extensions, the length of a nonce', () => {
    const unknown = certId(
      derSequence(derOid(parseOid('1.2.3')), derNull()),
      derOctetString(new Uint8Array(3)),
      HASH,
      SERIAL,
    );
    expect(decodeOcspRequest(asking(unknown)).requestList[0]?.certId).toMatchObject({
      hashAlgorithm: '1.2.3',
      der: unknown,
    });
    const critical = decodeOcspRequest(extended(opaqueExtension('1.2.3', HASH, derBoolean(true))));
    expect(critical.extensions).toMatchObject([{ id: 'other', oid: '1.2.3', critical: true }]);
    for (const length of [0, 1, 129]) {
      const value = derOctetString(new Uint8Array(length));
      expect(decodeOcspRequest(extended(opaqueExtension(OID.ocspNonce, value))).nonce).toHaveLength(length);
    }
  });

  it('names the requestor by any kind of name', () => {
    fc.assert(
      fc.property(generalNames, (name) => {
        const bytes = request([tlv(0xa1, encodeGeneralName(name)), LIST]);
        expect(decodeOcspRequest(bytes).requestorName).toEqual(name);
      }),
    );
  });

  it('reads bytes that are a window of a larger buffer', () => {
    const bytes = asking(GOOD_ID);
    const around = Buffer.concat([Buffer.alloc(7, 0x30), bytes, Buffer.alloc(9, 0x30)]);
    const window = new Uint8Array(around.buffer, around.byteOffset + 7, bytes.length);
    expect(decodeOcspRequest(window)).toEqual(decodeOcspRequest(new Uint8Array(bytes)));
  });
});

/** Nothing for what no certificate can have. */
const serialOf = (content: Uint8Array): string =>
  content.length > 20 || (content[0] as number) & 0x80 || content.every((octet) => octet === 0)
    ? ''
    : Buffer.from(content).toString('hex').replace(/^00/, '');

/** A request as pkijs reads it, in our own types. */
const theirReading = (bytes: Uint8Array) => {
  const { result, offset } = asn1js.fromBER(buffer(bytes));
  if (offset !== bytes.length) throw new Error(result.error);
  const { tbsRequest, optionalSignature } = new pkijs.OCSPRequest({ schema: result });
  const hex = (octets: Uint8Array | ArrayBuffer) => Buffer.from(new Uint8Array(octets)).toString('hex');
  const extensionsIn = (list: readonly pkijs.Extension[] = []) =>
    list.map(({ extnID, critical, extnValue }) => [extnID, critical, hex(extnValue.valueBlock.valueHexView)]);
  return {
    named: tbsRequest.requestorName !== undefined,
    requests: tbsRequest.requestList.map(({ reqCert, singleRequestExtensions }) => [
      reqCert.hashAlgorithm.algorithmId,
      hex(reqCert.issuerNameHash.valueBlock.valueHexView),
      hex(reqCert.issuerKeyHash.valueBlock.valueHexView),
      serialOf(reqCert.serialNumber.valueBlock.valueHexView),
      extensionsIn(singleRequestExtensions),
    ]),
    extensions: extensionsIn(tbsRequest.requestExtensions),
    signature: optionalSignature && [
      hex(optionalSignature.signature.valueBlock.valueHexView),
      optionalSignature.certs?.length ?? 0,
    ],
  };
};
const ourReading = (bytes: Uint8Array): ReturnType<typeof theirReading> => {
  const { requestorName, requestList, extensions, signature } = decodeOcspRequest(bytes);
  const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
  const extensionsIn = (list: readonly Extension[]) =>
    list.map((extension) => {
      if (extension.id !== 'other') throw new Error(`an extension of certificates: ${extension.id}`);
      return [extension.oid, extension.critical, hex(extension.value)];
    });
  return {
    named: requestorName !== undefined,
    requests: requestList.map(({ certId: id, extensions: ofOne }) => [
      id.hashAlgorithm,
      hex(id.issuerNameHash),
      hex(id.issuerKeyHash),
      id.serialNumber ?? '',
      extensionsIn(ofOne),
    ]),
    extensions: extensionsIn(extensions),
    signature: signature && [hex(signature.signatureValue), signature.certs.length],
  };
};

describe('a request that is damaged', () => {
  /** Requests without names, because pkijs knows fewer kinds, and with certificates that pkijs can read. */
  const seeds = fc
    .sample(
      requests.filter(({ requestorName, signature }) => !requestorName && !signature?.certs),
      { numRuns: 120, seed: 9 },
    )
    .map(written);

  it('is refused, or reads the same in pkijs and here', () => {
    let read = 0;
    fc.assert(
      fc.property(mutated(seeds), (bytes) => {
        const ours = valueOrFault(() => ourReading(bytes));
        if (ours === undefined) return;
        const { requestList, signature } = decodeOcspRequest(bytes);
        const elements = requestList.map(({ certId: { der } }) => der);
        if (signature) elements.push(signature.signatureAlgorithm, ...signature.certs);
        if (!elements.every(isReadable)) return;
        read++;
        expect(ours).toEqual(withReadableOids(theirReading(bytes), ours));
      }),
      { numRuns: 6000 },
    );
    expect(read).toBeGreaterThan(300);
  });
});

/** The slips of clients that are taken are not written again: version 1, and an empty requestExtensions. */
const hasSlip = (tbs: Uint8Array): boolean => {
  const parts = new DerReader(tbs).sequence();
  if (parts.peek() === 0xa0) return true;
  while (!parts.done) if (Buffer.from(parts.element().der).equals(tlv(0xa2, derSequence()))) return true;
  return false;
};

describe('arbitrary and damaged bytes', () => {
  const seeds = fc.sample(requests, { numRuns: 40, seed: 3 }).map(written);
  const extensions = fc.sample(BODIES.other, { numRuns: 3, seed: 3 });

  it('give a request or a Fault, and a plain request encodes to the same bytes', () => {
    const plain = encodeOcspRequest({
      certIds: [idOf('sha1', parseSerial('8f01'))],
      nonce: new Uint8Array(32),
    });
    const other = request([
      LIST,
      tlv(0xa2, encodeExtensions(extensions.map((body) => ({ ...body, critical: false })))),
    ]);
    let plainOnes = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 100 }),
          mutated(seeds),
          mutated([plain, other, asking(GOOD_ID, GOOD_ID)]),
        ),
        (bytes) => {
          const decoded = valueOrFault(() => decodeOcspRequest(bytes));
          const simple =
            decoded &&
            !decoded.signature &&
            !decoded.requestorName &&
            decoded.requestList.every((one) => one.extensions.length === 0) &&
            decoded.extensions.length === (decoded.nonce ? 1 : 0) &&
            !decoded.extensions.some(({ critical }) => critical);
          if (!simple || hasSlip(decoded.tbs)) return;
          plainOnes++;
          const certIds = decoded.requestList.map((one) => one.certId.der);
          const again = encodeOcspRequest({ certIds, ...(decoded.nonce && { nonce: decoded.nonce }) });
          expect(Buffer.compare(again, asDer(bytes))).toBe(0);
        },
      ),
      { numRuns: 8000 },
    );
    expect(plainOnes).toBeGreaterThan(50);
  });
});
