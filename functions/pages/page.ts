import { html } from 'hono/html';
import type { App } from '../../lib/app.ts';
import type { Role } from '../../lib/principal.ts';
import type { View } from '../../web/document.ts';
import type { HttpHead, HttpRequest, HttpResponse } from '../http/http.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { answered, failed, hereOf, type Shown, sent } from './answer.ts';
import { type Place, termsOf } from './place.ts';
import { assertRole, assertSecure, isSignedOut, opened } from './signed-in.ts';
import { signedOutView } from './signed-out.ts';
import { type OwnVisit, type Visit, visitOf } from './visit.ts';

/**
 * A page of another site, or of a sibling host, could have this one opened, and records made in its reader's name. A browser that
 * comes by a link of a mail sends no cookie along either. Both go on by a link of this page.
 */
const isFromElsewhere = ({ headers: { 'sec-fetch-site': site } }: HttpHead): boolean =>
  site !== undefined && site !== 'same-origin' && site !== 'none';

const continueView = ({ reader: { t }, request }: Visit): View => {
  const { path, query } = hereOf(request);
  const address = query.size === 0 ? path : `${path}?${query}`;
  return {
    title: t`Go on?`,
    main: html`<p>${t`A page of another site has led here. Nothing was looked up yet.`}</p>
<p><a class="button" href="${address}">${t`Open the page`}</a></p>`,
  };
};

const pageRoute = (
  place: Place,
  handle: (app: App, request: HttpRequest, now: number) => Promise<HttpResponse>,
): Route =>
  defineRoute({
    ...termsOf(place),
    method: 'GET',
    responses: { 200: { description: place.summary, contentType: 'text/html' } },
    handle: (app, { request, now }) => handle(app, request, now),
  }) as unknown as Route;

/** A page for everybody. */
export const publicPage = (place: Place, show: (visit: Visit) => Promise<Shown>): Route =>
  pageRoute(place, async (app, request, now) => {
    const visit = await visitOf(app, request, now);
    try {
      assertSecure(request);
      return await sent(visit, await show(visit));
    } catch (error) {
      return failed(visit, error);
    }
  });

/** A page for who has signed in and has one of the roles. */
export const ownPage = (
  place: Place,
  roles: readonly Role[] | 'all',
  show: (visit: OwnVisit) => Promise<Shown>,
): Route =>
  pageRoute(place, async (app, request, now) => {
    let visit = await visitOf(app, request, now);
    try {
      assertSecure(request);
      if (isFromElsewhere(request)) return await answered(visit, continueView(visit));
      const { id, principal, renewed } = await opened(app, request, 'rows');
      visit = await visitOf(app, request, now, principal);
      assertRole(roles, principal);
      return await sent(visit, await show({ ...visit, caller: principal, session: id }), renewed);
    } catch (error) {
      if (isSignedOut(visit.reader, error)) return answered(visit, signedOutView(visit.reader, error));
      return failed(visit, error);
    }
  });
