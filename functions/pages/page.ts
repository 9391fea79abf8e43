import { html } from 'hono/html';
import * as z from 'zod/mini';
import type { App } from '../../lib/app.ts';
import { Fault, type FaultCode } from '../../lib/fault.ts';
import { LANGUAGES, type Language } from '../../lib/messages/messages.ts';
import type { Log } from '../../lib/ports.ts';
import type { Principal, Role } from '../../lib/principal.ts';
import type { OpenSession, Sessions } from '../../lib/principals/principals.ts';
import { documentOf, type View } from '../../web/document.ts';
import { type Reader, readerOf } from '../../web/reader.ts';
import { isFromHere } from '../http/authenticate.ts';
import { hasDuty } from '../http/duty.ts';
import type { HttpHead, HttpRequest, HttpResponse } from '../http/http.ts';
import { languageOf } from '../http/language.ts';
import { PROBLEMS, visibleFault } from '../http/problems.ts';
import { defineRoute, type Lane, type Route } from '../http/route.ts';
import { performed } from '../http/stack.ts';
import { cookie, cookieIn } from './cookies.ts';
import { failureView } from './failure.ts';
import { signedOutView } from './signed-out.ts';

/*
 * Pages. A page calls operations (functions/routes/) as a program does, in the name of who has signed in: the same roles, the same
 * schemas, the same records. It has no other way to anything.
 */

export const SESSION = '__Host-akashi-session';
export const LANGUAGE = '__Host-akashi-language';

/** What every page needs. */
export interface PageDeps {
  readonly sessions: Sessions;
  readonly log: Log;
}

export interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One look at a page, or one form that was sent. */
export interface Visit {
  readonly app: App;
  readonly reader: Reader;
  readonly request: HttpRequest;
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Asks an operation, and gives the JSON of its answer. Faults: those of the operation. */
  ask<V>(route: Route, asked?: Asked): Promise<V>;
  /** The same, with the answer as it is. */
  perform(route: Route, asked?: Asked): Promise<HttpResponse>;
  /** Whether this person's role and duties are those of the operation. */
  may(route: Route): boolean;
}

/** A visit of somebody who has signed in. */
export interface OwnVisit extends Visit {
  readonly caller: Principal;
  readonly session: string;
}

export interface Redirect {
  readonly to: string;
  readonly cookies?: readonly string[];
}

/** Nothing of another host, no script or style in the page itself, no frame around it, and no form to anywhere else. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export const htmlResponse = (
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'same-origin',
    vary: 'Accept-Language, Cookie',
    ...headers,
  },
  body,
});

const named = (text: string | null | undefined): Language | undefined =>
  LANGUAGES.find((language) => language === text);

/** The language that was chosen on a page, or the one that the browser prefers. */
export const languageFor = ({ query, headers }: Pick<HttpRequest, 'query' | 'headers'>): Language =>
  named(query.get('language')) ??
  named(cookieIn(headers.cookie, LANGUAGE)) ??
  languageOf(headers['accept-language']);

/** Faults that say that nobody has signed in, or not any more. */
export const SIGNED_OUT: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'unauthenticated',
  'client-certificate-invalid',
  'client-certificate-revoked',
  'client-certificate-expired',
  'not-in-force',
]);

const YEAR_SECONDS = 365 * 86_400;

/** What is set in the browser beside the page. node:http and API Gateway take several cookies as one header only in turn. */
const cookiesOf = (request: HttpHead, renewed: string | undefined): Readonly<Record<string, string>> => {
  if (renewed !== undefined) return { 'set-cookie': cookie(SESSION, renewed) };
  const chosen = named(request.query.get('language'));
  return chosen ? { 'set-cookie': cookie(LANGUAGE, chosen, YEAR_SECONDS) } : {};
};

/** Beyond this machine nobody can tell whether a page that came without TLS is ours. Fault: `tls-required`. */
export const assertSecure = (request: HttpRequest): void => {
  if (request.client.tls || isFromHere(request)) return;
  throw new Fault('tls-required', 'Pages are shown over HTTPS only; open the same address with https://.');
};

const decoded = (params: HttpRequest['params']): Readonly<Record<string, string>> => {
  try {
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    throw new Fault('invalid-input', 'The path is not percent-encoded UTF-8.');
  }
};

const NOTHING = new Uint8Array();

/** A visit before anybody is known. */
export const visitOf = async (
  app: App,
  request: HttpRequest,
  now: number,
  caller?: Principal,
): Promise<Visit> => {
  const perform: Visit['perform'] = (route, { params = {}, query = {}, body, headers = {} } = {}) => {
    const encoded = Object.entries(params).map(([name, value]) => [name, encodeURIComponent(value)]);
    const asked: HttpRequest = {
      ...request,
      // What a HEAD shows is recorded as that.
      method: route.method === 'GET' && request.method === 'HEAD' ? 'HEAD' : route.method,
      path: route.path,
      params: Object.fromEntries(encoded),
      query: new URLSearchParams(query),
      headers: { 'accept-language': languageFor(request), ...headers },
      body: body === undefined ? NOTHING : Buffer.from(JSON.stringify(body)),
    };
    return performed(route, app, caller, asked, now);
  };
  return {
    app,
    reader: await readerOf(languageFor(request), now, caller),
    request,
    params: decoded(request.params),
    query: request.query,
    perform,
    ask: async (route, asked) => JSON.parse(String((await perform(route, asked)).body)),
    may: (route) =>
      caller !== undefined &&
      typeof route.access !== 'string' &&
      route.access.includes(caller.role) &&
      hasDuty(route, caller),
  };
};

/** What came with a form has no address of its own to come back to. */
const hereOf = ({ method, path, query }: HttpHead) =>
  method === 'POST' ? { path: '/console', query: new URLSearchParams() } : { path, query };

/** The document of a view, or of what keeps it from being shown. */
export const answered = async (
  { reader, request }: { readonly reader: Reader; readonly request: HttpHead },
  view: View,
  renewed?: string,
): Promise<HttpResponse> =>
  htmlResponse(
    view.status ?? 200,
    await documentOf(reader, view, hereOf(request)),
    cookiesOf(request, renewed),
  );

/** Every fault is a page in the reader's language, with what to do. */
export const failed = async (
  visit: { readonly reader: Reader; readonly request: HttpHead },
  error: unknown,
): Promise<HttpResponse> => {
  const fault = visibleFault(error);
  return answered(visit, failureView(visit.reader, fault, PROBLEMS[fault.code].status, visit.request.id));
};

/** What kept a request from its page at all: too much of it, or too many of them. */
export const refused = async (error: unknown, request: HttpHead): Promise<HttpResponse> =>
  failed({ reader: await readerOf(languageFor(request), Date.now()), request }, error);

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

const ANY_QUERY = z.record(z.string(), z.string());

interface Place {
  readonly id: string;
  readonly path: string;
  readonly summary: string;
  readonly lane?: Lane;
}

type Shown = View | Redirect | HttpResponse;

const isResponse = (shown: Shown): shown is HttpResponse => 'headers' in shown;

export const sent = async (visit: Visit, shown: Shown, renewed?: string): Promise<HttpResponse> => {
  if (isResponse(shown)) return shown;
  if (!('to' in shown)) return answered(visit, shown, renewed);
  const set = shown.cookies?.[0] ?? (renewed === undefined ? undefined : cookie(SESSION, renewed));
  return {
    status: 303,
    headers: { location: shown.to, ...(set !== undefined && { 'set-cookie': set }) },
    body: '',
  };
};

const pageRoute = (
  { id, path, summary, lane = 'public' }: Place,
  handle: (app: App, request: HttpRequest, now: number) => Promise<HttpResponse>,
): Route =>
  defineRoute({
    id,
    method: 'GET',
    path,
    summary,
    description: summary,
    lane,
    access: 'public',
    params: z.record(z.string(), z.string()),
    query: ANY_QUERY,
    responses: { 200: { description: summary, contentType: 'text/html' } },
    faults: [],
    problem: refused,
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
export const ownPage =
  (place: Place, roles: readonly Role[] | 'all', show: (visit: OwnVisit) => Promise<Shown>) =>
  ({ sessions }: PageDeps): Route =>
    pageRoute(place, async (app, request, now) => {
      let visit = await visitOf(app, request, now);
      try {
        assertSecure(request);
        if (isFromElsewhere(request)) return await answered(visit, continueView(visit));
        const { id, principal, renewed } = await opened(sessions, app, request, 'rows');
        visit = await visitOf(app, request, now, principal);
        assertRole(roles, principal);
        return await sent(visit, await show({ ...visit, caller: principal, session: id }), renewed);
      } catch (error) {
        if (Fault.is(error) && SIGNED_OUT.has(error.code) && visit.reader.principal === undefined)
          return answered(visit, signedOutView(visit.reader, error));
        return failed(visit, error);
      }
    });

/** Who has signed in. Where the connection has a client certificate, it is that person's. */
export const opened = async (
  sessions: Sessions,
  { principals }: Pick<App, 'principals'>,
  { headers, client }: HttpHead,
  by: 'rows' | 'acts',
): Promise<OpenSession> => {
  const session = cookieIn(headers.cookie, SESSION);
  if (session === undefined) throw new Fault('unauthenticated', 'You are not signed in.');
  const open = await sessions.open(session, by);
  if (client.certificate && (await principals.namedBy(client.certificate)) !== open.principal.id)
    throw new Fault(
      'unauthenticated',
      'The session and the client certificate of this browser are of different persons; sign in again.',
    );
  return open;
};

export const assertRole = (roles: readonly Role[] | 'all', { role }: Principal): void => {
  if (roles === 'all' || roles.includes(role)) return;
  throw new Fault('forbidden', 'This page is not for your role.', {
    role,
    roles,
  });
};
