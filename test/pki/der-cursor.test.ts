import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { TAG } from '../../lib/pki/der.ts';
import { DerCursor } from '../../lib/pki/der-cursor.ts';
import { derOctetString, derText, tlv } from '../../lib/pki/der-encoder.ts';
import { DerReader } from '../../lib/pki/der-reader.ts';
import { DerWriter } from '../../lib/pki/der-writer.ts';
import { encodeSerial, readSerial } from '../../lib/pki/serial.ts';
import { encodeGeneralizedTime, encodeTime, readTime } from '../../lib/pki/time.ts';
import { serials, times } from './arbitraries.ts';

/** The result of a read: its value and its end, or the code of its fault. */
const outcome = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
};

/** Compares both readers on the same bytes. Other bytes before and after must not matter. */
const agree = <T>(
  element: Uint8Array,
  byCursor: (cursor: DerCursor, limit: number) => T,
  byReader: (reader: DerReader) => T,
): void => {
  const bytes = new Uint8Array(Buffer.concat([Buffer.alloc(3, 0x30), element, Buffer.alloc(20, 0x31)]));
  for (const limit of [3 + element.length, Math.max(3, 2 + element.length), bytes.length]) {
    const cursor = new DerCursor(bytes, 3);
    const reader = new DerReader(bytes, 3, limit);
    const fast = outcome(() => [byCursor(cursor, limit), cursor.at]);
    expect(fast).toEqual(outcome(() => [byReader(reader), reader.offset]));
  }
};

describe('the cursor reads what DerReader reads, and refuses what it refuses', () => {
  it('serial numbers', () => {
    const contents = fc.oneof(
      fc.uint8Array({ maxLength: 22 }),
      fc
        .tuple(fc.constantFrom(0, 0x7f, 0x80, 0xff), fc.uint8Array({ maxLength: 21 }))
        .map(([a, b]) => Uint8Array.of(a, ...b)),
    );
    fc.assert(
      fc.property(contents, fc.constantFrom(TAG.integer, TAG.octetString), (content, tag) => {
        agree(
          tlv(tag, content),
          (cursor, limit) => cursor.serial(limit),
          (reader) => readSerial(reader),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('times', () => {
    const pairs = fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 6, maxLength: 6 });
    const texts = fc.oneof(
      pairs.map((numbers) => `${numbers.map((n) => `${n}`.padStart(2, '0')).join('')}Z`),
      fc
        .tuple(fc.nat(99), fc.nat(13), fc.nat(32), fc.nat(24), fc.nat(60), fc.nat(60))
        .map((numbers) => `${numbers.map((n) => `${n}`.padStart(2, '0')).join('')}Z`),
      fc.string({ unit: 'binary-ascii', minLength: 12, maxLength: 14 }),
      fc.constantFrom(
        '000229000000Z',
        '010229000000Z',
        '491231235959Z',
        '500101000000Z',
        '2601010000000',
        '26 101000000Z',
      ),
    );
    fc.assert(
      fc.property(texts, (text) => {
        agree(
          derText(TAG.utcTime, text),
          (cursor, limit) => cursor.time(limit),
          (reader) => readTime(reader),
        );
      }),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(times, (time) => {
        agree(
          encodeTime(time),
          (cursor, limit) => cursor.time(limit),
          (reader) => readTime(reader),
        );
      }),
    );
  });

  it('headers of every length', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 8 }),
          fc.nat(300).map((n) => derOctetString(new Uint8Array(n))),
        ),
        (element) => {
          agree(
            element,
            (cursor, limit) => {
              const content = cursor.content(TAG.octetString, limit);
              return [...content];
            },
            (reader) => [...reader.octetString()],
          );
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('the writer writes what tlv and its like write', () => {
  it('serial numbers, times and nested elements, whatever its first estimate of the size', () => {
    fc.assert(
      fc.property(serials, times, fc.nat(70_000), fc.nat(400), (serial, time, length, room) => {
        const writer = new DerWriter(room);
        const filler = new Uint8Array(length).fill(7);
        writer.raw(filler);
        writer.wrap(TAG.octetString, 0);
        const { mark } = writer;
        writer.generalizedTime(time);
        writer.time(time);
        writer.serial(serial);
        writer.wrap(TAG.sequence, mark);
        writer.wrap(TAG.set, 0);
        const inner = tlv(TAG.sequence, encodeSerial(serial), encodeTime(time), encodeGeneralizedTime(time));
        expect(Buffer.compare(writer.finish(), tlv(TAG.set, inner, derOctetString(filler)))).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('lengths at the borders between their forms', () => {
    for (const length of [0, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0xffffff, 0x1000000]) {
      const filler = new Uint8Array(length);
      const writer = new DerWriter(0);
      writer.raw(filler);
      writer.wrap(TAG.octetString, 0);
      expect(Buffer.compare(writer.finish(), derOctetString(filler))).toBe(0);
    }
  });
});
