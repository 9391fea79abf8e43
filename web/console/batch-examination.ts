import { html } from 'hono/html';
import type { Sample } from '../../lib/batches/batches.ts';
import type { ProfileView } from '../../lib/trust-domain/trust-domain.ts';
import { alert, facts, type Html, table, time, who } from '../document.ts';
import { type Filled, field, form, hidden } from '../forms.ts';
import type { Reader } from '../reader.ts';
import { STAGE_TEXTS } from '../texts.ts';
import { batchAddress } from './batch-list.ts';
import { differingText, openingForm, type SaidRow } from './batch-rows.ts';

/* An examination of many rows: a sample is opened row by row, and then all rows are decided together. */

/** `other`: a sample that somebody else has drawn, and has not used. There is one at a time. */
export const sampleForm = (reader: Reader, id: string, other?: Sample): Html => {
  const { t } = reader;
  return html`${
    other &&
    alert(
      t`Another examiner has drawn a sample`,
      t`${other.by} has not decided yet. If you draw a sample, that one is void.`,
    )
  }<p>${t`The service fixes the rows that wait for you, and draws some of them. You open these one by one, and compare each with what the applicant has shown. Then you decide on all rows together.`}</p>
<p>${t`Rows whose values differ from most are worth a look too, whether the sample has them or not.`}</p>${form(
    `${batchAddress(id)}/samples`,
    { button: t`Draw a sample` },
  )}`;
};

/** The rows of the sample that are not opened. */
export const unopened = ({ sample, opened }: Pick<Sample, 'sample' | 'opened'>): readonly number[] =>
  sample.filter((number) => !opened.includes(number));

export const openedText = ({ t }: Reader, { sample, opened }: Pick<Sample, 'sample' | 'opened'>): string =>
  t`${opened.length} of ${sample.length} rows of the sample are opened.`;

export const samplePart = (
  reader: Reader,
  id: string,
  sample: Sample,
  rows: readonly SaidRow[],
  profile: ProfileView | undefined,
): Html => {
  const { t, say } = reader;
  return html`${facts([
    [t`Stage`, say(STAGE_TEXTS[sample.stage])],
    [t`Rows that wait for you`, String(sample.rows)],
    [t`Sample drawn`, html`${time(reader, sample.at)} · ${who(reader, sample.by)}`],
  ])}
<h2>${t`The sample`}</h2>
<p>${openedText(reader, sample)}</p>
${table(
  t`Rows of the sample`,
  [t`Row`, t`Row key`, t`Not as in most rows`, t`Opened`],
  sample.sample.map((number) => {
    const row = rows.find((one) => one.number === number);
    const isOpened = sample.opened.includes(number);
    return [
      String(number),
      row?.key === undefined ? '—' : html`<span class="person" lang="ja">${row.key}</span>`,
      differingText(reader, row ?? {}, profile),
      html`${isOpened && html`${t`opened`} `}${openingForm(reader, id, number)}`,
    ];
  }),
)}
<p><a href="${batchAddress(id)}/rows?list=differing">${t`Rows that differ from most`}</a></p>`;
};

const leaveOutField = (reader: Reader, value: string | undefined, error?: string): Html => {
  const { t } = reader;
  return field(reader, {
    name: 'leaveOut',
    label: t`Rows to leave out`,
    hint: t`Their numbers, as in 3, 7-9. They are not decided now; you can examine their requests one by one.`,
    value,
    error,
  });
};

/** Goes to a page that says how many rows it is about. Both decisions are in one form, so what was written stays. */
export const decisionForm = (
  reader: Reader,
  id: string,
  { sample = '', reason, leaveOut }: Filled,
  error?: string,
): Html => {
  const { t } = reader;
  return html`<form method="post" action="${batchAddress(id)}/examination">
${hidden('sample', sample)}
${leaveOutField(reader, leaveOut, error)}
${field(reader, { name: 'reason', label: t`Reason`, hint: t`Needed for a rejection. The submitting office reads it.`, kind: 'area', value: reason, lang: 'ja' })}
<p>${t`The next page says how many rows it is, and asks you to confirm.`}</p>
<p><button name="decision" value="approve">${t`Approve …`}</button> <button class="danger" name="decision" value="reject">${t`Reject …`}</button></p>
</form>`;
};

export interface Decided {
  readonly sample: Sample;
  readonly decision: 'approve' | 'reject';
  readonly reason: string;
  /** As it was written. */
  readonly leaveOut: string;
  readonly leftOut: readonly number[];
}

/** A row that does not wait cannot be left out: the service refuses it. */
const decidedText = ({ t }: Reader, { sample, leftOut }: Decided): string =>
  t`${Math.max(sample.rows - leftOut.length, 0)} rows`;

export const confirmationPart = (reader: Reader, id: string, decided: Decided): Html => {
  const { t } = reader;
  const { sample, decision, reason, leaveOut, leftOut } = decided;
  const missing = decision === 'approve' ? unopened(decided.sample) : [];
  const count = decidedText(reader, decided);
  const button = decision === 'approve' ? t`Approve: ${count}` : t`Reject: ${count}`;
  return html`${facts([
    [t`Rows that wait for you`, String(sample.rows)],
    [
      t`Rows to leave out`,
      leftOut.length === 0 ? t`none` : html`${leftOut.join(', ')} (${String(leftOut.length)})`,
    ],
    [t`Rows that you decide on`, html`<b>${count}</b>`],
    [t`Reason`, reason === '' ? undefined : html`<span class="person" lang="ja">${reason}</span>`],
  ])}
${
  missing.length > 0
    ? alert(
        t`Rows of the sample are not opened`,
        t`Open them first, also those that you leave out: ${missing.join(', ')}.`,
      )
    : html`<p>${t`Each request is examined in your name. It goes on by itself, and cannot be stopped half-way.`}</p>${form(
        `${batchAddress(id)}/examinations`,
        { button, isDanger: decision === 'reject' },
        hidden('sample', String(sample.number)),
        hidden('decision', decision),
        hidden('reason', reason),
        hidden('leaveOut', leaveOut),
      )}`
}
<p><a href="${batchAddress(id)}/examination">${t`Back to the sample`}</a></p>`;
};
