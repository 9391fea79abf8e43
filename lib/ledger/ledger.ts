import type { Clock, Log, Random } from '../ports.ts';
import type { Bucket, Objects, Table } from '../store/store.ts';
import { openClosings } from './closings.ts';
import { openConclusions } from './conclusions.ts';
import type {
  Ledger,
  LedgerRecord,
  PreparedRecord,
  ProvisionDraft,
  RecordDraft,
  RefusalDraft,
} from './contract.ts';
import { cut } from './cutting.ts';
import { divide } from './dividing.ts';
import { getRecord, getRecordOfTenant } from './query/get.ts';
import { queryRecords } from './query/query.ts';
import { openSetAside } from './set-aside.ts';
import { openSettling } from './settling.ts';
import { openSharing } from './sharing.ts';
import { type ActSigning, assertProven, signed, verifiedAct } from './signed-act.ts';
import { openSignedRequests } from './signed-requests.ts';
import { openStaging } from './staging.ts';

export { isAccess, isRefusedSignIn } from './accesses.ts';
export { answersIn, type Unregistered, unregisteredIn } from './answers.ts';
export {
  leavesBehind,
  openBehindRow,
  openTableStanding,
  type TableStanding,
  unlessBehind,
} from './behind.ts';
export type { Behind } from './behind-fault.ts';
export { canonicalJson } from './canonical.ts';
export { type CdnLogs, MAX_LINE, openCdnLogs } from './cdn/import.ts';
export {
  type ActDraft,
  type ActRecord,
  CHANNELS,
  type Closes,
  type Closing,
  type Concluded,
  type Ledger,
  type LedgerRecord,
  type Newest,
  type PreparedRecord,
  type ProvisionDraft,
  RECORD_KINDS,
  type RecordDraft,
  type RecordKind,
  type RecordQuery,
  type RefusalDraft,
  type SignedRequestFacts,
} from './contract.ts';
export { openCosigning, type Witness } from './cosigning.ts';
export { type Count, cellOf, itemsOf, jstMonth, monthOfRecord } from './counts.ts';
export { type Disclosures, openDisclosures } from './disclosure/disclosures.ts';
export { entryOf, type LogEntry, parseEntry } from './entry.ts';
export { type Evidence, openEvidence } from './evidence/evidence.ts';
export { MAX_SAMPLE } from './evidence/sample.ts';
export { EXPORT_FORMATS, EXPORT_TYPES, type ExportFormat } from './export/formats.ts';
export { openRecordedFile } from './export/recorded-file.ts';
export { monthOf, timeOfId } from './ids.ts';
export { readOutcome } from './outcomes.ts';
export { openProvisions } from './provisions.ts';
export { type Names, openNames } from './query/names.ts';
export { verifyRecordProof } from './record-proof.ts';
export { openRecordedSettings } from './recorded-settings.ts';
export {
  isSameRecovery,
  type LeafRange,
  openRecoveries,
  type Recoveries,
  type RecoveryTerms,
  recoveryTermsOf,
} from './recoveries.ts';
export {
  openRecovery,
  type RecoveryOutcome,
  type RecoveryStanding,
  type TableRecovery,
} from './recovery.ts';
export type { AnnualReport } from './report/annual.ts';
export { annualCsv, annualPage } from './report/annual-files.ts';
export { ROUNDING } from './report/statistics.ts';
export { openReporting, type Reporting } from './reporting.ts';
export { openRetention, type Retention } from './retention/retention.ts';
export { MAX_CERTIFICATES_PER_RECORD, partyOf } from './rows.ts';
export { openSequencer, type Sequencer, type SequencerDeps } from './sequencer.ts';
export { recentlySetAside, type SetAside } from './set-aside.ts';
export { oldestUnsequenced } from './settling.ts';
export { type ActSigning, actKeyKindOf, isProven, signedDigest, verifiedAct } from './signed-act.ts';
export { openTransparencyLog, type TransparencyLog } from './transparency-log.ts';

export interface LedgerDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly random: Random;
  /** Signs and verifies acts. */
  readonly acts: ActSigning;
  /** Where the ends of acts stand, as objects that are put once. */
  readonly objects: Objects;
  /** Where the log's files stand: asked about acts whose key was closed. */
  readonly bucket: Pick<Bucket, 'get'>;
  readonly log: Log;
}

export const openLedger = (deps: LedgerDeps): Ledger => {
  const { table, acts } = deps;
  const settle = openSettling({ table, setAside: openSetAside(deps) }, deps.clock);
  const staging = openStaging(deps);
  const { dated, stage, store } = staging;
  const { announce, followClosings } = openClosings(deps);

  const recordOf = async (draft: RecordDraft): Promise<LedgerRecord> => {
    const record = dated(draft);
    return record.kind === 'provision' ? record : signed(acts, record);
  };

  const storeAnswers = openSharing(table, staging);

  const append: Ledger['append'] = async (...drafts) => {
    // Answers are waited for, and none of them has a signature to wait for.
    if (drafts.every(isProvision)) return storeAnswers(drafts.flatMap(cutAnswer));
    const parts = drafts.flatMap((draft): readonly RecordDraft[] =>
      isProvision(draft) ? cutAnswer(draft) : [draft],
    );
    return store(await Promise.all(parts.map(recordOf)));
  };

  const get: Ledger['get'] = (id, onlyOfTenant) =>
    onlyOfTenant === undefined
      ? getRecord(table, id)
      : getRecordOfTenant(table, deps.bucket, id, onlyOfTenant);

  const act: Ledger['act'] = async (id) => {
    const record = await get(id);
    await assertProven(deps, id, record);
    return record;
  };

  return {
    append,
    appendSigned: openSignedRequests(table, staging),
    get,
    act,
    verified: (record) => verifiedAct(acts, record),

    prepare: async (draft) => {
      const parts = isProvision(draft) && 'responseDigest' in draft ? divide(draft) : [draft];
      const staged = (await Promise.all(parts.map(recordOf))).map(stage);
      return { record: (staged[0] as PreparedRecord).record, writes: staged.flatMap(({ writes }) => writes) };
    },

    query: async (query) => {
      await settle();
      return queryRecords(table, deps.bucket, { act }, query, deps.clock());
    },

    followClosings,

    ...openConclusions({ ...deps, get, recordOf, stage, announce }),
  };
};

const isProvision = (draft: RecordDraft): draft is ProvisionDraft | RefusalDraft =>
  draft.kind === 'provision';

const cutAnswer = (draft: ProvisionDraft | RefusalDraft): readonly (ProvisionDraft | RefusalDraft)[] =>
  'responseDigest' in draft ? cut(draft) : [draft];
