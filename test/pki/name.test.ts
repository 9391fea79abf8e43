import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TAG } from '../../lib/pki/der.ts';
import {
  derInteger,
  derNull,
  derOid,
  derSequence,
  derSetOf,
  derText,
  tlv,
} from '../../lib/pki/der-encoder.ts';
import { DerReader } from '../../lib/pki/der-reader.ts';
import { type Attribute, buildName, encodeName, formatName, readName } from '../../lib/pki/name.ts';
import { parseOid } from '../../lib/pki/oid.ts';
import { OID } from '../../lib/pki/oids.ts';
import { mutated, valueOrFault } from './mutation.ts';

const attribute = (value: Uint8Array, type = OID.CN): Uint8Array => derSequence(derOid(type), value);
const nameOf = (...rdns: readonly (readonly Uint8Array[])[]): Uint8Array =>
  derSequence(...rdns.map((attributes) => derSetOf(...attributes)));
const read = (bytes: Uint8Array) => readName(DerReader.whole(bytes, 1 << 20));
const malformedName = expect.objectContaining({ code: 'malformed-name' });
const malformedDer = expect.objectContaining({ code: 'malformed-der' });

describe('reading', () => {
  it.each([
    ['UTF8String', derText(TAG.utf8String, '奈良県 𠮷野町'), '奈良県 𠮷野町'],
    ['PrintableString', derText(TAG.printableString, "a-Z 0'()+,./:=?"), "a-Z 0'()+,./:=?"],
    ['IA5String', derText(TAG.ia5String, 'a@b\u0007'), 'a@b\u0007'],
    ['NumericString', derText(TAG.numericString, '12 3'), '12 3'],
    ['VisibleString', derText(TAG.visibleString, 'a@b'), 'a@b'],
    ['TeletexString as Latin-1', tlv(TAG.teletexString, Uint8Array.of(0x41, 0xe9)), 'Aé'],
    ['BMPString', tlv(TAG.bmpString, Uint8Array.of(0x59, 0x48, 0x82, 0x6f)), '奈良'],
    ['INTEGER, as hex', derInteger(5), '020105'],
    ['UniversalString, as hex', tlv(TAG.universalString, Uint8Array.of(0, 0, 0, 0x41)), '1c0400000041'],
    ['SEQUENCE, as hex', derSequence(derInteger(1)), '3003020101'],
  ])('%s keeps its type and its bytes', (_, element, value) => {
    const bytes = nameOf([attribute(element)]);
    expect(read(bytes)).toEqual([[{ type: OID.CN, tag: element[0], value }]]);
    expect(Buffer.compare(encodeName(read(bytes)), bytes)).toBe(0);
  });

  it('keeps several attributes of one RDN in their DER order', () => {
    const bytes = nameOf([
      attribute(derText(TAG.utf8String, 'long enough'), OID.O),
      attribute(derText(TAG.utf8String, 'x')),
    ]);
    const name = read(bytes);
    expect(name.map((rdn) => rdn.map(({ value }) => value))).toEqual([['x', 'long enough']]);
    expect(formatName(name)).toBe('CN=x+O=long enough');
    expect(Buffer.compare(encodeName([[...(name[0] as Attribute[])].reverse()]), bytes)).toBe(0);
  });

  it('takes 128 attributes and no more, in however many RDNs', () => {
    const one = [attribute(derText(TAG.utf8String, 'a'))];
    expect(read(nameOf(...Array(128).fill(one)))).toHaveLength(128);
    expect(() => read(nameOf(...Array(129).fill(one)))).toThrow(malformedName);
    const many = Array.from({ length: 129 }, (_, i) => attribute(derNull(), parseOid(`1.2.${i}`)));
    expect(() => read(nameOf(many))).toThrow(malformedName);
  });

  it('takes the empty name', () => {
    expect(read(derSequence())).toEqual([]);
    expect(encodeName([])).toEqual(derSequence());
  });

  it.each([
    ['bad UTF-8', tlv(TAG.utf8String, Uint8Array.of(0xff))],
    ['an at sign in a PrintableString', derText(TAG.printableString, 'a@b')],
    ['a letter in a NumericString', derText(TAG.numericString, 'a')],
    ['half a character in a BMPString', tlv(TAG.bmpString, Uint8Array.of(0x59))],
    ['a surrogate in a BMPString', tlv(TAG.bmpString, Uint8Array.of(0xd8, 0x42, 0xdf, 0xb7))],
    ['a string in pieces', tlv(0x2c, derText(TAG.utf8String, 'a'))],
    ['two values', Buffer.concat([derInteger(1), derInteger(2)])],
    ['no value', new Uint8Array()],
  ])('refuses %s', (_, value) => {
    expect(() => read(nameOf([attribute(value)]))).toThrow(malformedDer);
  });

  it('refuses an empty RDN, a repeated type in one, and one out of order', () => {
    const a = attribute(derText(TAG.utf8String, 'a'));
    const b = attribute(derText(TAG.utf8String, 'b'));
    expect(() => read(nameOf([]))).toThrow(malformedName);
    expect(() => read(nameOf([a, b]))).toThrow(malformedName);
    const other = attribute(derText(TAG.utf8String, 'a'), OID.O);
    expect(() => read(derSequence(tlv(TAG.set, other, a)))).toThrow(malformedDer);
    expect(read(derSequence(tlv(TAG.set, a, other)))).toHaveLength(1);
  });

  it('gives a name that encodes to the same bytes, or a Fault, for damaged ones', () => {
    const seeds = [
      encodeName(
        buildName([
          ['C', 'JP'],
          ['O', '奈良県'],
          ['CN', '橿原市長'],
          ['serialNumber', '12'],
        ]),
      ),
      nameOf([attribute(derText(TAG.utf8String, 'x')), attribute(derText(TAG.ia5String, 'long'), OID.DC)]),
    ];
    let decoded = 0;
    fc.assert(
      fc.property(fc.oneof(mutated(seeds), fc.uint8Array()), (bytes) => {
        const name = valueOrFault(() => read(bytes));
        if (name === undefined) return;
        decoded++;
        expect(Buffer.compare(encodeName(name), bytes)).toBe(0);
        expect(formatName(name)).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 3_000 },
    );
    expect(decoded).toBeGreaterThan(100);
  });
});

describe('building', () => {
  it('gives each attribute its RDN and its string type', () => {
    const name = buildName([
      ['C', 'JP'],
      ['O', '奈良県'],
      ['serialNumber', 'A-1'],
      ['DC', 'example'],
      ['emailAddress', 'a@example.jp'],
      ['2.5.4.3', 'dotted'],
      ['1.2.3.4', '未知'],
    ]);
    expect(name.map((rdn) => rdn.map(({ type, tag }) => [type, tag]))).toEqual([
      [[OID.C, TAG.printableString]],
      [[OID.O, TAG.utf8String]],
      [[OID.serialNumber, TAG.printableString]],
      [[OID.DC, TAG.ia5String]],
      [[OID.emailAddress, TAG.ia5String]],
      [[OID.CN, TAG.utf8String]],
      [['1.2.3.4', TAG.utf8String]],
    ]);
    expect(read(encodeName(name))).toEqual(name);
  });

  it.each([
    ['CN', 64],
    ['O', 64],
    ['OU', 64],
    ['title', 64],
    ['L', 128],
    ['ST', 128],
    ['SN', 32_768],
    ['GN', 32_768],
  ])('%s holds %i characters, however many octets or code units, and no more', (type, bound) => {
    for (const character of ['a', '奈', '𠮷']) {
      expect(buildName([[type, character.repeat(bound)]])).toHaveLength(1);
      expect(() => buildName([[type, character.repeat(bound + 1)]])).toThrow(malformedName);
    }
  });

  it.each([
    ['C', 'jp'],
    ['C', 'JPN'],
    ['C', 'J'],
    ['C', '日本'],
    ['serialNumber', '山'],
    ['serialNumber', 'a_b'],
    ['serialNumber', '1'.repeat(65)],
    ['DC', '例え'],
    ['emailAddress', '山@example.jp'],
    ['emailAddress', 'a'.repeat(256)],
    ['CN', ''],
    ['CN', ' a'],
    ['CN', 'a\u3000'],
    ['CN', 'a\u0000b'],
    ['CN', 'a\nb'],
    ['CN', 'a\u0085b'],
    ['CN', 'a\u202eb'],
    ['CN', 'a\u2066b'],
    ['CN', 'a\u2028b'],
    ['CN', 'a\ufeffb'],
    ['CN', 'a\uffffb'],
    ['CN', 'a\ud842'],
    ['cn', 'a'],
    ['XX', 'a'],
    ['toString', 'a'],
    ['', 'a'],
    ['1', 'a'],
    ['1.40', 'a'],
    ['2.5.4.6', 'Japan'],
  ])('refuses %s=%j', (type, value) => {
    expect(() => buildName([[type, value]])).toThrow(malformedName);
  });

  it('never repeats a value in a fault', () => {
    const value = 'personal'.repeat(20);
    expect(() => buildName([['CN', value]])).toThrow(expect.objectContaining({ facts: { attribute: 'CN' } }));
    expect(() => buildName([['CN', value]])).not.toThrow(/personal/);
  });

  it('keeps compatibility ideographs and variation selectors, which names of persons need', () => {
    for (const text of ['\ufa19', '葛\u{e0100}城市', 'か\u3099']) {
      expect(read(encodeName(buildName([['CN', text]])))[0]?.[0]?.value).toBe(text);
    }
  });
});

describe('a hand-made attribute', () => {
  it.each([
    [TAG.printableString, '奈良'],
    [TAG.bmpString, '𠮷'],
    [TAG.utf8String, '\ud800'],
    [TAG.integer, 'zz'],
    [TAG.integer, '0c0141'],
    [TAG.integer, ''],
  ])('of tag %i cannot hold %j', (tag, value) => {
    expect(() => encodeName([[{ type: OID.CN, tag, value }]])).toThrow(malformedName);
  });

  it('whose hex is no element is refused', () => {
    expect(() => encodeName([[{ type: OID.CN, tag: TAG.integer, value: '0205' }]])).toThrow(malformedDer);
  });
});

describe('formatting for people (RFC 4514 escapes)', () => {
  it.each([
    ['a, b', 'CN=a\\, b'],
    ['#1', 'CN=\\#1'],
    ['1#', 'CN=1#'],
    [' a ', 'CN=\\ a\\ '],
    [' ', 'CN=\\ '],
    ['"+;<>\\=', 'CN=\\"\\+\\;\\<\\>\\\\='],
    ['a\u0000b', 'CN=a\\00b'],
    ['a\u001b[2J', 'CN=a\\1B[2J'],
    ['a\u202eb', 'CN=a\\E2\\80\\AEb'],
    ['奈良県', 'CN=奈良県'],
  ])('%j', (value, formatted) => {
    expect(formatName([[{ type: OID.CN, tag: TAG.utf8String, value }]])).toBe(formatted);
  });

  it('keeps the encoded order, and uses the short name of an attribute if there is one', () => {
    expect(
      formatName(
        buildName([
          ['C', 'JP'],
          ['O', 'Akashi'],
          ['1.2.3', 'x'],
        ]),
      ),
    ).toBe('C=JP, O=Akashi, 1.2.3=x');
    const integer = { type: parseOid('2.5.4.3'), tag: TAG.integer, value: '020105' };
    expect(formatName([[integer]])).toBe('CN=#020105');
  });
});
