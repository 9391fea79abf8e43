import type { Sheet } from './xlsx.ts';

export { BYTE_ORDER_MARK, csvLine, csvOf } from './csv.ts';
export type { Sheet } from './xlsx.ts';

/**
 * An XLSX workbook with one sheet, every cell of it text: no formula, no number. It is made while it is read, in memory that does
 * not grow with the rows. A character that XML cannot hold becomes U+FFFD, and the end of a line a line feed. Reading stops the rows
 * where the reader stops.
 *
 * Fault where a row or a text does not fit: `value-too-large`. The file then lacks its end, so that no reader takes it for whole.
 */
export const xlsxOf = async function* (
  sheet: Sheet,
  rows: AsyncIterable<readonly string[]>,
): AsyncGenerator<Uint8Array> {
  // Loaded when it is asked for: few processes ever write XLSX.
  const { xlsxFile } = await import('./xlsx.ts');
  yield* xlsxFile(sheet, rows);
};
