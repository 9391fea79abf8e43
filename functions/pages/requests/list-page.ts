import { html } from 'hono/html';
import {
  REQUEST_STATES,
  type RequestState,
  type RequestView,
} from '../../../lib/registration/registration.ts';
import type { ProfileView } from '../../../lib/trust-domain/trust-domain.ts';
import { stateText } from '../../../web/console/request.ts';
import { searchForm } from '../../../web/console/search.ts';
import { both, more, table, time, type View } from '../../../web/document.ts';
import { field, filter } from '../../../web/forms.ts';
import type { Reader } from '../../../web/reader.ts';
import { REQUEST_STATE_TEXTS } from '../../../web/texts.ts';
import { route as listRequests } from '../../routes/requests/list-requests.ts';
import { labelled } from '../failure.ts';
import { ownPage } from '../page.ts';
import type { OwnVisit } from '../visit.ts';
import { profilesFor } from './request-pages.ts';

export interface RequestPage {
  readonly requests: readonly RequestView[];
  readonly cursor?: string;
  readonly total?: number;
  readonly more?: true;
}

export const requestTable = (
  reader: Reader,
  caption: string,
  requests: readonly RequestView[],
  profiles: readonly ProfileView[],
) => {
  const { t } = reader;
  const titleOf = (id: string): string => {
    const profile = profiles.find((one) => one.id === id);
    return profile ? both(reader, profile.title) : id;
  };
  return table(
    caption,
    [t`Request`, t`State`, t`Profile`, t`Subject of the certificate`, t`Office`, t`Submitted`],
    requests.map((request) => [
      html`<a class="id" href="/console/requests/${encodeURIComponent(request.id)}">${request.id}</a>`,
      stateText(reader, request),
      titleOf(request.profile),
      html`<span class="person" lang="ja">${request.subject ?? '—'}</span>`,
      request.office,
      html`${time(reader, request.submittedAt)}<br><span class="id">${request.submittedBy}</span>`,
    ]),
  );
};

/** Where a search by name is posted. */
export const SEARCH = '/console/requests/search';

/** The members of the filter. */
const FILTERS = ['office', 'state', 'profile', 'holder', 'submittedBy', 'order', 'cursor'] as const;

const read = (visit: OwnVisit): Promise<RequestPage> => {
  const asked = FILTERS.flatMap((name) => {
    const value = visit.query.get(name);
    return value ? [[name, value] as const] : [];
  });
  const { t } = visit.reader;
  const labels = { 'query.holder': t`Holder (pseudonym)`, 'query.submittedBy': t`Submitted by` };
  return labelled(
    labels,
    visit.ask(listRequests, { query: { ...Object.fromEntries(asked), count: 'true' } }),
  );
};

export const requestListPage = ownPage(
  { id: 'requestListPage', path: '/console/requests', summary: 'Requests' },
  ['officer', 'operator', 'auditor'],
  async (visit): Promise<View> => {
    const { reader, query } = visit;
    const { t, say } = reader;
    const page = await read(visit);
    const profiles = await profilesFor(visit);
    const states = REQUEST_STATES.map(
      (state: RequestState) => [state, say(REQUEST_STATE_TEXTS[state])] as const,
    );
    return {
      title: t`Requests`,
      main: html`${searchForm(reader, SEARCH, visit.caller, {})}${filter(
        '/console/requests',
        t`Show`,
        field(reader, {
          name: 'state',
          label: t`State`,
          value: query.get('state') ?? '',
          choices: [['', t`all`], ...states],
        }),
        field(reader, {
          name: 'profile',
          label: t`Profile`,
          value: query.get('profile') ?? '',
          choices: [['', t`all`], ...profiles.map(({ id, title }) => [id, both(reader, title)] as const)],
        }),
        field(reader, { name: 'holder', label: t`Holder (pseudonym)`, value: query.get('holder') ?? '' }),
        field(reader, { name: 'submittedBy', label: t`Submitted by`, value: query.get('submittedBy') ?? '' }),
      )}
${
  page.requests.length === 0
    ? html`<p>${t`There are no such requests.`}</p>`
    : requestTable(reader, captionOf(reader, page), page.requests, profiles)
}
${more(reader, '/console/requests', query, page.cursor)}`,
    };
  },
);

const captionOf = ({ t }: Reader, { total, more: hasMore, requests }: RequestPage): string => {
  if (total === undefined) return t`${requests.length} on this page`;
  return hasMore ? t`More than ${total}` : t`${total} in all`;
};
