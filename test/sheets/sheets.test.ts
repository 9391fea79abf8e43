import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvLine, csvOf, xlsxOf } from '../../lib/sheets/sheets.ts';
import { temporaryFolder } from '../service.ts';
import { csvRows, NO_READER, xlsxCells, xlsxEnd } from './stock-reader.ts';

const COLUMNS = ['申請番号', '氏名', 'フリガナ'];

const each = async function* <T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values;
};

const whole = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const held: Uint8Array[] = [];
  for await (const piece of pieces) held.push(piece);
  return Buffer.concat(held);
};

const asCsv = (rows: Iterable<readonly string[]>, columns: readonly string[] = COLUMNS): Promise<Buffer> =>
  whole(csvOf(columns, each(rows)));
const asXlsx = (rows: Iterable<readonly string[]>, columns: readonly string[] = COLUMNS): Promise<Buffer> =>
  whole(xlsxOf({ name: '申請一覧', columns }, each(rows)));

const LOOK_LIKE_FORMULAS = [
  '=1+1',
  '+x',
  '@SUM(A1)',
  '-1+1',
  '\t=1',
  '\r=1',
  '\n=1',
  '\uff1d1',
  '\uff0b1',
  '\uff0d1',
  '\uff20x',
];

const PLAIN = [
  ['0123', '髙橋 花子', 'ﾀｶﾊｼ'],
  ['', '葛\u{e0100}城, "𠮷"', '二行\r\n目'],
  ["'1", '-12', '2026-01-01'],
];

describe('a line of CSV', () => {
  it('quotes the cells that RFC 4180 says', () => {
    expect(csvLine(['a', 'b,c', 'd"e', 'f\r\ng', null, 12])).toBe('a,"b,c","d""e","f\r\ng",,12\r\n');
  });

  it.each(LOOK_LIKE_FORMULAS)('keeps a spreadsheet from running %j as a formula', (text) => {
    expect(csvLine([text])).toBe(`"'${text}"\r\n`);
  });

  it('leaves numbers and ordinary text as they are', () => {
    expect(csvLine(['-12', '3.5', '住民票', 'a=b'])).toBe('-12,3.5,住民票,a=b\r\n');
  });
});

describe('a CSV file', () => {
  it('has a byte order mark, a header line and lines that end with CR and LF', async () => {
    expect(String(await asCsv([['1', '二', '3']], ['a', 'b', 'c']))).toBe('\ufeffa,b,c\r\n1,二,3\r\n');
    expect(String(await asCsv([], ['a']))).toBe('\ufeffa\r\n');
  });

  it.skipIf(NO_READER)('is read as it was written', async () => {
    expect(csvRows(await asCsv(PLAIN))).toEqual([COLUMNS, ...PLAIN]);
  });

  it.skipIf(NO_READER)('has no cell that begins like a formula', async () => {
    const rows = LOOK_LIKE_FORMULAS.map((text) => [text]);
    expect(csvRows(await asCsv(rows, ['=a']))).toEqual([["'=a"], ...rows.map(([text]) => [`'${text}`])]);
  });

  it.skipIf(NO_READER)('is read as it was written, whatever it is', async () => {
    const cell = fc
      .string({ unit: 'grapheme', maxLength: 9 })
      .filter((text) => !/^[=+\-@\t\r\n＝＋－＠]|\0/.test(text));
    const row = fc.array(cell, { minLength: 2, maxLength: 2 });
    const sample = fc.sample(row, 500);
    expect(csvRows(await asCsv(sample, ['a', 'b']))).toEqual([['a', 'b'], ...sample]);
  });
});

describe.skipIf(NO_READER)('an XLSX file', () => {
  it('has one sheet, and every cell of it is text', async () => {
    const rows = [
      ...PLAIN.map((row) => row.map((text) => text.replace('\r\n', '\n'))),
      ['1e5', 'TRUE', ' a '],
    ];
    expect(xlsxCells(await asXlsx(rows))).toEqual({
      申請一覧: [COLUMNS, ...rows].map((row) => row.map((text) => [text, 's', '@'])),
    });
  });

  it('has no formula, whatever a text looks like', async () => {
    const texts = LOOK_LIKE_FORMULAS.filter((text) => !text.startsWith('\r'));
    const file = await asXlsx(
      texts.map((text) => [text]),
      ['=a'],
    );
    expect(xlsxCells(file)).toEqual({ 申請一覧: ['=a', ...texts].map((text) => [[text, 's', '@']]) });
  });

  it.each([
    ['a control character', 'a\u0001b', 'a\ufffdb'],
    ['half of a character', 'a\ud842b', 'a\ufffdb'],
    ['a noncharacter', 'a\uffffb', 'a\ufffdb'],
    ['the end of a line', 'a\r\nb\rc\nd', 'a\nb\nc\nd'],
    ['markup', '<c t="n">&amp;</c>', '<c t="n">&amp;</c>'],
    // openpyxl shows what stands in the file: spreadsheets read _x005F_ as an underscore.
    ['what spreadsheets take for an escape', 'a_x0041_b', 'a_x005F_x0041_b'],
  ])('has %s in a form that XML can hold', async (_, text, held) => {
    expect(xlsxCells(await asXlsx([[text]], ['a'])).申請一覧?.[1]?.[0]?.[0]).toBe(held);
  });

  it('of nothing has the line of the columns', async () => {
    expect(xlsxCells(await asXlsx([]))).toEqual({ 申請一覧: [COLUMNS.map((text) => [text, 's', '@'])] });
  });

  it('of 100,000 rows is whole', { timeout: 120_000 }, async () => {
    const rows = Array.from({ length: 100_000 }, (_, n) => [String(n), `髙橋 ${n}`]);
    expect(xlsxEnd(await asXlsx(rows, ['a', 'b']))).toEqual([100_001, ['99999', '髙橋 99999']]);
  });
});

describe('a sheet that does not fit into XLSX', () => {
  it.each([
    [1_048_575, 'fits'],
    [1_048_576, 'does not fit'],
  ])('has too many rows: %d and the columns (%s)', { timeout: 120_000 }, async (count, fits) => {
    const rows = (function* () {
      for (let n = 0; n < count; n++) yield ['1'];
    })();
    const last: Uint8Array[] = [];
    const reading = (async () => {
      for await (const piece of xlsxOf({ name: 'a', columns: ['a'] }, each(rows))) last[0] = piece;
    })();
    if (fits === 'fits') {
      await reading;
      // The end of a ZIP archive's directory.
      expect(Buffer.from(last[0] as Uint8Array).includes('PK\u0005\u0006')).toBe(true);
    } else
      await expect(reading).rejects.toMatchObject({
        code: 'value-too-large',
        message: 'An XLSX file holds 1048576 rows, and there are more; take a CSV file.',
        facts: { limit: 1_048_576 },
      });
  });

  it('has a text that is too long', async () => {
    expect((await asXlsx([['字'.repeat(32_767)]], ['a'])).length).toBeGreaterThan(0);
    await expect(asXlsx([['字'.repeat(32_768)]], ['a'])).rejects.toMatchObject({
      code: 'value-too-large',
      facts: { limit: 32_767 },
    });
  });
});

describe.each([
  ['CSV', csvOf],
  [
    'XLSX',
    (columns: readonly string[], rows: AsyncIterable<readonly string[]>) =>
      xlsxOf({ name: 'a', columns }, rows),
  ],
] as const)('a file as %s', (_, write) => {
  it('fails where its rows fail, and has no end', async () => {
    const rows = async function* () {
      yield ['1'];
      throw new Error('the table cannot be read');
    };
    await expect(whole(write(['a'], rows()))).rejects.toThrow('the table cannot be read');
  });

  it('asks for rows while it is read, and stops them where the reader stops', async () => {
    let asked = 0;
    let stopped = false;
    const rows = async function* () {
      try {
        for (;;) yield [String(asked++).padStart(1000, '0')];
      } finally {
        stopped = true;
      }
    };
    let read = 0;
    for await (const piece of write(['a'], rows())) {
      read += piece.length;
      if (read > 20_000) break;
    }
    await expect.poll(() => stopped).toBe(true);
    const then = asked;
    expect(then).toBeLessThan(10_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).toBe(then);
  });
});

describe('a sheet of very many rows', () => {
  const folder = temporaryFolder();
  const program = join(folder.path, 'bounded-sheet.mjs');

  // The heap is for the file. In a worker that loads sources, stripping their types takes as much of it again.
  beforeAll(() => {
    buildSync({
      entryPoints: [join(import.meta.dirname, 'bounded-sheet.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
    });
  });
  afterAll(() => folder.remove());

  const lengthWithin = async (format: string, rows: number, megabytes: number): Promise<number> => {
    const worker = new Worker(program, {
      workerData: { format, rows },
      resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 4 },
    });
    const [length] = (await once(worker, 'message')) as [number];
    await worker.terminate();
    return length;
  };

  it.each([
    ['csv', 12],
    ['xlsx', 16],
  ] as const)('as %s takes a heap of %d MB and no more', { timeout: 120_000 }, async (format, megabytes) => {
    const few = await lengthWithin(format, 10_000, megabytes);
    const many = await lengthWithin(format, 100_000, megabytes);
    expect(many / few).toBeGreaterThan(8);
    expect(many / few).toBeLessThan(12);
  });
});
