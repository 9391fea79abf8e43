import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCertificateList, encodeTbsCertList } from '../../lib/pki/crl.ts';
import { CertListEntries, type CertListEntryFields } from '../../lib/pki/crl-entries.ts';
import { readCrlOutline } from '../../lib/pki/crl-outline.ts';
import { spliceEntries } from '../../lib/pki/crl-splice.ts';
import { asDer, type Der } from '../../lib/pki/der.ts';
import { parseSerial, type SerialHex } from '../../lib/pki/serial.ts';

/** Encoded entries in which some were changed, compared with all of them encoded anew. */

const serial = fc
  .uint8Array({ minLength: 1, maxLength: 4 })
  .filter((octets) => (octets[0] as number) > 0)
  .map((octets) => parseSerial(Buffer.from(octets).toString('hex')));
const fields: fc.Arbitrary<CertListEntryFields> = fc.record(
  {
    revocationTime: fc.nat(4_000_000_000),
    reason: fc.constantFrom('unspecified', 'superseded'),
    invalidityDate: fc.nat(4_000_000_000),
  },
  { requiredKeys: ['revocationTime', 'reason'] },
);

/** ecdsa-with-SHA256. */
const SIGNATURE = asDer(Buffer.from('300a06082a8648ce3d040302', 'hex'));

const encode = (
  entries: Iterable<readonly [SerialHex, CertListEntryFields | undefined]>,
): CertListEntries => {
  const list = new CertListEntries();
  for (const [of, value] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (value) list.push(of, value);
  return list;
};

const splice = (encoded: Uint8Array, changes: ReadonlyMap<SerialHex, CertListEntryFields | undefined>) => {
  for (const splicing = spliceEntries(encoded, changes); ; ) {
    const step = splicing.next();
    if (step.done) return step.value;
  }
};

const listOf = (entries: CertListEntries): Der =>
  encodeTbsCertList({
    signature: SIGNATURE,
    issuer: [],
    thisUpdate: new Date('2026-11-22T00:00:00Z'),
    nextUpdate: new Date('2026-11-23T00:00:00Z'),
    revokedCertificates: entries,
    crlExtensions: [{ id: 'cRLNumber', critical: false, number: 1n }],
  });

const crlOf = (entries: CertListEntries): Der =>
  encodeCertificateList(listOf(entries), SIGNATURE, new Uint8Array(8));

const expectSame = (
  before: ReadonlyMap<SerialHex, CertListEntryFields>,
  changes: ReadonlyMap<SerialHex, CertListEntryFields | undefined>,
): void => {
  const spliced = splice(readCrlOutline(crlOf(encode(before))).entries, changes);
  const anew = encode(new Map<SerialHex, CertListEntryFields | undefined>([...before, ...changes]));
  expect(spliced.length).toBe(anew.length);
  expect(Buffer.compare(listOf(spliced), listOf(anew))).toBe(0);
};

describe('the changed entries of a CRL', () => {
  it('give the same bytes as all entries encoded anew', () => {
    const list = fc.array(fc.tuple(serial, fields), { maxLength: 40 });
    const some = fc.array(fc.tuple(serial, fc.option(fields, { nil: undefined })), { maxLength: 20 });
    fc.assert(
      fc.property(
        list,
        some,
        fc.array(fc.tuple(fc.nat(39), fc.option(fields, { nil: undefined }))),
        (a, b, c) => {
          // Changes of existing entries and of entries that do not exist.
          const known = c.flatMap(([n, value]) => (a[n] ? [[a[n][0], value] as const] : []));
          expectSame(new Map(a), new Map([...b, ...known]));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('yield to the event loop if there are many', () => {
    const before = new Map(
      Array.from({ length: 120_000 }, (_, n) => [
        parseSerial(`01${n.toString(16).padStart(8, '0')}`),
        { revocationTime: 1_767_225_600 + n, reason: 'superseded' } as const,
      ]),
    );
    const steps = [...spliceEntries(readCrlOutline(crlOf(encode(before))).entries, new Map())];
    expect(steps.length).toBeGreaterThanOrEqual(2);
    const [first, second] = [...before.keys()];
    expectSame(
      before,
      new Map([
        [first as SerialHex, undefined],
        [parseSerial('ff'), before.get(second as SerialHex)],
      ]),
    );
  });

  it('are those of the CRL, even of one without entries', () => {
    expect(readCrlOutline(crlOf(encode([]))).entries).toHaveLength(0);
    const one = encode([[parseSerial('01'), { revocationTime: 0, reason: 'superseded' }]]);
    const { length } = readCrlOutline(crlOf(one)).entries;
    expect(length).toBe(one.size);
  });
});
