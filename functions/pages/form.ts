import { html } from 'hono/html';
import { Fault, phrase } from '../../lib/fault.ts';
import type { Role } from '../../lib/principal.ts';
import { alert, type Html, type View } from '../../web/document.ts';
import type { Filled } from '../../web/forms.ts';
import type { Reader } from '../../web/reader.ts';
import { assertOwnOrigin } from '../http/foreign-origin.ts';
import { type HttpRequest, type HttpResponse, mediaType } from '../http/http.ts';
import { PROBLEMS, visibleFault } from '../http/problems.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { type Answering, answered, failed, type Redirect, sent } from './answer.ts';
import { problemAlert } from './failure.ts';
import { type Place, termsOf } from './place.ts';
import { assertRole, assertSecure, isSignedOut, opened } from './signed-in.ts';
import { type OwnVisit, type Visit, visitOf } from './visit.ts';

/*
 * Forms. A form is posted to its operation, and answered with the address of what it led to. Where it led to nothing, the same form
 * comes back with everything that was typed, and with what is wrong.
 */

/** The texts of a form, and its files, by name. */
export interface Sent {
  readonly filled: Filled;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** Enough for a form with a file. */
const MAX_BYTES = 256 * 1024;

export const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data'] as const;

/** More than any form of this service has. Reading a million of them would hold everybody else for seconds. */
const MAX_PARTS = 200;

/** RFC 7578 4.1, as browsers write it. No other parameter may say where a part begins. */
const MULTIPART = /^multipart\/form-data; *boundary=("?)([\w'()+,./:=?-]{1,70})\1$/i;

/** What stands before each part, or undefined where that cannot be told. */
const markOf = (type: string): string | undefined => {
  if (mediaType(type) === 'application/x-www-form-urlencoded') return '&';
  const boundary = MULTIPART.exec(type.trim())?.[2];
  return boundary === undefined ? undefined : `--${boundary}`;
};

const partsIn = (body: Uint8Array, mark: string): number => {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  let found = 0;
  for (
    let at = bytes.indexOf(mark);
    at >= 0 && found <= MAX_PARTS;
    at = bytes.indexOf(mark, at + mark.length)
  )
    found++;
  return found;
};

/** Node reads both encodings of forms (undici's `formData`). Fault: `invalid-input`. */
const readForm = async ({ headers, body }: HttpRequest): Promise<Sent> => {
  const filled: Record<string, string> = Object.create(null);
  const files: Record<string, Uint8Array> = Object.create(null);
  const type = headers['content-type'] ?? '';
  const mark = markOf(type);
  if (mark === undefined) throw new Fault('invalid-input', 'The form could not be read; send it again.');
  if (partsIn(body, mark) > MAX_PARTS)
    throw new Fault('invalid-input', phrase`A form has at most ${MAX_PARTS} fields.`, { limit: MAX_PARTS });
  try {
    const data = await new Response(Buffer.from(body), { headers: { 'content-type': type } }).formData();
    for (const [name, value] of data) {
      if (typeof value === 'string') filled[name] ??= value.replaceAll('\r\n', '\n');
      else if (value.size > 0) files[name] ??= new Uint8Array(await value.arrayBuffer());
    }
  } catch (cause) {
    throw new Fault('invalid-input', 'The form could not be read; send it again.', {}, { cause });
  }
  return { filled, files };
};

const formRoute = (
  place: Place,
  handle: (app: Visit['app'], request: HttpRequest, now: number) => ReturnType<typeof answered>,
): Route =>
  defineRoute({
    ...termsOf(place),
    method: 'POST',
    body: { kind: 'bytes', contentTypes: FORM_TYPES, maxBytes: MAX_BYTES },
    responses: { 303: { description: 'Where it led to.' }, 200: { description: place.summary } },
    handle: (app, { request, now }) => handle(app, request, now),
  }) as unknown as Route;

/** A form for everybody. */
export const publicForm = (
  place: Place,
  send: (visit: Visit, sent: Sent) => Promise<View | Redirect>,
  again: (reader: Reader, sent: Sent) => View,
): Route =>
  formRoute(place, async (app, request, now) => {
    const visit = await visitOf(app, request, now);
    let form: Sent | undefined;
    try {
      assertSecure(request);
      assertOwnOrigin(request);
      form = await readForm(request);
      return await sent(visit, await send(visit, form));
    } catch (error) {
      const view = form && viewAgain(() => again(visit.reader, form as Sent));
      return view ? withProblem(visit, error, view) : failed(visit, error);
    }
  });

/**
 * A form of who has signed in. `again` is the same form with what was typed; it reads nothing, because whoever sent the form may
 * not be signed in any more.
 */
export const ownForm = (
  place: Place,
  roles: readonly Role[] | 'all',
  send: (visit: OwnVisit, sent: Sent) => Promise<View | Redirect>,
  again: (visit: Visit, sent: Sent) => View,
): Route =>
  formRoute(place, async (app, request, now) => {
    let visit = await visitOf(app, request, now);
    let form: Sent | undefined;
    try {
      assertSecure(request);
      // An old browser may send the cookie along from another site.
      assertOwnOrigin(request);
      form = await readForm(request);
      const { id, principal, renewed } = await opened(app, request, place.whileBehind ? 'objects' : 'acts');
      visit = await visitOf(app, request, now, principal);
      assertRole(roles, principal);
      const led = await send({ ...visit, caller: principal, session: id }, form);
      return await sent(visit, led, renewed);
    } catch (error) {
      const view = form && viewAgain(() => again(visit, form as Sent));
      if (view === undefined) return failed(visit, error);
      return isSignedOut(visit.reader, error)
        ? answered(visit, signedOutAgain(visit.reader, error, view))
        : withProblem(visit, error, view);
    }
  });

/** Anybody can change what a form carries, hidden inputs included. Undefined where no form can be made of it. */
const viewAgain = (make: () => View): View | undefined => {
  try {
    return make();
  } catch {
    return undefined;
  }
};

/** The form stays as it is, and the sign-in has a window of its own: nothing that was typed is lost. */
const signedOutAgain = (reader: Reader, fault: Fault, view: View): View => {
  const { t } = reader;
  return {
    ...view,
    status: 200,
    main: withAlert(
      view,
      alert(
        t`You are signed out; nothing was done`,
        reader.say(fault.phrase),
        t`Sign in again in a new window, come back to this one, and send the form again. Files have to be chosen again.`,
        link('/console/sign-in', t`Sign in in a new window`),
      ),
    ),
  };
};

/** The form with what is wrong above it. */
export const withProblem = async (visit: Answering, error: unknown, view: View): Promise<HttpResponse> => {
  const fault = visibleFault(error);
  const { status } = PROBLEMS[fault.code];
  const again = { ...view, status, main: withAlert(view, problemAlert(visit.reader, fault)) };
  return { ...(await answered(visit, again)), failure: error };
};

const withAlert = ({ main }: View, top: Html): Html => html`${top}${main}`;

const link = (to: string, text: string): Html => html`<a href="${to}" target="_blank">${text}</a>`;
