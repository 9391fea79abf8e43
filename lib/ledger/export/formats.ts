import { BYTE_ORDER_MARK, csvLine } from '../../sheets/sheets.ts';
import { canonicalJson } from '../canonical.ts';
import { asValue } from '../rows.ts';
import { COLUMNS, rowOf } from './columns.ts';
import type { FileWriter } from './file-writer.ts';

export const EXPORT_FORMATS = ['csv', 'ndjson', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
};

const NOTHING = new Uint8Array();

/** RFC 4180 with a header line, in UTF-8 with a byte order mark: the format for spreadsheets. */
const csvFile = (): FileWriter => {
  let begun = false;
  const header = (): string => {
    if (begun) return '';
    begun = true;
    return BYTE_ORDER_MARK + csvLine(COLUMNS);
  };
  return {
    add: (records) => {
      const lines = records.map((record) => {
        const row = rowOf(record);
        return csvLine(COLUMNS.map((column) => row[column]));
      });
      return Buffer.from(header() + lines.join(''));
    },
    end: () => Buffer.from(header()),
  };
};

/** One record a line, in its canonical form (RFC 8785). */
const ndjsonFile = (): FileWriter => ({
  add: (records) => Buffer.from(records.map((record) => `${canonicalJson(asValue(record))}\n`).join('')),
  end: () => NOTHING,
});

/** Loaded when it is asked for: few processes ever write Parquet. */
const parquetFile = async (): Promise<FileWriter> => (await import('./parquet.ts')).parquetFile();

export const openFile = async (format: ExportFormat): Promise<FileWriter> =>
  format === 'csv' ? csvFile() : format === 'ndjson' ? ndjsonFile() : parquetFile();
