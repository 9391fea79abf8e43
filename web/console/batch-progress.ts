import { html } from 'hono/html';
import type { Progress } from '../../lib/batches/batches.ts';
import { type Phrase, phrase } from '../../lib/fault.ts';
import { type Html, table, time, who } from '../document.ts';
import type { Reader } from '../reader.ts';
import { DECISION_TEXTS, STAGE_TEXTS } from '../texts.ts';
import { batchAddress, type SaidBatch } from './batch-list.ts';
import { BATCH_STATE_TEXTS } from './batch-words.ts';

/* What the service has done, and does, with the rows of a batch. */

/** Something that goes through the rows, by whom and since when where somebody asked for it. */
export interface Step extends Progress {
  readonly title: Phrase;
  readonly by?: string;
  readonly at?: string;
}

/** In the order in which they can happen. */
export const stepsOf = (batch: SaidBatch): readonly Step[] => {
  const { check, submission, cancellation, examinations = [] } = batch;
  return [
    ...(check ? [{ title: phrase`Check`, ...check }] : []),
    ...(submission ? [{ title: phrase`Submission`, ...submission }] : []),
    ...examinations.map((one) => ({
      ...one,
      title: phrase`${STAGE_TEXTS[one.stage]}: ${DECISION_TEXTS[one.decision]}`,
    })),
    ...(cancellation ? [{ title: phrase`Cancellation`, ...cancellation }] : []),
  ];
};

/** The step that is under way. The reading of a file has no rows to count. */
export interface UnderWay {
  readonly title: Phrase;
  /** Rows that need no more looking at, whatever became of them. */
  readonly done?: number;
  readonly rows?: number;
}

export const underWay = (batch: SaidBatch): UnderWay | undefined => {
  const { state } = batch;
  const step = stepsOf(batch).findLast(({ isOver }) => !isOver);
  if (step) {
    const { title, rows, done, refused, setAside } = step;
    return { title, rows, done: done + refused + setAside };
  }
  return state === 'reading' || state === 'submitting' || state === 'cancelling'
    ? { title: BATCH_STATE_TEXTS[state] }
    : undefined;
};

/** web/assets/batch-progress.js keeps it up to date. */
export const progressPart = (reader: Reader, batch: SaidBatch): Html => {
  const { t, say } = reader;
  const now = underWay(batch);
  if (now === undefined) return html``;
  const { title, done, rows } = now;
  const address = batchAddress(batch.id);
  const bar =
    rows === undefined
      ? html`<progress aria-label="${say(title)}"></progress>`
      : html`<progress aria-label="${say(title)}" value="${String(done)}" max="${String(rows)}"></progress>`;
  return html`<h2>${t`Under way: ${title}`}</h2>
<div id="batch-progress" data-address="${address}/progress" data-text="${t`${'{0}'} of ${'{1}'} rows`}">
${bar}
<p>${rows !== undefined && t`${String(done)} of ${String(rows)} rows`}</p>
<p role="status" hidden>${t`It is done; load this page again.`}</p>
</div>
<p>${t`The service goes on by itself. You may leave this page and come back.`} <a href="${address}">${t`Load this page again`}</a></p>`;
};

/** All steps with their counts. */
export const stepTable = (reader: Reader, batch: SaidBatch): Html => {
  const { t, say } = reader;
  const steps = stepsOf(batch);
  if (steps.length === 0) return html``;
  return html`<h2>${t`What has happened`}</h2>${table(
    t`What was done with the rows`,
    [t`Step`, t`By whom and when`, t`Rows`, t`Done`, t`Refused`, t`Set aside`],
    steps.map(({ title, by, at, rows, done, refused, setAside, isOver }) => [
      html`${say(title)}${!isOver && html` <span class="state">${t`under way`}</span>`}`,
      html`${by && who(reader, by)}${by && at && html`<br>`}${at && time(reader, at)}${!by && !at && '—'}`,
      String(rows),
      String(done),
      String(refused),
      String(setAside),
    ]),
  )}`;
};
