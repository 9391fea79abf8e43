import { Fault, phrase } from '../fault.ts';
import type { Clock, Random } from '../ports.ts';
import { MAX_WRITES, type Table, type Write } from '../store/store.ts';
import type { LedgerRecord, PreparedRecord, Provision, RecordDraft } from './contract.ts';
import { recordIds } from './ids.ts';
import { MAX_CERTIFICATES_PER_RECORD, MAX_RECORD_CHARS, namedIn, stageWrites } from './rows.ts';

export interface StagingDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Staged extends PreparedRecord {
  /** The record as it is stored. */
  readonly json: string;
}

/** How a draft becomes a record, and a record a staged row. */
export const openStaging = (deps: StagingDeps) => {
  const nextId = recordIds(deps.clock, deps.random);

  const stage = (record: LedgerRecord): Staged => {
    const json = JSON.stringify(record);
    if (json.length > MAX_RECORD_CHARS) {
      throw new Fault('record-invalid', phrase`A record has at most ${MAX_RECORD_CHARS} characters.`);
    }
    return { record, json, writes: stageWrites(record, json) };
  };

  const dated = (draft: RecordDraft | Provision): LedgerRecord => {
    const requests = draft.kind === 'provision' ? draft.requests : undefined;
    if (
      namedIn({ certificates: draft.certificates ?? [], ...(requests && { requests }) }) >
      MAX_CERTIFICATES_PER_RECORD
    ) {
      throw new Fault(
        'record-invalid',
        phrase`A record names at most ${MAX_CERTIFICATES_PER_RECORD} certificates and requests.`,
      );
    }
    return { ...nextId(), ...draft };
  };

  /** `more` is stored in the same write. */
  const store = async (
    records: readonly LedgerRecord[],
    more: readonly Write[] = [],
  ): Promise<readonly LedgerRecord[]> => {
    const writes = [...records.flatMap((record) => stage(record).writes), ...more];
    if (writes.length > MAX_WRITES) {
      throw new Fault('record-invalid', phrase`At most ${MAX_WRITES} records are appended at once.`);
    }
    await deps.table.write(writes);
    return records;
  };

  return { stage, dated, store };
};

export type Staging = ReturnType<typeof openStaging>;
