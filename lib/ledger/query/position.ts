import { Fault } from '../../fault.ts';

/**
 * Where a page ended. A cursor is its JSON in base64url: whoever has it can read it and make others. It may therefore hold
 * nothing but keys of rows that its query may show, and it is believed within the bounds of its query only.
 */
export interface Position {
  /** The partition that was being read; `holder` where several are merged. */
  readonly pk: string;
  /**
   * The place within it: the cursor of the partition's page, or, where several are merged, the id of the last record
   * that was looked at. Absent where the partition was read to its end.
   */
  readonly inner?: string;
  /** The fingerprint of the query. */
  readonly query: string;
  /** The upper bound of the first page, so that later pages read the same partitions. */
  readonly to: number;
}

/** What a page covers: the query's period in milliseconds, and where the page before it ended. */
export interface Bounds {
  readonly from: number;
  readonly to: number;
  readonly fingerprint: string;
  readonly position?: Position;
}

export const encodePosition = (position: Position): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/** Fault: `cursor-invalid` for a cursor of another query, and for one that was altered. */
export const decodePosition = (cursor: string, fingerprint: string): Position => {
  try {
    const position = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as Position;
    const isWhole =
      typeof position.pk === 'string' &&
      Number.isSafeInteger(position.to) &&
      (position.inner === undefined || typeof position.inner === 'string') &&
      encodePosition(position) === cursor;
    if (isWhole && position.query === fingerprint) return position;
  } catch {
    // Not JSON: the same fault as below.
  }
  throw cursorInvalid();
};

export const cursorInvalid = (): Fault =>
  new Fault('cursor-invalid', 'The cursor does not belong to this query; start again without one.');
