import { type Phrase, phrase } from '../../lib/fault.ts';
import { ROLE_NAMES } from '../document.ts';
import { DECISION_TEXTS, REQUEST_STATE_TEXTS, STAGE_TEXTS } from '../texts.ts';
import { BATCH_STATE_TEXTS } from './batch-words.ts';
import { CERTIFICATE_STATUS_TEXTS } from './certificate.ts';
import { REASON_TEXTS } from './certificate-reasons.ts';
import { CHANNEL_TEXTS, KIND_TEXTS } from './record-words.ts';

/* The words that records have as values, in the words of people. A record's own word stands beside them. */

type Words = Readonly<Record<string, Phrase>>;

const STATUSES: Words = { ...CERTIFICATE_STATUS_TEXTS, unknown: phrase`Unknown to the register` };

const REASONS: Words = Object.fromEntries(
  Object.entries(REASON_TEXTS).map(([reason, { title }]) => [reason, title]),
);

const DUTIES: Words = {
  receive: phrase`Receives requests`,
  examine: phrase`Examines requests`,
  approve: phrase`Examines requests a second time`,
  responsible: phrase`Responsible person`,
};

/** By the name of the member. */
const VALUES: Readonly<Record<string, Words>> = {
  after: STATUSES,
  answer: STATUSES,
  answers: STATUSES,
  before: STATUSES,
  channel: CHANNEL_TEXTS,
  decision: DECISION_TEXTS,
  duties: DUTIES,
  kind: KIND_TEXTS,
  reason: REASONS,
  reasons: REASONS,
  role: ROLE_NAMES,
  stage: STAGE_TEXTS,
  state: { ...BATCH_STATE_TEXTS, ...REQUEST_STATE_TEXTS },
  status: STATUSES,
};

export const wordsOf = (name: string, value: string): Phrase | undefined => {
  const words = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
  return words && Object.hasOwn(words, value) ? words[value] : undefined;
};
