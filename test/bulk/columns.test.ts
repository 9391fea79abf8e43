import { describe, expect, it } from 'vitest';
import { type BulkProfile, openFile, requestsOf, templateOf } from '../../lib/bulk/bulk.ts';
import {
  CSV,
  DER,
  HEADER,
  KNOWN,
  PERSON,
  POSITION,
  problems,
  profiles,
  requests,
  table,
} from './demonstration.ts';
import { all } from './files.ts';

describe('a header', () => {
  const values = ['1', 'Mayor', '市長', DER];

  it.each([
    ['names', ['key', 'position', 'positionJa', 'csr']],
    ['labels in Japanese', ['整理番号', '職名(英字)', '職名', '証明書発行要求（CSR）']],
    ['labels in English', ['Row key', 'Position', 'Position in Japanese', 'Certification request (CSR)']],
    [
      'other widths, capitals and spaces',
      [' ＫＥＹ', 'ＰＯＳＩＴＩＯＮ', '職 名 ', '証明書発行要求(ＣＳＲ)'],
    ],
  ])('has %s', async (_, header) => {
    expect(problems(await requests(POSITION, table(header, values)))).toEqual([[1]]);
  });

  it.each([
    [
      'a column missing',
      ['key', 'position', 'csr'],
      ['Position in Japanese: The column positionJa (Position in Japanese) is missing.'],
    ],
    [
      'all missing',
      ['mail'],
      [
        'Row key: The column key (Row key) is missing.',
        'Position: The column position (Position) is missing.',
        'Position in Japanese: The column positionJa (Position in Japanese) is missing.',
        'Certification request (CSR): The column csr (Certification request (CSR)) is missing.',
      ],
    ],
    [
      'a column twice',
      [...HEADER, '職名'],
      ['Position in Japanese: The column positionJa (Position in Japanese) is there twice.'],
    ],
    ['a column that is unknown', [...HEADER, '役　職\n名'], ['row: There is no column "役 職 名".']],
    ['a column without a name', [...HEADER, ''], ['row: Column 5 has no name.']],
    [
      'a separator that is no comma',
      ['key;position;positionJa;csr'],
      [
        'row: There is no column "key;position;positionJa;csr".',
        expect.anything(),
        expect.anything(),
        expect.anything(),
        expect.anything(),
      ],
    ],
  ])('has %s: a problem of the file, after which nothing follows', async (_, header, said) => {
    const rows = await requests(
      POSITION,
      table(
        header,
        header.map(() => '1'),
      ),
    );
    expect(problems(rows)).toEqual([[0, ...said, KNOWN]]);
  });

  it('that cannot be read is told by its columns', async () => {
    expect(problems(await requests(POSITION, 'key,position\0\n1,2\n'))).toEqual([
      [0, 'Column 2: Character 9 of the cell is the control character U+0000; remove it.'],
    ]);
  });

  it('needs the holder where the profile is about persons', async () => {
    const header = PERSON.fields.filter(({ required }) => required).map(({ name }) => name);
    expect(problems(await requests(PERSON, table(['key', 'csr', ...header], [])))).toEqual([
      [
        0,
        'Holder (pseudonym): The column holder (Holder (pseudonym)) is missing.',
        expect.stringMatching(/^row: The columns/),
      ],
    ]);
  });

  it('of a file that is none says the first of its problems', async () => {
    const [row, ...more] = problems(
      await requests(POSITION, `${Array.from({ length: 5_000 }, (_, n) => n).join()}\n`),
    );
    expect(more).toEqual([]);
    expect(row?.length).toBe(22);
  });

  it('stops the file where it is read no further', async () => {
    let isStopped = false;
    const pieces = async function* () {
      try {
        for (;;) yield Buffer.from('a,b\n'.repeat(20_000));
      } finally {
        isStopped = true;
      }
    };
    expect(await all(requestsOf(await openFile(pieces(), CSV), POSITION))).toHaveLength(1);
    expect(isStopped).toBe(true);
  });
});

describe('names that a profile has for itself', () => {
  const field = (name: string, ja: string, en: string) => ({ name, label: { ja, en }, required: false });
  const odd: BulkProfile = {
    id: 'odd',
    kind: 'organisation',
    fields: [
      field('holder', '所持者', 'Keeper'),
      field('toString', '文字列', 'Text'),
      field('room', '部屋', 'Place'),
      field('seat', '部屋', 'Seat'),
      field('place', '場所', 'Site'),
    ],
  };

  it('are told apart from the names of the request', async () => {
    const file = table(
      ['key', 'holder', 'field.holder', 'toString', 'room', 'Seat', 'place', 'csr'],
      ['1', 'h', 'k', 't', 'r', 's', 'p', DER],
    );
    expect(await requests(odd, file)).toMatchObject([
      {
        submission: { holder: 'h', fields: { holder: 'k', toString: 't', room: 'r', seat: 's', place: 'p' } },
      },
    ]);
  });

  it('are refused where two columns have them', async () => {
    const [file] = problems(await requests(odd, table(['key', '部屋', 'Place', 'csr'], [])));
    expect(file?.slice(1, 3)).toEqual(
      ['部屋', 'Place'].map(
        (name) =>
          `row: More than one column is called "${name}". Use its name, which stands before its label in the list.`,
      ),
    );
  });

  it('stand in the template instead of the labels that they share', async () => {
    expect(String(templateOf(odd, 'ja'))).toBe(
      '\ufeff整理番号,所持者,文字列,room,seat,場所,交付を受ける担当者,証明書発行要求（CSR）\r\n',
    );
    expect(String(templateOf(odd, 'en'))).toBe(
      '\ufeffRow key,Keeper,Text,room,Seat,Site,Officer to whom it is issued,Certification request (CSR)\r\n',
    );
  });
});

describe('a template', () => {
  it.each(
    profiles
      .filter(({ kind }) => kind === 'organisation' || kind === 'person')
      .map((one) => [one.id, one] as const),
  )('of %s is read again, without rows', async (_, profile) => {
    for (const language of ['ja', 'en'] as const)
      expect(await requests(profile, templateOf(profile, language), { format: 'csv' })).toEqual([]);
  });

  it('has the labels of the person in the order of the profile', () => {
    expect(String(templateOf(PERSON, 'ja'))).toBe(
      '\ufeff整理番号,利用者番号,氏名,氏名（カナ）,生年月日,性別,住所,利用者（仮名ID）,証明書発行要求（CSR）\r\n',
    );
  });
});
