import * as asn1js from 'asn1js';
import fc from 'fast-check';
import * as pkijs from 'pkijs';
import { describe, expect, it } from 'vitest';
import { certsOnly } from '../../lib/pki/certs-only.ts';
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
