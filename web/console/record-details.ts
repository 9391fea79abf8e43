import { html } from 'hono/html';
import { facts, type Html, time } from '../document.ts';
import type { Reader } from '../reader.ts';
import { certificateLink, recordAddress } from './record-list.ts';
import { wordsOf } from './record-values.ts';
import { MEMBER_TEXTS } from './record-words.ts';

/* What a record says in members of its own: a list of terms, and lists within it. */

type Content = Readonly<Record<string, unknown>>;

const isContent = (value: unknown): value is Content =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const DIGEST = /^[0-9a-f]{64}$/;
const RECORD_ID = /^[0-9a-f]{32}$/;

/** Members that hold ids of records. A serial number may look like one. */
const NAMES_RECORDS: ReadonlySet<string> = new Set([
  'basis',
  'batchAct',
  'because',
  'confirms',
  'export',
  'newest',
  'oldest',
  'proofs',
  'records',
  'repeats',
]);

export const recordLink = (id: string): Html => html`<a class="id" href="${recordAddress(id)}">${id}</a>`;

/** As exactly as the record has it, and in Japan's time. */
export const exactTime = (reader: Reader, text: string): Html =>
  html`${time(reader, text)} <span class="id">(${text})</span>`;

const plainText = (reader: Reader, name: string, value: unknown): Html | string => {
  const { t } = reader;
  if (typeof value === 'boolean') return value ? t`it is so` : t`it is not so`;
  if (value === null) return '—';
  const text = String(value);
  if (TIME.test(text)) return exactTime(reader, text);
  if (DIGEST.test(text)) return html`<span class="digest">${text}</span>`;
  if (NAMES_RECORDS.has(name) && RECORD_ID.test(text)) return recordLink(text);
  if (typeof value === 'number') return text;
  const words = wordsOf(name, text);
  return html`${words && `${reader.say(words)} `}<span class="id">${text}</span>`;
};

const isCertificate = (value: Content): boolean =>
  Object.keys(value).length === 2 && typeof value.ca === 'string' && typeof value.serial === 'string';

/** Deep content is shown as it is: nobody reads terms within terms within terms. */
const DEEPEST = 3;

const valueText = (reader: Reader, name: string, value: unknown, depth: number): Html | string => {
  if (Array.isArray(value)) {
    if (value.length === 0) return reader.t`none`;
    if (value.length === 1) return valueText(reader, name, value[0], depth);
    return html`<ul>${value.map((one) => html`<li>${valueText(reader, name, one, depth + 1)}</li>`)}</ul>`;
  }
  if (!isContent(value)) return plainText(reader, name, value);
  if (isCertificate(value)) return certificateLink({ ca: String(value.ca), serial: String(value.serial) });
  return depth >= DEEPEST
    ? html`<code>${JSON.stringify(value)}</code>`
    : detailsList(reader, value, depth + 1);
};

/** Every member, by its term. */
export const detailsList = (reader: Reader, content: Content, depth = 0): Html => {
  const members = Object.entries(content);
  if (members.length === 0) return html`<p>${reader.t`The record says nothing else.`}</p>`;
  return facts(
    members.map(([name, value]) => {
      const known = Object.hasOwn(MEMBER_TEXTS, name) ? MEMBER_TEXTS[name] : undefined;
      return [known ? reader.say(known) : name, valueText(reader, name, value, depth)] as const;
    }),
  );
};
