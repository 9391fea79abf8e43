import { describe, expect, it } from 'vitest';
import { templateOf } from '../../lib/bulk/bulk.ts';
import { speaking } from '../../lib/messages/messages.ts';
import { csvLine } from '../../lib/sheets/sheets.ts';
import { NO_CASES, readCase } from '../cases/cases.ts';
import {
  DER,
  HEADER,
  KNOWN,
  NDJSON,
  PEM,
  PERSON,
  POSITION,
  problems,
  requests,
  SERVER,
  table,
} from './demonstration.ts';
import { windows31j } from './files.ts';

describe('a row', () => {
  const submission = {
    profile: 'person-signature',
    csr: PEM,
    fields: {
      holderId: '2026112200000001',
      name: '髙橋 花子',
      kana: 'ﾀｶﾊｼ ﾊﾅｺ',
      dateOfBirth: '1990-02-17',
      sex: '2',
      address: '=常盤県①丁目',
    },
    holder: 'holder-takahashi',
  };
  const { fields, holder } = submission;
  const values = ['A-1', ...Object.values(fields), holder];
  const plain = (cells: readonly string[]): string => `${cells.join()}\r\n`;

  it('is the body of the operation that submits, from a template filled in', async () => {
    const header = Buffer.from(templateOf(PERSON, 'ja')).subarray(3);
    for (const csr of [DER, `"${PEM}"`, `"${PEM.replaceAll('\n', '\r\n')}"`]) {
      const text = `${header}${plain([...values, csr])}`;
      const [row, ...more] = await requests(PERSON, windows31j(text), {
        format: 'csv',
        encoding: 'windows-31j',
      });
      expect(more).toEqual([]);
      expect(row).toMatchObject({ number: 1, line: 2, key: 'A-1' });
      const read = row && 'submission' in row ? row.submission : undefined;
      expect({ ...read, csr: read?.csr.replaceAll('\r\n', '\n').trim() }).toEqual({
        ...submission,
        csr: PEM.trim(),
      });
    }
  });

  it('may be an object of NDJSON, with names or labels', async () => {
    const object = { 整理番号: 'A-1', ...fields, csr: DER, 'Holder (pseudonym)': holder };
    expect(await requests(PERSON, JSON.stringify(object), NDJSON)).toEqual([
      { number: 1, line: 1, key: 'A-1', submission },
    ]);
  });

  it('has no field that is empty, and its values as they are written', async () => {
    const header = ['csr', 'issuedTo', 'mail', 'positionJa', 'position', 'key', 'department', 'holder'];
    const file = table(header, [DER, ' sato ', '  ', ' 市長　', 'Mayor', ' 007 ', '', '']);
    expect(await requests(POSITION, file)).toEqual([
      {
        number: 1,
        line: 2,
        key: '007',
        submission: {
          profile: 'official-position',
          csr: PEM,
          fields: { positionJa: ' 市長　', position: 'Mayor' },
          issuedTo: 'sato',
        },
      },
    ]);
  });

  it('has a list in one cell, as exports write it or on lines', async () => {
    const dnsNames = ['a.example.jp', 'b.example.jp'];
    const expected = [
      {
        number: 1,
        line: 2,
        key: '1',
        submission: { profile: 'organisation-server', csr: PEM, fields: { dnsNames } },
      },
    ];
    for (const cell of [
      'a.example.jp | b.example.jp',
      'a.example.jp\r\nb.example.jp\r\n',
      'a.example.jp\n\nb.example.jp',
    ])
      expect(await requests(SERVER, table(['key', 'dnsNames', 'csr'], ['1', cell, DER]))).toEqual(expected);
    const [row] = await requests(SERVER, JSON.stringify({ key: 1, dnsNames, csr: DER }), NDJSON);
    expect(row).toEqual({ ...expected[0], line: 1 });
    const one = await requests(SERVER, JSON.stringify({ key: 1, dnsNames: 'a | b', csr: DER }), NDJSON);
    expect(one).toMatchObject([{ submission: { fields: { dnsNames: ['a | b'] } } }]);
  });

  it.skipIf(NO_CASES).each(['H1a', 'H1b', 'H1c', 'H1d', 'H2', 'H3', 'P1', 'P15'])(
    'has the request of the case %s as it is, in quotation marks or as base64',
    async (name) => {
      const text = readCase(`${name}.csr`).toString('utf8');
      const body = /-----BEGIN[^-]+-----([^-]+)-----END/.exec(text)?.[1]?.replace(/\s/g, '') ?? '';
      const rows = await requests(
        POSITION,
        table(HEADER, ['1', 'Mayor', '市長', text], ['2', 'Mayor', '市長', body]),
      );
      const [whole, short] = rows.map((row) => ('submission' in row ? row.submission.csr : ''));
      expect(whole).toBe(text.trim());
      expect(short?.replace(/-----[^-]+-----|\s/g, '')).toBe(body);
    },
  );
});

describe('a row that cannot be a request', () => {
  const row = (...cells: readonly string[]) => table(HEADER, cells, ['last', 'Mayor', '市長', DER]);

  it.each([
    [
      'without a key',
      row(' ', 'Mayor', '市長', DER),
      'Row key: The row needs a key of its own, which no other row of the file has.',
    ],
    [
      'with a key that does not show',
      row('a\u200b', 'Mayor', '市長', DER),
      'Row key: The key of a row has 1 to 64 characters, all of which show.',
    ],
    [
      'with a key that is too long',
      row('𠮷'.repeat(65), 'Mayor', '市長', DER),
      'Row key: The key of a row has 1 to 64 characters, all of which show.',
    ],
    [
      'without a certification request',
      row('1', 'Mayor', '市長', ''),
      'Certification request (CSR): The row needs a certification request.',
    ],
    [
      'with one that is no base64',
      row('1', 'Mayor', '市長', 'MIIB-'),
      'Certification request (CSR): The certification request is PEM, or DER in base64 on one line.',
    ],
    [
      'with one whose base64 is cut',
      row('1', 'Mayor', '市長', 'MIIBA'),
      'Certification request (CSR): The certification request is PEM, or DER in base64 on one line.',
    ],
    [
      'with a character that no file has',
      row('1', 'Mayor', '市\ue000', DER),
      'Position in Japanese: Character 2 of the cell is U+E000, a user-defined character, which differs from machine to machine; write the character that Unicode has for it.',
    ],
  ])('has a problem, and the next one is read: %s', async (_, file, said) => {
    const rows = await requests(POSITION, file);
    expect(problems(rows)).toEqual([[1, said], [2]]);
  });

  it('has all of its problems, and its key where it can be read', async () => {
    const rows = await requests(POSITION, row('1', 'a\0', '市\ufffd', '-'));
    expect(rows[0]).toMatchObject({ number: 1, line: 2, key: '1' });
    expect(problems(rows)[0]?.slice(1)).toEqual([
      'Position: Character 2 of the cell is the control character U+0000; remove it.',
      'Position in Japanese: Character 2 of the cell is U+FFFD, which stands for a character that was lost; type it again.',
      'Certification request (CSR): The certification request is PEM, or DER in base64 on one line.',
    ]);
  });

  it('has the key of an earlier row: that one stands, whatever else is wrong with it', async () => {
    const good = ['Mayor', '市長', DER];
    const bad = ['Mayor', '市長', ''];
    const file = table(
      HEADER,
      ['1', ...good],
      ['2', ...bad],
      [' 1', ...good],
      ['2', ...good],
      ['01', ...good],
    );
    expect(problems(await requests(POSITION, file))).toEqual([
      [1],
      [2, 'Certification request (CSR): The row needs a certification request.'],
      [3, 'Row key: Row 1 has the same key.'],
      [4, 'Row key: Row 2 has the same key.'],
      [5],
    ]);
  });

  it('is the 10,001st', async () => {
    const lines = Array.from({ length: 10_001 }, (_, n) => csvLine([String(n), 'Mayor', '市長', DER])).join(
      '',
    );
    const rows = await requests(POSITION, csvLine(HEADER) + lines);
    expect(rows.slice(0, 10_000).every((one) => 'submission' in one)).toBe(true);
    expect(problems(rows.slice(10_000))).toEqual([
      [10_001, 'row: A file has at most 10000 rows; put this one into another file.'],
    ]);
  });

  it('is an object of NDJSON with a member too many, of two spellings, or of another kind', async () => {
    const base = { key: '1', position: 'Mayor', positionJa: '市長', csr: DER };
    const file = [
      { ...base, colour: 'red' },
      { ...base, key: 2, 職名: '市長' },
      { ...base, key: 3, position: ['Mayor'] },
      { position: 'Mayor' },
      {},
      { ...base, key: 6 },
    ];
    expect(
      problems(await requests(POSITION, file.map((one) => `${JSON.stringify(one)}\n`).join(''), NDJSON)),
    ).toEqual([
      [1, 'row: There is no column "colour".', KNOWN],
      [2, 'Position in Japanese: The column positionJa (Position in Japanese) is there twice.', KNOWN],
      [3, 'Position: The column has one value, and no list.'],
      [4, expect.stringMatching(/^Row key: /), expect.stringMatching(/^Certification request \(CSR\): /)],
      [5, expect.stringMatching(/^Row key: /), expect.stringMatching(/^Certification request \(CSR\): /)],
      [6],
    ]);
  });
});

describe('the problems', () => {
  it('are said in Japanese, with the labels', async () => {
    const say = await speaking('ja');
    const [row] = await requests(POSITION, table(['key', 'position'], []));
    expect(row && 'problems' in row && row.problems.map(({ phrase }) => say(phrase))).toEqual([
      '列 positionJa（職名） がありません。',
      '列 csr（証明書発行要求（CSR）） がありません。',
      expect.stringMatching(/^この証明書プロファイルの列は次のとおりです: key（整理番号）, position（職名/),
    ]);
    const [bad] = await requests(POSITION, table(HEADER, ['1', '', '市\ue000', DER]));
    expect(bad && 'problems' in bad && bad.problems.map(({ phrase }) => say(phrase))).toEqual([
      'セルの 2 文字目の U+E000 は外字で、環境によって異なる文字になります。Unicode にある文字に置き換えてください。',
    ]);
  });
});
