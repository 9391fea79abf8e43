import type { App } from '../../lib/app.ts';
import { LANGUAGES, type Language } from '../../lib/messages/messages.ts';
import type { Principal } from '../../lib/principal.ts';
import { type Reader, readerOf } from '../../web/reader.ts';
import { hasDuty } from '../http/duty.ts';
import type { HttpRequest, HttpResponse } from '../http/http.ts';
import { languageOf } from '../http/language.ts';
import type { Route } from '../http/route.ts';
import { decodeParams, performed } from '../http/stack.ts';
import { cookieIn, LANGUAGE } from './cookies.ts';
import { yearsFor } from './years.ts';

/*
 * Pages. A page calls operations (functions/routes/) as a program does, in the name of who has signed in: the same roles, the same
 * schemas, the same records. It has no other way to anything.
 */

export interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Bytes, or a value that becomes JSON. */
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

export const languageNamed = (text: string | null | undefined): Language | undefined =>
  LANGUAGES.find((language) => language === text);

/** The language that was chosen on a page, or the one that the browser prefers. */
export const languageFor = ({ query, headers }: Pick<HttpRequest, 'query' | 'headers'>): Language =>
  languageNamed(query.get('language')) ??
  languageNamed(cookieIn(headers.cookie, LANGUAGE)) ??
  languageOf(headers['accept-language']);

const NOTHING = new Uint8Array();

const bytesOf = (body: unknown): Uint8Array => {
  if (body === undefined) return NOTHING;
  return body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
};

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
      // A record says HEAD where no content was sent.
      method: route.method === 'GET' && request.method === 'HEAD' ? 'HEAD' : route.method,
      path: route.path,
      params: Object.fromEntries(encoded),
      query: new URLSearchParams(query),
      headers: { 'accept-language': languageFor(request), ...headers },
      body: bytesOf(body),
    };
    return performed(route, app, caller, asked, now);
  };
  return {
    app,
    reader: await readerOf(languageFor(request), now, {
      years: yearsFor(request),
      ...(caller && { principal: caller }),
      ...(app.consoleUrl !== undefined && { consoleUrl: app.consoleUrl }),
    }),
    request,
    params: decodeParams(request.params),
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
