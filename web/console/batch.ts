import { html } from 'hono/html';
import type { ProfileView } from '../../lib/trust-domain/trust-domain.ts';
import { alert, facts, type Html, time, who } from '../document.ts';
import { field, form, hidden, tick } from '../forms.ts';
import type { Reader } from '../reader.ts';
import {
  batchAddress,
  batchState,
  NEW_BATCH,
  profileTitle,
  type SaidBatch,
  type SaidProblem,
} from './batch-list.ts';
import { progressPart, stepTable } from './batch-progress.ts';
import { ENCODING_NAMES, FORMAT_NAMES } from './batch-words.ts';
import { personalAlert } from './personal-alert.ts';

/* A batch, and the forms by which it goes on. */

/** The forms that this person is offered for this batch. */
export interface BatchOffers {
  /** Missing parts can be sent. */
  readonly send: boolean;
  readonly check: boolean;
  readonly submit: boolean;
  readonly replay: boolean;
  readonly cancel: boolean;
  readonly examine: boolean;
  readonly collect: boolean;
  /** There are rows with problems to be saved as a file. */
  readonly errors: boolean;
}

export const problemList = (problems: readonly SaidProblem[]): Html =>
  html`<ul class="plain">${problems.map(
    ({ column, problem }) => html`<li>${column && html`<b>${column}</b>: `}${problem}</li>`,
  )}</ul>`;

const encodingText = ({ t }: Reader, { encoding, encodingBy }: SaidBatch): Html | undefined => {
  if (encoding === undefined) return undefined;
  const by =
    encodingBy === 'content'
      ? t`found out from the beginning of the file: see in the list of rows whether their keys are as in your file`
      : encodingBy === 'byte-order-mark'
        ? t`by the byte order mark of the file`
        : t`as the sender said`;
  return html`${ENCODING_NAMES[encoding]} (${by})`;
};

const batchFacts = (reader: Reader, batch: SaidBatch, profiles: readonly ProfileView[]): Html => {
  const { t } = reader;
  const { rows } = batch;
  return facts([
    [t`Batch`, html`<span class="id">${batch.id}</span>`],
    [t`Profile`, profileTitle(reader, profiles, batch.profile)],
    [t`Office`, html`<span class="id">${batch.office}</span>`],
    [t`Sent`, html`${time(reader, batch.createdAt)} · ${who(reader, batch.createdBy)}`],
    [t`Rows`, rows === undefined ? undefined : String(rows)],
    [t`Rows to be corrected in the file`, toCorrect(reader, batch)],
    [t`Format`, FORMAT_NAMES[batch.format]],
    [t`Encoding`, encodingText(reader, batch)],
    [t`Bytes`, String(batch.bytes)],
    [t`SHA-256 of the file`, html`<span class="digest">${batch.digest}</span>`],
  ]);
};

/** Why nothing can be done with the file yet, or any more. */
const obstacles = (reader: Reader, batch: SaidBatch): Html => {
  const { t } = reader;
  const { state, problems = [], missing = [], parts } = batch;
  return html`${
    state === 'refused' &&
    alert(
      t`The file cannot be read`,
      t`No row of it was taken. Correct the file, and send it again.`,
      problemList(problems),
    )
  }${
    missing.length > 0 &&
    alert(
      t`Parts of the file are missing`,
      t`${missing.length} of ${parts} parts are missing. The sender chooses the same file again.`,
    )
  }${personalAlert(reader, batch)}`;
};

/** How many rows a submission is about, as far as that is known. */
export const submittable = ({
  rows = 0,
  unreadable = 0,
  check,
}: Pick<SaidBatch, 'rows' | 'unreadable' | 'check'>): number =>
  rows - unreadable - (check?.isOver ? check.refused : 0);

/** Only a check has looked at what the rows say. */
const toCorrect = (
  { t }: Reader,
  { rows, unreadable = 0, check, submission }: SaidBatch,
): string | undefined => {
  if (rows === undefined) return undefined;
  if (submission) return String(unreadable + submission.refused);
  return check?.isOver
    ? String(unreadable + check.refused)
    : t`${unreadable}; what the rows say is not checked yet`;
};

/** What the form of a submission carries along, so that it can be made again. */
export interface SubmissionTerms {
  readonly digest: string;
  readonly count: number;
  /** Absent before the form was sent. */
  readonly understood?: boolean;
}

export const submissionForm = (
  reader: Reader,
  id: string,
  { digest, count, understood }: SubmissionTerms,
): Html => {
  const { t } = reader;
  return html`<p>${t`Each row becomes a request in your name. Rows with problems are left out; the file of errors has them.`}</p>${form(
    `${batchAddress(id)}/submission`,
    { button: t`Submit the rows` },
    hidden('digest', digest),
    hidden('count', String(count)),
    tick(reader, {
      name: 'understood',
      label: t`I want to ask for ${count} certificates by this file`,
      isTicked: understood ?? false,
      ...(understood === false && { error: t`Tick the box if you want to submit the rows.` }),
    }),
  )}`;
};

export const checkForm = ({ t }: Reader, id: string): Html =>
  html`<p>${t`Every row is judged as if it were submitted, and nothing is submitted. You see how many would be refused, and why.`}</p>${form(
    `${batchAddress(id)}/check`,
    { button: t`Check the rows` },
  )}`;

export const replayForm = ({ t }: Reader, id: string): Html =>
  html`<p>${t`Rows that failed through no fault of their own are tried again: those that were set aside, and those that were refused because the officer was not in force.`}</p>${form(
    `${batchAddress(id)}/replay`,
    { button: t`Try again` },
  )}`;

export const cancellationForm = (reader: Reader, id: string, reason = ''): Html => {
  const { t } = reader;
  return html`<p>${t`No more rows are submitted, and the requests that the centre has not approved are withdrawn. What is issued stays.`}</p>${form(
    `${batchAddress(id)}/cancellation`,
    { button: t`Cancel the batch`, isDanger: true },
    field(reader, {
      name: 'reason',
      label: t`Reason`,
      kind: 'area',
      value: reason,
      isRequired: true,
      lang: 'ja',
    }),
  )}`;
};

export const collectionForm = ({ t }: Reader, id: string): Html =>
  html`<p>${t`A collection has the certificates that no earlier collection has. It can be downloaded again later; each download is recorded.`}</p>${form(
    `${batchAddress(id)}/collections`,
    { button: t`Make a collection` },
  )}`;

const collectionList = ({ t }: Reader, { id, collections = [] }: SaidBatch): Html =>
  collections.length === 0
    ? html`<p>${t`There is no collection yet.`}</p>`
    : html`<ul>${collections.map(
        ({ number, certificates }) =>
          html`<li><a href="${batchAddress(id)}/collections/${String(number)}.zip" download>${t`Download collection ${number} (ZIP)`}</a>: ${t`${certificates} certificates`}</li>`,
      )}</ul>`;

const rowLinks = ({ t }: Reader, { id, rows }: SaidBatch, hasErrors: boolean): Html => {
  if (rows === undefined) return html``;
  const address = batchAddress(id);
  return html`<h2>${t`The rows of the file`}</h2>
<p><a class="button quiet" href="${address}/rows">${t`Look at the rows`}</a></p>
${
  hasErrors &&
  html`<p>${t`The rows with problems, to be corrected and sent as a new file:`}
<a href="${address}/errors.csv" download>${t`errors as CSV`}</a>,
<a href="${address}/errors.ndjson" download>${t`errors as NDJSON`}</a></p>`
}`;
};

export const batchMain = (
  reader: Reader,
  batch: SaidBatch,
  profiles: readonly ProfileView[],
  may: BatchOffers,
): Html => {
  const { t } = reader;
  const { id, digest } = batch;
  return html`<p>${batchState(reader, batch)}</p>
${progressPart(reader, batch)}
${obstacles(reader, batch)}
${may.send && html`<p><a class="button" href="${NEW_BATCH}">${t`Send the missing parts`}</a></p>`}
${batchFacts(reader, batch, profiles)}
${rowLinks(reader, batch, may.errors)}
${may.check && html`<h2>${t`Check`}</h2>${checkForm(reader, id)}`}
${may.submit && html`<h2>${t`Submit`}</h2>${submissionForm(reader, id, { digest, count: submittable(batch) })}`}
${may.examine && html`<h2>${t`Examine`}</h2><p><a class="button" href="${batchAddress(id)}/examination">${t`Examine the rows together`}</a></p>`}
${may.replay && html`<h2>${t`Try again`}</h2>${replayForm(reader, id)}`}
${stepTable(reader, batch)}
${may.collect && html`<h2>${t`Collect`}</h2>${collectionList(reader, batch)}${collectionForm(reader, id)}`}
${may.cancel && html`<h2>${t`Cancel`}</h2>${cancellationForm(reader, id)}`}`;
};

export const backToBatch = ({ t }: Reader, id: string): Html =>
  html`<p><a href="${batchAddress(id)}">${t`Back to the batch`}</a></p>`;
