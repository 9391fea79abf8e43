import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BulkProfile,
  columnOfFault,
  errorsFile,
  FORMATS,
  type Format,
  type RequestRow,
} from '../../lib/bulk/bulk.ts';
import { DER, derOf, NDJSON, PERSON, POSITION, requests, SERVER, table } from './demonstration.ts';
import { all, each, readCsv } from './files.ts';

/** A profile with fields that are called like the request's own columns, and like members that every object has. */
const ODD: BulkProfile = {
  id: 'odd',
  kind: 'organisation',
  fields: ['key', 'holder', 'problem', 'csr', 'toString', 'constructor', 'place'].map((name) => ({
    name,
    label: { ja: `欄 ${name}`, en: `Own ${name}` },
    required: false,
    ...(name === 'place' && { maxItems: 5 }),
  })),
};

const ODD_ROW = {
  key: '1',
  'field.key': 'k',
  holder: 'h',
  'field.holder': 'fh',
  'field.problem': 'fp',
  'field.csr': 'fc',
  constructor: 'c',
  place: ['a', 'b'],
  issuedTo: 'sato',
};

const written = async (
  profile: BulkProfile,
  rows: readonly RequestRow[],
  format: Format,
  language: 'ja' | 'en',
  problems = 'エラー: =1, "2"\n二行目',
): Promise<Buffer> => {
  const found = rows.map((row) => ({ row, problems }));
  return Buffer.concat(await all(errorsFile(profile, each(found), format, language)));
};

/** What is the same in both files: everything but the places of the rows, and the end of the last line of a PEM text. */
const saidBy = (rows: readonly RequestRow[]) =>
  rows.map((row) =>
    'values' in row
      ? { values: row.values, problems: row.problems.map((one) => `${one.column?.en}: ${one.phrase}`) }
      : { key: row.key, submission: { ...row.submission, csr: row.submission.csr.trim() } },
  );

const expectSame = async (profile: BulkProfile, rows: readonly RequestRow[]): Promise<void> => {
  for (const format of FORMATS)
    for (const language of ['ja', 'en'] as const) {
      const file = await written(profile, rows, format, language);
      // As a client sends it: nobody says the encoding.
      const again = await requests(profile, file, { format });
      expect(saidBy(again), `${format} ${language}`).toEqual(saidBy(rows));
    }
};

describe('a file of errors', () => {
  it('has the values of its rows when it is sent again, those that could be requests and the others', async () => {
    const rows = await requests(
      POSITION,
      table(
        ['key', 'position', 'positionJa', 'mail', 'issuedTo', 'csr'],
        ['1', 'Mayor', '髙橋、①', 'm@example.jp', 'sato', DER],
        ['', 'Mayor', ' 市長　', '', '', derOf(1)],
        ['3', 'a "b", c', '二\r\n行', 'm', '', ''],
        ['4', 'Mayor', '市長', '', '', 'MIIB-'],
        ['5', 'Mayor', '市長', '', '', derOf(1)],
      ),
    );
    expect(rows.map((row) => 'submission' in row)).toEqual([true, false, false, false, false]);
    await expectSame(POSITION, rows);
  });

  it.each(['=1+1', '+81-3', '-x', '-12', '@SUM(A1)', '\t=1', '\r=1', '＝1', '－1', '="a",b', "'a"])(
    'has a cell like a formula as text, and the same text when it is sent again: %j',
    async (cell) => {
      const rows = await requests(
        POSITION,
        `${JSON.stringify({ key: '1', position: cell, positionJa: cell, csr: DER })}\n${JSON.stringify({ position: cell, csr: '' })}\n`,
        NDJSON,
      );
      await expectSame(POSITION, rows);
      const text = (await written(POSITION, rows, 'csv', 'ja', cell)).toString('utf8');
      // A spreadsheet runs neither a plain number nor a text that begins with an apostrophe.
      const isPlain = ['-12', "'a"].includes(cell);
      expect(text.includes(`,"'${cell.replaceAll('"', '""')}",`)).toBe(!isPlain);
    },
  );

  it('has lists, each value on a line of its cell', async () => {
    const rows = await requests(
      SERVER,
      table(
        ['key', 'dnsNames', 'csr'],
        ['1', 'a.example.jp | b.example.jp', DER],
        ['', '=a.example.jp\n b.example.jp', derOf(1)],
        ['3', 'a.example.jp', '-'],
      ),
    );
    await expectSame(SERVER, rows);
    const [, first] = await readCsv(await written(SERVER, rows, 'csv', 'en', 'wrong'));
    expect(first).toContain('a.example.jp\nb.example.jp');
    expect((await written(SERVER, rows, 'ndjson', 'en', 'wrong')).toString('utf8').split('\n')[0]).toBe(
      `{"key":"1","dnsNames":["a.example.jp","b.example.jp"],"problem":"wrong","csr":${JSON.stringify(
        `-----BEGIN CERTIFICATE REQUEST-----\n${DER}\n-----END CERTIFICATE REQUEST-----\n`,
      )}}`,
    );
  });

  it('tells fields from the columns that are called like them', async () => {
    const file = [
      { ...ODD_ROW, csr: DER },
      { ...ODD_ROW, key: '2' },
      { key: '3', csr: derOf(3) },
      { csr: '-' },
    ];
    const rows = await requests(ODD, file.map((one) => `${JSON.stringify(one)}\n`).join(''), NDJSON);
    expect(rows[0]).toMatchObject({
      key: '1',
      submission: {
        holder: 'h',
        issuedTo: 'sato',
        fields: { key: 'k', holder: 'fh', problem: 'fp', csr: 'fc', constructor: 'c', place: ['a', 'b'] },
      },
    });
    expect(rows[1]).toMatchObject({ values: { ...ODD_ROW, key: '2' } });
    await expectSame(ODD, rows);
  });

  it('of persons has the holder, and says the problems in its column', async () => {
    const rows = await requests(PERSON, JSON.stringify({ key: 1, holder: 'holder-sato', csr: '' }), NDJSON);
    const [header, row] = await readCsv(await written(PERSON, rows, 'csv', 'ja', 'CSR: 足りない'));
    expect(header?.slice(2)).toEqual([
      '整理番号',
      ...PERSON.fields.map(({ label }) => label.ja),
      '利用者（仮名ID）',
      '交付を受ける担当者',
      'エラー内容',
      '証明書発行要求（CSR）',
    ]);
    const empty = PERSON.fields.map(() => '');
    expect(row?.slice(2)).toEqual(['1', ...empty, 'holder-sato', '', 'CSR: 足りない', '']);
    await expectSame(PERSON, rows);
  });

  it('of a row of which nothing could be read is a row that cannot be a request', async () => {
    const rows = await requests(POSITION, `key,position,positionJa,csr\n1,2\n`);
    for (const format of FORMATS) {
      const again = await requests(POSITION, await written(POSITION, rows, format, 'ja'), { format });
      expect(again).toMatchObject([{ number: 1, values: {} }]);
    }
  });

  it('of no row has a header, or nothing', async () => {
    expect(await requests(POSITION, await written(POSITION, [], 'csv', 'ja'), { format: 'csv' })).toEqual([]);
    expect(await written(POSITION, [], 'ndjson', 'ja')).toHaveLength(0);
  });

  it('comes in pieces, as it is read', async () => {
    const [row] = await requests(POSITION, `${JSON.stringify({ position: 'x'.repeat(9_000) })}\n`, NDJSON);
    let asked = 0;
    const rows = async function* () {
      for (let n = 0; n < 50; n++) {
        asked++;
        yield { row: row as RequestRow, problems: '' };
      }
    };
    const pieces = errorsFile(POSITION, rows(), 'csv', 'ja')[Symbol.asyncIterator]();
    await pieces.next();
    expect(asked).toBeLessThan(10);
    await pieces.return(undefined);
  });

  it('is read as it was written, whatever stood in the cells', async () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 12 })
      // Characters that no file may have, and texts that CSV shows as others: an apostrophe before a formula is this service's own.
      .filter((one) => !/[[\p{Cc}\p{Co}\ufeff\ufffd]--[\t\r\n]]/v.test(one) && !/^'/.test(one));
    const name = text.filter((one) => one.trim() !== '' && !/\r|\n| \| /.test(one));
    const object = fc.record(
      { key: text, csr: fc.constantFrom('', '-', DER), mail: text, dnsNames: fc.array(name) },
      { requiredKeys: [] },
    );
    const profile = { ...SERVER, fields: [...SERVER.fields, ...POSITION.fields] };
    await fc.assert(
      fc.asyncProperty(object, async (one) => {
        await expectSame(profile, await requests(profile, `${JSON.stringify(one)}\n`, NDJSON));
      }),
      { numRuns: 200 },
    );
  });
});

describe('the column of a fault', () => {
  it.each([
    ['a field', POSITION, { field: 'positionJa' }, 'Position in Japanese'],
    ['the pseudonym', PERSON, { field: 'holder' }, 'Holder (pseudonym)'],
    ['the officer', POSITION, { path: 'issuedTo' }, 'Officer to whom it is issued'],
    ['the certification request', POSITION, { path: 'csr' }, 'Certification request (CSR)'],
    ['a field that is called like a column', ODD, { field: 'csr' }, 'Own csr'],
    ['a column that a field is called like', ODD, { path: 'csr' }, 'Certification request (CSR)'],
    ['nothing', POSITION, {}, undefined],
    ['a field that the profile does not have', POSITION, { field: 'colour' }, undefined],
    ['a field that every object has', POSITION, { field: 'toString' }, undefined],
    ['something that is no name', POSITION, { field: 7, path: ['csr'] }, undefined],
  ] as const)('is told by what the fault says of it: %s', (_, profile, facts, label) => {
    expect(columnOfFault(profile, facts)?.en).toBe(label);
  });
});
