import { hash } from 'node:crypto';
import { type Phrase, phrase } from '../fault.ts';
import { encodePem } from '../pki/pki.ts';
import { type Column, columnsOf, type NamedColumns, openHeader } from './columns.ts';
import {
  type BulkProfile,
  MAX_KEY,
  type OpenFile,
  type RequestRow,
  type Row,
  type RowProblem,
  type Value,
} from './contract.ts';
import { spoiled } from './spoiled.ts';

const NO_KEY = phrase`The row needs a key of its own, which no other row of the file has.`;
const KEY_FORM = phrase`The key of a row has 1 to ${MAX_KEY} characters, all of which show.`;
const NO_CSR = phrase`The row needs a certification request.`;
const CSR_FORM = phrase`The certification request is PEM, or DER in base64 on one line.`;
const ONE_VALUE = phrase`The column has one value, and no list.`;

/** A spreadsheet in Japan saves the date 1963-03-04 so. */
const SLASHED = /^\s*([0-9]{4})\/([0-9]{1,2})\/([0-9]{1,2})\s*$/;

const asDate = (text: string): string =>
  text.replace(
    SLASHED,
    (_, year: string, month: string, day: string) =>
      `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`,
  );

const isKey = (text: string): boolean =>
  [...text].length <= MAX_KEY && /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u.test(text);

/** The values of a list stand in one cell of CSV, each on a line of its own, or as exports write them. */
const BETWEEN_VALUES = /\r\n|\r|\n| \| /;

/** PEM, as the operation takes it. Undefined where the text is neither PEM nor base64 in its one strict form. */
const pemOf = (text: string): string | undefined => {
  if (text.includes('-----BEGIN ')) return text;
  const base64 = text.replace(/\s+/g, '');
  const der = Buffer.from(base64, 'base64');
  return der.length > 0 && der.toString('base64') === base64
    ? encodePem('CERTIFICATE REQUEST', der)
    : undefined;
};

const listOf = (value: Value, isCsv: boolean): readonly string[] => {
  const values = typeof value !== 'string' ? value : isCsv ? value.split(BETWEEN_VALUES) : [value];
  return values.filter((one) => one.trim() !== '');
};

const isEmpty = (value: Value): boolean =>
  typeof value === 'string' ? value.trim() === '' : value.length === 0;

/** The problems of the row's cells, by the labels of their columns. */
const cellProblems = ({ problems }: Row, { columns }: NamedColumns): readonly RowProblem[] =>
  problems.map(({ column: number, phrase: why }) => {
    const label = number === undefined ? undefined : columns[number - 1]?.label;
    return label === undefined ? { phrase: why } : { column: label, phrase: why };
  });

/** A header that cannot be read has numbers for labels. */
const headerProblems = ({ problems }: Row): readonly RowProblem[] =>
  problems.map(({ column, phrase: why }) =>
    column === undefined
      ? { phrase: why }
      : { column: { ja: `${column} 列目`, en: `Column ${column}` }, phrase: why },
  );

/** The values of a row, and what is wrong with them. Empty ones are left out, as the form for a single request does. */
const openReading = (profile: string, columns: readonly Column[], { format, encoding }: OpenFile) => {
  const isCsv = format === 'csv';
  const labelOf = (of: Column['kind']) => columns.find((column) => column.kind === of)?.label;
  const key = labelOf('key');
  const csr = labelOf('csr');
  /** The rows that have the keys, by digest. */
  const rowsOfKeys = new Map<string, number>();

  const keyProblem = (text: string | undefined, number: number): Phrase | undefined => {
    if (text === undefined) return NO_KEY;
    if (!isKey(text)) return KEY_FORM;
    const digest = hash('sha256', text, 'base64');
    const earlier = rowsOfKeys.get(digest);
    if (earlier !== undefined) return phrase`Row ${earlier} has the same key.`;
    rowsOfKeys.set(digest, number);
    return undefined;
  };

  /** The rows that have the certification requests. Each has a public key, and a key is certified once. */
  const rowsOfCsrs = new Map<string, number>();

  const sameCsr = (pem: string, number: number): Phrase | undefined => {
    const digest = hash('sha256', pem.replace(/\s+/g, ''), 'base64');
    const earlier = rowsOfCsrs.get(digest);
    if (earlier !== undefined) return phrase`Row ${earlier} has the same certification request.`;
    rowsOfCsrs.set(digest, number);
    return undefined;
  };

  return (row: Row, named: NamedColumns): RequestRow => {
    const { number, line } = row;
    const problems: RowProblem[] = [...named.problems, ...cellProblems(row, named)];
    if (row.cells.length === 0 && problems.length > 0) return { number, line, problems, values: {} };

    const texts: Partial<Record<Column['kind'], string>> = {};
    const fields: (readonly [string, Value])[] = [];
    const values: Record<string, Value> = {};
    for (const [index, cell] of row.cells.entries()) {
      const column = named.columns[index];
      if (cell === undefined || column === undefined || column.kind === 'problem') continue;
      const whole = column.isList ? listOf(cell, isCsv) : cell;
      const value = column.isDate && typeof whole === 'string' ? asDate(whole) : whole;
      if (isEmpty(value)) continue;
      values[column.name] = value;
      const why = column.kind === 'csr' ? undefined : spoiled(value, encoding);
      if (why !== undefined) problems.push({ column: column.label, phrase: why });
      if (column.kind === 'field' && (column.isList || typeof value === 'string'))
        fields.push([column.field, value]);
      else if (typeof value === 'string') texts[column.kind] = value.trim();
      else problems.push({ column: column.label, phrase: ONE_VALUE });
    }

    // What was said of a cell is not said again.
    const judge = (label: typeof key, why: Phrase | undefined): void => {
      if (why !== undefined && !problems.some(({ column }) => column === label))
        problems.push({ ...(label && { column: label }), phrase: why });
    };
    const pem = texts.csr === undefined ? undefined : pemOf(texts.csr);
    judge(key, keyProblem(texts.key, number));
    judge(csr, texts.csr === undefined ? NO_CSR : pem === undefined ? CSR_FORM : sameCsr(pem, number));

    const { key: text, holder, issuedTo } = texts;
    if (problems.length > 0 || text === undefined || pem === undefined)
      return { number, line, ...(text !== undefined && isKey(text) && { key: text }), problems, values };
    const submission = {
      profile,
      csr: pem,
      fields: Object.fromEntries(fields),
      ...(holder !== undefined && { holder }),
      ...(issuedTo !== undefined && { issuedTo }),
    };
    return { number, line, key: text, submission };
  };
};

/**
 * The rows of a file as requests for certificates of this profile. A row is judged as far as its columns need it: its values are
 * judged by the operation that submits. Where the header is wrong, its problems are all that there is.
 */
export const requestsOf = async function* (file: OpenFile, profile: BulkProfile): AsyncGenerator<RequestRow> {
  const columns = columnsOf(profile);
  const readHeader = openHeader(columns);
  const read = openReading(profile.id, columns, file);
  let header: NamedColumns = { columns: [], problems: [] };
  for await (const row of file.rows) {
    const { number, line, names } = row;
    if (number > 0) {
      yield read(row, names ? readHeader(names, false) : header);
      continue;
    }
    if (row.problems.length === 0) header = readHeader(row.cells.map(String), true);
    const problems = [...headerProblems(row), ...header.problems];
    if (problems.length > 0) {
      yield { number, line, problems, values: {} };
      return;
    }
  }
};
