import { html } from 'hono/html';
import { nextFound, searchForm } from '../../../web/console/search.ts';
import type { View } from '../../../web/document.ts';
import { route as searchRequests } from '../../routes/requests/search-requests.ts';
import { labelled } from '../failure.ts';
import { ownForm } from '../form.ts';
import { formAddress } from '../form-address.ts';
import { type RequestPage, requestTable, SEARCH } from './list-page.ts';
import { profilesFor } from './request-pages.ts';

const READERS = ['officer', 'operator', 'auditor'] as const;

export const requestSearchFormAddress = formAddress(
  'requestSearchFormAddress',
  SEARCH,
  READERS,
  () => '/console/requests',
);

export const searchRequestsForm = ownForm(
  { id: 'searchRequestsForm', path: SEARCH, summary: 'Search requests by name' },
  READERS,
  async (visit, { filled }): Promise<View> => {
    const { reader, caller } = visit;
    const { t } = reader;
    const { text = '', cursor } = filled;
    const office = filled.within || caller.office;
    const asked = visit.ask<RequestPage>(searchRequests, {
      body: { text, ...(office !== undefined && { office }), ...(cursor !== undefined && { cursor }) },
    });
    const found = await labelled({ 'body.text': t`Search by name`, 'body.office': t`Office` }, asked);
    const caption = t`${found.requests.length} on this page`;
    return {
      title: t`Requests found`,
      main: html`${searchForm(reader, SEARCH, caller, filled)}
${
  found.requests.length === 0
    ? html`<p>${t`There are no such requests.`}</p>`
    : requestTable(reader, caption, found.requests, await profilesFor(visit))
}
${found.cursor !== undefined && nextFound(reader, SEARCH, filled, found.cursor)}`,
    };
  },
  ({ reader }, { filled }) => ({
    title: reader.t`Requests`,
    main: searchForm(reader, SEARCH, reader.principal, filled),
  }),
);
