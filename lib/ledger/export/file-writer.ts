import type { LedgerRecord } from '../contract.ts';

/** Writes a file piece by piece; a piece may be empty. */
export interface FileWriter {
  add(records: readonly LedgerRecord[]): Uint8Array;
  /** The rest, after the last records. */
  end(): Uint8Array;
}
