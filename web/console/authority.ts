import { html } from 'hono/html';
import type { CaView } from '../../lib/authority/authority.ts';
import { type Phrase, phrase } from '../../lib/fault.ts';
import type { AuthorityState, CrlState, ResponderState } from '../../lib/status/status.ts';
import { both, facts, type Html, table, time } from '../document.ts';
import { form } from '../forms.ts';
import type { Reader } from '../reader.ts';
import { CERTIFICATE_STATUS_TEXTS } from './certificate.ts';
import { addressOf } from './certificate-forms.ts';

/** What this person may do with a CA. */
export interface AuthorityOffers {
  readonly publish: boolean;
  /** Whether this person sees the CA's own certificate, and those of its responders. */
  readonly open: boolean;
}

const LAST = phrase`The last one: none follows`;
const DAMAGED = phrase`Damaged: its row cannot be read`;

const CRL_STATES: Readonly<Record<CrlState['state'], Phrase>> = {
  current: phrase`Current`,
  due: phrase`Due: the next one is to be published`,
  late: phrase`Late: the next one should have been published`,
  last: LAST,
  ended: phrase`Out of date: verifiers refuse it`,
  missing: phrase`Missing: none was ever published`,
  damaged: DAMAGED,
};

const RESPONDER_STATES: Readonly<Record<ResponderState['state'], Phrase>> = {
  current: phrase`Current`,
  due: phrase`Due: the next responder is to be certified`,
  late: phrase`Late: the next responder should have been certified`,
  last: LAST,
  ended: phrase`Expired: it signs no answer any more`,
  revoked: phrase`Revoked: it signs no answer any more`,
  unregistered: phrase`Not in the register: it signs no answer`,
  missing: phrase`Missing: none was ever certified`,
  damaged: DAMAGED,
};

const AUTHORITY_STATES: Readonly<Record<AuthorityState['certificate']['status'], Phrase>> = {
  ...CERTIFICATE_STATUS_TEXTS,
  unknown: phrase`Not in the register`,
};

const PARTITIONS: Readonly<Record<string, Phrase>> = {
  full: phrase`Certificates that the CA issued`,
  authority: phrase`The CA's own certificate`,
};

const NONE = '—';

const QUIET: ReadonlySet<string> = new Set<CrlState['state'] | ResponderState['state']>([
  'current',
  'due',
  'last',
]);

/** Shown in words, and louder where somebody has to act. Nobody has to when the CA itself has ended. */
const mark = ({ say }: Reader, state: string, text: Phrase, hasEnded: boolean): Html =>
  hasEnded || QUIET.has(state)
    ? html`<span class="state">${say(text)}</span>`
    : html`<strong class="late">${say(text)}</strong>`;

/** How long something has lasted, in the largest unit that tells it. */
const lasted = ({ t, now }: Reader, since: string): string => {
  const minutes = Math.max(0, Math.floor((now - Date.parse(since)) / 60_000));
  if (minutes < 120) return t`${minutes} min`;
  return minutes < 2_880 ? t`${Math.floor(minutes / 60)} h` : t`${Math.floor(minutes / 1_440)} days`;
};

const withAge = (reader: Reader, since: string | undefined): Html | string =>
  since === undefined ? NONE : html`${time(reader, since)}<br>${reader.t`${lasted(reader, since)} ago`}`;

const timeOrNone = (reader: Reader, at: string | undefined): Html | string =>
  at === undefined ? NONE : time(reader, at);

const certificateNumber = ({ open }: AuthorityOffers, ca: string, serial: string): Html =>
  open
    ? html`<a class="id" href="${addressOf({ ca, serial })}">${serial}</a>`
    : html`<span class="id">${serial}</span>`;

const certificateState = (reader: Reader, { status, revocation }: AuthorityState['certificate']): Html => {
  const text = reader.say(AUTHORITY_STATES[status]);
  if (status === 'good') return html`<span class="state">${text}</span>`;
  return html`<strong class="late">${text}</strong>${revocation && html` · ${time(reader, revocation.revocationTime)}`}`;
};

const publishForm = ({ t }: Reader, ca: string, partition: string): Html =>
  form(`/console/authorities/${encodeURIComponent(ca)}/crls/${encodeURIComponent(partition)}`, {
    button: t`Publish now`,
  });

const crlCells = (reader: Reader, crl: CrlState, hasEnded: boolean): readonly (Html | string)[] => {
  const { t, say } = reader;
  const { partition, state, number, entries } = crl;
  const scope = PARTITIONS[partition];
  return [
    scope ? say(scope) : partition,
    html`${mark(reader, state, CRL_STATES[state], hasEnded)}${
      crl.urgent &&
      html`<br><strong class="late">${t`Urgent: a revocation waits that it must show at once`}</strong>`
    }`,
    withAge(reader, crl.madeAt),
    timeOrNone(reader, crl.due),
    timeOrNone(reader, crl.nextUpdate),
    html`${number ?? NONE}${entries !== undefined && html`<br>${t`entries: ${entries}`}`}`,
  ];
};

const crlTable = (
  reader: Reader,
  { ca, crls }: AuthorityState,
  { publish }: AuthorityOffers,
  hasEnded: boolean,
): Html => {
  const { t } = reader;
  const heads = [
    t`What it lists`,
    t`State`,
    t`Published`,
    t`Next one due`,
    t`Valid until`,
    t`CRL number`,
    ...(publish ? [t`Out of turn`] : []),
  ];
  const rows = crls.map((crl) => [
    ...crlCells(reader, crl, hasEnded),
    ...(publish ? [publishForm(reader, ca, crl.partition)] : []),
  ]);
  return table(t`CRLs of ${ca}`, heads, rows);
};

const responderTable = (
  reader: Reader,
  { ca, responders, stopped }: AuthorityState,
  offers: AuthorityOffers,
  hasEnded: boolean,
): Html => {
  const { t } = reader;
  const heads = [
    t`Signature algorithm`,
    t`State`,
    t`Certified`,
    t`Next one due`,
    t`Valid until`,
    t`Serial number`,
  ];
  const rows = responders.map((one) => {
    const { algorithm, state, serial, revocation } = one;
    // A stopped CA's last responder comes to its end, as it is to.
    const isOver = hasEnded || (stopped && (state === 'ended' || state === 'missing'));
    return [
      algorithm,
      html`${mark(reader, state, RESPONDER_STATES[state], isOver)}${revocation && html`<br>${time(reader, revocation.revocationTime)}`}`,
      withAge(reader, one.notBefore),
      timeOrNone(reader, one.due),
      timeOrNone(reader, one.notAfter),
      serial === undefined ? NONE : certificateNumber(offers, ca, serial),
    ];
  });
  return table(t`OCSP responders of ${ca}`, heads, rows);
};

export const authorityPart = (
  reader: Reader,
  { title, subject, algorithm }: CaView,
  state: AuthorityState,
  offers: AuthorityOffers,
): Html => {
  const { t } = reader;
  const { ca, certificate, findings, stopped } = state;
  const hasEnded = reader.now > Date.parse(certificate.notAfter);
  return html`<section><h2>${both(reader, title)} <span class="id">${ca}</span></h2>
${facts([
  [t`State of the CA`, certificateState(reader, certificate)],
  [
    t`Key of the CA`,
    stopped
      ? html`<strong class="late">${t`Stopped: it signs nothing any more but one last CRL`}</strong>`
      : undefined,
  ],
  [
    t`Findings`,
    findings === 0
      ? undefined
      : html`<strong class="late">${t`${findings} since the day before: somebody else than the service has written to its rows or files. The runbook says what to do.`}</strong>`,
  ],
  [t`Subject`, subject],
  [t`Serial number`, certificateNumber(offers, ca, certificate.serial)],
  [t`Tenant`, state.tenant],
  [t`Signature algorithm`, algorithm],
  [t`Valid from`, time(reader, certificate.notBefore)],
  [
    t`Valid until`,
    html`${time(reader, certificate.notAfter)}${hasEnded && html` <strong class="late">${t`The CA has expired.`}</strong>`}`,
  ],
])}
${crlTable(reader, state, offers, hasEnded)}
${responderTable(reader, state, offers, hasEnded)}</section>`;
};
