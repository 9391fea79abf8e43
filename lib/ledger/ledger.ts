import { Fault } from '../fault.ts';
import type { Clock, Random } from '../ports.ts';
import { MAX_WRITES, type Table, type Write } from '../store/store.ts';
import { recordIds } from './ids.ts';
import { getRecord, queryRecords } from './query.ts';
import type { Channel, LedgerRecord, RecordDraft, RecordKind } from './record.ts';
import { MAX_CERTIFICATES_PER_RECORD, stageWrites } from './rows.ts';
import { openSettling } from './settling.ts';

export interface RecordQuery {
  /** Not both: provisions have a recipient, acts have an actor. */
  readonly recipient?: string;
  readonly actor?: string;
  /** Not both. */
  readonly certificate?: { readonly ca: string; readonly serial: string };
  /** Everything about any of the holder's certificates, from its issuance on. */
  readonly holder?: string;
  /** Of provisions. */
  readonly purpose?: string;
  /** The sub-office that acted, or was told. */
  readonly office?: string;
  /** Of provisions. */
  readonly channel?: Channel;
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
  /** Durable when it resolves: only then may the answer that it records leave. All or nothing. */
  append(...drafts: readonly RecordDraft[]): Promise<readonly LedgerRecord[]>;
  /**
   * The same, to be stored by the caller together with the change that it records, in one `Table.write`.
   * Faults: `record-invalid` where a record names more than `MAX_CERTIFICATES_PER_RECORD` certificates.
   */
  prepare(draft: RecordDraft): { readonly record: LedgerRecord; readonly writes: readonly Write[] };
  /**
   * Newest first, and complete: every record that was appended before the call is found. A page may be shorter
   * than `limit` and still have a cursor. Faults: `cursor-invalid`, `invalid-input`.
   */
  query(query: RecordQuery): Promise<RecordPage>;
  /** Faults: `unknown-record`; `record-expired` with the class, and when and where its leaf is. */
  get(id: string): Promise<LedgerRecord>;
}

/** As many characters of JSON as a record may have, so that a write can settle as many records as it has rows for. */
const MAX_RECORD_CHARS = 40_000;

export const openLedger = (deps: {
  readonly table: Table;
  readonly clock: Clock;
  readonly random: Random;
}): Ledger => {
  const { table } = deps;
  const nextId = recordIds(deps.clock, deps.random);
  const settle = openSettling(table, deps.clock);

  const prepare = (draft: RecordDraft): { record: LedgerRecord; writes: readonly Write[] } => {
    if ((draft.certificates?.length ?? 0) > MAX_CERTIFICATES_PER_RECORD) {
      throw new Fault(
        'record-invalid',
        `A record names at most ${MAX_CERTIFICATES_PER_RECORD} certificates.`,
      );
    }
    const record: LedgerRecord = { ...nextId(), ...draft };
    const json = JSON.stringify(record);
    if (json.length > MAX_RECORD_CHARS) {
      throw new Fault('record-invalid', `A record has at most ${MAX_RECORD_CHARS} characters.`);
    }
    return { record, writes: stageWrites(record, json) };
  };

  return {
    prepare,

    append: async (...drafts) => {
      const prepared = drafts.map(prepare);
      const writes = prepared.flatMap(({ writes }) => writes);
      if (writes.length > MAX_WRITES) {
        throw new Fault('record-invalid', `At most ${MAX_WRITES} records are appended at once.`);
      }
      await table.write(writes);
      return prepared.map(({ record }) => record);
    },

    query: async (query) => {
      await settle();
      return queryRecords(table, query, deps.clock());
    },

    get: (id) => getRecord(table, id),
  };
};
