import type { LedgerRecord } from '../ledger/record.ts';

/** What a leaf, or the id of a record that is not to be believed, says of it. */
export interface LostRecord {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly kind: string;
  /** Its time was over: nothing is wrong with its absence. */
  readonly expired: boolean;
}

/** Whoever is told of all records while they are held against their leaves, to hold something else against them. */
export interface Learner {
  /** A record that is what its leaf says; or one that is too new to have a leaf in this tree (`newer`). */
  record(record: LedgerRecord, newer: boolean): void;
  /** A record that is gone, or that is not what its leaf says, or has none; it may have been told of as a newer one. */
  lost(record: LostRecord): void;
}
