import { describe, expect, it } from 'vitest';
import { type BulkProfile, openFile, type RequestRow, requestsOf, templateOf } from '../../lib/bulk/bulk.ts';
import { NO_CASES, readCase } from '../cases/cases.ts';
import { DER, HEADER, NDJSON, PEM, PERSON, POSITION, requests, SERVER, table } from './demonstration.ts';
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
      const files = [text, body].map((csr) => table(HEADER, ['1', 'Mayor', '市長', csr]));
      const [whole, short] = await Promise.all(
        files.map(async (file) => {
          const [row] = await requests(POSITION, file);
          return row && 'submission' in row ? row.submission.csr : '';
        }),
      );
      expect(whole).toBe(text.trim());
      expect(short?.replace(/-----[^-]+-----|\s/g, '')).toBe(body);
    },
  );
});

describe('what a spreadsheet has made of a value', () => {
  const profile: BulkProfile = {
    id: 'seal',
    kind: 'organisation',
    fields: [
      { name: 'name', label: { ja: '氏名', en: 'Name' }, kind: 'text', required: true },
      { name: 'born', label: { ja: '生年月日', en: 'Date of birth' }, kind: 'date', required: false },
    ],
  };
  const read = async (cells: string, encoding: 'utf-8' | 'windows-31j', bytes?: Buffer) => {
    const file = bytes ?? Buffer.from(`key,name,born,csr\n1,${cells},MA==\n`);
    const pieces = async function* () {
      yield file;
    };
    const rows: RequestRow[] = [];
    for await (const row of requestsOf(await openFile(pieces(), { format: 'csv', encoding }), profile))
      rows.push(row);
    return rows[0];
  };

  it('is read where nothing is lost: a date with slashes', async () => {
    expect(await read('Yamada,1963/3/4', 'utf-8')).toMatchObject({
      submission: { fields: { born: '1963-03-04' } },
    });
    expect(await read('Yamada,1963-03-04', 'utf-8')).toMatchObject({
      submission: { fields: { born: '1963-03-04' } },
    });
  });

  it('is refused where something is lost: a number with an exponent, a character that was replaced', async () => {
    expect(await read('2.02612E+15,', 'utf-8')).toMatchObject({
      problems: [{ column: { en: 'Name' }, phrase: { template: expect.stringContaining('made a number') } }],
    });
    // 「?野 花子」 in Windows-31J.
    const yoshino = Buffer.concat([
      Buffer.from('key,name,born,csr\n1,?'),
      Buffer.from([0x96, 0xec, 0x20, 0x89, 0xd4, 0x8e, 0x71]),
      Buffer.from(',,MA==\n'),
    ]);
    expect(await read('', 'windows-31j', yoshino)).toMatchObject({
      problems: [{ column: { ja: '氏名' }, phrase: { template: expect.stringContaining('Windows-31J') } }],
    });
    expect(await read('?野 花子,', 'utf-8')).toMatchObject({ submission: { fields: { name: '?野 花子' } } });
    expect(await read('What?,', 'windows-31j')).toMatchObject({ submission: { fields: { name: 'What?' } } });
  });
});
