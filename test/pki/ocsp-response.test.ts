import { sign, verify, X509Certificate } from 'node:crypto';
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
import { CRL_REASONS, type Extension } from '../../lib/pki/extension-bodies.ts';
import { encodeName } from '../../lib/pki/name.ts';
import { encodeOcspRequest } from '../../lib/pki/ocsp-request.ts';
import {
  type CertStatus,
  encodeOcspError,
  encodeOcspResponse,
  encodeResponseData,
  OCSP_RESPONSE_STATUS,
  type OcspResponseStatus,
  type ResponseData,
} from '../../lib/pki/ocsp-response.ts';
import { decodeOcspResponse, MAX_OCSP_RESPONSE_BYTES } from '../../lib/pki/ocsp-response-decoder.ts';
import { parseOid } from '../../lib/pki/oid.ts';
import { OID } from '../../lib/pki/oids.ts';
import { encodePem } from '../../lib/pki/pem.ts';
import { parseSerial, type SerialHex } from '../../lib/pki/serial.ts';
import { encodeGeneralizedTime, encodeTime } from '../../lib/pki/time.ts';
import { dates, extensionsOf, names, reasons, serials } from './arbitraries.ts';
import { NO_OPENSSL, openssl } from './foreign.ts';
import { mutated, valueOrFault } from './mutation.ts';
import { EC_SHA256, selfSigned } from './self-signed.ts';

const refused = (code: FaultCode) => expect.objectContaining({ name: 'Fault', code });
const buffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/** Valid on any clock that openssl may look at. */
const CA = selfSigned({ notBefore: new Date('2020-01-01T00:00:00Z') });
const issuer = decodeCertificate(CA.der);
const idOf = (serialNumber: SerialHex): Der =>
  encodeCertId({
    hash: 'sha1',
    issuerName: encodeName(issuer.subject),
    issuerPublicKeyInfo: issuer.subjectPublicKeyInfo,
    serialNumber,
  });
const SIGNATURE = new Uint8Array([0x30, 6, 2, 1, 1, 2, 1, 1]);
const around = (tbs: Uint8Array, certs: readonly Uint8Array[] = []): Der =>
  encodeOcspResponse({ tbs, signatureAlgorithm: EC_SHA256, signatureValue: SIGNATURE, certs });

/** The BasicOCSPResponse in an answer. */
const basicOf = (bytes: Uint8Array) => {
  const response = decodeOcspResponse(bytes);
  if (response.status !== 'successful') throw new Error(response.status);
  return response.basic;
};

/* Grammar ------------------------------------------------------------------------------------------------- */

const anyTime = dates('1950-01-01T00:00:00Z', '9999-12-31T23:59:59Z');
const statuses: fc.Arbitrary<CertStatus> = fc.oneof(
  fc.constant({ status: 'good' } as const),
  fc.constant({ status: 'unknown' } as const),
  fc.record(
    {
      status: fc.constant('revoked' as const),
      revocationTime: anyTime,
      revocationReason: reasons.filter((reason) => reason !== 'unspecified'),
    },
    { requiredKeys: ['status', 'revocationTime'] },
  ),
);
const opaque = extensionsOf(['other'], { minLength: 1, maxLength: 2 });
const singles = fc.record(
  {
    certId: serials.map(idOf),
    certStatus: statuses,
    thisUpdate: anyTime,
    nextUpdate: anyTime,
    extensions: opaque,
  },
  { requiredKeys: ['certId', 'certStatus', 'thisUpdate'] },
);
const datas: fc.Arbitrary<ResponseData> = fc.record(
  {
    responderId: fc.oneof(
      fc.record({ byKey: fc.uint8Array({ minLength: 20, maxLength: 20 }) }),
      fc.record({ byName: names }),
    ),
    producedAt: anyTime,
    responses: fc.array(singles, { minLength: 1, maxLength: 4 }),
    nonce: fc.uint8Array({ maxLength: 140 }),
    extensions: opaque,
  },
  { requiredKeys: ['responderId', 'producedAt', 'responses'] },
);

const nonceOf = (nonce: Uint8Array): Extension => ({
  id: 'other',
  oid: OID.ocspNonce,
  value: derOctetString(nonce),
  critical: false,
});
const allExtensions = ({ nonce, extensions = [] }: ResponseData): Extension[] => [
  ...(nonce ? [nonceOf(nonce)] : []),
  ...extensions,
];

/** Expects that `decodeOcspResponse` gives `data`, with the CertIDs as DER again. */
const expectSame = (bytes: Uint8Array, data: ResponseData): void => {
  const { responses, responderId, producedAt, nonce, extensions } = basicOf(bytes);
  expect({ responderId, producedAt, nonce, extensions: extensions ?? [] }).toEqual({
    responderId: data.responderId,
    producedAt: data.producedAt,
    nonce: data.nonce,
    extensions: allExtensions(data),
  });
  expect(responses.map(({ certId, ...single }) => ({ ...single, certId: certId.der }))).toEqual(
    data.responses,
  );
};

describe('an answer of ours', () => {
  it('reads as it was written, and writes as it was read', () => {
    fc.assert(
      fc.property(datas, fc.nat(2), (data, certs) => {
        const bytes = around(encodeResponseData(data), Array(certs).fill(CA.der));
        expectSame(bytes, data);
        const basic = basicOf(bytes);
        expect(basic.signatureAlgorithm).toEqual(new Uint8Array(EC_SHA256));
        expect(basic.signatureValue).toEqual(SIGNATURE);
        expect(basic.certs.map((cert) => Buffer.compare(cert, CA.der))).toEqual(Array(certs).fill(0));
        const responses = basic.responses.map((single) => ({ ...single, certId: single.certId.der }));
        expect(encodeResponseData({ ...basic, responses })).toEqual(basic.tbs);
        expect(encodeOcspResponse(basic)).toEqual(bytes);
      }),
      { numRuns: 400 },
    );
  });

  it('reads in pkijs as it was written', () => {
    fc.assert(
      fc.property(datas, (data) => {
        const response = new pkijs.OCSPResponse({
          schema: asn1js.fromBER(buffer(around(encodeResponseData(data), [CA.der]))).result,
        });
        expect(response.responseStatus.valueBlock.valueDec).toBe(0);
        const inner = response.responseBytes?.response.valueBlock.valueHexView ?? new Uint8Array();
        const basic = new pkijs.BasicOCSPResponse({ schema: asn1js.fromBER(buffer(inner)).result });
        const theirs = basic.tbsResponseData;
        expect(theirs.producedAt).toEqual(data.producedAt);
        if ('byKey' in data.responderId) {
          const key = (theirs.responderID as asn1js.OctetString).valueBlock.valueHexView;
          expect(new Uint8Array(key)).toEqual(data.responderId.byKey);
        } else {
          const { typesAndValues } = theirs.responderID as pkijs.RelativeDistinguishedNames;
          expect(typesAndValues.map(({ value }) => value.valueBlock.value)).toEqual(
            data.responderId.byName.map(([attribute]) => attribute?.value),
          );
        }
        expect(theirs.responseExtensions?.map(({ extnID }) => extnID) ?? []).toEqual(
          allExtensions(data).map((extension) => (extension.id === 'other' ? extension.oid : extension.id)),
        );
        expect(theirs.responses).toHaveLength(data.responses.length);
        for (const [i, single] of theirs.responses.entries()) {
          const ours = data.responses[i];
          expect(new Uint8Array(single.certID.toSchema().toBER())).toEqual(
            new Uint8Array(ours?.certId ?? []),
          );
          expect([single.thisUpdate, single.nextUpdate]).toEqual([ours?.thisUpdate, ours?.nextUpdate]);
          expect(single.singleExtensions?.length ?? 0).toBe(ours?.extensions?.length ?? 0);
          const { tagNumber } = (single.certStatus as asn1js.BaseBlock).idBlock;
          expect(['good', 'revoked', 'unknown'][tagNumber]).toBe(ours?.certStatus.status);
          if (ours?.certStatus.status !== 'revoked') continue;
          const [time, reason] = (single.certStatus as asn1js.Constructed).valueBlock.value;
          expect((time as asn1js.GeneralizedTime).toDate()).toEqual(ours.certStatus.revocationTime);
          const [number] = reason ? (reason as asn1js.Constructed).valueBlock.value : [];
          expect((number as asn1js.Enumerated | undefined)?.valueBlock.valueDec).toBe(
            ours.certStatus.revocationReason && CRL_REASONS[ours.certStatus.revocationReason],
          );
        }
      }),
    );
  });

  it('omits the reason `unspecified`, and cuts times to whole seconds', () => {
    const time = new Date('2026-11-22T01:02:03.999Z');
    const status = { status: 'revoked', revocationTime: time, revocationReason: 'unspecified' } as const;
    const single = { certId: idOf(parseSerial('31')), certStatus: status, thisUpdate: time };
    const data = { responderId: { byKey: new Uint8Array(20) }, producedAt: time, responses: [single] };
    const [read] = basicOf(around(encodeResponseData(data))).responses;
    const second = new Date('2026-11-22T01:02:03Z');
    expect(read?.certStatus).toEqual({ status: 'revoked', revocationTime: second });
    expect(read?.thisUpdate).toEqual(second);
  });

  it('echoes a nonce once, even if the extensions already have it', () => {
    const nonce = new Uint8Array(32).fill(9);
    const single = {
      certId: idOf(parseSerial('31')),
      certStatus: { status: 'good' },
      thisUpdate: new Date(0),
    } as const;
    const data = {
      responderId: { byKey: new Uint8Array(20) },
      producedAt: new Date(0),
      responses: [single],
      nonce,
    };
    const twice = encodeResponseData({ ...data, extensions: [nonceOf(nonce)] });
    expect(twice).toEqual(encodeResponseData(data));
  });

  it('gives each responder name its own bytes, although they are cached', () => {
    const single = {
      certId: idOf(parseSerial('31')),
      certStatus: { status: 'good' },
      thisUpdate: new Date(0),
    } as const;
    for (const byName of [issuer.subject, issuer.subject.slice(1), issuer.subject]) {
      const data = { responderId: { byName }, producedAt: new Date(0), responses: [single] };
      expect(basicOf(around(encodeResponseData(data))).responderId).toEqual({ byName });
    }
  });

  it('may outgrow its first estimate of the size', () => {
    const value = new Uint8Array(5000).fill(3);
    const extensions: Extension[] = [{ id: 'other', oid: parseOid('1.2.3'), value, critical: false }];
    const responses = Array.from({ length: 40 }, (_, i) => ({
      certId: idOf(parseSerial((i + 1).toString(16))),
      certStatus: { status: 'good' } as const,
      thisUpdate: new Date(i * 1000),
      extensions,
    }));
    const data = { responderId: { byKey: new Uint8Array(20) }, producedAt: new Date(0), responses };
    expectSame(around(encodeResponseData(data)), data);
  });

  it('a time that cannot be written is refused', () => {
    const single = {
      certId: idOf(parseSerial('31')),
      certStatus: { status: 'good' },
      thisUpdate: new Date(Number.NaN),
    } as const;
    const data = { responderId: { byKey: new Uint8Array(20) }, producedAt: new Date(0), responses: [single] };
    expect(() => encodeResponseData(data)).toThrow(refused('invalid-input'));
  });
});

describe('an answer of pkijs', () => {
  const theirExtension = (extension: Extension): pkijs.Extension => {
    if (extension.id !== 'other') throw new Error('only opaque extensions are generated');
    const { oid, critical, value } = extension;
    return new pkijs.Extension({ extnID: oid, critical, extnValue: buffer(value) });
  };
  const theirStatus = (status: CertStatus): asn1js.BaseBlock => {
    const idBlock = { tagClass: 3, tagNumber: { good: 0, revoked: 1, unknown: 2 }[status.status] };
    if (status.status !== 'revoked') return new asn1js.Primitive({ idBlock });
    const reason = status.revocationReason;
    return new asn1js.Constructed({
      idBlock,
      value: [
        // asn1js writes milliseconds unless it is given the text.
        asn1js.fromBER(buffer(encodeGeneralizedTime(status.revocationTime))).result,
        ...(reason
          ? [
              new asn1js.Constructed({
                idBlock: { tagClass: 3, tagNumber: 0 },
                value: [new asn1js.Enumerated({ value: CRL_REASONS[reason] })],
              }),
            ]
          : []),
      ],
    });
  };

  it('reads as it was written', () => {
    const whole = datas.map(({ nonce, ...data }) => data);
    fc.assert(
      fc.property(whole, (data) => {
        const { responderId } = data;
        const tbsResponseData = new pkijs.ResponseData({
          responderID:
            'byKey' in responderId
              ? new asn1js.OctetString({ valueHex: buffer(responderId.byKey) })
              : new pkijs.RelativeDistinguishedNames({
                  schema: asn1js.fromBER(buffer(encodeName(responderId.byName))).result,
                }),
          producedAt: data.producedAt,
          responses: data.responses.map(
            (single) =>
              new pkijs.SingleResponse({
                certID: new pkijs.CertID({ schema: asn1js.fromBER(buffer(single.certId)).result }),
                certStatus: theirStatus(single.certStatus),
                thisUpdate: single.thisUpdate,
                ...(single.nextUpdate && { nextUpdate: single.nextUpdate }),
                ...(single.extensions && { singleExtensions: single.extensions.map(theirExtension) }),
              }),
          ),
          ...(data.extensions && { responseExtensions: data.extensions.map(theirExtension) }),
        });
        // Without these bytes it would write an empty schema for the data.
        tbsResponseData.tbs = tbsResponseData.toSchema(true).toBER() as ArrayBuffer;
        const basic = new pkijs.BasicOCSPResponse({
          tbsResponseData,
          signatureAlgorithm: new pkijs.AlgorithmIdentifier({
            schema: asn1js.fromBER(buffer(EC_SHA256)).result,
          }),
          signature: new asn1js.BitString({ valueHex: buffer(SIGNATURE) }),
          certs: [pkijs.Certificate.fromBER(buffer(CA.der))],
        });
        const response = new pkijs.OCSPResponse({
          responseStatus: new asn1js.Enumerated({ value: 0 }),
          responseBytes: new pkijs.ResponseBytes({
            responseType: OID.ocspBasic,
            response: new asn1js.OctetString({ valueHex: basic.toSchema().toBER() }),
          }),
        });
        const bytes = new Uint8Array(response.toSchema().toBER());
        expectSame(bytes, data);
        expect(Buffer.compare(around(encodeResponseData(data), [CA.der]), bytes)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('error answers', () => {
  const errors = (Object.keys(OCSP_RESPONSE_STATUS) as OcspResponseStatus[]).filter(
    (status): status is Exclude<OcspResponseStatus, 'successful'> => status !== 'successful',
  );
  it.each(errors)('%s', (status) => {
    const bytes = encodeOcspError(status);
    expect(Buffer.from(bytes).toString('hex')).toBe(`30030a010${OCSP_RESPONSE_STATUS[status]}`);
    expect(decodeOcspResponse(bytes)).toEqual({ status });
    const theirs = new pkijs.OCSPResponse({ schema: asn1js.fromBER(buffer(bytes)).result });
    expect(theirs.responseStatus.valueBlock.valueDec).toBe(OCSP_RESPONSE_STATUS[status]);
  });
});

/* openssl ------------------------------------------------------------------------------------------------- */

describe.skipIf(NO_OPENSSL)('openssl', () => {
  const inFolder = (run: (file: (name: string) => string) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), 'ocsp-'));
    try {
      writeFileSync(join(folder, 'ca.pem'), encodePem('CERTIFICATE', CA.der));
      writeFileSync(join(folder, 'key.pem'), CA.privateKey.export({ type: 'pkcs8', format: 'pem' }));
      run((name) => join(folder, name));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const signedBy = (data: ResponseData): Der => {
    const tbs = encodeResponseData(data);
    const signatureValue = sign('sha256', tbs, CA.privateKey);
    return encodeOcspResponse({ tbs, signatureAlgorithm: EC_SHA256, signatureValue, certs: [CA.der] });
  };
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  const later = new Date(now.getTime() + 3_600_000);
  const earlier = new Date(now.getTime() - 3_600_000);

  it('verifies and reads answers of this project', () =>
    inFolder((file) => {
      const nonce = new Uint8Array(32).fill(0x5a);
      const request = encodeOcspRequest({
        certIds: ['31', '8f01', '7f'].map((serial) => idOf(parseSerial(serial))),
        nonce,
      });
      writeFileSync(file('request.der'), request);
      const response = signedBy({
        responderId: { byKey: keyIdentifier(issuer.subjectPublicKeyInfo) },
        producedAt: now,
        nonce,
        responses: [
          {
            certId: idOf(parseSerial('31')),
            certStatus: { status: 'good' },
            thisUpdate: now,
            nextUpdate: later,
          },
          {
            certId: idOf(parseSerial('8f01')),
            certStatus: { status: 'revoked', revocationTime: earlier, revocationReason: 'keyCompromise' },
            thisUpdate: now,
            nextUpdate: later,
          },
          { certId: idOf(parseSerial('7f')), certStatus: { status: 'unknown' }, thisUpdate: now },
        ],
      });
      writeFileSync(file('response.der'), response);
      const verifying = ['-CAfile', file('ca.pem'), '-partial_chain'];
      // Given the request, it compares the nonces; given serial numbers, it prints the status of each.
      const text = openssl([
        ...['ocsp', '-respin', file('response.der'), '-reqin', file('request.der'), '-resp_text'],
        ...verifying,
      ]);
      const asking = ['-issuer', file('ca.pem'), '-serial', '0x31', '-serial', '0x8f01', '-no_nonce'];
      const said = openssl(['ocsp', '-respin', file('response.der'), ...asking, ...verifying]);
      expect(said).toMatch(/0x31: good\n[\s\S]*0x8f01: revoked\n[\s\S]*Reason: keyCompromise/);
      for (const line of [
        'Cert Status: good',
        'Cert Status: revoked',
        'Revocation Reason: keyCompromise (0x1)',
        'Cert Status: unknown',
        `0420${'5A'.repeat(32)}`,
      ])
        expect(text).toContain(line);
      // openssl must notice tampering; otherwise its verification above proves nothing.
      const bad = Buffer.from(response);
      bad[bad.indexOf(Buffer.from(idOf(parseSerial('31')))) + 20] = 0xee;
      writeFileSync(file('bad.der'), bad);
      expect(() => openssl(['ocsp', '-respin', file('bad.der'), ...asking, ...verifying])).toThrow(
        /Response Verify Failure/i,
      );
    }));

  it('writes answers that this project reads', () =>
    inFolder((file) => {
      writeFileSync(
        file('index.txt'),
        [
          'V\t391231235959Z\t\t31\tunknown\t/CN=a',
          'R\t391231235959Z\t261101000000Z,superseded\t8F01\tunknown\t/CN=b',
          'R\t391231235959Z\t261101000000Z\t7F\tunknown\t/CN=c',
          '',
        ].join('\n'),
      );
      const request = encodeOcspRequest({
        certIds: ['31', '8f01', '7f', '55'].map((serial) => idOf(parseSerial(serial))),
        nonce: new Uint8Array(32).fill(1),
      });
      writeFileSync(file('request.der'), request);
      openssl([
        ...['ocsp', '-index', file('index.txt'), '-CA', file('ca.pem'), '-rsigner', file('ca.pem')],
        ...[
          '-rkey',
          file('key.pem'),
          '-nmin',
          '60',
          '-reqin',
          file('request.der'),
          '-respout',
          file('response.der'),
        ],
      ]);
      const bytes = new Uint8Array(readFileSync(file('response.der')));
      const basic = basicOf(bytes);
      expect(basic.responderId).toEqual({ byName: issuer.subject });
      expect(basic.nonce).toEqual(new Uint8Array(32).fill(1));
      const revocationTime = new Date('2026-11-01T00:00:00Z');
      expect(basic.responses.map(({ certStatus }) => certStatus)).toEqual([
        { status: 'good' },
        { status: 'revoked', revocationTime, revocationReason: 'superseded' },
        { status: 'revoked', revocationTime },
        { status: 'unknown' },
      ]);
      const key = new X509Certificate(CA.der).publicKey;
      expect(verify('sha256', basic.tbs, key, basic.signatureValue)).toBe(true);
      const responses = basic.responses.map((single) => ({ ...single, certId: single.certId.der }));
      expect(encodeResponseData({ ...basic, responses })).toEqual(basic.tbs);
      expect(encodeOcspResponse(basic)).toEqual(bytes);
    }));

  it('finds well-formed DER in it', () => {
    const data = fc.sample(datas, { numRuns: 5, seed: 4 });
    for (const one of data) {
      const bytes = around(encodeResponseData(one), [CA.der]);
      expect(openssl(['asn1parse', '-inform', 'DER'], bytes)).toContain('Basic OCSP Response');
    }
  });
});

/* Refusals ------------------------------------------------------------------------------------------------ */

const TIME = encodeGeneralizedTime(new Date('2026-11-22T00:00:00Z'));
const ID = idOf(parseSerial('31'));
const BY_KEY = tlv(0xa2, derOctetString(new Uint8Array(20)));
const GOOD = tlv(0x80);
const single = (...parts: readonly Uint8Array[]): Der => derSequence(...parts);
const answer = (
  parts: {
    by?: Uint8Array;
    at?: Uint8Array;
    list?: Uint8Array;
    before?: Uint8Array;
    after?: readonly Uint8Array[];
  } = {},
): Der =>
  around(
    derSequence(
      parts.before ?? new Uint8Array(),
      parts.by ?? BY_KEY,
      parts.at ?? TIME,
      parts.list ?? derSequence(single(ID, GOOD, TIME)),
      ...(parts.after ?? []),
    ),
  );
const about = (...parts: readonly Uint8Array[]): Der => answer({ list: derSequence(single(...parts)) });
const outer = (...parts: readonly Uint8Array[]): Der => derSequence(...parts);
const status = (number: number): Der => derInteger(number, TAG.enumerated);
const body = (type: string, basic: Uint8Array): Der =>
  tlv(0xa0, derSequence(derOid(parseOid(type)), derOctetString(basic)));

describe('refusals', () => {
  it('the parts that the refusals change are valid by themselves', () => {
    expect(basicOf(answer()).responses).toHaveLength(1);
    expect(basicOf(about(ID, tlv(0xa1, TIME, tlv(0xa0, status(0))), TIME)).responses[0]?.certStatus).toEqual({
      status: 'revoked',
      revocationTime: new Date('2026-11-22T00:00:00Z'),
      revocationReason: 'unspecified',
    });
  });

  const extension = (oid: string, value: Uint8Array): Der =>
    derSequence(derOid(parseOid(oid)), derOctetString(value));
  const basic = derSequence(
    derSequence(BY_KEY, TIME, derSequence(single(ID, GOOD, TIME))),
    EC_SHA256,
    tlv(TAG.bitString, Uint8Array.of(0, 1)),
  );
  it.each<[string, FaultCode, Uint8Array]>([
    ['status 4', 'malformed-ocsp-response', outer(status(4))],
    ['status 7', 'malformed-ocsp-response', outer(status(7))],
    ['a status as INTEGER', 'malformed-der', outer(derInteger(1))],
    ['success without an answer', 'malformed-ocsp-response', outer(status(0))],
    ['an error with an answer', 'malformed-ocsp-response', outer(status(3), body(OID.ocspBasic, basic))],
    ['another type of answer', 'malformed-ocsp-response', outer(status(0), body('1.2.3', basic))],
    [
      'octets after the basic response',
      'trailing-data',
      outer(status(0), body(OID.ocspBasic, Buffer.concat([basic, derNull()]))),
    ],
    ['an element after the answer', 'malformed-der', outer(status(0), body(OID.ocspBasic, basic), derNull())],
    ['version 1 written out', 'malformed-ocsp-response', answer({ before: tlv(0xa0, derInteger(0)) })],
    ['version 2', 'malformed-ocsp-response', answer({ before: tlv(0xa0, derInteger(1)) })],
    [
      'a key hash of 32 octets',
      'malformed-ocsp-response',
      answer({ by: tlv(0xa2, derOctetString(new Uint8Array(32))) }),
    ],
    ['no responder', 'malformed-ocsp-response', answer({ by: new Uint8Array() })],
    ['producedAt as UTCTime', 'malformed-der', answer({ at: encodeTime(new Date('2026-11-22T00:00:00Z')) })],
    [
      'producedAt with milliseconds',
      'malformed-der',
      answer({ at: tlv(TAG.generalizedTime, Buffer.from('20261122000000.123Z')) }),
    ],
    ['no response', 'malformed-ocsp-response', answer({ list: derSequence() })],
    ['an element after the data', 'malformed-der', answer({ after: [derNull()] })],
    ['an empty extension list', 'malformed-ocsp-response', answer({ after: [tlv(0xa1, derSequence())] })],
    [
      'a nonce of bare octets',
      'malformed-ocsp-response',
      answer({ after: [tlv(0xa1, derSequence(extension(OID.ocspNonce, new Uint8Array(8).fill(0xaa))))] }),
    ],
    ['a certStatus of tag 3', 'malformed-ocsp-response', about(ID, tlv(0x83), TIME)],
    ['good with content', 'malformed-ocsp-response', about(ID, tlv(0x80, Uint8Array.of(0)), TIME)],
    ['good as NULL', 'malformed-ocsp-response', about(ID, derNull(), TIME)],
    ['revoked without a time', 'malformed-der', about(ID, tlv(0xa1), TIME)],
    [
      'revoked for reason 7',
      'malformed-ocsp-response',
      about(ID, tlv(0xa1, TIME, tlv(0xa0, status(7))), TIME),
    ],
    ['no thisUpdate', 'malformed-der', about(ID, GOOD)],
    [
      'a nextUpdate that is not EXPLICIT',
      'malformed-der',
      about(ID, GOOD, TIME, tlv(0x80, TIME.subarray(2))),
    ],
    ['something else for a CertID', 'malformed-der', about(derBoolean(true), GOOD, TIME)],
  ])('%s', (_, code, bytes) => {
    expect(() => decodeOcspResponse(bytes)).toThrow(refused(code));
  });

  it('octets after the end, and more than 1 MiB', () => {
    expect(() => decodeOcspResponse(Buffer.concat([answer(), derNull()]))).toThrow(refused('trailing-data'));
    expect(() => decodeOcspResponse(new Uint8Array(MAX_OCSP_RESPONSE_BYTES + 1))).toThrow(
      refused('input-too-large'),
    );
  });
});

describe('arbitrary and damaged bytes', () => {
  const seeds = fc.sample(datas, { numRuns: 40, seed: 5 }).flatMap((data) => {
    const tbs = encodeResponseData(data);
    return [around(tbs, [CA.der]), around(tbs)];
  });
  /** The inner DER, damaged and wrapped again, so that the OCTET STRING around it does not shield it. */
  const inside = mutated(seeds.map((seed) => basicOf(seed).tbs)).map((tbs) => around(tbs));

  it('give an answer that encodes to the same bytes, or a Fault', () => {
    let answers = 0;
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), mutated(seeds), inside), (bytes) => {
        const response = valueOrFault(() => decodeOcspResponse(bytes));
        if (response === undefined) return;
        if (response.status !== 'successful') {
          expect(Buffer.compare(encodeOcspError(response.status), bytes)).toBe(0);
          return;
        }
        const { basic } = response;
        answers++;
        // The decoder accepts these, and the encoder never writes them: an explicit `unspecified`, an empty list of
        // certificates.
        const unspecified = basic.responses.some(
          ({ certStatus }) =>
            certStatus.status === 'revoked' && certStatus.revocationReason === 'unspecified',
        );
        const responses = basic.responses.map((one) => ({ ...one, certId: one.certId.der }));
        if (!unspecified)
          expect(Buffer.compare(encodeResponseData({ ...basic, responses }), basic.tbs)).toBe(0);
        const emptyCerts =
          basic.certs.length === 0 &&
          Buffer.from(bytes)
            .subarray(-4)
            .equals(Buffer.of(0xa0, 2, 0x30, 0));
        if (!emptyCerts) expect(Buffer.compare(encodeOcspResponse(basic), asDer(bytes))).toBe(0);
      }),
      { numRuns: 8000 },
    );
    expect(answers).toBeGreaterThan(100);
  });
});
