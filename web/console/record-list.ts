import { html } from 'hono/html';
import type { CertificateRef } from '../../lib/principal.ts';
import { facts, type Html, table, time, who } from '../document.ts';
import type { Reader } from '../reader.ts';
import { type ProvisionRecord, toldTexts } from './record-told.ts';
import { CHANNEL_TEXTS } from './record-words.ts';

export const recordAddress = (id: string): string => `/console/records/${encodeURIComponent(id)}`;

export const certificateLink = ({ ca, serial }: CertificateRef): Html =>
  html`<a class="id" href="/console/certificates/${encodeURIComponent(ca)}/${encodeURIComponent(serial)}">${ca}/${serial}</a>`;

const LISTED = 3;

/** The first ones of many; the record's page has them all. */
const certificatesText = ({ t }: Reader, certificates: readonly CertificateRef[]): Html | string => {
  if (certificates.length === 0) return '—';
  const more = certificates.length - LISTED;
  return html`${certificates.slice(0, LISTED).map((one) => html`<div>${certificateLink(one)}</div>`)}${
    more > 0 && html`<div>${t`and ${more} others`}</div>`
  }`;
};

export const recipientText = (reader: Reader, { recipient, office, unproven }: ProvisionRecord): Html => {
  const { t } = reader;
  return html`${recipient === 'public' ? t`the public` : who(reader, recipient)}${office && html`<br><span class="id">${office}</span>`}${unproven && html`<br>${t`credentials refused: ${unproven}`}`}`;
};

export const purposeText = (
  { t }: Reader,
  { purpose, purposeAssumed, legalBasis }: ProvisionRecord,
): Html | string => {
  if (purpose === undefined && legalBasis === undefined) return '—';
  return html`<span class="id">${purpose}</span>${purposeAssumed && html` (${t`assumed by the trust domain`})`}${
    legalBasis && html`<br><span lang="ja">${legalBasis}</span>`
  }`;
};

export const channelText = ({ say }: Reader, channel: string): string =>
  Object.hasOwn(CHANNEL_TEXTS, channel) ? say(CHANNEL_TEXTS[channel as keyof typeof CHANNEL_TEXTS]) : channel;

export const provisionTable = (
  reader: Reader,
  caption: string,
  records: readonly ProvisionRecord[],
): Html => {
  const { t } = reader;
  return table(
    caption,
    [
      t`Recorded at`,
      t`Recipient and office`,
      t`Channel and method`,
      t`What was answered`,
      t`Certificates of the record`,
      t`Purpose and legal basis`,
      t`Record`,
    ],
    records.map((record) => [
      time(reader, record.time),
      recipientText(reader, record),
      html`${channelText(reader, record.channel)} <span class="id">${record.method}</span>`,
      html`${toldTexts(reader, record).map((text) => html`<div>${text}</div>`)}${
        record.shared && html`<div>${t`${record.shared.length} answers share the record`}</div>`
      }${record.repeats && html`<div>${t`repetition of an earlier answer`}</div>`}`,
      certificatesText(reader, record.certificates),
      purposeText(reader, record),
      html`<a class="id" href="${recordAddress(record.id)}" aria-label="${t`Record ${record.id}`}">${record.id}</a>`,
    ]),
  );
};

interface ChosenFilter {
  readonly recipient?: string | undefined;
  readonly request?: string | undefined;
  readonly ca?: string | undefined;
  readonly serial?: string | undefined;
  readonly holder?: string | undefined;
  readonly purpose?: string | undefined;
  readonly channel?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly own?: string | undefined;
}

/** What a file will be about. */
export const provisionFilterFacts = (reader: Reader, chosen: ChosenFilter): Html => {
  const { t } = reader;
  const { recipient, request, ca, serial, holder, purpose, channel, from, to, own } = chosen;
  return facts([
    [t`Recipient (id, or public)`, recipient],
    [t`Request (id)`, request],
    [t`CA of the certificate`, ca],
    [t`Serial number of the certificate (hex)`, serial],
    [t`Holder (pseudonym)`, holder],
    [t`Purpose (id)`, purpose],
    [t`Channel of the answer`, channel && channelText(reader, channel)],
    [t`From (day)`, from],
    [t`To (day, included)`, to],
    [t`What you looked at yourself`, own === 'shown' ? t`shown as well` : t`not shown`],
  ]);
};
