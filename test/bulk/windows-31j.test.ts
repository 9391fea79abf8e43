import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readCsv, readNdjson, windows31j } from './files.ts';

const bytes = (...parts: readonly (string | readonly number[] | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

describe('the decoder of Node', () => {
  it("has the Encoding Standard's table for Windows-31J (index-jis0208, its Shift_JIS decoder)", () => {
    const decoder = new TextDecoder('shift_jis', { fatal: true });
    const digest = createHash('sha256');
    let count = 0;
    const seconds = new Set<number>();
    for (let first = 0x81; first <= 0xff; first++) {
      if (first >= 0xa0 && first < 0xe0) continue;
      for (let second = 0; second <= 0xff; second++) {
        let text: string;
        try {
          text = decoder.decode(Uint8Array.of(first, second));
        } catch {
          continue;
        }
        count++;
        seconds.add(second);
        digest.update(`${((first << 8) | second).toString(16)} ${text.codePointAt(0)?.toString(16)}\n`);
      }
    }
    // Both are of the standard's own file, https://encoding.spec.whatwg.org/index-jis0208.txt of 2024-09-18.
    expect([count, digest.digest('hex')]).toEqual([
      9_604,
      'ba4aa1e46816c0bd3308c82493e4bf64a566a67284b1ccfadff5b4fe0c20f0f4',
    ]);
    // Line ends, quotation marks, commas, apostrophes and controls are never the second byte of a character.
    expect([Math.min(...seconds), Math.max(...seconds), seconds.has(0x7f)]).toEqual([0x40, 0xfc, false]);
  });
});

describe('a file in Windows-31J', () => {
  it.each([
    ['a backslash as a second byte', [0x95, 0x5c, 0x8f, 0x5c, 0x83, 0x5c], '表十ソ'],
    ['a bar as a second byte', [0x83, 0x7c, 0x81, 0x7c], 'ポ－'],
    ['the first and the last second byte', [0x81, 0x40, 0x83, 0x7e, 0x83, 0x80, 0x81, 0xfc], '\u3000ミム◯'],
    ['half-width kana', [0xd4, 0xcf, 0xc0, 0xde, 0xa1, 0xdf], 'ﾔﾏﾀﾞ｡ﾟ'],
    ['characters of NEC', [0x87, 0x40, 0x87, 0x8a, 0x87, 0x54], '①㈱Ⅰ'],
    ['characters of IBM', [0xfb, 0xfc, 0xfa, 0xb1, 0xee, 0xe0], '髙﨑髙'],
    [
      'what Microsoft has for the wave dash and its neighbours',
      [0x81, 0x60, 0x81, 0x61, 0x81, 0x5c, 0x81, 0x91],
      '～∥―￠',
    ],
    ['ASCII with the backslash and the tilde', [0x5c, 0x7e], '\\~'],
  ])('has %s', async (_, cell, text) => {
    const quoted = bytes('a,b\r\n"', cell, '",', cell, '\r\n');
    expect(await readCsv(quoted, 'windows-31j')).toEqual([
      [0, 1, 'a', 'b'],
      [1, 2, text, text],
    ]);
  });

  it.each([
    ['80', [0x80]],
    ['A0', [0xa0]],
    ['FD', [0xfd]],
    ['FE', [0xfe]],
    ['FF', [0xff]],
    ['a first byte alone', [0x81]],
    ['a pair that nobody has', [0x85, 0x9f]],
    ['a second byte that there is not', [0x81, 0x20]],
  ])('is refused where it has %s, with row and column, and is read on', async (_, cell) => {
    const file = bytes('a,b\r\n1,', [0x8e, 0x52], cell, '\r\n2,', [0x8e, 0x52], '\r\n');
    expect(await readCsv(file, 'windows-31j')).toEqual([
      [0, 1, 'a', 'b'],
      [
        1,
        2,
        '2: Character 2 of the cell cannot be read as Windows-31J; type it again, or name the encoding that the file has.',
      ],
      [2, 3, '2', '山'],
    ]);
  });

  it.each([
    ['a quotation mark', bytes('"', [0x81], '"')],
    ['a comma', bytes([0x81])],
  ])('keeps its cells where a first byte stands before %s', async (_, cell) => {
    expect(await readCsv(bytes('a,b\n', cell, ',1\n2,3\n'), 'windows-31j')).toEqual([
      [0, 1, 'a', 'b'],
      [1, 2, expect.stringMatching(/^1: Character 1 of the cell cannot be read/)],
      [2, 3, '2', '3'],
    ]);
  });

  it('keeps its lines where a first byte stands before a line end', async () => {
    expect(await readCsv(bytes('a,b\n1,', [0x81], '\n2,3\n'), 'windows-31j')).toEqual([
      [0, 1, 'a', 'b'],
      [1, 2, expect.stringMatching(/^2: Character 1 of the cell cannot be read/)],
      [2, 3, '2', '3'],
    ]);
  });

  it.each([
    ['F040', [0xf0, 0x40], 'F040 (U+E000)'],
    ['F07E', [0xf0, 0x7e], 'F07E (U+E03E)'],
    ['F080', [0xf0, 0x80], 'F080 (U+E03F)'],
    ['F0FC', [0xf0, 0xfc], 'F0FC (U+E0BB)'],
    ['F140', [0xf1, 0x40], 'F140 (U+E0BC)'],
    ['F9FC', [0xf9, 0xfc], 'F9FC (U+E757)'],
  ])('is refused where it has %s of the user-defined area, with row and column', async (_, cell, said) => {
    const file = bytes('a,b\r\n1,', [0x8e, 0x52], cell, '\r\n2,3\r\n');
    expect(await readCsv(file, 'windows-31j')).toEqual([
      [0, 1, 'a', 'b'],
      [
        1,
        2,
        `2: Character 2 of the cell is ${said}, a user-defined character, which differs from machine to machine; write the character that Unicode has for it.`,
      ],
      [2, 3, '2', '3'],
    ]);
  });

  // ICU turns 1A, 1C and 7F into each other.
  it.each([0x00, 0x01, 0x0b, 0x1a, 0x1c, 0x1f, 0x7f])(
    'names the control character %d as it is',
    async (control) => {
      const file = bytes('a,b\n1,', [0x8e, 0x52, control], '\n');
      const code = `U+${control.toString(16).toUpperCase().padStart(4, '0')}`;
      for (const encoding of ['windows-31j', 'utf-8'] as const) {
        const where = encoding === 'utf-8' ? /Character \d+ of/ : /Character 2 of/;
        const [, , said] = (await readCsv(file, encoding))[1] as [number, number, string];
        expect(said).toMatch(where);
        expect(said).toContain(`is the control character ${code}; remove it.`);
      }
    },
  );

  it('may be NDJSON, and is refused there too where it has a character of the user-defined area', async () => {
    const defined = bytes('{"a":"', [0x8e, 0x52, 0xf9, 0xfc], '"}');
    expect((await readNdjson(defined, 'windows-31j'))[0]?.[2]).toMatch(
      /^1: Character 2 of the cell is F9FC \(U\+E757\), a/,
    );
    const file = windows31j('{"氏名":"髙橋 表\\u5341"}\n');
    expect(await readNdjson(file, 'windows-31j')).toEqual([[1, 1, '髙橋 表十']]);
  });
});
