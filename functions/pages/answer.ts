import { documentOf, type View } from '../../web/document.ts';
import { type Reader, readerOf } from '../../web/reader.ts';
import type { HttpHead, HttpResponse } from '../http/http.ts';
import { PROBLEMS, visibleFault } from '../http/problems.ts';
import { cookie, LANGUAGE, YEARS } from './cookies.ts';
import { failureView } from './failure.ts';
import { SESSION } from './signed-in.ts';
import { languageFor, languageNamed, type Visit } from './visit.ts';
import { yearsFor, yearsNamed } from './years.ts';

/* What leaves: a document, an address to go on to, or what went wrong. */

export interface Redirect {
  readonly to: string;
  /** A Set-Cookie header. */
  readonly cookie?: string;
}

/** Nothing of another host, no script or style in the page itself, no frame around it, and no form to anywhere else. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
];

/** A page with a script runs that file and asks this service. The script itself makes no HTML and no other script of any text. */
const OF_SCRIPT = [
  "script-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
];

const policyOf = ({ script }: Pick<View, 'script'>): string =>
  [...POLICY, ...(script === undefined ? [] : OF_SCRIPT)].join('; ');

const htmlResponse = (
  status: number,
  body: string,
  headers: Readonly<Record<string, string>>,
): HttpResponse => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'same-origin',
    vary: 'Accept-Language, Cookie',
    ...headers,
  },
  body,
});

const YEAR_SECONDS = 365 * 86_400;

/** An answer sets one cookie: the session's, or else the chosen language, or else the chosen form of years. */
const cookiesOf = (request: HttpHead, renewed: string | undefined): Readonly<Record<string, string>> => {
  if (renewed !== undefined) return { 'set-cookie': cookie(SESSION, renewed) };
  const chosen = languageNamed(request.query.get('language'));
  if (chosen) return { 'set-cookie': cookie(LANGUAGE, chosen, YEAR_SECONDS) };
  const years = yearsNamed(request.query.get('years'));
  return years ? { 'set-cookie': cookie(YEARS, years, YEAR_SECONDS) } : {};
};

/** The address of a form leads to the page where the form is, without what was sent. */
export const hereOf = ({ method, path, query }: HttpHead) =>
  method === 'POST' ? { path, query: new URLSearchParams() } : { path, query };

/** What an answer needs. */
export interface Answering {
  readonly reader: Reader;
  readonly request: HttpHead;
}

/** The document of a view, or of what keeps it from being shown. */
export const answered = async (
  { reader, request }: Answering,
  view: View,
  renewed?: string,
): Promise<HttpResponse> =>
  htmlResponse(view.status ?? 200, await documentOf(reader, view, hereOf(request)), {
    'content-security-policy': policyOf(view),
    ...cookiesOf(request, renewed),
  });

/** Every fault is a page in the reader's language, with what to do. */
export const failed = async (visit: Answering, error: unknown): Promise<HttpResponse> => {
  const fault = visibleFault(error);
  const view = failureView(visit.reader, fault, PROBLEMS[fault.code].status, visit.request.id);
  return { ...(await answered(visit, view)), failure: error };
};

/** For a request that does not reach its page: it is too large, or there are too many. */
export const refused = async (error: unknown, request: HttpHead): Promise<HttpResponse> =>
  failed(
    { reader: await readerOf(languageFor(request), Date.now(), { years: yearsFor(request) }), request },
    error,
  );

export type Shown = View | Redirect | HttpResponse;

const isResponse = (shown: Shown): shown is HttpResponse => 'headers' in shown;

export const sent = async (visit: Visit, shown: Shown, renewed?: string): Promise<HttpResponse> => {
  if (isResponse(shown)) return shown;
  if (!('to' in shown)) return answered(visit, shown, renewed);
  const set = shown.cookie ?? (renewed === undefined ? undefined : cookie(SESSION, renewed));
  return {
    status: 303,
    headers: { location: shown.to, ...(set !== undefined && { 'set-cookie': set }) },
    body: '',
  };
};

/** The same answer, to be saved under that name. */
export const asFile = (answer: HttpResponse, name: string): HttpResponse => ({
  ...answer,
  headers: {
    ...answer.headers,
    'content-disposition': `attachment; filename="${name.replaceAll(/[^A-Za-z0-9._-]/g, '_')}"`,
  },
});
