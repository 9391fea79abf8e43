import type { Phrase } from '../../lib/fault.ts';
import { type LedgerRecord, unregisteredIn } from '../../lib/ledger/ledger.ts';
import type { Reader } from '../reader.ts';
import { REASON_TEXTS } from './certificate-reasons.ts';
import { ANSWER_TEXTS } from './record-words.ts';

/* What an answer told, in a few words. */

export type ProvisionRecord = Extract<LedgerRecord, { readonly kind: 'provision' }>;

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const lengthIn = (value: unknown): number | undefined => (Array.isArray(value) ? value.length : undefined);

const answerText = ({ t, say }: Reader, answer: string, reason: unknown): string => {
  const known = Object.hasOwn(ANSWER_TEXTS, answer) ? ANSWER_TEXTS[answer] : undefined;
  const said = known ? say(known) : answer;
  const why = textIn(reason);
  return why === undefined ? said : t`${said} (${reasonText(why)})`;
};

const reasonText = (reason: string): Phrase | string =>
  Object.hasOwn(REASON_TEXTS, reason) ? REASON_TEXTS[reason as keyof typeof REASON_TEXTS].title : reason;

/** Alike ones together, with their number. */
const together = (texts: readonly string[]): readonly string[] =>
  [...Map.groupBy(texts, (text) => text)].map(([text, same]) =>
    texts.length === 1 ? text : `${text}: ${same.length}`,
  );

const ocspText = (reader: Reader, { provided }: ProvisionRecord): readonly string[] | undefined => {
  const { answers, reasons, impossible } = provided;
  if (!Array.isArray(answers)) return undefined;
  const { t } = reader;
  const unregistered = unregisteredIn(provided);
  return [
    ...together(
      answers.map((answer, n) =>
        answerText(reader, String(answer), Array.isArray(reasons) ? reasons[n] : undefined),
      ),
    ),
    ...(unregistered
      ? [
          t`${unregistered.serials.length} numbers that the register did not have`,
          ...(unregistered.answer === undefined
            ? []
            : [answerText(reader, unregistered.answer, unregistered.reason)]),
        ]
      : []),
    ...(typeof impossible === 'number' ? [t`${impossible} numbers that no certificate can have`] : []),
  ];
};

const authorityText = ({ t }: Reader, { provided: { authority } }: ProvisionRecord) => {
  const ca = textIn(authority);
  return ca === undefined ? undefined : [t`State of the CA ${ca}`];
};

const statusText = (reader: Reader, { provided: { status, revocation } }: ProvisionRecord) => {
  const known = textIn(status);
  if (known === undefined) return undefined;
  const reason =
    typeof revocation === 'object' && revocation !== null ? Reflect.get(revocation, 'reason') : undefined;
  return [answerText(reader, known, reason)];
};

const crlText = ({ t }: Reader, { channel, provided }: ProvisionRecord) =>
  channel === 'crl' && typeof provided.number === 'number'
    ? [t`CRL number ${provided.number} (${textIn(provided.partition) ?? ''})`]
    : undefined;

const signInText = ({ t }: Reader, { channel, unproven, count }: ProvisionRecord) => {
  if (channel !== 'sign-in') return undefined;
  return unproven === undefined ? [t`A token was issued`] : [t`Refused sign-ins: ${count}`];
};

/** Answers of pages of the records, and of files. A single item is no list. */
const recordsText = ({ t }: Reader, { channel, provided, count }: ProvisionRecord) => {
  if (lengthIn(provided.proofs) !== undefined) return [t`Proof of a record`];
  if (lengthIn(provided.records) !== undefined) return [t`One record, whole`];
  if (provided.counts !== undefined) return [t`Totals: ${count}`];
  if (channel === 'export' || channel === 'evidence') return [t`A file with ${count} items`];
  return channel === 'records' ? [t`List of ${count} records`] : undefined;
};

const shownText = ({ t }: Reader, { channel, provided, requests, count }: ProvisionRecord) => {
  if (channel === 'certificate') return [t`The certificate`];
  const isList = provided.filter !== undefined || provided.limit !== undefined;
  if (channel === 'requests')
    return isList || (lengthIn(requests) ?? 1) !== 1 ? [t`List of ${count} requests`] : [t`One request`];
  return channel === 'status' ? [t`List of ${count} certificates`] : undefined;
};

/** The first that knows what the answer was says it. */
export const toldTexts = (reader: Reader, record: ProvisionRecord): readonly string[] => {
  const tellers = [ocspText, crlText, signInText, authorityText, statusText, recordsText, shownText];
  for (const tell of tellers) {
    const told = tell(reader, record);
    if (told !== undefined && told.length > 0) return told;
  }
  return [reader.t`Items: ${record.count}`];
};
