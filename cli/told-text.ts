import type { RecordAnswer } from './answers.ts';
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

const countText = (value: unknown, one: string, many: string): string | undefined => {
  const items = listOf(value);
  if (items === undefined) return undefined;
  return items.length === 1 ? `${one} ${word(items[0]) ?? ''}`.trimEnd() : `${items.length} ${many}`;
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
const TOLD: readonly ((provided: Content) => string | undefined)[] = [
  ({ answers, reasons, unregistered, impossible }) => {
    const told = listOf(answers);
    if (told === undefined) return undefined;
    const known = told.length === 0 ? undefined : statusesText(told, listOf(reasons) ?? []);
    const rest = typeof impossible === 'number' ? `impossible ${impossible}` : undefined;
    return [known, unregisteredText(unregistered), rest].filter((part) => part !== undefined).join(', ');
  },
  ({ status, revocation }) => {
    const reason = isContent(revocation) ? word(revocation.reason) : undefined;
    return word(status) && [word(status), reason].filter(Boolean).join(' ');
  },
  ({ partition, number }) =>
    word(number) === undefined ? undefined : `CRL ${word(partition) ?? ''} ${word(number)}`,
  ({ crl }) => (isContent(crl) ? `CRL ${word(crl.partition) ?? ''} ${word(crl.number) ?? ''}` : undefined),
  ({ export: file }) => word(file) && `file ${word(file)}`,
  ({ disclosure }) => word(disclosure) && `disclosure ${word(disclosure)}`,
  ({ requests }) => countText(requests, 'request', 'requests'),
  ({ records }) => countText(records, 'record', 'records'),
  ({ proofs }) => countText(proofs, 'proof of', 'proofs'),
  ({ disclosures }) => countText(disclosures, 'disclosure', 'disclosures'),
  ({ request }) => word(request) && 'certificate',
];

/**
 * What a record says in a few words: what an answer told, or what an act did. Where an answer told a list, how many items it
 * had.
 */
export const toldText = (record: RecordAnswer): string => {
  const { kind, count } = record;
  const provided = isContent(record.provided) ? record.provided : {};
  const details = isContent(record.details) ? record.details : {};
  if (kind !== 'provision') {
    const did = word(details.reason) ?? word(details.decision) ?? word(details.act) ?? word(details.step);
    return did ?? NONE;
  }
  for (const tell of TOLD) {
    const text = tell(provided);
    if (text !== undefined) return text;
  }
  return count === undefined ? NONE : `items ${count}`;
};
