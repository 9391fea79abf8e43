import type { Bilingual } from '../fault.ts';
import { BYTE_ORDER_MARK, csvLine } from '../sheets/sheets.ts';
import { type Column, columnsOf, headOf, openNames } from './columns.ts';
import type { BulkProfile, Format, RequestRow, Value } from './contract.ts';

/** Rows are handed over in pieces of about so many characters. */
const PIECE_CHARACTERS = 1 << 16;

/** A field may be called like something that every object has. */
const valueIn = (values: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;

/** What the row had in a column. */
const cellValue = (row: RequestRow, { kind, field, name }: Column): Value | undefined => {
  if ('values' in row) return valueIn(row.values, name);
  const { key, submission } = row;
  if (kind === 'field') return valueIn(submission.fields, field);
  return kind === 'key' ? key : kind === 'problem' ? undefined : submission[kind];
};

/** Lines end where `requestsOf` divides the values of a list. */
const cellOf = (value: Value | undefined): string =>
  value === undefined ? '' : typeof value === 'string' ? value : value.join('\n');

/**
 * The rows with what is wrong with each, in the form in which they can be corrected and sent again: CSV with the template's columns, or
 * NDJSON; in UTF-8. A value that could not be read is left out. `problemsOf` gives the sentences.
 */
export const errorsFile = async function* (
  profile: Pick<BulkProfile, 'kind' | 'fields'>,
  rows: AsyncIterable<{ readonly row: RequestRow; readonly problems: string }>,
  format: Format,
  language: keyof Bilingual,
): AsyncGenerator<Uint8Array> {
  const columns = columnsOf(profile);
  const find = openNames(columns);
  let held =
    format === 'csv' ? BYTE_ORDER_MARK + csvLine(columns.map((one) => headOf(one, find, language))) : '';
  for await (const { row, problems } of rows) {
    const inColumn = (column: Column): Value | undefined =>
      column.kind === 'problem' ? problems : cellValue(row, column);
    held +=
      format === 'csv'
        ? csvLine(columns.map((column) => cellOf(inColumn(column))))
        : `${JSON.stringify(Object.fromEntries(columns.map((column) => [column.name, inColumn(column)])))}\n`;
    if (held.length < PIECE_CHARACTERS) continue;
    yield Buffer.from(held);
    held = '';
  }
  if (held !== '') yield Buffer.from(held);
};

/** The label of the column that a fault of the operation is about, by what it says: `field` or `path`. */
export const columnOfFault = (
  profile: Pick<BulkProfile, 'kind' | 'fields'>,
  { field, path }: { readonly field?: unknown; readonly path?: unknown },
): Bilingual | undefined => {
  const columns = columnsOf(profile);
  const named = columns.find((one) => one.kind === 'field' && one.field === field);
  return (named ?? columns.find(({ kind }) => kind !== 'field' && (kind === field || kind === path)))?.label;
};
