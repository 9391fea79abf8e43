import type { Write } from '../store/store.ts';
import type { LedgerRecord, RecordDraft, RecordKind } from './record.ts';

export interface RecordQuery {
  /** Exactly one of these three chooses the index; with none, all records by time. */
  readonly recipient?: string;
  readonly actor?: string;
  readonly certificate?: { readonly ca: string; readonly serial: string };
  readonly kind?: RecordKind;
  /** RFC 3339, inclusive / exclusive. */
  readonly from?: string;
  readonly to?: string;
  /** 1 to 1,000. */
  readonly limit: number;
  readonly cursor?: string;
}

export interface RecordPage {
  readonly records: readonly LedgerRecord[];
  readonly cursor?: string;
}

export interface Ledger {
  /** Durable when it resolves: only then may the answer that it records leave. */
  append(draft: RecordDraft): Promise<LedgerRecord>;
  /** The same, to be stored by the caller together with the change that it records, in one `Table.write`. */
  prepare(draft: RecordDraft): { readonly record: LedgerRecord; readonly writes: readonly Write[] };
  /** Newest first. Faults: `cursor-invalid`. */
  query(query: RecordQuery): Promise<RecordPage>;
  /** Faults: `unknown-record`. */
  get(id: string): Promise<LedgerRecord>;
}
