import { html } from 'hono/html';
import type { BatchRowView, RowList, RowState } from '../../lib/batches/batches.ts';
import type { ProfileView } from '../../lib/trust-domain/trust-domain.ts';
import { both, type Html, table } from '../document.ts';
import { type Filled, field, filter } from '../forms.ts';
import type { Reader } from '../reader.ts';
import { problemList } from './batch.ts';
import { batchAddress, type SaidProblem } from './batch-list.ts';
import { ROW_LIST_TEXTS, ROW_STATE_TEXTS } from './batch-words.ts';

/* The rows of a batch. */

/** A row as its operation shows it. */
export type SaidRow = Omit<BatchRowView, 'problems'> & { readonly problems?: readonly SaidProblem[] };

export const rowsAddress = (id: string): string => `${batchAddress(id)}/rows`;

export const rowFilter = (reader: Reader, id: string, chosen: Filled): Html => {
  const { t, say } = reader;
  const choicesOf = <N extends string>(texts: Readonly<Record<N, Parameters<Reader['say']>[0]>>) =>
    Object.entries(texts).map(([name, text]) => [name, say(text as Parameters<Reader['say']>[0])] as const);
  return filter(
    rowsAddress(id),
    t`Show`,
    field(reader, {
      name: 'list',
      label: t`Which rows`,
      value: chosen.list,
      choices: choicesOf<RowList>(ROW_LIST_TEXTS),
    }),
    field(reader, {
      name: 'state',
      label: t`State`,
      value: chosen.state,
      choices: [['', t`all`], ...choicesOf<RowState>(ROW_STATE_TEXTS)],
    }),
  );
};

/** The labels of the fields whose values most rows do not have. Colour alone would not say it. */
export const differingText = (
  reader: Reader,
  { differs = [] }: Pick<SaidRow, 'differs'>,
  profile: ProfileView | undefined,
): Html => {
  if (differs.length === 0) return html`—`;
  const labelOf = (name: string): string => {
    const label = profile?.fields.find((one) => one.name === name)?.label;
    return label ? both(reader, label) : name;
  };
  return html`${differs.map((name) => html`<div><mark>${labelOf(name)}</mark></div>`)}`;
};

/** A row of the sample is opened by a form, because that is recorded as a step of the examination. */
export const openingForm = ({ t }: Reader, id: string, number: number, isQuiet = true): Html =>
  html`<form method="post" action="${rowsAddress(id)}/${String(number)}/opening"><button${isQuiet ? html` class="quiet"` : ''}>${t`Open row ${number}`}</button></form>`;

const requestOf = ({ request, certificate }: SaidRow): Html =>
  html`${
    request && html`<a class="id" href="/console/requests/${encodeURIComponent(request)}">${request}</a>`
  }${
    certificate &&
    html`<br><a class="id" href="/console/certificates/${encodeURIComponent(certificate.ca)}/${encodeURIComponent(certificate.serial)}">${certificate.serial}</a>`
  }${!request && !certificate && '—'}`;

const sampleText = (reader: Reader, id: string, row: SaidRow, mayOpen: boolean): Html => {
  const { t } = reader;
  if (!row.inSample) return html`—`;
  if (row.opened) return html`${t`opened`}`;
  return mayOpen ? openingForm(reader, id, row.number) : html`${t`not opened yet`}`;
};

export const rowTable = (
  reader: Reader,
  caption: string,
  id: string,
  rows: readonly SaidRow[],
  { profile, mayOpen }: { readonly profile: ProfileView | undefined; readonly mayOpen: boolean },
): Html => {
  const { t, say } = reader;
  return table(
    caption,
    [
      t`Row`,
      t`Row key`,
      t`State`,
      t`Problems`,
      t`Not as in most rows`,
      t`Request and certificate`,
      t`Sample`,
    ],
    rows.map((row) => [
      html`${String(row.number)}<br><span class="hint">${t`line ${row.line}`}</span>`,
      row.key === undefined ? '—' : html`<span class="person" lang="ja">${row.key}</span>`,
      html`<span class="state">${say(ROW_STATE_TEXTS[row.state])}</span>`,
      row.problems ? problemList(row.problems) : '—',
      differingText(reader, row, profile),
      requestOf(row),
      sampleText(reader, id, row, mayOpen),
    ]),
  );
};
