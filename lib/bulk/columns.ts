import { type Bilingual, joined, type Phrase, phrase } from '../fault.ts';
import { BYTE_ORDER_MARK, csvLine } from '../sheets/sheets.ts';
import type { BulkProfile, RowProblem } from './contract.ts';
import { shownName } from './text.ts';

/** A column of the files of one profile. */
export interface Column {
  /** A `problem` says what was wrong with the row when it was sent before. Nothing is read in it. */
  readonly kind: 'key' | 'csr' | 'holder' | 'issuedTo' | 'field' | 'problem';
  /** The name of the field; for the others their kind. */
  readonly field: string;
  /** How files and messages name it besides its label. It is its own among the columns. */
  readonly name: string;
  readonly label: Bilingual;
  /** Whether a CSV file must have it. The operation that submits judges whether a row needs its value. */
  readonly isNeeded: boolean;
  readonly isList: boolean;
  readonly isDate: boolean;
}

const LABELS = {
  key: { ja: '整理番号', en: 'Row key' },
  holder: { ja: '利用者（仮名ID）', en: 'Holder (pseudonym)' },
  issuedTo: { ja: '交付を受ける担当者', en: 'Officer to whom it is issued' },
  csr: { ja: '証明書発行要求（CSR）', en: 'Certification request (CSR)' },
  problem: { ja: 'エラー内容', en: 'Problems' },
} as const;

const ofRequest = (kind: keyof typeof LABELS, isNeeded: boolean): Column => ({
  kind,
  field: kind,
  name: kind,
  label: LABELS[kind],
  isNeeded,
  isList: false,
  isDate: false,
});

/**
 * In the order of the template. The request of a certificate comes last: a spreadsheet may leave out the commas of empty cells at the
 * end of a row, and this cell is never empty.
 */
export const columnsOf = ({ kind, fields }: Pick<BulkProfile, 'kind' | 'fields'>): readonly Column[] => [
  ofRequest('key', true),
  ...fields.map(
    ({ name, label, kind: of, required, maxItems }): Column => ({
      kind: 'field',
      field: name,
      // A field of such a name is another column than the request's own.
      name: Object.hasOwn(LABELS, name) ? `field.${name}` : name,
      label,
      isNeeded: required,
      isList: maxItems !== undefined,
      isDate: of === 'date',
    }),
  ),
  ofRequest('holder', kind === 'person'),
  ofRequest('issuedTo', false),
  ofRequest('problem', false),
  ofRequest('csr', true),
];

/** Names that look alike are one: width, capitals and spaces do not count. */
const spelling = (name: string): string => name.normalize('NFKC').toLowerCase().replace(/\s+/g, '');

/** The column that is called so, and `twice` where two of them are. */
export type FindColumn = (name: string) => Column | 'twice' | undefined;

export const openNames = (columns: readonly Column[]): FindColumn => {
  const exact = new Map(columns.map((column) => [column.name, column]));
  const alike = new Map<string, Column | 'twice'>();
  for (const column of columns) {
    const { name, label } = column;
    for (const spelt of new Set([name, label.ja, label.en].map(spelling)))
      alike.set(spelt, alike.has(spelt) ? 'twice' : column);
  }
  return (name) => exact.get(name.trim()) ?? alike.get(spelling(name));
};

/** Columns in the order of a row's cells, with the problems of their names. */
export interface NamedColumns {
  readonly columns: readonly (Column | undefined)[];
  readonly problems: readonly RowProblem[];
}

const said = ({ name, label }: Column): Phrase => phrase`${name} (${label})`;

/** No profile has so many columns. */
const MAX_NAMES = 256;

/** The first ones say enough where a file has no header at all. */
const MAX_PROBLEMS = 20;

/** Reads the names of a row's cells: the header of a CSV file, or the members of an NDJSON row. */
export const openHeader = (
  columns: readonly Column[],
): ((names: readonly string[], isWhole: boolean) => NamedColumns) => {
  const find = openNames(columns);
  const wanted = columns.filter(({ kind }) => kind !== 'problem');
  const known = { phrase: phrase`The columns of this profile are: ${joined(wanted.map(said), ', ')}.` };

  return (names, isWhole) => {
    const problems: RowProblem[] = [];
    const found: (Column | undefined)[] = [];
    const seen = new Set<Column>();
    for (const [index, name] of names.slice(0, MAX_NAMES).entries()) {
      const column = find(name);
      const isKnown = column !== undefined && column !== 'twice';
      const isTwice = isKnown && seen.has(column);
      if (isKnown) seen.add(column);
      found.push(isKnown && !isTwice ? column : undefined);
      if (isTwice)
        problems.push({ column: column.label, phrase: phrase`The column ${said(column)} is there twice.` });
      else if (column === 'twice')
        problems.push({
          phrase: phrase`More than one column is called "${shownName(name)}". Use its name, which stands before its label in the list.`,
        });
      else if (column === undefined)
        problems.push({
          phrase:
            name.trim() === ''
              ? phrase`Column ${index + 1} has no name.`
              : phrase`There is no column "${shownName(name)}".`,
        });
    }
    if (names.length > MAX_NAMES)
      problems.push({
        phrase: phrase`There are ${names.length} columns, and at most ${MAX_NAMES} are read.`,
      });
    const missing = isWhole ? columns.filter((column) => column.isNeeded && !found.includes(column)) : [];
    for (const column of missing)
      problems.push({ column: column.label, phrase: phrase`The column ${said(column)} is missing.` });
    return {
      columns: found,
      problems: problems.length > 0 ? [...problems.slice(0, MAX_PROBLEMS), known] : [],
    };
  };
};

/** What stands over the column: its label, or its name where another column has the same label. */
export const headOf = (column: Column, find: FindColumn, language: keyof Bilingual): string =>
  find(column.label[language]) === column ? column.label[language] : column.name;

/**
 * An empty CSV file with a header of labels, as spreadsheets read it: UTF-8 with a byte order mark. Where two columns have the same label,
 * their names stand there. A person's file has the column of the holder, an organisation's that of the officer.
 */
export const templateOf = (
  profile: Pick<BulkProfile, 'kind' | 'fields'>,
  language: keyof Bilingual,
): Uint8Array => {
  const columns = columnsOf(profile);
  const find = openNames(columns);
  const unusual = profile.kind === 'person' ? 'issuedTo' : 'holder';
  const header = columns
    .filter(({ kind }) => kind !== unusual && kind !== 'problem')
    .map((column) => headOf(column, find, language));
  return Buffer.from(BYTE_ORDER_MARK + csvLine(header));
};
