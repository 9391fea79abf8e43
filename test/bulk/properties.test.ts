import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ENCODINGS,
  type FileForm,
  FORMATS,
  MAX_ROW_BYTES,
  openFile,
  type Row,
  requestsOf,
} from '../../lib/bulk/bulk.ts';
import { csvLine, csvOf } from '../../lib/sheets/sheets.ts';
import { all, each, rowsOf, shown, WINDOWS_31J_CHARACTERS, windows31j } from './files.ts';

const CSV: FileForm = { format: 'csv', encoding: 'utf-8' };

/** Bytes of which files and their defects are made. */
const scraps: fc.Arbitrary<string | readonly number[]> = fc.constantFrom(
  '"',
  '""',
  ',',
  '\r\n',
  '\n',
  '\r',
  'a',
  ' ',
  '山',
  '髙',
  '\ufeff',
  '\0',
  '=1',
  '{"a":1}',
  '{"a":"',
  '[',
  '}',
  '\\u0000',
  '-----BEGIN CERTIFICATE REQUEST-----\n',
  [0x81],
  [0xf0, 0x40],
  [0x8e, 0x52],
  [0xff],
  [0xe5, 0xb1],
);
const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc
    .array(scraps, { maxLength: 120 })
    .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string)))),
);
const form: fc.Arbitrary<FileForm> = fc
  .tuple(fc.constantFrom(...FORMATS), fc.constantFrom(...ENCODINGS, undefined))
  .map(([format, encoding]) => ({ format, ...(encoding && { encoding }) }));
const places = fc.array(fc.nat(2_000), { maxLength: 8 });

const plainRows = (rows: readonly Row[]) => rows.map((row) => ({ ...row, problems: shown([row])[0] }));

/** Text that a file may have: no control characters but line ends and tabs, nothing for private use. */
const cell = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 9 }),
    fc
      .array(fc.constantFrom('"', ',', '\r\n', '\n', '\r', '\t', ' ', "'", '=', '-', '1', '字', '𠮷', '＝'), {
        maxLength: 9,
      })
      .map((parts) => parts.join('')),
  )
  .filter(
    (text) => !/[[\p{Cc}\p{Co}\ufeff\ufffd]--[\t\r\n]]/v.test(text) && !/^'[=+\-@\t\r\n＝＋－＠]/.test(text),
  );
const written = fc
  .array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 9 })
  // A row of nothing is a blank line.
  .map((rows) => rows.filter((row) => row.some((text) => /[^ \t]/.test(text))));

describe('whatever the file holds', () => {
  it('reading throws nothing, and gives the same rows however the file is cut', async () => {
    await fc.assert(
      fc.asyncProperty(garbage, form, places, async (bytes, how, cuts) => {
        const whole = await rowsOf(bytes, how);
        expect(whole.length).toBeGreaterThan(0);
        expect(plainRows(await rowsOf(bytes, how, cuts))).toEqual(plainRows(whole));
        expect(plainRows(await rowsOf(bytes, how, [...bytes.keys()]))).toEqual(plainRows(whole));
      }),
      { numRuns: 1_000 },
    );
  });

  it('rows have their numbers one after another, lines that rise, and a problem or cells', async () => {
    await fc.assert(
      fc.asyncProperty(garbage, form, async (bytes, how) => {
        const rows = await rowsOf(bytes, how);
        const first = rows[0]?.number ?? 0;
        expect(first).toBeLessThanOrEqual(1);
        for (const [index, row] of rows.entries()) {
          expect(row.number).toBe(first + index);
          expect(row.line).toBeGreaterThan(index === 0 ? 0 : (rows[index - 1]?.line ?? 0));
          const faulty = row.problems.flatMap(({ column }) => (column === undefined ? [] : [column - 1]));
          for (const [place, text] of row.cells.entries())
            expect(text === undefined).toBe(faulty.includes(place));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('requests are made of it, or problems', async () => {
    const profile = {
      id: 'seal',
      kind: 'organisation',
      fields: [{ name: 'a', label: { ja: '山', en: 'a' }, required: false, maxItems: 3 }],
    } as const;
    await fc.assert(
      fc.asyncProperty(garbage, form, fc.constantFrom('', 'key,a,csr\n'), async (bytes, how, header) => {
        const pieces = each([Buffer.concat([Buffer.from(header), bytes])]);
        for (const row of await all(requestsOf(await openFile(pieces, how), profile)))
          expect('submission' in row || row.problems.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what the service writes as CSV', () => {
  it('is read as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(written, places, async (rows, cuts) => {
        const columns = ['a', 'b', 'c'];
        const file = Buffer.concat(await all(csvOf(columns, each(rows))));
        const read = await rowsOf(file, { format: 'csv' }, cuts);
        expect(read.map(({ cells }) => cells)).toEqual([columns, ...rows]);
        expect(read.every(({ problems }) => problems.length === 0)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is read on after any row that is broken', async () => {
    const defect = fc.constantFrom(
      '"x',
      'x"y',
      '"x"y',
      '"x"y"',
      '"',
      '"""',
      'a,"b"c,d',
      '\0,1,2',
      '1,2',
      '1,2,3,4',
    );
    // Where the mark that opens a cell is followed by a comma, a mark or a line end, an open mark before it has found its partner: the
    // file is correct, and says something else.
    const after = written.map((rows) =>
      rows.filter((row) => row.every((text) => !/^[",]|[\r\n]/.test(text))),
    );
    const lines = (rows: readonly (readonly string[])[]): string => rows.map(csvLine).join('');
    await fc.assert(
      fc.asyncProperty(written, defect, after, async (before, row, rest) => {
        const read = [...(await rowsOf(`a,b,c\r\n${lines(before)}${row}\r\n${lines(rest)}`, CSV))];
        const [broken] = read.splice(before.length + 1, 1);
        expect(broken?.problems.length).toBeGreaterThan(0);
        expect(read.slice(1).map(({ cells }) => cells)).toEqual([...before, ...rest]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a file in Windows-31J', () => {
  it('is read as the decoder reads it as a whole', async () => {
    const unit = fc.oneof(
      fc.constantFrom(...WINDOWS_31J_CHARACTERS),
      fc.constantFrom('a', ',', '"', '\\', '|', '\n', '~'),
    );
    const text = fc.string({ unit, maxLength: 40 });
    const decoder = new TextDecoder('shift_jis', { fatal: true });
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 2, maxLength: 6 }), places, async (cells, cuts) => {
        const file = windows31j(`${cells.map((_, index) => index).join()}\n${csvLine(cells)}`);
        const rows = await rowsOf(file, { format: 'csv', encoding: 'windows-31j' }, cuts);
        const inUtf8 = await rowsOf(decoder.decode(file), CSV);
        expect(rows).toEqual(inUtf8);
        const isBlank = cells.every((one) => one.trim() === '');
        if (!isBlank && cells.every((one) => !/^'/.test(one))) expect(rows[1]?.cells).toEqual(cells);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the work', () => {
  /** Files in which every line is looked at again, where lines could be. */
  const LINES = [
    '"\n',
    '"a\n',
    'a"\n',
    '""a\n',
    '"""\n',
    '"",\n',
    ',"\n',
    '"a"b\n',
    '\n',
    'a\n',
    '"\n\n\n\n',
    '""\n"\n',
  ];

  it.each(LINES.map((line) => [line]))(
    'stays in proportion to the file: lines of %j',
    { timeout: 60_000 },
    async (line) => {
      const timeOf = async (bytes: number): Promise<number> => {
        const file = Buffer.from(`a,b\n"x\n${line.repeat(bytes / line.length)}`);
        const begun = process.cpuUsage();
        for await (const _ of (await openFile(each([file]), CSV)).rows);
        return process.cpuUsage(begun).user / 1_000;
      };
      await timeOf(MAX_ROW_BYTES);
      const few = await timeOf(2 * MAX_ROW_BYTES);
      // Four times the file. If each line were read to the limit of a row, it would be minutes.
      expect(await timeOf(8 * MAX_ROW_BYTES)).toBeLessThan(Math.max(2_000, few * 12));
    },
  );
});
