import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IA5, TAG } from '../../lib/pki/der.ts';
import {
  derBitString,
  derBoolean,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derText,
  integerOctets,
  tlv,
} from '../../lib/pki/der-encoder.ts';
import { DerReader } from '../../lib/pki/der-reader.ts';
import { isOid, parseOid } from '../../lib/pki/oid.ts';
import { valueOrFault } from './mutation.ts';

const hex = (text: string): Uint8Array => Buffer.from(text.replace(/ /g, ''), 'hex');
const reader = (text: string): DerReader => new DerReader(hex(text));
const whole = (text: string): DerReader => DerReader.whole(hex(text), 1000);

describe('encodings that DER does not allow', () => {
  const malformed = expect.objectContaining({ code: 'malformed-der' });

  it.each([
    ['an indefinite length', '30 80 02 01 01 00 00'],
    ['a long length where a short one does', '30 81 03 02 01 01'],
    ['a long length with a leading zero octet', `30 82 00 80${'00'.repeat(128)}`],
    ['a length of five octets', '30 85 00 00 00 00 01 00'],
    ['the reserved length octet', '30 ff 00'],
    ['a length beyond the end', '30 05 02 01 01'],
    ['no length', '30'],
    ['nothing', ''],
    ['a multi-octet tag', '3f 1f 00'],
    ['end-of-contents as an element', '00 00'],
  ])('%s', (_, bytes) => {
    expect(() => whole(bytes).der()).toThrow(malformed);
  });

  it.each([
    ['a padded INTEGER', '02 02 00 7f'],
    ['a padded negative INTEGER', '02 02 ff 80'],
    ['an empty INTEGER', '02 00'],
    ['a padded ENUMERATED', '0a 02 00 01'],
    ['BOOLEAN 01', '01 01 01'],
    ['a BOOLEAN of two octets', '01 02 ff ff'],
    ['a NULL with content', '05 01 00'],
    ['a BIT STRING with unused bits set', '03 02 01 01'],
    ['a BIT STRING with eight unused bits', '03 02 08 00'],
    ['an empty BIT STRING with unused bits', '03 01 01'],
    ['a BIT STRING without its first octet', '03 00'],
    ['a padded object identifier arc', '06 03 55 80 01'],
    ['an object identifier cut short', '06 02 55 84'],
    ['an empty object identifier', '06 00'],
    ['a constructed OCTET STRING', '24 05 04 03 01 02 03'],
    ['a constructed UTF8String', '2c 03 0c 01 41'],
    ['a primitive SEQUENCE', '10 00'],
    ['a primitive SET', '11 00'],
  ])('%s, at any depth', (_, bytes) => {
    const element = hex(bytes);
    expect(() => new DerReader(element).der()).toThrow(malformed);
    expect(() => new DerReader(derSequence(tlv(0xa0, element))).der()).toThrow(malformed);
  });

  it('refuses a SET OF out of order and takes equal elements', () => {
    expect(() => reader('31 06 02 01 02 02 01 01').setOf()).toThrow(malformed);
    expect(() => reader('a0 06 02 01 02 02 01 01').setOf(0xa0)).toThrow(malformed);
    const set = reader('31 09 02 01 01 02 01 01 02 01 02').setOf();
    expect([set.small(), set.small(), set.small()]).toEqual([1, 1, 2]);
  });

  it('refuses text outside its type', () => {
    expect(() => reader('0c 02 c3 28').utf8()).toThrow(malformed);
    expect(() => reader('0c 03 ed a0 80').utf8()).toThrow(malformed);
    expect(() => reader('16 01 80').ascii(TAG.ia5String, IA5)).toThrow(malformed);
  });

  it('refuses nesting beyond its limit, at every size', () => {
    const nest = (depth: number): Uint8Array => {
      let element: Uint8Array = derNull();
      for (let i = 0; i < depth; i++) element = derSequence(element);
      return element;
    };
    expect(new DerReader(nest(32)).der()).toHaveLength(66);
    expect(() => new DerReader(nest(33)).der()).toThrow(malformed);
    expect(() => new DerReader(nest(5_000)).der()).toThrow(malformed);
  });
});

describe('the whole input', () => {
  it('is one element', () => {
    expect(() => whole('05 00 00')).toThrow(expect.objectContaining({ code: 'trailing-data' }));
    whole('05 00').null();
  });

  it('has a limit', () => {
    const tooLarge = expect.objectContaining({ code: 'input-too-large', facts: { limit: 4 } });
    expect(() => DerReader.whole(hex('04 03 01 02 03'), 4)).toThrow(tooLarge);
    expect(DerReader.whole(hex('04 02 01 02'), 4).octetString()).toEqual(hex('01 02'));
  });

  it('ends where a type ends', () => {
    const sequence = reader('30 06 02 01 01 02 01 02').sequence();
    sequence.small();
    expect(() => sequence.finish()).toThrow(expect.objectContaining({ code: 'malformed-der' }));
    sequence.small();
    sequence.finish();
    expect(sequence.done).toBe(true);
  });
});

describe('written values read back', () => {
  const read = (bytes: Uint8Array): DerReader => DerReader.whole(bytes, 1 << 20);

  it('integers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (n) => {
        expect(read(derInteger(n)).bigint()).toBe(n);
        expect(read(derInteger(n)).integerContent()).toEqual(new Uint8Array(integerOctets(n)));
      }),
    );
    expect(Buffer.from(derInteger(128)).toString('hex')).toBe('02020080');
    expect(Buffer.from(derInteger(-128)).toString('hex')).toBe('020180');
  });

  it('small integers, and only those', () => {
    expect(read(derInteger(2 ** 31 - 1)).small()).toBe(2 ** 31 - 1);
    for (const n of [-1, 2 ** 31]) {
      expect(() => read(derInteger(n)).small()).toThrow(expect.objectContaining({ code: 'malformed-der' }));
    }
  });

  it('object identifiers', () => {
    const arc = fc.bigInt({ min: 0n, max: 2n ** 100n });
    const oid = fc.oneof(
      fc.tuple(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 39n }), fc.array(arc, { maxLength: 2 })),
      fc.tuple(fc.constant(2n), arc, fc.array(arc, { maxLength: 2 })),
    );
    fc.assert(
      fc.property(oid, ([root, second, rest]) => {
        const text = [root, second, ...rest].join('.');
        expect(read(derOid(parseOid(text))).oid()).toBe(text);
      }),
    );
    expect(Buffer.from(derOid(parseOid('2.999.3'))).toString('hex')).toBe('0603883703');
  });

  it.each([
    '',
    '1',
    '3.1',
    '1.40',
    '0.99',
    '1.2.',
    '1..2',
    '01.2',
    '1.02',
    '1.2.03',
    '1.2.x',
    ' 1.2',
    '2.5.4.3\n',
    `2.5${'.1'.repeat(63)}`,
  ])('object identifiers are not spelled %j', (text) => {
    expect(isOid(text)).toBe(false);
    expect(() => parseOid(text)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });

  it('octets, bits, booleans and text of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), fc.boolean(), (bytes, flag) => {
        expect(Buffer.compare(read(derOctetString(bytes)).octetString(), bytes)).toBe(0);
        expect(Buffer.compare(read(derBitString(bytes)).bitStringOctets(), bytes)).toBe(0);
        expect(read(derBoolean(flag)).boolean()).toBe(flag);
      }),
      { numRuns: 30 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(read(derText(TAG.utf8String, text)).utf8()).toBe(text);
      }),
    );
  });

  it.each([127, 128, 255, 256, 65_535, 65_536])('lengths around %i in their shortest form', (length) => {
    const element = derOctetString(new Uint8Array(length));
    expect(DerReader.whole(element, 1 << 20).octetString()).toHaveLength(length);
    expect(element.length - length).toBe(length < 128 ? 2 : length < 256 ? 3 : length < 65_536 ? 4 : 5);
  });

  it('a SET OF in any order is written sorted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 }).map((bytes) => derOctetString(bytes))),
        (elements) => {
          const set = derSetOf(...elements);
          expect(set).toEqual(derSetOf(...[...elements].reverse()));
          let count = 0;
          for (const inside = read(set).setOf(); !inside.done; count++) inside.der();
          expect(count).toBe(elements.length);
        },
      ),
    );
  });

  it('text that its type cannot hold is refused, not replaced', () => {
    const invalid = expect.objectContaining({ code: 'invalid-input' });
    expect(() => derText(TAG.printableString, '奈良')).toThrow(invalid);
    expect(() => derText(TAG.ia5String, 'é')).toThrow(invalid);
    expect(() => derText(TAG.utf8String, '\ud800')).toThrow(invalid);
  });
});

it('arbitrary bytes give an element or a Fault, and the element is all of them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const element = valueOrFault(() => DerReader.whole(bytes, 1000).der());
      if (element) expect(Buffer.compare(element, bytes)).toBe(0);
    }),
    { numRuns: 2_000 },
  );
});
