import { html } from 'hono/html';
import { Fault } from '../../../lib/fault.ts';
import { provisionTable } from '../../../web/console/record-list.ts';
import type { ProvisionRecord } from '../../../web/console/record-told.ts';
import { CHANNEL_TEXTS } from '../../../web/console/record-words.ts';
import { both, type Html, more, type View } from '../../../web/document.ts';
import { field, filter } from '../../../web/forms.ts';
import { PROBLEMS } from '../../http/problems.ts';
import { route as listProvisions } from '../../routes/records/list-provisions.ts';
import { problemAlert } from '../failure.ts';
import { ownPage } from '../page.ts';
import { authoritiesFor } from '../public/authorities.ts';
import type { OwnVisit } from '../visit.ts';
import {
  addressQuery,
  type Chosen,
  chosenIn,
  DAY_LABELS,
  operationQuery,
  showsOwn,
} from './provision-filter.ts';

export const PROVISIONS = '/console/provisions';
const ON_PAGE = '50';

interface Page {
  readonly records: readonly ProvisionRecord[];
  readonly cursor?: string;
}

const filterForm = async (visit: OwnVisit, chosen: Chosen, fault?: Fault): Promise<Html> => {
  const { reader } = visit;
  const { t, say } = reader;
  const authorities = (await authoritiesFor(visit)).map(
    ({ id, title }) => [id, both(reader, title)] as const,
  );
  const { ca } = chosen;
  // A link may name a CA that is no longer shown.
  const unlisted = ca === undefined || authorities.some(([id]) => id === ca) ? [] : [[ca, ca] as const];
  const channels = Object.entries(CHANNEL_TEXTS).map(([channel, text]) => [channel, say(text)] as const);
  const dayField = (name: 'from' | 'to') =>
    field(reader, {
      name,
      label: say(DAY_LABELS[name]),
      kind: 'date',
      value: chosen[name],
      ...(fault?.facts.field === name && { error: say(fault.phrase) }),
    });
  return filter(
    PROVISIONS,
    t`Show`,
    field(reader, {
      name: 'recipient',
      label: t`Recipient (id, or public)`,
      value: chosen.recipient,
    }),
    field(reader, {
      name: 'request',
      label: t`Request (id)`,
      hint: t`Finds who saw a request, also before there was a certificate.`,
      value: chosen.request,
    }),
    field(reader, {
      name: 'ca',
      label: t`CA of the certificate`,
      value: ca,
      choices: [['', t`any of them`], ...authorities, ...unlisted],
    }),
    field(reader, { name: 'serial', label: t`Serial number of the certificate (hex)`, value: chosen.serial }),
    field(reader, { name: 'holder', label: t`Holder (pseudonym)`, value: chosen.holder }),
    field(reader, { name: 'purpose', label: t`Purpose (id)`, value: chosen.purpose }),
    field(reader, {
      name: 'channel',
      label: t`Channel of the answer`,
      value: chosen.channel,
      choices: [['', t`any of them`], ...channels],
    }),
    dayField('from'),
    dayField('to'),
    field(reader, {
      name: 'own',
      label: t`What you looked at yourself`,
      value: showsOwn(chosen) ? 'shown' : '',
      choices: [
        ['', t`not shown`],
        ['shown', t`shown as well`],
      ],
    }),
  );
};

/** A filter that finds nobody, or is not one, stays on the page, with what is wrong with it. */
const refusal = (error: unknown): { readonly fault: Fault; readonly status: number } | undefined => {
  if (!Fault.is(error)) return undefined;
  const { status } = PROBLEMS[error.code];
  return status === 400 || status === 404 ? { fault: error, status } : undefined;
};

const listOf = (visit: OwnVisit, chosen: Chosen, { records, cursor }: Page): Html => {
  const { reader } = visit;
  const { t } = reader;
  const query = addressQuery(chosen);
  const nothing =
    cursor === undefined
      ? t`Nobody was told anything that this filter finds.`
      : t`This filter finds nothing on this page; the next page goes on with older records.`;
  return html`${
    records.length === 0
      ? html`<p>${nothing}</p>`
      : provisionTable(reader, t`Newest first, ${records.length} on this page`, records)
  }
${more(reader, PROVISIONS, query, cursor)}
<h2>${t`As a file`}</h2>
<p><a href="${PROVISIONS}/export?${query}">${t`Save everything that this filter finds (CSV or NDJSON)`}</a></p>`;
};

export const provisionsPage = ownPage(
  { id: 'provisionsPage', path: PROVISIONS, summary: 'Who was told what' },
  ['auditor'],
  async (visit): Promise<View> => {
    const { reader, query } = visit;
    const { t } = reader;
    const title = t`Who was told what`;
    const chosen = chosenIn(query);
    const cursor = query.get('cursor');
    try {
      const page = await visit.ask<Page>(listProvisions, {
        query: { ...operationQuery(chosen), limit: ON_PAGE, ...(cursor !== null && { cursor }) },
      });
      const hint = showsOwn(chosen)
        ? t`What you looked at yourself is among them. This look at the records is itself recorded.`
        : t`What you looked at yourself is left out. This look at the records is itself recorded.`;
      return {
        title,
        main: html`${await filterForm(visit, chosen)}<p class="hint">${hint}</p>${listOf(visit, chosen, page)}`,
      };
    } catch (error) {
      const refused = refusal(error);
      if (!refused) throw error;
      const { fault, status } = refused;
      return {
        title,
        status,
        main: html`${problemAlert(reader, fault)}${await filterForm(visit, chosen, fault)}`,
      };
    }
  },
);
