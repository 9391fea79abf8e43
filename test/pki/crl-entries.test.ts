import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSigned } from '../../lib/pki/certificate.ts';
import { encodeCertificateList, encodeTbsCertList, type RevokedCertificate } from '../../lib/pki/crl.ts';
import { CertListEntries, type CertListEntryFields } from '../../lib/pki/crl-entries.ts';
import { asDer, type Der, TAG } from '../../lib/pki/der.ts';
import { CRL_REASONS, type CrlReason } from '../../lib/pki/extension-bodies.ts';
import type { Name } from '../../lib/pki/name.ts';
import { OID } from '../../lib/pki/oids.ts';
import { parseSerial } from '../../lib/pki/serial.ts';

/** Entries encoded one by one, compared with the same entries encoded from an array. */

const seconds = fc.oneof(
  fc.integer({ min: 0, max: 4_102_444_800 }),
  fc.integer({ min: -631_152_000, max: 253_402_300_799 }),
  fc.constantFrom(-631_152_000, 2_524_607_999, 2_524_608_000, 951_782_400, 1_709_164_800.5),
);
const fields: fc.Arbitrary<CertListEntryFields> = fc.record(
  {
    revocationTime: seconds,
    reason: fc.constantFrom(...(Object.keys(CRL_REASONS) as CrlReason[])),
    invalidityDate: seconds,
  },
  { requiredKeys: ['revocationTime', 'reason'] },
);
const serial = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .filter((octets) => (octets[0] as number) > 0 && (octets.length < 20 || (octets[0] as number) < 0x80))
  .map((octets) => Buffer.from(octets).toString('hex'));

const plain = (of: string, value: CertListEntryFields): RevokedCertificate => ({
  serialNumber: parseSerial(of),
  revocationDate: new Date(value.revocationTime * 1000),
  ...(value.reason !== 'unspecified' && { reasonCode: value.reason }),
  ...(value.invalidityDate !== undefined && { invalidityDate: new Date(value.invalidityDate * 1000) }),
});

const ECDSA = asDer(Buffer.from('300a06082a8648ce3d040302', 'hex'));

const encode = (
  revokedCertificates: readonly RevokedCertificate[] | CertListEntries,
  issuer: Name = [],
): Der =>
  encodeTbsCertList({
    signature: ECDSA,
    issuer,
    thisUpdate: new Date('2026-11-22T00:00:00Z'),
    nextUpdate: new Date('2026-11-23T00:00:00Z'),
    revokedCertificates,
    crlExtensions: [],
  });

describe('entries of a CRL', () => {
  it('have the same bytes one by one as from an array, however many there are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(serial, fields), { maxLength: 50 }), fc.nat(3_000), (given, more) => {
        const entries = new CertListEntries();
        const values: RevokedCertificate[] = [];
        const push = ([of, value]: (typeof given)[number]): void => {
          entries.push(of, value);
          values.push(plain(of, value));
        };
        given.forEach(push);
        // More entries than fit into the first block of memory.
        if (given[0]) for (let i = 0; i < more; i++) push(given[i % given.length] as (typeof given)[number]);
        expect(entries.length).toBe(values.length);
        expect(Buffer.compare(encode(entries), encode(values))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  const usual = { revocationTime: 1_767_225_600, reason: 'superseded' } as const;

  it('take serial numbers in the same forms as other encoders, and write them in one form', () => {
    const entries = new CertListEntries();
    for (const text of ['0AFF', '5', 'FF01']) entries.push(text, usual);
    const values = ['0aff', '05', 'ff01'].map((of) => plain(of, usual));
    expect(Buffer.compare(encode(entries), encode(values))).toBe(0);
  });

  it.each([
    '',
    '00',
    '0',
    '0011',
    '0g',
    'x1',
    '0１',
    `80${'00'.repeat(19)}`,
    '11'.repeat(21),
    '11'.repeat(5000),
  ])('refuse what is no serial number, and keep nothing of it: %j', (odd) => {
    const entries = new CertListEntries();
    entries.push('01', usual);
    expect(() => entries.push(odd, usual)).toThrow(expect.objectContaining({ code: 'malformed-serial' }));
    entries.push('02', usual);
    const values = ['01', '02'].map((of) => plain(of, usual));
    expect(entries.length).toBe(2);
    expect(Buffer.compare(encode(entries), encode(values))).toBe(0);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -631_152_001, 253_402_300_800])(
    'refuse a time that cannot be written: %d',
    (revocationTime) => {
      const entries = new CertListEntries();
      expect(() => entries.push('01', { ...usual, revocationTime })).toThrow(
        expect.objectContaining({ code: 'invalid-input' }),
      );
      expect(entries.length).toBe(0);
    },
  );

  it('can become a CRL in place once, and bytes that were given out never change', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(serial, fields), { maxLength: 200 }), (given) => {
        const entries = new CertListEntries();
        for (const [serialNumber, value] of given) entries.push(serialNumber, value);
        const tbs = encode(entries);
        const signatures = [3, 70, 5_000].map((length) => new Uint8Array(length).fill(length));
        const expected = signatures.map((one) => encodeSigned(tbs.slice(), ECDSA, one));
        const signed = signatures.map((one) => encodeCertificateList(tbs, ECDSA, one));
        const again = encode(entries);
        expect(signed.map((der, i) => Buffer.compare(der, expected[i] as Uint8Array))).toEqual([0, 0, 0]);
        expect(Buffer.compare(again, tbs)).toBe(0);
        const inPlace = signed.filter(({ buffer }) => buffer === tbs.buffer).length;
        expect(inPlace).toBe(given.length > 0 ? 1 : 0);
        if (given.length > 0) expect(() => entries.append(new Uint8Array(1), 1)).toThrow('already');
      }),
      { numRuns: 60 },
    );
  });

  it('are copied if there is no room for the bytes before them', () => {
    for (const length of [10, 4_000, 4_096, 5_000]) {
      const entries = new CertListEntries();
      entries.push('01', usual);
      const issuer: Name = [[{ type: OID.CN, tag: TAG.utf8String, value: 'x'.repeat(length) }]];
      expect(Buffer.compare(encode(entries, issuer), encode([plain('01', usual)], issuer))).toBe(0);
    }
  });
});
