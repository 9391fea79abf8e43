import type { App } from '../../lib/app.ts';
import type { Role } from '../../lib/principal.ts';
import { type Reader, readerOf } from '../../web/reader.ts';
import { assertOwnOrigin } from '../http/foreign-origin.ts';
import { type HttpHead, type HttpRequest, type HttpResponse, json } from '../http/http.ts';
import { PROBLEMS, titleOf, visibleFault } from '../http/problems.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { cookie } from './cookies.ts';
import { linesOf } from './failure.ts';
import { type Place, termsOf } from './place.ts';
import { assertRole, assertSecure, isSignedOut, opened, SESSION } from './signed-in.ts';
import { languageFor, type OwnVisit, visitOf } from './visit.ts';

/* Addresses for the scripts of pages: a session as for pages and forms, an answer in JSON, and faults in the reader's words. */

const problemIn = (reader: Reader, error: unknown): HttpResponse => {
  const { t, say } = reader;
  const fault = visibleFault(error);
  const said = isSignedOut(reader, error)
    ? {
        title: t`You are signed out; nothing was done`,
        lines: [
          say(fault.phrase),
          t`Sign in again in a new window, come back to this one, and send again. It goes on where it was.`,
        ],
      }
    : { title: say(titleOf(fault.code)), lines: linesOf(fault, reader) };
  return { ...json(PROBLEMS[fault.code].status, said), failure: error };
};

/** For a request that does not reach its handler: it is too large, or there are too many. */
const refused = async (error: unknown, request: HttpHead): Promise<HttpResponse> =>
  problemIn(await readerOf(languageFor(request), Date.now()), error);

type Tell = (visit: OwnVisit) => Promise<unknown>;

const answered = async (
  roles: readonly Role[],
  tell: Tell,
  app: App,
  request: HttpRequest,
  now: number,
): Promise<HttpResponse> => {
  const isSent = request.method === 'POST';
  let visit = await visitOf(app, request, now);
  try {
    assertSecure(request);
    assertOwnOrigin(request);
    const { id, principal, renewed } = await opened(app, request, isSent ? 'acts' : 'rows');
    visit = await visitOf(app, request, now, principal);
    assertRole(roles, principal);
    const told = await tell({ ...visit, caller: principal, session: id });
    // A window that is left open looks by itself. That is no step of its owner, and keeps no session alive.
    return json(200, told, isSent && renewed !== undefined ? { 'set-cookie': cookie(SESSION, renewed) } : {});
  } catch (error) {
    return problemIn(visit.reader, error);
  }
};

/** What a script sends goes to the operation as it is. Pages of other sites cannot send these types without being asked about it. */
export const scriptSends = (
  place: Place,
  roles: readonly Role[],
  { contentType, maxBytes }: { readonly contentType: string; readonly maxBytes: number },
  tell: Tell,
): Route =>
  defineRoute({
    ...termsOf(place),
    method: 'POST',
    body: { kind: 'bytes', contentTypes: [contentType], maxBytes },
    problem: refused,
    responses: { 200: { description: place.summary, contentType: 'application/json' } },
    handle: (app, { request, now }) => answered(roles, tell, app, request, now),
  }) as unknown as Route;

export const scriptAsks = (place: Place, roles: readonly Role[], tell: Tell): Route =>
  defineRoute({
    ...termsOf(place),
    method: 'GET',
    problem: refused,
    responses: { 200: { description: place.summary, contentType: 'application/json' } },
    handle: (app, { request, now }) => answered(roles, tell, app, request, now),
  }) as unknown as Route;
