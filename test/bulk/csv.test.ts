import { describe, expect, it } from 'vitest';
import { readCsv, rowsOf, shown } from './files.ts';

const NEVER_ENDS =
  'The quotation mark at the beginning of this cell has no partner at its end, within the 65536 bytes that a row may have.';
const AFTER_QUOTE =
  'Text follows the quotation mark that ends this cell; a quotation mark inside such a cell is written twice.';
const BARE_QUOTE =
  'A cell with a quotation mark in it stands in quotation marks as a whole, and the mark inside is written twice.';
const LONE_CR =
  'The cell has the end of a line as CR alone. Save the file with lines that end with CRLF or LF.';

const endsWith = (line: number): string =>
  `row: The row is taken to end with line ${line}, because the lines up to there are no rows of the table.`;

describe('CSV', () => {
  it.each([
    ['lines that end with CRLF', 'a,b\r\n1,2\r\n', [[1, 2, '1', '2']]],
    ['lines that end with LF', 'a,b\n1,2\n', [[1, 2, '1', '2']]],
    [
      'both, and a last line without an end',
      'a,b\r\n1,2\n3,4',
      [
        [1, 2, '1', '2'],
        [2, 3, '3', '4'],
      ],
    ],
    ['quotation marks', 'a,b\n"1","2"\n', [[1, 2, '1', '2']]],
    ['commas in quotation marks', 'a,b\n"1,1","2,"\n', [[1, 2, '1,1', '2,']]],
    ['doubled quotation marks', 'a,b\n"""1""","a""b"""\n', [[1, 2, '"1"', 'a"b"']]],
    ['nothing in quotation marks', 'a,b\n"",""""\n', [[1, 2, '', '"']]],
    [
      'line ends in quotation marks',
      'a,b\r\n"1\r\n2\n3\r4","\r\n"\r\n5,6\r\n',
      [
        [1, 2, '1\r\n2\n3\r4', '\r\n'],
        [2, 6, '5', '6'],
      ],
    ],
    [
      'a comma before the last empty cell',
      'a,b\n1,\n,2\n',
      [
        [1, 2, '1', ''],
        [2, 3, '', '2'],
      ],
    ],
    ['spaces, which belong to the cell', 'a,b\n 1 ,\t2\n', [[1, 2, ' 1 ', '\t2']]],
    ['a space in quotation marks', 'a,b\n" 1 ",2\n', [[1, 2, ' 1 ', '2']]],
    [
      'blank lines, which count as lines',
      '\n \r\na,b\n\n\n1,2\n  \n3,4\n\n',
      [
        [1, 6, '1', '2'],
        [2, 8, '3', '4'],
      ],
    ],
    [
      'rows of commas, as spreadsheets write them',
      'a,b\n1,2\n,\n,,,\n"",\n3,4\n,\n',
      [
        [1, 2, '1', '2'],
        [2, 6, '3', '4'],
      ],
    ],
  ] as const)('may have %s', async (_, file, rows) => {
    const [header, ...found] = await readCsv(file);
    expect(header?.slice(2)).toEqual(['a', 'b']);
    expect(found).toEqual(rows);
  });

  it.each(['=1+1', '+x', '-1', '@SUM(A1)', '\t=1', '＝1', '－1'])('has %j as text', async (cell) => {
    expect(await readCsv(`a,b\n${cell},"${cell}"\n`)).toEqual([
      [0, 1, 'a', 'b'],
      [1, 2, cell, cell],
    ]);
  });

  it('has text that begins with CR in quotation marks', async () => {
    expect((await readCsv('a\n"\r=1"\n')).slice(1)).toEqual([[1, 2, '\r=1']]);
  });

  it("loses the apostrophe that this service's exports put before a formula, and no other", async () => {
    expect((await readCsv(`a,b,c,d\n"'=1",'+x,'-12,'a\n`)).slice(1)).toEqual([
      [1, 2, '=1', '+x', "'-12", "'a"],
    ]);
  });
});

describe('a row of CSV that cannot be read', () => {
  it.each([
    ['a bare quotation mark', '1",2', `1: ${BARE_QUOTE}`],
    ['two bare quotation marks', '1,5"x"', `2: ${BARE_QUOTE}`],
    ['a space before a quotation mark', '1, "2"', `2: ${BARE_QUOTE}`],
    ['text after a quotation mark', '"1"x,2', `1: ${AFTER_QUOTE}`],
    ['a space after a quotation mark', '1,"2" ', `2: ${AFTER_QUOTE}`],
    ['a quotation mark that is not doubled', '1,"5" disk"', `2: ${AFTER_QUOTE}`],
    ['a quotation mark that never ends', '1,"2', `2: ${NEVER_ENDS}`],
    [
      'too few cells',
      '1',
      'row: The row has 1 cells, and the header has 2. A cell with a comma or a line end in it stands in quotation marks.',
    ],
    [
      'too many cells',
      '1,2,3',
      'row: The row has 3 cells, and the header has 2. A cell with a comma or a line end in it stands in quotation marks.',
    ],
    [
      'a comma at the end',
      '1,2,',
      'row: The row has 3 cells, and the header has 2. A cell with a comma or a line end in it stands in quotation marks.',
    ],
    ['CR alone', '1\r2,3', `1: ${LONE_CR}`],
    ['CR twice before LF', '1,2\r', `2: ${LONE_CR}`],
    ['NUL', '1,\0', '2: Character 1 of the cell is the control character U+0000; remove it.'],
  ])('stops no other: %s', async (_, row, said) => {
    expect(await readCsv(`a,b\r\nx,y\r\n${row}\r\n3,4\r\n5,6\r\n`)).toEqual([
      [0, 1, 'a', 'b'],
      [1, 2, 'x', 'y'],
      [2, 3, said],
      [3, 4, '3', '4'],
      [4, 5, '5', '6'],
    ]);
  });

  it('has the problems of all its cells, and the cells that can be read', async () => {
    const rows = await rowsOf('a,b,c\n\0,2,x\u0001y\n');
    expect(shown(rows)[1]?.slice(2)).toEqual([
      '1: Character 1 of the cell is the control character U+0000; remove it.',
      '3: Character 2 of the cell is the control character U+0001; remove it.',
    ]);
    expect(rows[1]?.cells).toEqual([undefined, '2', undefined]);
  });

  it('ends at a quotation mark without a partner, whatever follows', async () => {
    // The next mark stands rows below.
    expect(await readCsv('a,b\n1,"2\n3,4\n5,"6,6"\n7,8\n')).toEqual([
      [0, 1, 'a', 'b'],
      [1, 2, `2: ${AFTER_QUOTE}`],
      [2, 3, '3', '4'],
      [3, 4, '5', '6,6'],
      [4, 5, '7', '8'],
    ]);
    // There is none in the rest of the file, which is longer than a row may be.
    const rest = Array.from({ length: 20_000 }, (_, n) => `${n},x\n`).join('');
    const rows = await readCsv(`a,b\n1,"2\n${rest}`);
    expect(rows.slice(0, 3)).toEqual([
      [0, 1, 'a', 'b'],
      [1, 2, `2: ${NEVER_ENDS}`],
      [2, 3, '0', 'x'],
    ]);
    expect(rows.length).toBe(20_002);
  });

  it('takes the lines of its PEM text along, so that the next row has its number', async () => {
    const pem = '"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\nAAAA\n-----END CERTIFICATE REQUEST-----"';
    const good = (key: string): string => `${key},name,${pem},x\n`;
    const file = (cell: string): string => `a,b,c,d\n${good('1')}2,${cell},${pem},x\n${good('3')}`;
    for (const [cell, said] of [
      ['"name', AFTER_QUOTE],
      ['na"me', BARE_QUOTE],
      ['"na"me"', AFTER_QUOTE],
    ] as const) {
      const rows = await readCsv(file(cell));
      expect(rows.map(([number, line]) => [number, line])).toEqual([
        [0, 1],
        [1, 2],
        [2, 6],
        [3, 10],
      ]);
      expect(rows[2]?.slice(2)).toEqual([`2: ${said}`, endsWith(9)]);
    }
  });

  it('is the header: nothing follows', async () => {
    expect(await readCsv('a,"b\n1,2\n')).toEqual([[0, 1, `2: ${NEVER_ENDS}`]]);
    // A file of an old Macintosh
    expect(await readCsv('a,b\r1,2\r3,4\r')).toEqual([
      [0, 1, ...[2, 3, 4].map((column) => `${column}: ${LONE_CR}`)],
    ]);
  });
});

describe('a file of few rows', () => {
  it.each(['', '\ufeff', '\n\n', ' \r\n', ',,\n'])('has a problem where it has none: %j', async (file) => {
    expect(await readCsv(file)).toEqual([[0, 1, 'row: The file has no rows.']]);
  });

  it('may have one character in its last row', async () => {
    expect(await readCsv('a\n1')).toEqual([
      [0, 1, 'a'],
      [1, 2, '1'],
    ]);
  });

  it('may have a header', async () => {
    expect(await readCsv('a,b\r\n')).toEqual([[0, 1, 'a', 'b']]);
  });
});
