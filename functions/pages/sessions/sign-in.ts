import { html } from 'hono/html';
import { Fault } from '../../../lib/fault.ts';
import { ROLES } from '../../../lib/principal.ts';
import type { Begun } from '../../../lib/principals/principals.ts';
import type { View } from '../../../web/document.ts';
import { form } from '../../../web/forms.ts';
import { type Reader, readerOf } from '../../../web/reader.ts';
import { assertOwnOrigin } from '../../http/foreign-origin.ts';
import { json } from '../../http/http.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { type Redirect, sent } from '../answer.ts';
import { cookie } from '../cookies.ts';
import { FORM_TYPES, ownForm, withProblem } from '../form.ts';
import { publicPage } from '../page.ts';
import { SESSION } from '../signed-in.ts';
import { signInHelp } from '../signed-out.ts';
import { languageFor, type Visit, visitOf } from '../visit.ts';
import { recorded } from './recorded.ts';

/* Signing in and out. */

const PATH = '/console/sign-in';

/** Holders have no pages yet. */
const SIGN_IN = ROLES.filter((role) => role !== 'holder');

const signInView = (reader: Reader, hasCertificate: boolean): View => {
  const { t } = reader;
  return {
    title: t`Sign in`,
    main: hasCertificate
      ? html`<p>${t`Your browser has shown a client certificate.`}</p>${form(PATH, { button: t`Sign in` })}`
      : html`<p>${t`Your browser has shown no client certificate here.`}</p>${signInHelp(reader)}`,
  };
};

export const signInPage = publicPage(
  { id: 'signInPage', path: PATH, summary: 'How to sign in' },
  async ({ reader, request }) => signInView(reader, request.client.certificate !== undefined),
);

/** The session begins when its record is durable, as a token does. */
const begun = async (
  visit: Pick<Visit, 'app' | 'request'>,
  { cookie: value, principal, expiresAt }: Begun,
): Promise<Redirect> => {
  await recorded(visit, principal, { expiresAt: new Date(expiresAt).toISOString() }, value);
  return { to: '/console', cookie: cookie(SESSION, value) };
};

/** A program's door, with a page's answer: the certificate is judged, and a refusal recorded, as for any operation. */
export const signIn: Route = defineRoute({
  id: 'signIn',
  method: 'POST',
  path: PATH,
  summary: 'Sign in with a client certificate',
  description: 'Begins a session at the console.',
  lane: 'api',
  access: SIGN_IN,
  certificateOnly: true,
  body: { kind: 'bytes', contentTypes: FORM_TYPES, maxBytes: 1024 },
  responses: { 303: { description: 'To what waits.' } },
  faults: [],
  problem: async (error, request) => {
    const reader = await readerOf(languageFor(request), Date.now());
    const view = signInView(reader, request.client.certificate !== undefined);
    return withProblem({ reader, request }, error, view);
  },
  handle: async (app, { request, now }, caller) => {
    const visit = await visitOf(app, request, now);
    return sent(visit, await begun(visit, await app.sessions.begin(certificateIn(visit), caller)));
  },
}) as unknown as Route;

const certificateIn = ({ request: { client } }: Pick<Visit, 'request'>): Uint8Array => {
  if (client.certificate === undefined) throw new Fault('unauthenticated', 'Show a client certificate.');
  return client.certificate;
};

const SIGN_OUT = '/console/sign-out';

export const signOut = ownForm(
  { id: 'signOut', path: SIGN_OUT, summary: 'Sign out' },
  'all',
  async ({ app, session }) => {
    await app.sessions.end(session);
    return { to: '/', cookie: cookie(SESSION, '', 0) };
  },
  ({ reader }) => ({ title: reader.t`Sign out`, main: html`` }),
);

/** A program asks for the address with the client certificate; the browser opens it. */
export const makeOneTimeAddress: Route = defineRoute({
  id: 'makeOneTimeAddress',
  method: 'POST',
  path: '/console/one-time-addresses',
  summary: 'An address that signs the caller in, once',
  description: 'For `akashi console`. The address is good for one use within a minute.',
  lane: 'api',
  access: SIGN_IN,
  certificateOnly: true,
  responses: { 201: { description: 'The end of the path, and until when it is good.' } },
  faults: [],
  handle: async ({ sessions }, { request }) => {
    const { ticket, expiresAt } = await sessions.ticket(certificateIn({ request }));
    return json(201, { path: `/console/one-time/${ticket}`, expiresAt: new Date(expiresAt).toISOString() });
  },
}) as unknown as Route;

export const useOneTimeAddress = publicPage(
  { id: 'useOneTimeAddress', path: '/console/one-time/{ticket}', summary: 'Sign in by a one-time address' },
  async (visit) => {
    const { app, params, request } = visit;
    // A page of another site could sign its reader in as somebody else.
    assertOwnOrigin(request);
    // A browser that looks ahead would use the address up.
    if (request.method !== 'GET' || request.headers['sec-purpose'] !== undefined)
      throw new Fault('invalid-input', 'A one-time address is opened, and not looked at beforehand.');
    return begun(visit, await app.sessions.redeem(params.ticket ?? ''));
  },
);
