import { describe, expect, it } from 'vitest';
import { openFile } from '../../lib/bulk/bulk.ts';
import { all, each, readCsv, readNdjson, shown, windows31j } from './files.ts';

const bytes = (...parts: readonly (string | readonly number[] | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

describe('a file in UTF-8', () => {
  it.each([
    ['a byte that is none', [0xff]],
    ['half of a character', [0xe5, 0xb1]],
    ['a character in more bytes than it needs', [0xc0, 0xaf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a number beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ])('is refused where it has %s, and is read on', async (_, cell) => {
    const file = bytes('a,b\n1,"山""', cell, '"\n2,山\n');
    expect(await readCsv(file)).toEqual([
      [0, 1, 'a', 'b'],
      [
        1,
        2,
        '2: Character 3 of the cell cannot be read as UTF-8; type it again, or name the encoding that the file has.',
      ],
      [2, 3, '2', '山'],
    ]);
  });

  it.each([
    [
      'the replacement character',
      'a\ufffd',
      'Character 2 of the cell is U+FFFD, which stands for a character that was lost; type it again.',
    ],
    [
      'a byte order mark inside',
      'ab\ufeff',
      'Character 3 of the cell is a byte order mark (U+FEFF), which stands only at the beginning of a file; remove it.',
    ],
    [
      'a character for private use',
      '𠮷\ue000',
      'Character 2 of the cell is U+E000, a user-defined character, which differs from machine to machine; write the character that Unicode has for it.',
    ],
    [
      'one beyond the first plane',
      '\u{100000}',
      'Character 1 of the cell is U+100000, a user-defined character, which differs from machine to machine; write the character that Unicode has for it.',
    ],
    [
      'a control character in two bytes',
      '\u0085',
      'Character 1 of the cell is the control character U+0085; remove it.',
    ],
  ])('is refused where it has %s', async (_, cell, said) => {
    expect((await readCsv(`a\n${cell}\nx\n`)).slice(1)).toEqual([
      [1, 2, `1: ${said}`],
      [2, 3, 'x'],
    ]);
  });

  it('may begin with a byte order mark, and have a second one nowhere', async () => {
    expect(await readCsv('\ufeffa,b\n1,2\n')).toEqual([
      [0, 1, 'a', 'b'],
      [1, 2, '1', '2'],
    ]);
    expect(await readNdjson('\ufeff{"a":1}\n')).toEqual([[1, 1, '1']]);
    // Two files put together
    expect((await readCsv('\ufeffa,b\n1,2\n\ufeffa,b\n3,4\n')).slice(2)).toEqual([
      [2, 3, expect.stringContaining('1: Character 1 of the cell is a byte order mark')],
      [3, 4, '3', '4'],
    ]);
  });
});

const judged = async (file: Uint8Array, encoding?: 'utf-8' | 'windows-31j') => {
  const opened = await openFile(each([file]), { format: 'csv', ...(encoding && { encoding }) });
  return { encoding: opened.encoding, by: opened.encodingBy, rows: shown(await all(opened.rows)) };
};

describe('the encoding of a file', () => {
  const TABLE = '整理番号,氏名\r\n1,髙橋 花子\r\n2,山田 太郎\r\n';

  it.each([
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TABLE}`), 'utf-8', 'byte-order-mark'],
    ['UTF-8', Buffer.from(TABLE), 'utf-8', 'content'],
    ['Windows-31J', windows31j(TABLE), 'windows-31j', 'content'],
  ] as const)('is found: %s', async (_, file, encoding, by) => {
    const rows = [
      [0, 1, '整理番号', '氏名'],
      [1, 2, '1', '髙橋 花子'],
      [2, 3, '2', '山田 太郎'],
    ];
    expect(await judged(file)).toEqual({ encoding, by, rows });
    expect(await judged(file, encoding)).toEqual({ encoding, by: 'caller', rows });
  });

  it('is UTF-8 where all is ASCII, and where there is nothing', async () => {
    expect(await judged(Buffer.from('a,b\n1,2\n'))).toMatchObject({ encoding: 'utf-8', by: 'content' });
    expect(await judged(Buffer.from(''))).toMatchObject({
      encoding: 'utf-8',
      rows: [[0, 1, 'row: The file has no rows.']],
    });
  });

  it('stays UTF-8 where one byte is wrong, also in the header', async () => {
    const wrong = bytes('key,氏名\n1,山', [0xff], '\n2,山\n3,川\n');
    expect(await judged(wrong)).toMatchObject({ encoding: 'utf-8', rows: { length: 4 } });
    const header = bytes('key,氏', [0xff], '名\n1,山\n2,川\n');
    expect(await judged(header)).toMatchObject({ encoding: 'utf-8', rows: { length: 1 } });
  });

  it('stays Windows-31J where a character of the user-defined area or a wrong byte is in it', async () => {
    const file = Buffer.concat([windows31j('key,氏名\n1,山\n2,'), Buffer.from([0xf0, 0x40, 0x0a, 0x80])]);
    expect(await judged(file)).toMatchObject({ encoding: 'windows-31j' });
  });

  it('is found where the beginning ends within a character', async () => {
    for (let pad = 0; pad < 4; pad++) {
      const row = `${'x'.repeat(pad)}${'山'.repeat(5_000)}\n`;
      const utf8 = Buffer.from(`key\n${row.repeat(6)}`);
      expect((await judged(utf8)).encoding).toBe('utf-8');
      expect((await judged(windows31j(`key\n${row.repeat(9)}`))).encoding).toBe('windows-31j');
    }
  });

  it.each([
    ['UTF-16, little end first', [0xff, 0xfe, 0x61, 0x00], /UTF-16/],
    ['UTF-16, big end first', [0xfe, 0xff, 0x00, 0x61], /UTF-16/],
    ['XLSX', [0x50, 0x4b, 0x03, 0x04, 0x14, 0x00], /ZIP/],
    ['XLS', [0xd0, 0xcf, 0x11, 0xe0, 0xa1], /XLS/],
  ])('is refused: %s', async (_, beginning, said) => {
    for (const encoding of [undefined, 'utf-8', 'windows-31j'] as const)
      expect((await judged(Buffer.from(beginning), encoding)).rows).toEqual([
        [0, 1, expect.stringMatching(said)],
      ]);
  });

  it('cannot be said to be Windows-31J where the file has the byte order mark of UTF-8', async () => {
    expect((await judged(Buffer.from(`\ufeff${TABLE}`), 'windows-31j')).rows).toEqual([
      [0, 1, 'row: The file begins with the byte order mark of UTF-8, and is said to be Windows-31J.'],
    ]);
  });
});
