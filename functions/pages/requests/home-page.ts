import { html } from 'hono/html';
import type { RequestState } from '../../../lib/registration/registration.ts';
import { BATCHES } from '../../../web/console/batch-list.ts';
import type { View } from '../../../web/document.ts';
import { REQUEST_STATE_TEXTS } from '../../../web/texts.ts';
import { route as listBatches } from '../../routes/batches/list-batches.ts';
import { route as listRequests } from '../../routes/requests/list-requests.ts';
import { ownPage } from '../page.ts';
import type { OwnVisit } from '../visit.ts';
import { type RequestPage, requestTable } from './list-page.ts';
import { profilesFor } from './request-pages.ts';

/** The states whose next step is one of this person's, or of the person's office. */
const waitingFor = ({ caller }: OwnVisit): readonly RequestState[] => {
  if (caller.role === 'operator') return ['examined'];
  if (caller.role !== 'officer') return [];
  const duties = caller.duties ?? [];
  return [
    ...(duties.includes('examine') ? (['submitted'] as const) : []),
    ...(duties.includes('approve') ? (['examined-once'] as const) : []),
  ];
};

/** Other states, which are counted only. */
const followed = ({ caller }: OwnVisit): readonly RequestState[] =>
  caller.role === 'officer'
    ? ['submitted', 'examined-once', 'examined', 'issued']
    : ['submitted', 'examined'];

export const homePage = ownPage(
  { id: 'homePage', path: '/console', summary: 'What waits for this person' },
  'all',
  async (visit): Promise<View> => {
    const { reader } = visit;
    const { t, say } = reader;
    if (!visit.may(listRequests))
      return {
        title: t`What waits`,
        main: html`<p>${t`There are no pages for your role yet; use the commands (npx akashi).`}</p>`,
      };
    const ask = (state: RequestState, limit: number): Promise<RequestPage> =>
      visit.ask(listRequests, { query: { state, order: 'oldest', limit: String(limit), count: 'true' } });
    const waiting = waitingFor(visit);
    const counted = followed(visit).filter((state) => !waiting.includes(state));
    const [own, others, profiles] = await Promise.all([
      Promise.all(waiting.map(async (state) => ({ state, page: await ask(state, 20) }))),
      Promise.all(counted.map(async (state) => ({ state, page: await ask(state, 1) }))),
      profilesFor(visit),
    ]);
    const tile = ({ state, page: { total = 0, more } }: { state: RequestState; page: RequestPage }) =>
      html`<li><a href="/console/requests?state=${state}"><b>${more ? t`${total} and more` : String(total)}</b>${say(REQUEST_STATE_TEXTS[state])}</a></li>`;
    return {
      title: t`What waits`,
      main: html`<ul class="tiles">${[...own, ...others].map(tile)}</ul>
${visit.may(listBatches) && html`<p><a href="${BATCHES}">${t`Many requests in one file`}</a></p>`}
${own.map(({ state, page }) =>
  page.requests.length === 0
    ? html`<h2>${say(REQUEST_STATE_TEXTS[state])}</h2><p>${t`Nothing waits for you here.`}</p>`
    : html`<h2>${say(REQUEST_STATE_TEXTS[state])}</h2>${requestTable(reader, t`Oldest first`, page.requests, profiles)}`,
)}`,
    };
  },
);
