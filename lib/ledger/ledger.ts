import { Fault, phrase } from '../fault.ts';
import type { Clock, Random } from '../ports.ts';
import { MAX_WRITES, type Table, type Write } from '../store/store.ts';
import type { Ledger, LedgerRecord, RecordDraft } from './contract.ts';
import { cut } from './cutting.ts';
import { recordIds } from './ids.ts';
import { getRecord } from './query/get.ts';
import { queryRecords } from './query/query.ts';
import { MAX_CERTIFICATES_PER_RECORD, stageWrites } from './rows.ts';
import { openSettling } from './settling.ts';

export { canonicalJson } from './canonical.ts';
export { type CdnLogs, MAX_LINE, openCdnLogs } from './cdn/import.ts';
export {
  type ActDraft,
  CHANNELS,
  type Ledger,
  type LedgerRecord,
  type ProvisionDraft,
  RECORD_KINDS,
  type RecordDraft,
  type RecordKind,
  type RecordQuery,
} from './contract.ts';
export { openCosigning, type Witness } from './cosigning.ts';
export { type Count, cellOf, itemsOf, jstMonth, monthOfRecord } from './counts.ts';
export { type Disclosures, openDisclosures } from './disclosure/disclosures.ts';
export { entryOf, type LogEntry, parseEntry } from './entry.ts';
export { type Evidence, openEvidence } from './evidence/evidence.ts';
export { MAX_SAMPLE } from './evidence/sample.ts';
export { EXPORT_FORMATS, EXPORT_TYPES, type ExportFormat } from './export/formats.ts';
export { monthOf, timeOfId } from './ids.ts';
export { verifyRecordProof } from './record-proof.ts';
export { openRecordedSettings } from './recorded-settings.ts';
export type { AnnualReport } from './report/annual.ts';
export { annualCsv, annualPage } from './report/annual-files.ts';
export { ROUNDING } from './report/statistics.ts';
export { openReporting, type Reporting } from './reporting.ts';
export { openRetention, type Retention } from './retention/retention.ts';
export { partyOf } from './rows.ts';
export { openSequencer, type Sequencer } from './sequencer.ts';
export { oldestUnsequenced } from './settling.ts';
export { openTransparencyLog, type TransparencyLog } from './transparency-log.ts';

/**
 * The most characters of JSON in a record. With this bound, a write of records reaches its limit of rows before its
 * limit of bytes.
 */
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
        phrase`A record names at most ${MAX_CERTIFICATES_PER_RECORD} certificates.`,
      );
    }
    const record: LedgerRecord = { ...nextId(), ...draft };
    const json = JSON.stringify(record);
    if (json.length > MAX_RECORD_CHARS) {
      throw new Fault('record-invalid', phrase`A record has at most ${MAX_RECORD_CHARS} characters.`);
    }
    return { record, writes: stageWrites(record, json) };
  };

  return {
    prepare,

    append: async (...drafts) => {
      const prepared = drafts.flatMap(cut).map(prepare);
      const writes = prepared.flatMap(({ writes }) => writes);
      if (writes.length > MAX_WRITES) {
        throw new Fault('record-invalid', phrase`At most ${MAX_WRITES} records are appended at once.`);
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
