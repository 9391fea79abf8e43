import { openActs } from './acts.ts';
import { openBatchLists } from './batch-lists.ts';
import { openCollecting } from './collecting.ts';
import type { Batches, BatchWork } from './contract.ts';
import type { BatchesDeps } from './deps.ts';
import { openBulkExamining } from './examining.ts';
import { openFinding } from './finding.ts';
import { openIntake, openMissing } from './intake.ts';
import { openPerforming } from './performing.ts';
import { openReading } from './reading.ts';
import { openRowLists } from './row-lists.ts';
import { openSealed } from './sealed.ts';
import { openSending } from './sending.ts';
import { openSettling } from './settling.ts';
import { openSteps } from './steps.ts';
import { openViews, type Views } from './views.ts';

export {
  BATCH_STATES,
  type Batches,
  type BatchRowView,
  type BatchState,
  type BatchView,
  type BatchWork,
  type BulkExamination,
  type FileTerms,
  isExamination,
  MAX_LEFT_OUT,
  MAX_PART_BYTES,
  MAX_PARTS,
  type Progress,
  ROW_LISTS,
  ROW_STATES,
  type RowList,
  type RowState,
  type Sample,
  type Work,
} from './contract.ts';

/** Requests that come in one file: taken in parts, divided into rows, submitted, examined and collected together. */
export const openBatches = (deps: BatchesDeps): Batches & { readonly work: BatchWork } => {
  const chance = (): string => Buffer.from(deps.random(16)).toString('hex');
  const finding = openFinding(deps);
  const sealed = openSealed(deps.personal);
  const acts = openActs(deps);
  const settling = openSettling(deps, acts, chance);
  const missing = openMissing(deps);
  const views: Views = openViews(deps, { acts, finding, sealed, missing });
  const room = { acts, finding, sealed, settling, views, chance };
  const lists = openRowLists(deps, room);
  const read = openReading(deps, sealed);
  return {
    ...openIntake(deps, { ...room, missing }),
    ...openSending(deps, room),
    ...openBulkExamining(deps, { ...room, lists }),
    ...openCollecting(deps, { finding, lists }),
    get: views.view,
    list: openBatchLists(deps, views),
    rows: lists.rows,
    errors: lists.errors,
    work: openSteps(deps, { sealed, chance, open: openPerforming(deps, { ...room, read }) }),
  };
};
