import { html } from 'hono/html';
import type { RequestView } from '../../lib/registration/registration.ts';
import type { ProfileView } from '../../lib/trust-domain/trust-domain.ts';
import { alert, both, facts, type Html, time } from '../document.ts';
import { field, form } from '../forms.ts';
import type { Reader } from '../reader.ts';
import { DECISION_TEXTS, REQUEST_STATE_TEXTS, STAGE_TEXTS } from '../texts.ts';
import { personalAlert } from './personal-alert.ts';

export const stateText = ({ say }: Reader, { state }: Pick<RequestView, 'state'>): Html =>
  html`<span class="state">${say(REQUEST_STATE_TEXTS[state])}</span>`;

const stageOf = (reader: Reader, stage: string): string =>
  stage in STAGE_TEXTS ? reader.say(STAGE_TEXTS[stage as keyof typeof STAGE_TEXTS]) : stage;

/** Who did what, when: the persons of a request are three at least. */
const timeline = (reader: Reader, request: RequestView): Html => {
  const { t, say } = reader;
  const { examinations, withdrawal, failure, certificate, lapses = [] } = request;
  return html`<ol class="timeline">
<li><b>${t`Submitted`}</b> · ${time(reader, request.submittedAt)} · <span class="id">${request.submittedBy}</span></li>
${examinations.map(
  ({ stage, by, at, decision, reason }) =>
    html`<li><b>${stageOf(reader, stage)}: ${say(DECISION_TEXTS[decision])}</b> · ${time(reader, at)} · <span class="id">${by}</span>${
      reason && html`<p class="person">${reason}</p>`
    }</li>`,
)}
${lapses.map((at) => html`<li><b>${t`The approval lapsed unused`}</b> · ${time(reader, at)}</li>`)}
${
  withdrawal &&
  html`<li><b>${t`Withdrawn`}</b> · ${time(reader, withdrawal.at)} · <span class="id">${withdrawal.by}</span>${
    withdrawal.reason && html`<p class="person">${withdrawal.reason}</p>`
  }</li>`
}
${failure && html`<li><b>${t`No certificate could be made`}</b> · ${time(reader, failure.at)}<p>${failure.reason}</p></li>`}
${certificate && html`<li><b>${t`Certificate issued`}</b> · <a class="id" href="/console/certificates/${certificate.ca}/${certificate.serial}">${certificate.serial}</a></li>`}
</ol>`;
};

type Row = readonly [term: string, value: Html | string | undefined];
type ProfileField = ProfileView['fields'][number];

const valueText = (
  reader: Reader,
  field: ProfileField | undefined,
  value: string | readonly string[],
): Html => {
  const choice = field?.choices?.find((one) => one.value === value);
  return choice
    ? html`${both(reader, choice.label)} <span class="id">${choice.value}</span>`
    : html`<span class="person" lang="ja">${[value].flat().join('、')}</span>`;
};

/**
 * The values of a request, by the labels of its profile: those that go into the certificate apart from those that are kept with the
 * request alone. An auditor does not see profiles, and a profile may have lost a field since: of these values nobody says it.
 * `differing` fields come first, and are marked.
 */
export const fieldRows = (
  reader: Reader,
  profile: ProfileView | undefined,
  fields: NonNullable<RequestView['fields']>,
  differing: readonly string[] = [],
): Readonly<Record<'certified' | 'kept' | 'unknown', readonly Row[]>> => {
  const isUsual = ([name]: readonly [string, unknown]): number => Number(!differing.includes(name));
  const ordered = Object.entries(fields).sort((one, other) => isUsual(one) - isUsual(other));
  const rows = ordered.map(([name, value]) => {
    const field = profile?.fields.find((one) => one.name === name);
    const shown = valueText(reader, field, value);
    const marked = html`<mark>${shown}</mark> ${reader.t`(not as in most rows)`}`;
    const row: Row = [field ? both(reader, field.label) : name, differing.includes(name) ? marked : shown];
    return { certified: field?.certified, row };
  });
  const rowsWhere = (certified: boolean | undefined): readonly Row[] =>
    rows.flatMap((one) => (one.certified === certified ? [one.row] : []));
  return { certified: rowsWhere(true), kept: rowsWhere(false), unknown: rowsWhere(undefined) };
};

/** With its heading, where there is anything. */
const section = (heading: string, rows: readonly Row[]): Html =>
  rows.every(([, value]) => value === undefined) ? html`` : html`<h2>${heading}</h2>${facts(rows)}`;

export const keptSection = ({ t }: Reader, rows: readonly Row[]): Html =>
  section(t`Kept with the request, and not in the certificate`, rows);

/** The contents of the certificate that will be made, and what else the request has. */
const contentsOf = (
  reader: Reader,
  request: RequestView,
  profile: ProfileView | undefined,
  differing: readonly string[],
): Html => {
  const { t } = reader;
  const { subject, holder, issuedTo, ignored } = request;
  const { certified, kept, unknown } = fieldRows(reader, profile, request.fields ?? {}, differing);
  return html`<h2>${t`What the certificate will say`}</h2>
${personalAlert(reader, request)}
${facts([
  [t`Subject of the certificate`, subject && html`<span class="person" lang="ja">${subject}</span>`],
  ...certified,
  [t`Key`, request.keyAlgorithm],
  [t`SHA-256 of the public key`, html`<span class="digest">${request.publicKeyDigest}</span>`],
])}
${section(t`Fields of the request`, unknown)}
${keptSection(reader, [
  ...kept,
  [t`Holder (pseudonym)`, holder && html`<span class="id">${holder}</span>`],
  [t`Officer to whom it is issued`, issuedTo && html`<span class="id">${issuedTo}</span>`],
  [
    t`Not taken from the certification request`,
    ignored &&
      html`<ul>${ignored.map(({ part, name, value }) => html`<li>${[part, name, value].filter(Boolean).join(': ')}</li>`)}</ul>`,
  ],
])}`;
};

export interface RequestActions {
  readonly examine: boolean;
  readonly withdraw: boolean;
  readonly collect: boolean;
}

const idOf = (request: Pick<RequestView, 'id'>): string => encodeURIComponent(request.id);

/** Both decisions in one form: what was written as a reason stays, whichever is chosen. */
export const examinationForm = (reader: Reader, id: string, reason = ''): Html => {
  const { t } = reader;
  return html`<form method="post" action="/console/requests/${encodeURIComponent(id)}/examinations">
${field(reader, { name: 'reason', label: t`Reason`, hint: t`Needed for a rejection. The submitting office reads it.`, kind: 'area', value: reason, lang: 'ja' })}
<p><button name="decision" value="approve">${t`Approve`}</button> <button class="danger" name="decision" value="reject">${t`Reject`}</button></p>
</form>`;
};

export const withdrawalForm = (reader: Reader, id: string, reason = ''): Html => {
  const { t } = reader;
  return form(
    `/console/requests/${encodeURIComponent(id)}/withdrawal`,
    { button: t`Withdraw`, isDanger: true },
    field(reader, {
      name: 'reason',
      id: 'withdrawal-reason',
      label: t`Reason`,
      kind: 'area',
      value: reason,
      isRequired: true,
      lang: 'ja',
    }),
  );
};

/** Nobody has decided at the centre. */
const isUnderWay = ({ state }: RequestView): boolean =>
  state === 'submitted' || state === 'examined-once' || state === 'examined';

export const requestMain = (
  reader: Reader,
  request: RequestView,
  profile: ProfileView | undefined,
  may: RequestActions,
  differing: readonly string[] = [],
): Html => {
  const { t } = reader;
  return html`<p>${stateText(reader, request)}</p>
${request.newHolder && isUnderWay(request) && alert(t`The holder is new`, t`No other request has led to a certificate for this pseudonym: it may be mistyped.`)}
${facts([
  [t`Request`, html`<span class="id">${request.id}</span>`],
  [t`Profile`, profile ? both(reader, profile.title) : request.profile],
  [t`Office`, request.office],
])}
${contentsOf(reader, request, profile, differing)}
<h2>${t`What has happened`}</h2>
${timeline(reader, request)}
${may.examine && html`<h2>${t`Examine`}</h2><p>${t`Compare what the certificate will say with what the applicant has shown. Whoever submitted the request, or examined it before, cannot examine it.`}</p>${examinationForm(reader, request.id)}`}
${may.collect && html`<h2>${t`Collect`}</h2><p><a class="button" href="/console/requests/${idOf(request)}/certificate.pem">${t`Download the certificate and its chain (PEM)`}</a></p><p>${t`Whether it is valid now stands on the page of the certificate.`}</p>`}
${may.withdraw && html`<h2>${t`Withdraw`}</h2>${withdrawalForm(reader, request.id)}`}`;
};
