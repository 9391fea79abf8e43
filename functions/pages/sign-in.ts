import { html } from 'hono/html';
import { Fault } from '../../lib/fault.ts';
import { type Principal, ROLES } from '../../lib/principal.ts';
import type { Begun } from '../../lib/principals/principals.ts';
import { recipientOf } from '../../lib/recipient.ts';
import { notice, type View } from '../../web/document.ts';
import { type Filled, field, form } from '../../web/forms.ts';
import type { Reader } from '../../web/reader.ts';
import { assertOwnOrigin } from '../http/foreign-origin.ts';
import { json } from '../http/http.ts';
import { sha256Hex } from '../http/provide.ts';
import { recordRefusal } from '../http/refused-sign-in.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { route as getPrincipal } from '../routes/enrolment/get-principal.ts';
import type { Redirect } from './answer.ts';
import { cookie } from './cookies.ts';
import { ownForm, publicForm } from './form.ts';
import { ownPage, publicPage } from './page.ts';
import { SESSION } from './signed-in.ts';
import { signInHelp } from './signed-out.ts';
import type { PageDeps, Visit } from './visit.ts';

/* Signing in and out. */

const signInView = (reader: Reader, hasCertificate: boolean): View => {
  const { t } = reader;
  return {
    title: t`Sign in`,
    main: hasCertificate
      ? html`<p>${t`Your browser has shown a client certificate.`}</p>${form('/console/sign-in', { button: t`Sign in` })}`
      : html`<p>${t`Your browser has shown no client certificate here.`}</p>${signInHelp(reader)}`,
  };
};

const page = publicPage(
  { id: 'signInPage', path: '/console/sign-in', summary: 'How to sign in' },
  async ({ reader, request }) => signInView(reader, request.client.certificate !== undefined),
);

/** The record of a session's beginning, or of an end that somebody else's sessions came to. */
const recorded = async (
  { app, request: { method } }: Pick<Visit, 'app' | 'request'>,
  caller: Principal,
  provided: Readonly<Record<string, string>>,
  answer: string,
): Promise<void> => {
  await app.ledger.append({
    kind: 'provision',
    ...recipientOf(caller),
    ...(caller.tenant !== undefined && { tenant: caller.tenant }),
    channel: 'sign-in',
    method,
    certificates: [],
    provided,
    responseDigest: sha256Hex(answer),
    count: 1,
  });
};

/** The session begins when its record is durable, as a token does. */
const begin = async (visit: Visit, { cookie: value, principal, expiresAt }: Begun): Promise<Redirect> => {
  await recorded(visit, principal, { expiresAt: new Date(expiresAt).toISOString() }, value);
  return { to: '/console', cookie: cookie(SESSION, value) };
};

const signIn = ({ sessions, log }: PageDeps): Route =>
  publicForm(
    { id: 'signIn', path: '/console/sign-in', summary: 'Sign in with a client certificate' },
    async (visit) => {
      const { app, request } = visit;
      if (request.client.certificate === undefined)
        throw new Fault('unauthenticated', 'Your browser has shown no client certificate.');
      try {
        return await begin(visit, await sessions.begin(request.client.certificate));
      } catch (error) {
        await recordRefusal(app, log, request, error);
        throw error;
      }
    },
    (reader) => signInView(reader, true),
  );

const signOut = ownForm(
  { id: 'signOut', path: '/console/sign-out', summary: 'Sign out' },
  'all',
  async ({ session }, _, { sessions }) => {
    await sessions.end(session);
    return { to: '/', cookie: cookie(SESSION, '', 0) };
  },
  ({ reader }) => ({ title: reader.t`Sign out`, main: html`` }),
);

const SESSIONS = '/console/sessions';

const isResponsible = ({ duties }: Principal): boolean => duties?.includes('responsible') === true;

const sessionsView = (reader: Reader, { officer = '' }: Filled = {}): View => {
  const { t, principal } = reader;
  return {
    title: t`Sessions`,
    main: html`<p>${t`If you have lost a computer or have not signed out somewhere, end all your sessions here. Nobody else is signed out.`}</p>
${form(SESSIONS, { button: t`End all my sessions`, isDanger: true })}
${
  principal &&
  isResponsible(principal) &&
  html`<h2>${t`Sessions of an officer of your office`}</h2>${form(
    `${SESSIONS}/officers`,
    { button: t`End the officer's sessions`, isDanger: true },
    field(reader, { name: 'officer', label: t`Officer (id)`, value: officer, isRequired: true }),
  )}`
}`,
  };
};

const sessionsPage = ownPage(
  { id: 'sessionsPage', path: SESSIONS, summary: 'Sessions, to be ended' },
  'all',
  async ({ reader, query }) => {
    const view = sessionsView(reader);
    return query.get('done') === 'ended'
      ? { ...view, main: html`${notice(reader.t`The sessions that had begun are ended.`)}${view.main}` }
      : view;
  },
);

const endOwnSessions = ownForm(
  { id: 'endOwnSessionsForm', path: SESSIONS, summary: 'End all own sessions' },
  'all',
  async (visit, _, { sessions }) => {
    await recorded(visit, visit.caller, { ended: visit.caller.id }, '');
    await sessions.endAllOf(visit.caller.id);
    return { to: '/', cookie: cookie(SESSION, '', 0) };
  },
  ({ reader }) => sessionsView(reader),
);

const endOfficersSessions = ownForm(
  {
    id: 'endOfficersSessionsForm',
    path: `${SESSIONS}/officers`,
    summary: 'End the sessions of an officer of the own office',
  },
  ['officer'],
  async (visit, { filled: { officer = '' } }, { sessions }) => {
    const { caller } = visit;
    if (!isResponsible(caller))
      throw new Fault('forbidden', "The responsible person ends the sessions of the office's officers.");
    const { id, office } = await visit.ask<{ readonly id: string; readonly office?: string }>(getPrincipal, {
      params: { principal: officer },
    });
    if (office !== caller.office) throw new Fault('unknown-principal', 'Your office has no such officer.');
    await recorded(visit, caller, { ended: id }, '');
    await sessions.endAllOf(id);
    return { to: `${SESSIONS}?done=ended` };
  },
  ({ reader }, { filled }) => sessionsView(reader, filled),
);

/** A program asks for the address with the client certificate; the browser opens it. */
const oneTimeAddress = ({ sessions }: PageDeps): Route =>
  defineRoute({
    id: 'makeOneTimeAddress',
    method: 'POST',
    path: '/console/one-time-addresses',
    summary: 'An address that signs the caller in, once',
    description: 'For `akashi console`. The address is good for one use within a minute.',
    lane: 'api',
    access: ROLES,
    certificateOnly: true,
    responses: { 201: { description: 'The end of the path, and until when it is good.' } },
    faults: [],
    handle: async (_, { request: { client } }) => {
      if (client.certificate === undefined) throw new Fault('unauthenticated', 'Show a client certificate.');
      const { ticket, expiresAt } = await sessions.ticket(client.certificate);
      return json(201, { path: `/console/one-time/${ticket}`, expiresAt: new Date(expiresAt).toISOString() });
    },
  }) as unknown as Route;

const redeem = ({ sessions }: PageDeps): Route =>
  publicPage(
    { id: 'useOneTimeAddress', path: '/console/one-time/{ticket}', summary: 'Sign in by a one-time address' },
    async (visit) => {
      const { params, request } = visit;
      // A page of another site could sign its reader in as somebody else.
      assertOwnOrigin(request);
      // A browser that looks ahead would use the address up.
      if (request.method !== 'GET' || request.headers['sec-purpose'] !== undefined)
        throw new Fault('invalid-input', 'A one-time address is opened, and not looked at beforehand.');
      return begin(visit, await sessions.redeem(params.ticket ?? ''));
    },
  );

export const signInPages = (deps: PageDeps): readonly Route[] => [
  page,
  signIn(deps),
  signOut(deps),
  oneTimeAddress(deps),
  redeem(deps),
  sessionsPage(deps),
  endOwnSessions(deps),
  endOfficersSessions(deps),
];
