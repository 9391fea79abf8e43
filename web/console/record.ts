import { html } from 'hono/html';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { facts, type Html, table, who } from '../document.ts';
import type { Reader } from '../reader.ts';
import { detailsList, exactTime, recordLink } from './record-details.ts';
import { certificateLink, channelText, purposeText, recipientText } from './record-list.ts';
import { type ProvisionRecord, toldTexts } from './record-told.ts';
import { DOOR_TEXTS, KIND_TEXTS } from './record-words.ts';

/* One record, with every member of it in words. */

type ActRecord = Exclude<LedgerRecord, { readonly kind: 'provision' }>;

const id = (text: string | undefined): Html | undefined =>
  text === undefined ? undefined : html`<span class="id">${text}</span>`;
const digest = (text: string | undefined): Html | undefined =>
  text === undefined ? undefined : html`<span class="digest">${text}</span>`;
const list = (items: readonly Html[] | undefined): Html | undefined =>
  items === undefined || items.length === 0
    ? undefined
    : html`<ul>${items.map((one) => html`<li>${one}</li>`)}</ul>`;

const doorText = ({ say }: Reader, door: string): string =>
  Object.hasOwn(DOOR_TEXTS, door) ? say(DOOR_TEXTS[door as keyof typeof DOOR_TEXTS]) : door;

const findLink = (query: Readonly<Record<string, string>>, text: string): Html =>
  html`<a href="/console/provisions?${new URLSearchParams(query)}">${text}</a>`;

const certificatesOf = ({ t }: Reader, { certificates }: LedgerRecord): Html | undefined =>
  list(
    certificates?.map(
      ({ ca, serial }) =>
        html`${certificateLink({ ca, serial })} · ${findLink({ ca, serial }, t`who was told of ${serial}`)}`,
    ),
  );

const requestsOf = ({ t }: Reader, { requests }: ProvisionRecord): Html | undefined =>
  list(
    requests?.map(
      (request) =>
        html`<a class="id" href="/console/requests/${encodeURIComponent(request)}">${request}</a> · ${findLink({ request }, t`who saw ${request}`)}`,
    ),
  );

const provisionFacts = (reader: Reader, record: ProvisionRecord): Html => {
  const { t } = reader;
  const { recipient, unproven } = record;
  return facts([
    [
      t`Recipient and office`,
      html`${recipientText(reader, record)}<br>${findLink({ recipient }, t`everything that ${recipient} was told`)}`,
    ],
    [t`How the recipient was known`, record.door && doorText(reader, record.door)],
    [t`Credentials that were refused`, id(unproven)],
    [
      t`Channel and method`,
      html`${channelText(reader, record.channel)} <span class="id">${record.method}</span>`,
    ],
    [t`What was answered`, list(toldTexts(reader, record).map((text) => html`${text}`))],
    [t`How many items`, String(record.count)],
    [t`Certificates of the record`, certificatesOf(reader, record)],
    [t`Requests that it showed`, requestsOf(reader, record)],
    [t`Purpose and legal basis`, purposeText(reader, record)],
    [t`Day of the answers (counted from the logs of a CDN)`, record.day],
    [t`Repeats the answer of this record`, record.repeats && recordLink(record.repeats)],
    [t`SHA-256 of what was asked`, digest(record.requestDigest)],
    [t`SHA-256 of what was answered`, digest(record.responseDigest)],
  ]);
};

/** Answers that said the same at the same time differ in these. */
const sharedTable = ({ t }: Reader, { shared }: ProvisionRecord): Html =>
  shared === undefined
    ? html``
    : table(
        t`Answers that share the record`,
        [
          t`SHA-256 of what was asked`,
          t`SHA-256 of what was answered`,
          t`How many items`,
          t`Numbers that no certificate can have`,
        ],
        shared.map(({ requestDigest, responseDigest, count, impossible }) => [
          digest(requestDigest) ?? '—',
          digest(responseDigest) ?? '—',
          String(count),
          String(impossible ?? 0),
        ]),
      );

const actFacts = (reader: Reader, record: ActRecord): Html => {
  const { t } = reader;
  const { actor, holder, signature } = record;
  return facts([
    [t`Who did it`, actor === 'service' ? t`the service itself` : who(reader, actor)],
    [t`Sub-office`, id(record.office)],
    [
      t`Holder (pseudonym)`,
      holder && html`${id(holder)} · ${findLink({ holder }, t`who was told of certificates of ${holder}`)}`,
    ],
    [t`Certificates of the record`, certificatesOf(reader, record)],
    [t`Key of the signature of the act`, id(signature?.key)],
    [t`Signature of the act`, digest(signature?.value)],
  ]);
};

export const recordMain = (reader: Reader, record: LedgerRecord): Html => {
  const { t, say } = reader;
  const isProvision = record.kind === 'provision';
  return html`${facts([
    [t`Kind of record`, say(KIND_TEXTS[record.kind])],
    [t`Record`, id(record.id)],
    [t`Recorded at`, exactTime(reader, record.time)],
    [
      t`Tenant (id)`,
      record.tenant === undefined ? t`none: it is about the service as a whole` : id(record.tenant),
    ],
    [t`Salt (random, part of what the leaf covers)`, digest(record.salt)],
  ])}
<h2>${isProvision ? t`What was told to whom` : t`What was done`}</h2>
${isProvision ? provisionFacts(reader, record) : actFacts(reader, record)}
${isProvision && sharedTable(reader, record)}
<h2>${t`Details of the record`}</h2>
${detailsList(reader, isProvision ? record.provided : record.details)}`;
};
