import type { Route } from '../../http/route.ts';
import {
  batchCancellationFormAddress,
  batchCheckFormAddress,
  batchCollectionFormAddress,
  batchPage,
  batchReplayFormAddress,
  batchSubmissionFormAddress,
  cancelBatchForm,
  checkBatchForm,
  collectBatchForm,
  replayBatchForm,
  submitBatchForm,
} from './batch-page.ts';
import { batchCollectionPage } from './collection-page.ts';
import {
  batchExaminationPage,
  batchExaminationsFormAddress,
  batchSampleFormAddress,
  drawBatchSampleForm,
  examineBatchForm,
  previewBatchExaminationForm,
} from './examination-pages.ts';
import {
  announceBatchFile,
  batchTemplatePage,
  newBatchPage,
  sendBatchPart,
  watchBatch,
} from './file-pages.ts';
import { batchListPage } from './list-page.ts';
import {
  batchErrorsAsCsvPage,
  batchErrorsAsNdjsonPage,
  batchRowsPage,
  openBatchRowForm,
  rowOpeningFormAddress,
} from './row-pages.ts';

export const batchPages: readonly Route[] = [
  batchListPage,
  newBatchPage,
  announceBatchFile,
  sendBatchPart,
  batchTemplatePage,
  batchPage,
  watchBatch,
  checkBatchForm,
  batchCheckFormAddress,
  submitBatchForm,
  batchSubmissionFormAddress,
  replayBatchForm,
  batchReplayFormAddress,
  cancelBatchForm,
  batchCancellationFormAddress,
  batchRowsPage,
  openBatchRowForm,
  rowOpeningFormAddress,
  batchErrorsAsCsvPage,
  batchErrorsAsNdjsonPage,
  batchExaminationPage,
  previewBatchExaminationForm,
  drawBatchSampleForm,
  batchSampleFormAddress,
  examineBatchForm,
  batchExaminationsFormAddress,
  collectBatchForm,
  batchCollectionFormAddress,
  batchCollectionPage,
];
