import { html } from 'hono/html';
import { jstMonth } from '../../../lib/ledger/ledger.ts';
import type { Principal } from '../../../lib/principal.ts';
import { provisionFilterFacts } from '../../../web/console/record-list.ts';
import type { View } from '../../../web/document.ts';
import { route as countRecords } from '../../routes/records/count-records.ts';
import { route as exportRecordsAsCsv } from '../../routes/records/export-records-as-csv.ts';
import { route as exportRecordsAsNdjson } from '../../routes/records/export-records-as-ndjson.ts';
import { ownPage } from '../page.ts';
import type { OwnVisit } from '../visit.ts';
import { addressQuery, type Chosen, chosenIn, operationQuery, showsOwn } from './provision-filter.ts';
import { PROVISIONS } from './provisions-page.ts';

/* Everything that a filter finds, in one file. What is to be expected stands on a page of its own, because counting is recorded too. */

interface Total {
  readonly recipient?: string;
  readonly channel?: string;
  readonly records: number;
}

/** As many months as the totals are given for at once. */
const MONTHS = 120;
const JST = '+09:00';

const monthBefore = (month: string, months: number): string => {
  const date = new Date(`${month}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() - months);
  return date.toISOString().slice(0, 7);
};

const monthOfDay = (day: string): string => jstMonth(Date.parse(`${day}T00:00:00${JST}`));

/** What `excludeOwn` leaves out of an auditor's look: all answers to the auditor. */
const isOwn = ({ recipient }: Total, { id }: Principal): boolean => recipient === id;

/** At most so many records are found. Totals know no request, certificate or holder, and are of whole months. */
const expected = async (visit: OwnVisit, chosen: Chosen): Promise<number | undefined> => {
  const { recipient, request, ca, serial, holder, purpose, channel, from, to } = chosen;
  if ([request, ca, serial, holder].some((one) => one !== undefined)) return undefined;
  const present = jstMonth(visit.reader.now);
  const asked = to === undefined ? present : monthOfDay(to);
  const last = asked > present ? present : asked;
  const first = from === undefined ? monthBefore(last, MONTHS - 1) : monthOfDay(from);
  if (first > last) return 0;
  if (first < monthBefore(last, MONTHS - 1)) return undefined;
  const { counts } = await visit.ask<{ readonly counts: readonly Total[] }>(countRecords, {
    query: {
      from: first,
      to: last,
      kind: 'provision',
      ...(recipient !== undefined && { recipient }),
      ...(purpose !== undefined && { purpose }),
      ...(channel !== undefined && { channel }),
    },
  });
  return counts
    .filter((total) => showsOwn(chosen) || !isOwn(total, visit.caller))
    .reduce((sum, { records }) => sum + records, 0);
};

export const exportProvisionsPage = ownPage(
  { id: 'exportProvisionsPage', path: `${PROVISIONS}/export`, summary: 'Save who was told what as a file' },
  ['auditor'],
  async (visit): Promise<View> => {
    const { reader, query } = visit;
    const { t } = reader;
    const chosen = chosenIn(query);
    // A filter that is none is refused here, and not in the middle of a download.
    operationQuery(chosen);
    const count = await expected(visit, chosen);
    const address = addressQuery(chosen);
    return {
      title: t`Save as a file`,
      main: html`${provisionFilterFacts(reader, chosen)}
<p>${
        count === undefined
          ? t`How many records there will be cannot be told beforehand for this filter.`
          : t`Expect at most ${count} records: so many the totals of the months have.`
      }</p>
<p>${t`Your browser shows the progress of the download. The file is made while it is sent, so its size is not known beforehand; a file that breaks off is incomplete. Its beginning and its end are recorded.`}</p>
<ul class="tiles">
<li><a href="${PROVISIONS}/export.csv?${address}" download>${t`Download as CSV, for spreadsheets`}</a></li>
<li><a href="${PROVISIONS}/export.ndjson?${address}" download>${t`Download as NDJSON, every record whole`}</a></li>
</ul>
<p><a href="${PROVISIONS}?${address}">${t`Back to the list`}</a></p>`,
    };
  },
);

const file = (id: string, format: 'csv' | 'ndjson') => {
  const route = format === 'csv' ? exportRecordsAsCsv : exportRecordsAsNdjson;
  return ownPage(
    {
      id,
      path: `${PROVISIONS}/export.${format}`,
      summary: `Who was told what, as ${format.toUpperCase()}`,
    },
    ['auditor'],
    // The operation names the file after the record of its beginning.
    async (visit) =>
      visit.perform(route, { query: { kind: 'provision', ...operationQuery(chosenIn(visit.query)) } }),
  );
};

export const provisionsAsCsvPage = file('provisionsAsCsvPage', 'csv');
export const provisionsAsNdjsonPage = file('provisionsAsNdjsonPage', 'ndjson');
