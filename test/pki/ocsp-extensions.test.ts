import * as asn1js from 'asn1js';
import fc from 'fast-check';
import * as pkijs from 'pkijs';
import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../lib/fault.ts';
import { type Der, TAG } from '../../lib/pki/der.ts';
import { derInteger, derNull, derOctetString, derOid, derSequence, tlv } from '../../lib/pki/der-encoder.ts';
import type { Extension } from '../../lib/pki/extension-bodies.ts';
import {
  algorithmId,
  archiveCutoffExtension,
  crlReferencesExtension,
  EXTENDED_REVOKE,
  findPreferredAlgorithms,
} from '../../lib/pki/ocsp-extensions.ts';
import { findNonce, nonceExtension } from '../../lib/pki/ocsp-nonce.ts';
import { parseOid } from '../../lib/pki/oid.ts';
import { OID } from '../../lib/pki/oids.ts';
import { dates, oids } from './arbitraries.ts';
import { mutated, valueOrFault } from './mutation.ts';
import { isReadable, withReadableOids } from './pkijs-oracle.ts';

/** The extensions of RFC 6960 4.4, read and written here and by pkijs. */

const refused = (code: FaultCode) => expect.objectContaining({ name: 'Fault', code });
const buffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const bytesOf = (schema: { toBER(): ArrayBuffer }): Uint8Array => new Uint8Array(schema.toBER());
const valueIn = (extension: Extension): Uint8Array => {
  if (extension.id !== 'other') throw new Error(`${extension.id} is not an extension of OCSP`);
  return extension.value;
};
const extension = (oid: string, value: Uint8Array): Extension => ({
  id: 'other',
  oid: parseOid(oid),
  value,
  critical: false,
});
const preferring = (value: Uint8Array) => [extension(OID.ocspPreferredSignatureAlgorithms, value)];

/* PreferredSignatureAlgorithms --------------------------------------------------------------------------- */

/** Parameters: none, NULL, a curve, a structure. */
const parameters = fc.oneof(
  fc.constant(undefined),
  fc.constant(derNull()),
  oids.map((oid) => derOid(oid)),
  fc.uint8Array({ maxLength: 20 }).map((octets) => derSequence(derOctetString(octets))),
);
const algorithms = fc.record({ oid: oids, parameters });
const preferences = fc.array(
  fc.record({ signature: algorithms, publicKey: algorithms }, { requiredKeys: ['signature'] }),
  { maxLength: 8 },
);
type Algorithm = typeof algorithms extends fc.Arbitrary<infer T> ? T : never;
type Preferences = typeof preferences extends fc.Arbitrary<infer T> ? T : never;

const theirAlgorithm = ({ oid, parameters: given }: Algorithm): asn1js.Sequence =>
  new pkijs.AlgorithmIdentifier({
    algorithmId: oid,
    ...(given && { algorithmParams: asn1js.fromBER(buffer(given)).result }),
  }).toSchema();
const written = (list: Preferences): Uint8Array =>
  bytesOf(
    new asn1js.Sequence({
      value: list.map(
        ({ signature, publicKey }) =>
          new asn1js.Sequence({
            value: [theirAlgorithm(signature), ...(publicKey ? [theirAlgorithm(publicKey)] : [])],
          }),
      ),
    }),
  );
/** NULL means the same as nothing for every algorithm used here. */
const expected = ({ oid, parameters: given }: Algorithm) =>
  given && Buffer.compare(given, derNull()) !== 0
    ? { algorithm: oid, parameters: new Uint8Array(given) }
    : { algorithm: oid };

/** The same bytes as pkijs reads them: each identifier with its parameters in hex. */
const theirReading = (value: Uint8Array): string[][] => {
  const { result, offset } = asn1js.fromBER(buffer(value));
  if (offset !== value.length) throw new Error(result.error);
  return (result as asn1js.Sequence).valueBlock.value.map((pair) =>
    (pair as asn1js.Sequence).valueBlock.value.map((schema) => {
      const { algorithmId: oid, algorithmParams } = new pkijs.AlgorithmIdentifier({ schema });
      const given = algorithmParams ? Buffer.from(algorithmParams.toBER()).toString('hex') : '';
      return `${oid} ${given === '0500' ? '' : given}`;
    }),
  );
};
const ourReading = (value: Uint8Array): string[][] =>
  findPreferredAlgorithms(preferring(value)).map(({ sigIdentifier, pubKeyAlgIdentifier }) =>
    [sigIdentifier, ...(pubKeyAlgIdentifier ? [pubKeyAlgIdentifier] : [])].map(
      ({ algorithm, parameters: given }) => `${algorithm} ${given ? Buffer.from(given).toString('hex') : ''}`,
    ),
  );

describe('preferred signature algorithms', () => {
  it('of pkijs read as they were written, in their order', () => {
    fc.assert(
      fc.property(preferences, (list) => {
        expect(findPreferredAlgorithms(preferring(written(list)))).toEqual(
          list.map(({ signature, publicKey }) => ({
            sigIdentifier: expected(signature),
            ...(publicKey && { pubKeyAlgIdentifier: expected(publicKey) }),
          })),
        );
      }),
      { numRuns: 400 },
    );
  });

  it('are found among other extensions, and are none if the extension is absent', () => {
    const value = written([{ signature: { oid: parseOid('1.2.3'), parameters: undefined } }]);
    const others = [extension('1.2.3.4', derNull()), nonceExtension(new Uint8Array(4))];
    expect(findPreferredAlgorithms([...others, ...preferring(value)])).toEqual([
      { sigIdentifier: { algorithm: '1.2.3' } },
    ]);
    expect(findPreferredAlgorithms(others)).toEqual([]);
    expect(findPreferredAlgorithms([])).toEqual([]);
  });

  it('that are damaged are refused, or read the same in pkijs and here', () => {
    const seeds = fc
      .sample(preferences, { numRuns: 60, seed: 6 })
      .filter((list) => list.length > 0)
      .map(written);
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(mutated(seeds), fc.uint8Array({ maxLength: 60 })), (value) => {
        const ours = valueOrFault(() => ourReading(value));
        if (ours === undefined) {
          expect(() => findPreferredAlgorithms(preferring(value))).toThrow(refused('malformed-ocsp-request'));
          return;
        }
        const given = findPreferredAlgorithms(preferring(value)).flatMap((one) => [
          one.sigIdentifier.parameters,
          one.pubKeyAlgIdentifier?.parameters,
        ]);
        if (!given.every((element) => element === undefined || isReadable(element))) return;
        read++;
        expect(ours).toEqual(withReadableOids(theirReading(value), ours));
      }),
      { numRuns: 6000 },
    );
    expect(read).toBeGreaterThan(200);
  });

  const ID = derSequence(derOid(parseOid('1.2.3')));
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['no SEQUENCE', derNull()],
    ['an algorithm outside of a pair', derSequence(ID)],
    ['a pair of three', derSequence(derSequence(ID, ID, ID))],
    ['an empty pair', derSequence(derSequence())],
    ['an algorithm without an identifier', derSequence(derSequence(derSequence()))],
    [
      'an algorithm with two parameters',
      derSequence(derSequence(derSequence(derOid(parseOid('1.2.3')), derNull(), derNull()))),
    ],
    ['an element after the list', Buffer.concat([derSequence(), derNull()])],
    ['an indefinite length', Buffer.from('30800000', 'hex')],
    ['thirty-three of them', derSequence(...Array<Der>(33).fill(derSequence(ID)))],
  ])('of %s are refused', (_, value) => {
    expect(() => findPreferredAlgorithms(preferring(value))).toThrow(refused('malformed-ocsp-request'));
  });

  it('may be thirty-two', () => {
    const value = derSequence(...Array<Der>(32).fill(derSequence(ID)));
    expect(findPreferredAlgorithms(preferring(value))).toHaveLength(32);
  });

  it("are compared with a responder's algorithm including all parameters", () => {
    expect(algorithmId(derSequence(derOid(OID.sha1), derNull()))).toEqual({ algorithm: OID.sha1 });
    const curve = derOid(parseOid('1.2.840.10045.3.1.7'));
    expect(algorithmId(derSequence(derOid(parseOid('1.2.840.10045.2.1')), curve))).toEqual({
      algorithm: '1.2.840.10045.2.1',
      parameters: new Uint8Array(curve),
    });
  });
});

/* The nonce ---------------------------------------------------------------------------------------------- */

describe('a nonce', () => {
  it('of any octets is written, read by pkijs, and read back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (nonce) => {
        const theirs = bytesOf(new asn1js.OctetString({ valueHex: buffer(nonce) }));
        expect(new Uint8Array(valueIn(nonceExtension(nonce)))).toEqual(theirs);
        expect(findNonce([extension(OID.ocspNonce, theirs)], 'malformed-ocsp-request')).toEqual(nonce);
      }),
    );
  });

  it('that is damaged is refused, or is an OCTET STRING to pkijs as well', () => {
    // The nonce is damaged inside another element, whose two header octets are removed afterwards.
    const seeds = [1, 16, 32, 64, 100].map((length) =>
      derSequence(derOctetString(new Uint8Array(length).fill(0x30))),
    );
    const damaged = mutated(seeds).map((bytes) => bytes.subarray(2));
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 40 })), (value) => {
        const nonce = valueOrFault(() =>
          findNonce([extension(OID.ocspNonce, value)], 'malformed-ocsp-request'),
        );
        if (nonce === undefined) return;
        read++;
        const { result, offset } = asn1js.fromBER(buffer(value));
        expect(offset).toBe(value.length);
        expect(result).toBeInstanceOf(asn1js.OctetString);
        expect(new Uint8Array((result as asn1js.OctetString).valueBlock.valueHexView)).toEqual(
          new Uint8Array(nonce),
        );
        expect(new Uint8Array(derOctetString(nonce))).toEqual(new Uint8Array(value));
      }),
      { numRuns: 4000 },
    );
    expect(read).toBeGreaterThan(100);
  });
});

/* Extensions of answers only ------------------------------------------------------------------------------- */

describe('extensions of answers', () => {
  const anyTime = dates('1950-01-01T00:00:00Z', '9999-12-31T23:59:59Z');

  it('an archive cutoff is a GeneralizedTime', () => {
    fc.assert(
      fc.property(anyTime, (cutoff) => {
        const made = archiveCutoffExtension(cutoff);
        expect(made).toMatchObject({ oid: OID.ocspArchiveCutoff, critical: false });
        const { result } = asn1js.fromBER(buffer(valueIn(made)));
        expect((result as asn1js.GeneralizedTime).toDate()).toEqual(cutoff);
      }),
    );
  });

  it('CRL references are CrlID, with all three of its members', () => {
    const urls = fc.webUrl();
    const numbers = fc.oneof(fc.nat(), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
    fc.assert(
      fc.property(urls, numbers, anyTime, (url, number, thisUpdate) => {
        const value = valueIn(crlReferencesExtension({ url, number, thisUpdate }));
        const { result } = asn1js.fromBER(buffer(value));
        const members = (result as asn1js.Sequence).valueBlock.value.map((member) => {
          const [inner] = (member as asn1js.Constructed).valueBlock.value;
          return [member.idBlock.tagClass, member.idBlock.tagNumber, inner] as const;
        });
        expect(members.map(([tagClass, tag]) => [tagClass, tag])).toEqual([
          [3, 0],
          [3, 1],
          [3, 2],
        ]);
        const [theirUrl, theirNumber, theirTime] = members.map(([, , inner]) => inner);
        expect((theirUrl as asn1js.IA5String).valueBlock.value).toBe(url);
        expect((theirNumber as asn1js.Integer).toBigInt()).toBe(BigInt(number));
        expect((theirTime as asn1js.GeneralizedTime).toDate()).toEqual(thisUpdate);
      }),
    );
  });

  it('the extended definition of revoked is NULL', () => {
    expect(Buffer.from(valueIn(EXTENDED_REVOKE)).toString('hex')).toBe('0500');
    expect(EXTENDED_REVOKE).toMatchObject({ oid: '1.3.6.1.5.5.7.48.1.9', critical: false });
  });

  it('numbers and times have the tags of RFC 6960 4.4.2', () => {
    const value = valueIn(crlReferencesExtension({ url: 'http://a/b', number: 5, thisUpdate: new Date(0) }));
    expect(new Uint8Array(value)).toEqual(
      new Uint8Array(
        derSequence(
          tlv(0xa0, tlv(TAG.ia5String, Buffer.from('http://a/b'))),
          tlv(0xa1, derInteger(5)),
          tlv(0xa2, tlv(TAG.generalizedTime, Buffer.from('19700101000000Z'))),
        ),
      ),
    );
  });
});
