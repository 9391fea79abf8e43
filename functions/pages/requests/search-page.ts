import { html } from 'hono/html';
import { searchForm } from '../../../web/console/search.ts';
import type { View } from '../../../web/document.ts';
import { form, hidden } from '../../../web/forms.ts';
import { route as searchRequests } from '../../routes/requests/search-requests.ts';
import { ownForm } from '../form.ts';
import { type RequestPage, requestTable } from './list-page.ts';
import { profilesFor } from './request-pages.ts';

const ROLES = ['officer', 'operator', 'auditor'] as const;

export const requestSearchPage = ownForm(
  { id: 'searchRequestsForm', path: '/console/requests/search', summary: 'Search requests by name' },
  ROLES,
  async (visit, { filled }): Promise<View> => {
    const { reader, caller } = visit;
    const { t } = reader;
    const { text = '', office = caller.office ?? '', cursor } = filled;
    const found = await visit.ask<RequestPage>(searchRequests, {
      body: { text, office, ...(cursor !== undefined && { cursor }) },
    });
    const table = requestTable(
      reader,
      t`${found.requests.length} on this page`,
      found.requests,
      await profilesFor(visit),
    );
    return {
      title: t`Requests found`,
      main: html`${searchForm(reader, caller, { text, office })}
${found.requests.length === 0 ? html`<p>${t`There are no such requests.`}</p>` : table}
${
  found.cursor !== undefined &&
  form(
    '/console/requests/search',
    { button: t`Next page` },
    hidden('text', text),
    hidden('office', office),
    hidden('cursor', found.cursor),
  )
}`,
    };
  },
  ({ reader }, { filled }) => ({
    title: reader.t`Requests`,
    main: reader.principal ? searchForm(reader, reader.principal, filled) : html``,
  }),
);
