import { html } from 'hono/html';
import { Fault } from '../../../lib/fault.ts';
import type { Role } from '../../../lib/principal.ts';
import {
  backToBatch,
  batchMain,
  cancellationForm,
  checkForm,
  collectionForm,
  replayForm,
  submissionForm,
} from '../../../web/console/batch.ts';
import { BATCHES, batchAddress, type SaidBatch } from '../../../web/console/batch-list.ts';
import { underWay } from '../../../web/console/batch-progress.ts';
import { type Html, notice, type View } from '../../../web/document.ts';
import type { Filled } from '../../../web/forms.ts';
import type { Reader } from '../../../web/reader.ts';
import { route as cancelBatch } from '../../routes/batches/cancel-batch.ts';
import { route as checkBatch } from '../../routes/batches/check-batch.ts';
import { route as collectBatch } from '../../routes/batches/collect-batch.ts';
import { route as getBatch } from '../../routes/batches/get-batch.ts';
import { route as replayBatch } from '../../routes/batches/replay-batch.ts';
import { route as submitBatch } from '../../routes/batches/submit-batch.ts';
import { labelled } from '../failure.ts';
import { ownForm } from '../form.ts';
import { formAddress } from '../form-address.ts';
import { ownPage } from '../page.ts';
import { profilesFor } from '../requests/request-pages.ts';
import type { OwnVisit, Visit } from '../visit.ts';
import { offersFor } from './offers.ts';

/* A batch, and what is done with it as a whole. Each form is posted to an address of its own. */

const READERS = ['officer', 'operator', 'auditor'] as const;

export const idIn = ({ params: { batch = '' } }: Pick<Visit, 'params'>): string => batch;

/** Fault: `unknown-batch`. */
export const batchFor = (visit: OwnVisit): Promise<SaidBatch> =>
  visit.ask<SaidBatch>(getBatch, { params: { batch: idIn(visit) } });

const ACTS = ['check', 'submission', 'replay', 'cancellation', 'collections'] as const;
type Act = (typeof ACTS)[number];

/** Anybody can write an address: the notice is shown only where the batch is as it says. */
const doneText = ({ reader: { t }, query }: OwnVisit, batch: SaidBatch): string | undefined => {
  const { check, submission, examinations = [], cancellation, collections = [] } = batch;
  const done = query.get('done');
  if (done === 'check' && check) return t`The check has begun, or is done.`;
  if (done === 'submission' && submission) return t`The rows are being submitted, or are submitted.`;
  if (done === 'cancellation' && cancellation) return t`The batch is cancelled, or is being cancelled.`;
  if (done === 'examination' && examinations.length > 0) return t`Your decision is being carried out.`;
  if (done === 'collections' && collections.length > 0) return t`The collection can be downloaded below.`;
  return done === 'replay' ? t`What can be tried again is tried again.` : undefined;
};

export const batchPage = ownPage(
  { id: 'batchPage', path: `${BATCHES}/{batch}`, summary: 'A file of requests' },
  READERS,
  async (visit): Promise<View> => {
    const { reader } = visit;
    const batch = await batchFor(visit);
    const done = doneText(visit, batch);
    return {
      title: reader.t`Batch`,
      main: html`${done && notice(done)}${batchMain(reader, batch, await profilesFor(visit), offersFor(visit, batch))}`,
      ...(underWay(batch) && { script: 'batch-progress.js' }),
    };
  },
);

const doneAt = (visit: Visit, act: Act): string => `${batchAddress(idIn(visit))}?done=${act}`;

/** The same form with what was typed, by which nothing is read. */
type Again = (reader: Reader, id: string, filled: Filled) => { readonly title: string; readonly form: Html };

const actForm = (
  id: string,
  act: Act,
  summary: string,
  roles: readonly Role[],
  carry: (visit: OwnVisit, batch: string, filled: Filled) => Promise<unknown>,
  again: Again,
) =>
  ownForm(
    { id, path: `${BATCHES}/{batch}/${act}`, summary },
    roles,
    async (visit, { filled }) => {
      await carry(visit, idIn(visit), filled);
      return { to: doneAt(visit, act) };
    },
    (visit, { filled }) => {
      const { title, form } = again(visit.reader, idIn(visit), filled);
      return { title, main: html`${form}${backToBatch(visit.reader, idIn(visit))}` };
    },
  );

export const checkBatchForm = actForm(
  'checkBatchForm',
  'check',
  'Check the rows of a batch',
  ['officer'],
  (visit, batch) => visit.perform(checkBatch, { params: { batch } }),
  (reader, batch) => ({ title: reader.t`Check`, form: checkForm(reader, batch) }),
);

export const submitBatchForm = actForm(
  'submitBatchForm',
  'submission',
  'Submit the rows of a batch',
  ['officer'],
  async (visit, batch, { digest = '', understood }) => {
    if (understood === undefined)
      throw new Fault('invalid-input', 'The box was not ticked, so the rows were not submitted.', {
        field: 'understood',
      });
    await visit.perform(submitBatch, { params: { batch }, body: { digest } });
  },
  (reader, batch, { digest = '', count = '', understood }) => ({
    title: reader.t`Submit`,
    form: submissionForm(reader, batch, {
      digest,
      count: Number.parseInt(count, 10) || 0,
      understood: understood !== undefined,
    }),
  }),
);

export const replayBatchForm = actForm(
  'replayBatchForm',
  'replay',
  'Try rows of a batch again',
  ['officer', 'operator'],
  (visit, batch) => visit.perform(replayBatch, { params: { batch } }),
  (reader, batch) => ({ title: reader.t`Try again`, form: replayForm(reader, batch) }),
);

export const cancelBatchForm = actForm(
  'cancelBatchForm',
  'cancellation',
  'Cancel a batch',
  ['officer', 'operator'],
  (visit, batch, { reason = '' }) =>
    labelled(
      { 'body.reason': visit.reader.t`Reason` },
      visit.perform(cancelBatch, { params: { batch }, body: { reason } }),
    ),
  (reader, batch, { reason }) => ({ title: reader.t`Cancel`, form: cancellationForm(reader, batch, reason) }),
);

export const collectBatchForm = actForm(
  'collectBatchForm',
  'collections',
  'Make a collection of the certificates of a batch',
  ['officer', 'operator'],
  (visit, batch) => visit.perform(collectBatch, { params: { batch } }),
  (reader, batch) => ({ title: reader.t`Collect`, form: collectionForm(reader, batch) }),
);

const addressFor = (id: string, act: Act) =>
  formAddress(id, `${BATCHES}/{batch}/${act}`, READERS, (visit) => batchAddress(idIn(visit)));

export const batchCheckFormAddress = addressFor('batchCheckFormAddress', 'check');
export const batchSubmissionFormAddress = addressFor('batchSubmissionFormAddress', 'submission');
export const batchReplayFormAddress = addressFor('batchReplayFormAddress', 'replay');
export const batchCancellationFormAddress = addressFor('batchCancellationFormAddress', 'cancellation');
export const batchCollectionFormAddress = addressFor('batchCollectionFormAddress', 'collections');
