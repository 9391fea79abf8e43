import { type Phrase, phrase } from '../lib/fault.ts';
import type { Say } from '../lib/messages/messages.ts';
import type { AccessAnswer, RecordAnswer } from './answers.ts';
import { NONE } from './purpose-text.ts';

type Content = Readonly<Record<string, unknown>>;

const isContent = (value: unknown): value is Content =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const word = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

const listOf = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined);

/** `good`, `revoked keyCompromise`, `good 3, unknown 1`. */
const statusesText = (answers: readonly unknown[], reasons: readonly unknown[]): string => {
  const each = answers.map((answer, n) => [word(answer), word(reasons[n])].filter(Boolean).join(' '));
  const [only] = each;
  if (only !== undefined && each.length === 1) return only;
  const sums = Map.groupBy(each, (text) => text);
  return [...sums].map(([text, same]) => `${text} ${same.length}`).join(', ');
};

/** A list of one item tells the item. */
const countText = (
  value: unknown,
  one: (item: string) => Phrase,
  many: (count: number) => Phrase,
): Phrase | undefined => {
  const items = listOf(value);
  if (items === undefined) return undefined;
  return items.length === 1 ? one(word(items[0]) ?? NONE) : many(items.length);
};

const serialsIn = (unregistered: unknown): readonly unknown[] =>
  (isContent(unregistered) && listOf(unregistered.serials)) || [];

/** The serial numbers that the status register did not have. */
export const unregisteredIn = ({ provided }: RecordAnswer): readonly unknown[] =>
  isContent(provided) ? serialsIn(provided.unregistered) : [];

const unregisteredText = (value: unknown): string | undefined => {
  const serials = serialsIn(value);
  if (!isContent(value) || serials.length === 0) return undefined;
  const { answer, reason } = value;
  return statusesText(
    serials.map(() => answer),
    serials.map(() => reason),
  );
};

/** The members of `provided` by which an answer is told; each gives the text, or nothing where the answer is another one. */
const TOLD: readonly ((provided: Content, say: Say) => string | Phrase | false | undefined)[] = [
  ({ answers, reasons, unregistered, impossible }, say) => {
    const told = listOf(answers);
    if (told === undefined) return undefined;
    const known = told.length === 0 ? undefined : statusesText(told, listOf(reasons) ?? []);
    const rest = typeof impossible === 'number' ? say(phrase`impossible ${impossible}`) : undefined;
    return [known, unregisteredText(unregistered), rest].filter((part) => part !== undefined).join(', ');
  },
  ({ authority }) => {
    const id = word(authority);
    return id && phrase`state of ${id}`;
  },
  ({ status, revocation }) => {
    const reason = isContent(revocation) ? word(revocation.reason) : undefined;
    return word(status) && [word(status), reason].filter(Boolean).join(' ');
  },
  ({ partition, number }) =>
    word(number) === undefined ? undefined : `CRL ${word(partition) ?? ''} ${word(number)}`,
  ({ crl }) => (isContent(crl) ? `CRL ${word(crl.partition) ?? ''} ${word(crl.number) ?? ''}` : undefined),
  ({ export: file }) => {
    const id = word(file);
    return id && phrase`file ${id}`;
  },
  ({ disclosure }) => {
    const id = word(disclosure);
    return id && phrase`disclosure ${id}`;
  },
  ({ records }) =>
    countText(
      records,
      (id) => phrase`record ${id}`,
      (count) => phrase`${count} records`,
    ),
  ({ proofs }) =>
    countText(
      proofs,
      (id) => phrase`proof of ${id}`,
      (count) => phrase`${count} proofs`,
    ),
  ({ disclosures }) =>
    countText(
      disclosures,
      (id) => phrase`disclosure ${id}`,
      (count) => phrase`${count} disclosures`,
    ),
  ({ delegates }) =>
    countText(
      delegates,
      (id) => phrase`delegate ${id}`,
      (count) => phrase`${count} delegates`,
    ),
  ({ accesses }) => isContent(accesses) && phrase`accesses`,
  ({ named }) => {
    const id = word(named);
    return id && phrase`named ${id}`;
  },
];

/** What the members of a record that tell of its answer say; undefined where none of them says what it was. */
const contentText = (
  say: Say,
  provided: Content,
  requests: readonly unknown[] | undefined,
): string | undefined => {
  for (const tell of TOLD) {
    const text = tell(provided, say);
    if (text) return typeof text === 'string' ? text : say(text);
  }
  const shown = countText(
    requests,
    (id) => phrase`request ${id}`,
    (count) => phrase`${count} requests`,
  );
  return shown && say(shown);
};

/** The same of an access, whose requests and certificates stand beside it. */
export const shownText = (say: Say, { shown, channel, requests, count }: AccessAnswer): string => {
  if (channel === 'certificate') return say(phrase`certificate`);
  const text = contentText(say, isContent(shown) ? shown : {}, requests.length === 0 ? undefined : requests);
  return text ?? say(phrase`items ${count}`);
};

/**
 * What a record says in a few words: what an answer told, or what an act did. Where an answer told a list, how many items it
 * had.
 */
export const toldText = (say: Say, record: RecordAnswer): string => {
  const { kind, channel, count } = record;
  const provided = isContent(record.provided) ? record.provided : {};
  const details = isContent(record.details) ? record.details : {};
  if (kind !== 'provision') {
    const did = word(details.reason) ?? word(details.decision) ?? word(details.act) ?? word(details.step);
    return did ?? NONE;
  }
  if (channel === 'certificate' && record.recipient !== 'public') return say(phrase`certificate`);
  const text = contentText(say, provided, record.requests);
  if (text !== undefined) return text;
  return count === undefined ? NONE : say(phrase`items ${count}`);
};
