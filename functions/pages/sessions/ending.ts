import { html } from 'hono/html';
import { Fault } from '../../../lib/fault.ts';
import type { Principal } from '../../../lib/principal.ts';
import { notice, type View } from '../../../web/document.ts';
import { type Filled, field, form } from '../../../web/forms.ts';
import type { Reader } from '../../../web/reader.ts';
import { route as getPrincipal } from '../../routes/enrolment/get-principal.ts';
import { cookie } from '../cookies.ts';
import { ownForm } from '../form.ts';
import { formAddress } from '../form-address.ts';
import { ownPage } from '../page.ts';
import { SESSION } from '../signed-in.ts';
import { recorded } from './recorded.ts';

/* Ending sessions: one's own, and those of an officer by the responsible person. */

const SESSIONS = '/console/sessions';
const OFFICERS = `${SESSIONS}/officers`;

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
    OFFICERS,
    { button: t`End the officer's sessions`, isDanger: true },
    field(reader, { name: 'officer', label: t`Officer (id)`, value: officer, isRequired: true }),
  )}`
}`,
  };
};

export const sessionsPage = ownPage(
  { id: 'sessionsPage', path: SESSIONS, summary: 'Sessions, to be ended' },
  'all',
  async ({ reader, query }) => {
    const view = sessionsView(reader);
    return query.get('done') === 'ended'
      ? { ...view, main: html`${notice(reader.t`The sessions that had begun are ended.`)}${view.main}` }
      : view;
  },
);

export const endOwnSessionsForm = ownForm(
  { id: 'endOwnSessionsForm', path: SESSIONS, summary: 'End all own sessions' },
  'all',
  async (visit) => {
    await recorded(visit, visit.caller, { ended: visit.caller.id }, '');
    await visit.app.sessions.endAllOf(visit.caller.id);
    return { to: '/', cookie: cookie(SESSION, '', 0) };
  },
  ({ reader }) => sessionsView(reader),
);

export const endOfficersSessionsForm = ownForm(
  {
    id: 'endOfficersSessionsForm',
    path: OFFICERS,
    summary: 'End the sessions of an officer of the own office',
  },
  ['officer'],
  async (visit, { filled: { officer = '' } }) => {
    const { caller } = visit;
    if (!isResponsible(caller))
      throw new Fault('forbidden', "The responsible person ends the sessions of the office's officers.");
    const { id, office } = await visit.ask<{ readonly id: string; readonly office?: string }>(getPrincipal, {
      params: { principal: officer },
    });
    if (office !== caller.office) throw new Fault('unknown-principal', 'Your office has no such officer.');
    await recorded(visit, caller, { ended: id }, '');
    await visit.app.sessions.endAllOf(id);
    return { to: `${SESSIONS}?done=ended` };
  },
  ({ reader }, { filled }) => sessionsView(reader, filled),
);

export const officersSessionsFormAddress = formAddress(
  'officersSessionsFormAddress',
  OFFICERS,
  'all',
  () => SESSIONS,
);
