import type { BatchOffers } from '../../../web/console/batch.ts';
import type { SaidBatch } from '../../../web/console/batch-list.ts';
import { stepsOf, underWay } from '../../../web/console/batch-progress.ts';
import { route as cancelBatch } from '../../routes/batches/cancel-batch.ts';
import { route as checkBatch } from '../../routes/batches/check-batch.ts';
import { route as collectBatch } from '../../routes/batches/collect-batch.ts';
import { route as drawBatchSample } from '../../routes/batches/draw-batch-sample.ts';
import { route as getErrors } from '../../routes/batches/get-batch-errors-as-csv.ts';
import { route as putBatchPart } from '../../routes/batches/put-batch-part.ts';
import { route as replayBatch } from '../../routes/batches/replay-batch.ts';
import { route as submitBatch } from '../../routes/batches/submit-batch.ts';
import type { OwnVisit } from '../visit.ts';

/* What a person may do with a batch as it stands. The operations decide; a page offers nothing in vain. */

const CANCELLABLE: readonly SaidBatch['state'][] = ['receiving', 'received', 'submitting', 'submitted'];

export const mayExamine = (visit: OwnVisit, { state, createdBy, submission }: SaidBatch): boolean =>
  visit.may(drawBatchSample) &&
  state === 'submitted' &&
  createdBy !== visit.caller.id &&
  submission?.by !== visit.caller.id;

/** The file belongs to the officers of the office that sent it, and to no office that takes over its affairs. */
const isSender = ({ caller: { office, duties = [] } }: OwnVisit, batch: SaidBatch): boolean =>
  office === batch.office && duties.includes('receive');

const mayReplay = (visit: OwnVisit, batch: SaidBatch): boolean => {
  const { state, submission, examinations = [] } = batch;
  const isOwn = examinations.some(({ by, setAside }) => by === visit.caller.id && setAside > 0);
  const hasFailed = submission !== undefined && submission.refused + submission.setAside > 0;
  return isOwn || (isSender(visit, batch) && state === 'submitted' && hasFailed);
};

export const offersFor = (visit: OwnVisit, batch: SaidBatch): BatchOffers => {
  const { state, submission, unreadable = 0 } = batch;
  const isBusy = underWay(batch) !== undefined;
  const isOurs = isSender(visit, batch);
  const isReady = state === 'received' && isOurs && !isBusy;
  return {
    send: visit.may(putBatchPart) && state === 'receiving' && isOurs,
    check: visit.may(checkBatch) && isReady,
    submit: visit.may(submitBatch) && isReady,
    replay: visit.may(replayBatch) && !isBusy && mayReplay(visit, batch),
    cancel: visit.may(cancelBatch) && isOurs && CANCELLABLE.includes(state),
    examine: mayExamine(visit, batch) && !isBusy,
    collect: visit.may(collectBatch) && submission !== undefined && state !== 'submitting',
    errors:
      visit.may(getErrors) &&
      (unreadable > 0 || stepsOf(batch).some(({ refused, setAside }) => refused + setAside > 0)),
  };
};
