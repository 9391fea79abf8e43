import { html } from 'hono/html';
import { MAX_LEFT_OUT } from '../../../lib/batches/batches.ts';
import { Fault, phrase } from '../../../lib/fault.ts';
import { backToBatch } from '../../../web/console/batch.ts';
import {
  confirmationPart,
  decisionForm,
  sampleForm,
  samplePart,
} from '../../../web/console/batch-examination.ts';
import { BATCHES, batchAddress, type SaidBatch } from '../../../web/console/batch-list.ts';
import type { View } from '../../../web/document.ts';
import type { Filled } from '../../../web/forms.ts';
import type { Reader } from '../../../web/reader.ts';
import { route as drawBatchSample } from '../../routes/batches/draw-batch-sample.ts';
import { route as examineBatch } from '../../routes/batches/examine-batch.ts';
import { route as listBatchRows } from '../../routes/batches/list-batch-rows.ts';
import { labelled } from '../failure.ts';
import { ownForm } from '../form.ts';
import { formAddress } from '../form-address.ts';
import { ownPage } from '../page.ts';
import { profilesFor } from '../requests/request-pages.ts';
import type { OwnVisit, Visit } from '../visit.ts';
import { batchFor, idIn } from './batch-page.ts';
import { mayExamine } from './offers.ts';
import { readRowNumbers } from './row-numbers.ts';
import { hasSample, type RowPage } from './row-pages.ts';

/* An examination of many rows: the sample, the decision, how many rows it is about, and the confirmation. */

const EXAMINERS = ['officer', 'operator'] as const;
const EXAMINATION = `${BATCHES}/{batch}/examination`;
const SAMPLES = `${BATCHES}/{batch}/samples`;
const EXAMINATIONS = `${BATCHES}/{batch}/examinations`;

const placeOf = (visit: Visit): string => `${batchAddress(idIn(visit))}/examination`;

/** The rows of the sample, with their keys and with what differs. */
const sampleRows = async (visit: OwnVisit, cursor?: string): Promise<RowPage['rows']> => {
  const page = await visit.ask<RowPage>(listBatchRows, {
    params: { batch: idIn(visit) },
    query: { list: 'sample', limit: '50', ...(cursor !== undefined && { cursor }) },
  });
  return page.cursor === undefined ? page.rows : [...page.rows, ...(await sampleRows(visit, page.cursor))];
};

export const batchExaminationPage = ownPage(
  { id: 'batchExaminationPage', path: EXAMINATION, summary: 'Examine the rows of a batch together' },
  EXAMINERS,
  async (visit): Promise<View> => {
    const { reader } = visit;
    const { t } = reader;
    const batch = await batchFor(visit);
    const { id, sample, profile } = batch;
    const title = t`Examine the rows together`;
    const back = backToBatch(reader, id);
    if (!mayExamine(visit, batch))
      return { title, main: html`<p>${t`Nothing of this batch waits for you.`}</p>${back}` };
    if (sample === undefined || !hasSample(visit, batch))
      return { title, main: html`${sampleForm(reader, id, sample)}${back}` };
    const [rows, profiles] = await Promise.all([sampleRows(visit), profilesFor(visit)]);
    return {
      title,
      main: html`${samplePart(
        reader,
        id,
        sample,
        rows,
        profiles.find((one) => one.id === profile),
      )}
<h2>${t`Decide on all rows`}</h2>
${decisionForm(reader, id, { sample: String(sample.number) })}${back}`,
    };
  },
);

export const drawBatchSampleForm = ownForm(
  { id: 'drawBatchSampleForm', path: SAMPLES, summary: 'Draw the rows that an examiner has to open' },
  EXAMINERS,
  async (visit) => {
    await visit.perform(drawBatchSample, { params: { batch: idIn(visit) } });
    return { to: placeOf(visit) };
  },
  (visit) => ({
    title: visit.reader.t`Examine the rows together`,
    main: html`${sampleForm(visit.reader, idIn(visit))}${backToBatch(visit.reader, idIn(visit))}`,
  }),
);

const UNREADABLE = phrase`The numbers of rows cannot be read: at most ${MAX_LEFT_OUT} of them, as in 3, 7-9.`;

/** Fault: `invalid-input`. */
const leftOutIn = ({ t }: Reader, { leaveOut = '' }: Filled): readonly number[] => {
  const numbers = readRowNumbers(leaveOut);
  if (numbers) return numbers;
  const problem = { at: 'leaveOut', problem: UNREADABLE, label: t`Rows to leave out` };
  throw new Fault('invalid-input', UNREADABLE, { problems: [problem] });
};

/** The form as it was filled in. */
const decisionAgain = (visit: Visit, { filled }: { readonly filled: Filled }): View => {
  const { reader } = visit;
  return {
    title: reader.t`Examine the rows together`,
    main: html`${decisionForm(reader, idIn(visit), filled)}${backToBatch(reader, idIn(visit))}`,
  };
};

const sampleOf = ({ sample }: SaidBatch, number: string | undefined) => {
  if (sample !== undefined && String(sample.number) === number) return sample;
  throw new Fault('wrong-state', 'There is another sample now, or none; go back to the examination.');
};

export const previewBatchExaminationForm = ownForm(
  {
    id: 'previewBatchExaminationForm',
    path: EXAMINATION,
    summary: 'See how many rows an examination is about',
  },
  EXAMINERS,
  async (visit, { filled }): Promise<View> => {
    const { reader } = visit;
    const { t } = reader;
    const { leaveOut = '', reason = '' } = filled;
    const decision = filled.decision === 'reject' ? 'reject' : 'approve';
    const leftOut = leftOutIn(reader, filled);
    if (decision === 'reject' && reason.trim() === '')
      throw new Fault('invalid-input', 'A rejection needs a reason; the submitting office reads it.');
    const sample = sampleOf(await batchFor(visit), filled.sample);
    return {
      title: decision === 'approve' ? t`Approve these rows?` : t`Reject these rows?`,
      main: confirmationPart(reader, idIn(visit), { sample, decision, reason, leaveOut, leftOut }),
    };
  },
  decisionAgain,
);

export const examineBatchForm = ownForm(
  { id: 'examineBatchForm', path: EXAMINATIONS, summary: 'Approve or reject the rows of a sample' },
  EXAMINERS,
  async (visit, { filled }) => {
    const { reader } = visit;
    const { t } = reader;
    const { decision, sample, reason = '' } = filled;
    const leaveOut = leftOutIn(reader, filled);
    const asked = visit.perform(examineBatch, {
      params: { batch: idIn(visit) },
      body: {
        sample: Number(sample),
        decision,
        ...(reason.trim() !== '' && { reason }),
        ...(leaveOut.length > 0 && { leaveOut }),
      },
    });
    await labelled({ 'body.reason': t`Reason`, 'body.leaveOut': t`Rows to leave out` }, asked);
    return { to: `${batchAddress(idIn(visit))}?done=examination` };
  },
  decisionAgain,
);

const addressFor = (id: string, path: string) => formAddress(id, path, EXAMINERS, placeOf);

export const batchSampleFormAddress = addressFor('batchSampleFormAddress', SAMPLES);
export const batchExaminationsFormAddress = addressFor('batchExaminationsFormAddress', EXAMINATIONS);
