import { describe, expect, it } from 'vitest';
import { speaking } from '../../lib/messages/messages.ts';
import { csvLine } from '../../lib/sheets/sheets.ts';
import {
  DER,
  derOf,
  HEADER,
  KNOWN,
  NDJSON,
  POSITION,
  problems,
  requests,
  SERVER,
  table,
} from './demonstration.ts';

describe('a row that cannot be a request', () => {
  const row = (...cells: readonly string[]) => table(HEADER, cells, ['last', 'Mayor', '市長', derOf(1)]);

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
    const good = (n: number): readonly string[] => ['Mayor', '市長', derOf(n)];
    const bad = ['Mayor', '市長', ''];
    const file = table(
      HEADER,
      ['1', ...good(1)],
      ['2', ...bad],
      [' 1', ...good(3)],
      ['2', ...good(4)],
      ['01', ...good(5)],
    );
    expect(problems(await requests(POSITION, file))).toEqual([
      [1],
      [2, 'Certification request (CSR): The row needs a certification request.'],
      [3, 'Row key: Row 1 has the same key.'],
      [4, 'Row key: Row 2 has the same key.'],
      [5],
    ]);
  });

  it('has the certification request of an earlier row, however it is written: that one stands', async () => {
    const [one = '', other = ''] = [derOf(1), derOf(2)];
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\r\n${one}\r\n-----END CERTIFICATE REQUEST-----`;
    const file = table(
      HEADER,
      ['1', 'Mayor', '市長', one],
      ['2', 'Mayor', '市長', pem],
      ['3', 'Mayor', '市長', ` ${one.slice(0, 4)} ${one.slice(4)}`],
      ['', 'Mayor', '市長', other],
      ['5', 'Mayor', '市長', other],
      ['6', 'Mayor', '市長', derOf(3)],
    );
    const same = (n: number) => `Certification request (CSR): Row ${n} has the same certification request.`;
    expect(problems(await requests(POSITION, file))).toEqual([
      [1],
      [2, same(1)],
      [3, same(1)],
      [4, expect.stringMatching(/^Row key: The row needs a key/)],
      [5, same(4)],
      [6],
    ]);
  });

  it('is the 10,001st', async () => {
    const lines = Array.from({ length: 10_001 }, (_, n) =>
      csvLine([String(n), 'Mayor', '市長', derOf(n)]),
    ).join('');
    const rows = await requests(POSITION, csvLine(HEADER) + lines);
    expect(rows.slice(0, 10_000).every((one) => 'submission' in one)).toBe(true);
    expect(problems(rows.slice(10_000))).toEqual([
      [10_001, 'row: A file has at most 10000 rows; put this one into another file.'],
    ]);
  });

  it('has what could be read of it, by the names of the columns', async () => {
    const file = table(
      [...HEADER, 'mail', 'issuedTo', 'エラー内容'],
      ['1', 'a\0', ' 市長　', '-', ' ', 'sato', 'earlier'],
      ['', 'Mayor', '市\ue000', derOf(1), 'm@example.jp', '', 'earlier'],
    );
    const rows = await requests(POSITION, file);
    expect(rows.map((one) => 'values' in one && one.values)).toEqual([
      { key: '1', positionJa: ' 市長　', csr: '-', issuedTo: 'sato' },
      { position: 'Mayor', csr: derOf(1), mail: 'm@example.jp' },
    ]);
    const [list] = await requests(
      SERVER,
      JSON.stringify({ key: ['1'], dnsNames: ['a', ' ', 'b'], csr: DER }),
      NDJSON,
    );
    expect(list).toMatchObject({ values: { key: ['1'], dnsNames: ['a', 'b'], csr: DER } });
    const [broken] = await requests(POSITION, `${HEADER.join()}\n1,2,3\n`);
    expect(broken).toMatchObject({ problems: [{}], values: {} });
  });

  it('has nothing in the column of problems: what stands there is not read', async () => {
    const [row, other] = await requests(
      POSITION,
      table(['problem', ...HEADER], ['Row 7 has the same key.', '1', 'Mayor', '市長', DER]) +
        table(['', '2', 'Mayor', '市長', derOf(1)]),
    );
    expect([row, other].map((one) => one && 'submission' in one && one.submission.fields)).toEqual([
      { position: 'Mayor', positionJa: '市長' },
      { position: 'Mayor', positionJa: '市長' },
    ]);
    const twice = table(['problem', ...HEADER, 'Problems'], ['', '1', 'Mayor', '市長', DER, '']);
    expect(problems(await requests(POSITION, twice))).toEqual([
      [0, 'Problems: The column problem (Problems) is there twice.', KNOWN],
    ]);
  });

  it('is an object of NDJSON with a member too many, of two spellings, or of another kind', async () => {
    const base = { key: '1', position: 'Mayor', positionJa: '市長', csr: DER };
    const file = [
      { ...base, colour: 'red' },
      { ...base, key: 2, 職名: '市長', csr: derOf(2) },
      { ...base, key: 3, position: ['Mayor'], csr: derOf(3) },
      { position: 'Mayor' },
      {},
      { ...base, key: 6, csr: derOf(6) },
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
