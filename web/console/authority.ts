import { html } from 'hono/html';
import type { CaView } from '../../lib/authority/authority.ts';
import { type Phrase, phrase } from '../../lib/fault.ts';
import { both, facts, type Html, table, time } from '../document.ts';
import { form } from '../forms.ts';
import type { Reader } from '../reader.ts';
import { addressOf } from './certificate-forms.ts';

interface Life {
  readonly from: string;
  readonly to: string;
}

/** A CRL as relying parties get it now. */
export type CrlState = { readonly partition: string } & (
  | {
      readonly thisUpdate: string;
      readonly nextUpdate: string;
      readonly entries: number;
      readonly number?: string;
      readonly failure?: undefined;
    }
  | { readonly failure: Phrase }
);

/** What the responder says of the CA's own certificate, and the life of the responder's certificate. */
export type OcspState =
  | {
      readonly status: 'good' | 'revoked' | 'hold' | 'unknown';
      readonly since?: string;
      readonly notBefore: string;
      readonly notAfter: string;
      readonly failure?: undefined;
    }
  | { readonly failure: Phrase };

export interface AuthorityState {
  readonly ca: CaView;
  /** Of the CA's own certificate. */
  readonly serial: string;
  readonly ocsp: OcspState;
  readonly crls: readonly CrlState[];
}

/** What this person may do with a CA. */
export interface AuthorityOffers {
  readonly publish: boolean;
  /** Whether this person sees the CA's own certificate. */
  readonly open: boolean;
}

type Age = 'current' | 'late' | 'over';

/** Every renewal should have come before this part of a life is over; the service's own alarms begin there as well. */
const LATE_AFTER = 3 / 4;

export const ageOf = ({ from, to }: Life, now: number): Age => {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  if (now >= end) return 'over';
  return now >= begin + (end - begin) * LATE_AFTER ? 'late' : 'current';
};

const CRL_AGES: Readonly<Record<Age, Phrase>> = {
  current: phrase`Current`,
  late: phrase`Late: the next one should have been published`,
  over: phrase`Out of date: verifiers refuse it`,
};

const RESPONDER_AGES: Readonly<Record<Age, Phrase>> = {
  current: phrase`Current`,
  late: phrase`Late: the next responder should have been certified`,
  over: phrase`Expired: it signs no answer any more`,
};

const AUTHORITY_STATES: Readonly<Record<'good' | 'revoked' | 'hold' | 'unknown', Phrase>> = {
  good: phrase`Good`,
  revoked: phrase`Revoked`,
  hold: phrase`On hold`,
  unknown: phrase`Not known to its own responder`,
};

const PARTITIONS: Readonly<Record<string, Phrase>> = {
  full: phrase`Certificates that the CA issued`,
  authority: phrase`The CA's own certificate`,
};

/** Shown in words, and louder where somebody has to act. */
const mark = ({ say }: Reader, age: Age, texts: Readonly<Record<Age, Phrase>>): Html =>
  age === 'current'
    ? html`<span class="state">${say(texts[age])}</span>`
    : html`<strong class="late">${say(texts[age])}</strong>`;

/** How long something has lasted, in the largest unit that tells it. */
const lasted = ({ t, now }: Reader, since: string): string => {
  const minutes = Math.max(0, Math.floor((now - Date.parse(since)) / 60_000));
  if (minutes < 120) return t`${minutes} min`;
  return minutes < 2_880 ? t`${Math.floor(minutes / 60)} h` : t`${Math.floor(minutes / 1_440)} days`;
};

const ocspFacts = (reader: Reader, ocsp: OcspState): readonly (readonly [string, Html | string])[] => {
  const { t, say } = reader;
  if (ocsp.failure) return [[t`OCSP responder`, html`<strong class="late">${say(ocsp.failure)}</strong>`]];
  const { status, since, notBefore, notAfter } = ocsp;
  const age = ageOf({ from: notBefore, to: notAfter }, reader.now);
  const text = say(AUTHORITY_STATES[status]);
  const state =
    status === 'good'
      ? html`<span class="state">${text}</span>`
      : html`<strong class="late">${text}</strong>${since && html` · ${time(reader, since)}`}`;
  return [
    [t`State of the CA, by OCSP`, state],
    [
      t`OCSP responder`,
      html`${mark(reader, age, RESPONDER_AGES)}<br>${t`Certified ${lasted(reader, notBefore)} ago; valid until`} ${time(reader, notAfter)}`,
    ],
  ];
};

const publishForm = ({ t }: Reader, ca: string, partition: string): Html =>
  form(`/console/authorities/${encodeURIComponent(ca)}/crls/${encodeURIComponent(partition)}`, {
    button: t`Publish now`,
  });

const crlCells = (
  reader: Reader,
  ca: CaView,
  crl: CrlState,
  mayPublish: boolean,
): readonly (Html | string)[] => {
  const { t, say } = reader;
  const scope = PARTITIONS[crl.partition];
  const act = mayPublish ? [publishForm(reader, ca.id, crl.partition)] : [];
  const name = scope ? say(scope) : crl.partition;
  if (crl.failure)
    return [name, html`<strong class="late">${say(crl.failure)}</strong>`, '—', '—', '—', ...act];
  const { thisUpdate, nextUpdate, entries, number = '—' } = crl;
  return [
    name,
    mark(reader, ageOf({ from: thisUpdate, to: nextUpdate }, reader.now), CRL_AGES),
    html`${time(reader, thisUpdate)}<br>${t`${lasted(reader, thisUpdate)} ago`}`,
    time(reader, nextUpdate),
    html`${number}<br>${t`entries: ${entries}`}`,
    ...act,
  ];
};

export const authorityPart = (
  reader: Reader,
  { ca, serial, ocsp, crls }: AuthorityState,
  offers: AuthorityOffers,
): Html => {
  const { t } = reader;
  const ends = ageOf({ from: ca.notBefore, to: ca.notAfter }, reader.now) === 'over';
  const heads = [t`What it lists`, t`State`, t`Published`, t`Due before`, t`CRL number`];
  return html`<section><h2>${both(reader, ca.title)} <span class="id">${ca.id}</span></h2>
${facts([
  ...ocspFacts(reader, ocsp),
  [t`Subject`, ca.subject],
  [
    t`Serial number`,
    offers.open
      ? html`<a class="id" href="${addressOf({ ca: ca.id, serial })}">${serial}</a>`
      : html`<span class="id">${serial}</span>`,
  ],
  [t`Tenant`, ca.tenant],
  [t`Signature algorithm`, ca.algorithm],
  [t`Valid from`, time(reader, ca.notBefore)],
  [
    t`Valid until`,
    html`${time(reader, ca.notAfter)}${ends && html` <strong class="late">${t`The CA has expired.`}</strong>`}`,
  ],
])}
${table(
  t`CRLs of ${ca.id}`,
  offers.publish ? [...heads, t`Out of turn`] : heads,
  crls.map((crl) => crlCells(reader, ca, crl, offers.publish)),
)}</section>`;
};
