import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { windows31j } from '../bulk/files.ts';
import { type Ended, akashi as inProcess } from './in-process.ts';

/** Files about many officers, as spreadsheets and people make them. The service is one that knows nobody and takes everything. */
const folder = mkdtempSync(join(tmpdir(), 'officer-files-'));
const HEAD = 'id,office,duties,nameJa,nameEn,kana,person,from,until\r\n';

interface Sent {
  readonly id: string;
  readonly name: { readonly ja: string; readonly en: string };
  readonly kana?: string;
  readonly duties: readonly string[];
}

let sent: Sent[] = [];
/** How often anything was asked. */
let asked = 0;

const server = createServer(async (request, response) => {
  asked++;
  let text = '';
  for await (const chunk of request) text += chunk;
  const [, id, step] = /^\/api\/v1\/principals\/([^/]+)(?:\/(\w+))?$/.exec(request.url ?? '') ?? [];
  const answer = (status: number, body: object): void => {
    const type = status === 200 ? 'application/json' : 'application/problem+json';
    response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
  };
  if (id === undefined) return answer(200, { role: 'officer' });
  if (step === undefined)
    return answer(404, { type: 'about:blank', title: 'unknown', code: 'unknown-principal' });
  sent.push({ id, ...JSON.parse(text) });
  const principal = { id, number: 1, changed: { by: 'chief', at: '2026-04-01T00:00:00Z' } };
  return answer(200, { principal, invitation: `${id}.X` });
});
let url: string;

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  sent = [];
  asked = 0;
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

type Content = string | Uint8Array;

const bytes = (...parts: readonly (Content | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? windows31j(part) : Buffer.from(part))));

const officers = (step: string, content: Content, ...more: readonly string[]): Promise<Ended> => {
  const path = join(folder, 'officers.csv');
  writeFileSync(path, content);
  return inProcess(['officers', step, '--file', path, '--url', url, '--token', 'x', ...more]);
};

/** The lines of the output, `line id: outcome` or `line id: the problem`, and what is said of all. */
const told = async (content: Content, ...more: readonly string[]): Promise<readonly string[]> => {
  const { out, err } = await officers('enrol', content, '--json', ...more);
  expect(err).toBe('');
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ line, id, outcome, problem, ...all }) =>
      line === undefined
        ? `${all.done} of ${all.rows}, ${all.encoding} by ${all.encodingBy}`
        : `${line} ${id}: ${outcome ?? problem.detail}`,
    );
};

/** A row of CSV. */
const row = (id: string, nameJa = '係員', nameEn = 'Clerk'): string =>
  `${id},minami,receive,${nameJa},${nameEn},,,,\r\n`;

describe('a file about many officers', () => {
  it('is in Windows-31J, which is found out and said', async () => {
    const file = bytes(HEAD, row('one', '髙﨑　ソ表十', '"Takasaki, S."'), row('two', '①Ⅱ㈱ﾔﾏﾀﾞ～'));
    expect(await told(file)).toEqual([
      '2 one: is invited',
      '3 two: is invited',
      '2 of 2, windows-31j by content',
    ]);
    expect(sent.map(({ name }) => name)).toEqual([
      { ja: '髙﨑　ソ表十', en: 'Takasaki, S.' },
      { ja: '①Ⅱ㈱ﾔﾏﾀﾞ～', en: 'Clerk' },
    ]);
    const japanese = await officers('enrol', file, '--dry-run', '--language', 'ja');
    expect(japanese).toEqual({
      code: 0,
      err: '',
      out: [
        '2  one  実行の対象です',
        '3  two  実行の対象です',
        '文字コード: windows-31j（ファイルの先頭から判断しました。違う場合は --encoding で指定してください）',
        '2 行（実行の対象 2 行、失敗 0 行）\n',
      ].join('\n'),
    });
    const named = await officers('enrol', file, '--dry-run', '--encoding', 'windows-31j');
    expect(named.out).toMatch(/ is to be done\nrows: 2; to be done: 2; failed: 0\n$/);
    expect((await told(file, '--encoding', 'windows-31j')).at(-1)).toBe('2 of 2, windows-31j by caller');
  });

  it('says where a spreadsheet has lost a character, and does the other rows', async () => {
    const file = bytes(HEAD, row('one', '?野 花子'), row('two', '係員'), row('three', '〓田 一郎'));
    const lost =
      'nameJa: A spreadsheet puts ? or 〓 in the place of a character that Windows-31J does not have. Write the character again, and save the file as CSV in UTF-8.';
    expect(await told(file)).toEqual([
      `2 one: ${lost}`,
      '3 two: is invited',
      `4 three: ${lost}`,
      '1 of 3, windows-31j by content',
    ]);
  });

  it.each([
    ['without a byte order mark', '', 'content'],
    ['with one', '\ufeff', 'byte-order-mark'],
  ])('is in UTF-8 %s', async (_, mark, by) => {
    expect(await told(mark + HEAD + row('one', '𠮷野 祇󠄀園'))).toEqual([
      '2 one: is invited',
      `1 of 1, utf-8 by ${by}`,
    ]);
    expect(sent[0]?.name.ja).toBe('𠮷野 祇󠄀園');
    const { out } = await officers('enrol', mark + HEAD + row('one'));
    expect(out).toBe('2  one  is invited  one.X\nrows: 1; done: 1; failed: 0\n');
  });

  it('is not what it is said to be: each row that cannot be read says so, and the others are done', async () => {
    const file = bytes(HEAD, row('one'), row('two', 'Kakari'));
    expect(await told(file, '--encoding', 'utf-8')).toEqual([
      '2 one: nameJa: Character 1 of the cell cannot be read as UTF-8; type it again, or name the encoding that the file has.',
      '3 two: is invited',
      '1 of 2, utf-8 by caller',
    ]);
    expect(sent.map(({ id }) => id)).toEqual(['two']);
  });

  it('has one byte that is no character: its row alone is not done', async () => {
    const [before = '', after = ''] = row('two', '山|田').split('|');
    const file = Buffer.concat([
      Buffer.from(HEAD + row('one') + before),
      Buffer.of(0xff),
      Buffer.from(after + row('three')),
    ]);
    expect(await told(file)).toEqual([
      '2 one: is invited',
      '3 two: nameJa: Character 2 of the cell cannot be read as UTF-8; type it again, or name the encoding that the file has.',
      '4 three: is invited',
      '2 of 3, utf-8 by content',
    ]);
    const { code, out } = await officers('enrol', file, '--language', 'ja');
    expect(code).toBe(1);
    expect(out).toContain('3  two  usage  nameJa: セルの 2 文字目を UTF-8 として読み取れません。');
  });

  it('has user-defined characters, which are refused with their place', async () => {
    const file = bytes(
      HEAD,
      row('one'),
      'two,minami,receive,渡',
      [0xf0, 0x40],
      ',Watanabe,,,,\r\n',
      row('three'),
    );
    expect(await told(file)).toEqual([
      '2 one: is invited',
      '3 two: nameJa: Character 2 of the cell is F040 (U+E000), a user-defined character, which differs from machine to machine; write the character that Unicode has for it.',
      '4 three: is invited',
      '2 of 3, windows-31j by content',
    ]);
    expect(await told(HEAD + row('four', '渡\ue000'), '--encoding', 'utf-8')).toEqual([
      expect.stringContaining('2 four: nameJa: Character 2 of the cell is U+E000, a user-defined character'),
      '0 of 1, utf-8 by caller',
    ]);
  });

  it('has a quotation mark that never ends, or another defect of one: the rows beside it are done', async () => {
    const file =
      HEAD +
      row('one', '"係員') +
      row('two', '"係員, 二"') +
      row('three', '係"員') +
      row('four') +
      row('five', '"係員');
    expect(await told(file)).toEqual([
      '2 : nameJa: Text follows the quotation mark that ends this cell; a quotation mark inside such a cell is written twice.',
      '3 two: is invited',
      '4 : nameJa: A cell with a quotation mark in it stands in quotation marks as a whole, and the mark inside is written twice.',
      '5 four: is invited',
      '6 : nameJa: The quotation mark at the beginning of this cell has no partner at its end, within the 65536 bytes that a row may have.',
      '2 of 5, utf-8 by content',
    ]);
    expect(sent.map(({ id, name }) => [id, name.ja])).toEqual([
      ['two', '係員, 二'],
      ['four', '係員'],
    ]);
  });

  it('has cells that begin like formulas, which are text', async () => {
    const file =
      HEAD + row('one', '=1+1', "'=1+1") + row('two', '＝SUM', '+81') + row('three', "'係員", '@x');
    expect((await told(file)).at(-1)).toBe('3 of 3, utf-8 by content');
    expect(sent.map(({ name }) => name)).toEqual([
      { ja: '=1+1', en: '=1+1' },
      { ja: '＝SUM', en: '+81' },
      { ja: "'係員", en: '@x' },
    ]);
  });

  it('says each problem of a row, with the column', async () => {
    expect(await told(`${HEAD}one,minami,rec\0eive,係\u0001員,Clerk,,,,\r\none,minami,receive\r\n`)).toEqual([
      '2 one: duties: Character 4 of the cell is the control character U+0000; remove it. nameJa: Character 2 of the cell is the control character U+0001; remove it.',
      '3 : The row has 3 cells, and the header has 9. A cell with a comma or a line end in it stands in quotation marks.',
      '0 of 2, utf-8 by content',
    ]);
  });

  it('has lines of any kind of end, lines of commas, and spaces around its cells', async () => {
    const file = `\n${HEAD.replace('id', '"id"')}\n one , minami ," receive\n examine ",係員,Clerk,,,,\n,,,,,,,,\r\n${row('two')}`;
    expect(await told(file)).toEqual(['4 one: is invited', '7 two: is invited', '2 of 2, utf-8 by content']);
    expect(sent[0]).toMatchObject({ id: 'one', office: 'minami', duties: ['receive', 'examine'] });
  });

  it('has more than 10,000 rows', async () => {
    const file = `id\n${'one\n'.repeat(10_000)}two\n`;
    const { code, out } = await officers('confirm', file);
    const lines = out.trim().split('\n');
    expect({ code, rows: lines.length, last: lines.at(-1) }).toEqual({
      code: 1,
      rows: 10_002,
      last: 'rows: 10001; done: 0; failed: 10001',
    });
    // The service has been asked about both of them.
    expect(lines[0]).toBe('2  one  unknown-principal  ');
    expect(lines[9_999]).toBe('10001  one  usage  The id is in line 2 already; this row is left out.');
    expect(lines[10_000]).toBe('10002  two  unknown-principal  ');
    expect(asked).toBeLessThan(5);
  });
});

describe('a file about many officers in NDJSON', () => {
  const object = (id: string, more: object = {}): string =>
    JSON.stringify({ id, office: 'minami', duties: ['receive'], nameJa: '係員', nameEn: 'Clerk', ...more });

  it('has a row on each line, and one that cannot be read stops no other', async () => {
    const file = [
      object('one', { duties: ['receive', 'examine'] }),
      '',
      `${object('two').slice(0, -1)},"id":"three"}`,
      '{"id":"four"',
      object('five', { nom: 'x' }),
      object('six', { nameEn: null, nameJa: '\ue000' }),
      object('seven', { duties: 'receive examine', nameEn: 7 }),
    ];
    expect(await told(`${file.join('\n')}\r\n`)).toEqual([
      '1 one: is invited',
      '3 two: The object has the member "id" twice.',
      '4 : The line is not one JSON object.',
      '5 five: nom: the columns are id,office,duties,nameJa,nameEn,kana,person,from,until.',
      expect.stringMatching(
        /^6 six: nameJa: Character 1 of the cell is U\+E000.* nameEn: The value is a text, a number, true or false, or a list of these\.$/,
      ),
      '7 seven: is invited',
      '2 of 6, utf-8 by content',
    ]);
    expect(sent).toMatchObject([
      { id: 'one', duties: ['receive', 'examine'] },
      { id: 'seven', duties: ['receive', 'examine'], name: { ja: '係員', en: '7' } },
    ]);
  });

  it('is in Windows-31J', async () => {
    expect(await told(bytes(`${object('one', { nameJa: '髙橋' })}\n`))).toEqual([
      '1 one: is invited',
      '1 of 1, windows-31j by content',
    ]);
    expect(sent[0]?.name.ja).toBe('髙橋');
  });
});

describe('a file about many officers that cannot be read at all', () => {
  const CHANGES = HEAD.replace('from,until', 'until,effectiveFrom');
  const wanted = `has to be: ${CHANGES.trim()}\n`;
  it.each<[string, Content, readonly string[], string, boolean]>([
    ['UTF-16', Buffer.from(`\ufeff${CHANGES}`, 'utf16le'), [], 'officers.csv: The file is UTF-16.', true],
    ['a spreadsheet', bytes('PK', [3, 4]), [], 'officers.csv: The file is a spreadsheet', true],
    [
      'UTF-8, and said to be another',
      `\ufeff${CHANGES}`,
      ['--encoding', 'windows-31j'],
      'begins with the byte order mark of UTF-8, and is said to be Windows-31J.',
      true,
    ],
    [
      'NDJSON in UTF-8, and said to be another',
      '\ufeff{"id":"one"}\n',
      ['--encoding', 'windows-31j'],
      'begins with the byte order mark of UTF-8, and is said to be Windows-31J.',
      false,
    ],
    ['empty', '', [], 'officers.csv: The file has no rows.', true],
    ['of other columns', `office,${CHANGES}`, [], 'The first line of ', true],
    ['of the columns in one cell', `"${CHANGES.trim()}"\n`, [], 'The first line of ', true],
    ['of a header in Japanese', bytes(CHANGES.replace('office', '登録分局')), [], 'The first line of ', true],
    [
      'of a header that cannot be read',
      bytes(CHANGES.replace('office', '登録分局')),
      ['--encoding', 'utf-8'],
      'officers.csv: office: Character 1 of the cell cannot be read as UTF-8',
      true,
    ],
    [
      'of lines that end with CR alone',
      CHANGES.replace('\n', 'x'),
      [],
      'the end of a line as CR alone',
      true,
    ],
  ])('asks the service for nothing: %s', async (_, content, more, said, hasHeader) => {
    const { code, out, err } = await officers('change', content, ...more);
    expect({ code, out, asked, err }).toEqual({
      code: 2,
      out: '',
      asked: 0,
      err: expect.stringContaining(said),
    });
    expect(err.includes(wanted)).toBe(hasHeader);
  });

  it.each([
    ['officers end minami-one --encoding utf-8', '--encoding goes with --file for many'],
    ['officers change minami-one --encoding utf-8 --office minami', '--encoding goes with --file for many'],
    ['officers transfer --file april.csv --encoding sjis', "'sjis' is invalid"],
    ['operators end sakai --encoding utf-8', "unknown option '--encoding'"],
  ])('is none: %s', async (command, said) => {
    const { code, err } = await inProcess([...command.split(' '), '--url', url, '--token', 'x']);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(said) });
  });
});
