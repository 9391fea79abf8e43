import { html } from 'hono/html';
import type { RequestView } from '../../../lib/registration/registration.ts';
import { backToBatch } from '../../../web/console/batch.ts';
import { openedText, unopened } from '../../../web/console/batch-examination.ts';
import { BATCHES, batchAddress, type SaidBatch } from '../../../web/console/batch-list.ts';
import {
  openingForm,
  rowFilter,
  rowsAddress,
  rowTable,
  type SaidRow,
} from '../../../web/console/batch-rows.ts';
import { requestMain } from '../../../web/console/request.ts';
import { type Html, more, type View } from '../../../web/document.ts';
import type { Reader } from '../../../web/reader.ts';
import { route as getErrorsAsCsv } from '../../routes/batches/get-batch-errors-as-csv.ts';
import { route as getErrorsAsNdjson } from '../../routes/batches/get-batch-errors-as-ndjson.ts';
import { route as listBatchRows } from '../../routes/batches/list-batch-rows.ts';
import { route as openBatchRow } from '../../routes/batches/open-batch-row.ts';
import { ownForm } from '../form.ts';
import { formAddress } from '../form-address.ts';
import { ownPage } from '../page.ts';
import { profilesFor } from '../requests/request-pages.ts';
import type { OwnVisit } from '../visit.ts';
import { batchFor, idIn } from './batch-page.ts';

/* The rows of a batch: their list, the request of one of them, and the file of those with problems. */

const READERS = ['officer', 'operator', 'auditor'] as const;
const EXAMINERS = ['officer', 'operator'] as const;
const ROWS = `${BATCHES}/{batch}/rows`;
const OPENING = `${ROWS}/{row}/opening`;

export interface RowPage {
  readonly rows: readonly SaidRow[];
  readonly cursor?: string;
}

/** The sample is one person's: only that one opens its rows. */
export const hasSample = ({ caller }: OwnVisit, { sample }: SaidBatch): boolean => sample?.by === caller.id;

export const batchRowsPage = ownPage(
  { id: 'batchRowsPage', path: ROWS, summary: 'The rows of a file of requests' },
  READERS,
  async (visit): Promise<View> => {
    const { reader, query } = visit;
    const { t } = reader;
    const id = idIn(visit);
    const asked = ['list', 'state', 'cursor'].flatMap((name) => {
      const value = query.get(name);
      return value ? [[name, value] as const] : [];
    });
    const batch = await batchFor(visit);
    const { rows, cursor } = await visit.ask<RowPage>(listBatchRows, {
      params: { batch: id },
      query: { ...Object.fromEntries(asked), limit: '50' },
    });
    const profile = (await profilesFor(visit)).find((one) => one.id === batch.profile);
    const chosen = { list: query.get('list') ?? '', state: query.get('state') ?? '' };
    return {
      title: t`Rows of the batch`,
      main: html`${backToBatch(reader, id)}${rowFilter(reader, id, chosen)}
${
  rows.length > 0
    ? rowTable(reader, t`${rows.length} rows on this page`, id, rows, {
        profile,
        mayOpen: hasSample(visit, batch),
      })
    : html`<p>${cursor === undefined ? t`There are no such rows.` : t`None of the rows looked at so far is such a row.`}</p>`
}
${more(reader, rowsAddress(id), query, cursor)}`,
    };
  },
);

/** To the next row of the sample, or to the decision. */
const onward = (reader: Reader, id: string, sample: SaidBatch['sample']): Html => {
  if (sample === undefined) return backToBatch(reader, id);
  const [next] = unopened(sample);
  const { t } = reader;
  return html`<p>${openedText(reader, sample)}</p>
${next !== undefined && openingForm(reader, id, next, false)}
<p><a${next === undefined ? html` class="button"` : ''} href="${batchAddress(id)}/examination">${t`To the examination`}</a></p>`;
};

export const openBatchRowForm = ownForm(
  { id: 'openBatchRowForm', path: OPENING, summary: 'Open a row of the sample' },
  EXAMINERS,
  async (visit): Promise<View> => {
    const { reader } = visit;
    const id = idIn(visit);
    const { row, request } = await visit.ask<{ readonly row: SaidRow; readonly request: RequestView }>(
      openBatchRow,
      { params: { batch: id, row: visit.params.row ?? '' } },
    );
    const batch = await batchFor(visit);
    const profile = (await profilesFor(visit)).find((one) => one.id === request.profile);
    const next = onward(reader, id, hasSample(visit, batch) ? batch.sample : undefined);
    const may = { examine: false, withdraw: false, collect: false };
    return {
      title: reader.t`Row ${row.number}`,
      main: html`${next}${requestMain(reader, request, profile, may, row.differs)}${next}`,
    };
  },
  (visit) => ({
    title: visit.reader.t`Open a row`,
    main: html`${openingForm(visit.reader, idIn(visit), Number.parseInt(visit.params.row ?? '', 10) || 1)}${backToBatch(visit.reader, idIn(visit))}`,
  }),
);

export const rowOpeningFormAddress = formAddress(
  'rowOpeningFormAddress',
  OPENING,
  EXAMINERS,
  (visit) => `${batchAddress(idIn(visit))}/examination`,
);

const errorsPage = (id: string, format: 'csv' | 'ndjson', route: typeof getErrorsAsCsv) =>
  ownPage(
    {
      id,
      path: `${BATCHES}/{batch}/errors.${format}`,
      summary: `The rows of a batch with problems (${format.toUpperCase()})`,
    },
    READERS,
    (visit) => visit.perform(route, { params: { batch: idIn(visit) } }),
  );

export const batchErrorsAsCsvPage = errorsPage('batchErrorsAsCsvPage', 'csv', getErrorsAsCsv);
export const batchErrorsAsNdjsonPage = errorsPage('batchErrorsAsNdjsonPage', 'ndjson', getErrorsAsNdjson);
