import * as asn1js from 'asn1js';
import fc from 'fast-check';
import * as pkijs from 'pkijs';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { certsOnly, decodeCertsOnly } from '../../lib/pki/certs-only.ts';
import { asDer, type Der, TAG } from '../../lib/pki/der.ts';
import { derOctetString, derSequence } from '../../lib/pki/der-encoder.ts';
import { DerReader } from '../../lib/pki/der-reader.ts';
import { decodePem } from '../../lib/pki/pem.ts';
import { NO_OPENSSL, openssl } from './openssl.ts';
import { NO_REAL_CAS, REAL_CAS } from './real-ca.ts';
import { selfSigned } from './self-signed.ts';

const own = Array.from({ length: 5 }, () => selfSigned().der);
const foreign = REAL_CAS.map(({ pem }) => asDer(decodePem('CERTIFICATE', pem, 65_536)));

/** In the order of the encodings, as a SET OF has them (X.690 11.6). */
const inOrder = (certificates: readonly Der[]): readonly Buffer[] =>
  certificates.toSorted(Buffer.compare).map((der) => Buffer.from(der));

/** Reads the whole message with the strict reader, and gives the certificates. */
const read = (message: Uint8Array): readonly Buffer[] => {
  const contentInfo = DerReader.whole(message, 1_000_000).sequence();
  expect(contentInfo.oid()).toBe('1.2.840.113549.1.7.2');
  const explicit = contentInfo.into(0xa0);
  contentInfo.finish();
  const signedData = explicit.sequence();
  explicit.finish();
  expect(signedData.small()).toBe(1);
  signedData.setOf().finish();
  const encapsulated = signedData.sequence();
  expect(encapsulated.oid()).toBe('1.2.840.113549.1.7.1');
  encapsulated.finish();
  const set = signedData.setOf(0xa0);
  const certificates: Buffer[] = [];
  while (!set.done) certificates.push(Buffer.from(set.element().der));
  // The signers come next, with no CRLs before them.
  expect(signedData.peek()).toBe(TAG.set);
  signedData.setOf().finish();
  signedData.finish();
  return certificates;
};

describe('a certs-only message', () => {
  it('is strict DER with nothing but the certificates, any number and in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...own, ...foreign], { minLength: 1, maxLength: 5 }),
        async (given) => {
          const before = [...given];
          const message = await certsOnly(given);
          expect(read(message)).toEqual(inOrder(given));
          expect(given).toEqual(before);
          expect(await certsOnly(given.toReversed())).toEqual(message);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('has certificates of sizes for each form of the DER length', async () => {
    for (const bytes of [0, 1, 0x7d, 0x7e, 0xfd, 0xfe, 0xfffb, 0x10_000]) {
      const odd = derSequence(derOctetString(new Uint8Array(bytes)));
      expect(read(await certsOnly([odd]))).toEqual([Buffer.from(odd)]);
    }
  });

  it('holds a certificate unchanged, even if pkijs would encode it differently or not read it', async () => {
    // BER inside: an OCTET STRING with its length in more octets than it needs.
    const odd = asDer(Buffer.from('300504820001ff', 'hex'));
    expect(Buffer.from(asn1js.fromBER(new Uint8Array(odd)).result.toBER())).not.toEqual(Buffer.from(odd));
    expect(() => pkijs.Certificate.fromBER(new Uint8Array(odd))).toThrow();
    const message = Buffer.from(await certsOnly([odd]));
    expect(message.subarray(message.indexOf(odd), message.indexOf(odd) + odd.length)).toEqual(
      Buffer.from(odd),
    );
  });

  it('accepts only SEQUENCEs', async () => {
    await expect(certsOnly([derOctetString(new Uint8Array(3))])).rejects.toThrow(
      expect.objectContaining({ code: 'malformed-der' }),
    );
  });

  it('reads in pkijs as it was written', async () => {
    const message = await certsOnly(own);
    const info = pkijs.ContentInfo.fromBER(new Uint8Array(message));
    expect(info.contentType).toBe(pkijs.ContentInfo.SIGNED_DATA);
    const { certificates, crls, signerInfos, digestAlgorithms, encapContentInfo } = new pkijs.SignedData({
      schema: info.content,
    });
    expect([crls, signerInfos, digestAlgorithms, encapContentInfo.eContent]).toEqual([
      undefined,
      [],
      [],
      undefined,
    ]);
    const serials = (certificates as pkijs.Certificate[]).map(({ serialNumber }) => serialNumber.toBigInt());
    expect(serials).toHaveLength(own.length);
  });
});

const MAX = 1_000_000;
const octets = (certificates: readonly Uint8Array[]): readonly Buffer[] =>
  certificates.map((one) => Buffer.from(one));

/** An element whose length is not said, with an end mark (BER, X.690 8.1.3.6). */
const indefinite = (tag: number, ...content: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Uint8Array.of(tag, 0x80), ...content, Uint8Array.of(0, 0)]);

describe("somebody else's certs-only message", () => {
  it('gives its certificates, octet for octet', async () => {
    const given = [...own, ...foreign];
    expect(octets(await decodeCertsOnly(await certsOnly(given), MAX))).toEqual(inOrder(given));
  });

  it('may be BER, with CRLs and certificates of other kinds beside', async () => {
    const [one] = own as [Der];
    const oid = (last: number) => Buffer.from([6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last]);
    const attribute = Buffer.from('a1023000', 'hex');
    const message = indefinite(
      0x30,
      oid(2),
      indefinite(
        0xa0,
        indefinite(
          0x30,
          Buffer.from('020101', 'hex'),
          indefinite(0x31),
          indefinite(0x30, oid(1)),
          indefinite(0xa0, one, attribute),
          indefinite(0x31),
        ),
      ),
    );
    expect(octets(await decodeCertsOnly(message, MAX))).toEqual([Buffer.from(one)]);
  });

  it('without a certificate, with bytes behind, or too large is refused', async () => {
    const refused = async (bytes: Uint8Array, limit = MAX): Promise<string> =>
      decodeCertsOnly(bytes, limit).then(
        () => 'taken',
        (error: unknown) => (error instanceof Fault ? error.code : 'no fault'),
      );
    const message = await certsOnly(own);
    expect(await refused(await certsOnly([]))).toBe('malformed-certificate');
    expect(await refused(Buffer.concat([message, Uint8Array.of(0)]))).toBe('malformed-certificate');
    expect(await refused(message, message.length - 1)).toBe('input-too-large');
    expect(await refused(own[0] as Der)).toBe('malformed-certificate');
    expect(await refused(new Uint8Array())).toBe('malformed-certificate');
    const many = Array.from({ length: 65 }, () => own[0] as Der);
    expect(await refused(await certsOnly(many))).toBe('malformed-certificate');
  });

  it('that was altered anywhere is refused with a fault, or gives elements', async () => {
    const message = await certsOnly(own.slice(0, 2));
    await fc.assert(
      fc.asyncProperty(fc.nat(message.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const altered = Uint8Array.from(message);
        altered[at] = (altered[at] as number) ^ flip;
        const found = await decodeCertsOnly(altered, MAX).catch((error: unknown) => error);
        expect(Array.isArray(found) || found instanceof Fault).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe.skipIf(NO_OPENSSL)('OpenSSL', () => {
  it('prints the certificates', async () => {
    const files = { 'chain.p7c': await certsOnly(own) };
    const printed = openssl(
      ['pkcs7', '-inform', 'DER', '-in', 'chain.p7c', '-print_certs'],
      files,
    ).toString();
    expect(certificatesIn(printed)).toEqual(inOrder(own));
  });

  it('finds neither content, CRLs nor signers', async () => {
    const files = { 'chain.p7c': await certsOnly(own.slice(0, 1)) };
    const args = ['-cmsout', '-inform', 'DER', '-in', 'chain.p7c', '-noout', '-print'];
    const text = openssl(['cms', ...args], files).toString();
    expect(text).toMatch(/version: 1\n\s+digestAlgorithms:\s+<EMPTY>\n/);
    expect(text).toMatch(/eContent: <ABSENT>/);
    expect(text).toMatch(/crls:\s+<ABSENT>\n\s+signerInfos:\s+<EMPTY>/);
  });

  it.skipIf(NO_REAL_CAS)("finds the certificates of others' CAs as they were", async () => {
    const files = { 'chain.p7c': await certsOnly(foreign) };
    const printed = openssl(
      ['pkcs7', '-inform', 'DER', '-in', 'chain.p7c', '-print_certs'],
      files,
    ).toString();
    expect(certificatesIn(printed)).toEqual(inOrder(foreign));
  });

  const certificatesIn = (printed: string): readonly Buffer[] =>
    [...printed.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g)].map(([pem]) =>
      Buffer.from(decodePem('CERTIFICATE', pem, 65_536)),
    );
});
