import { type Phrase, phrase } from '../lib/fault.ts';
import type { Problem } from './failure.ts';

/** What a person at the command line can do about a fault of the service. The service's own message says the rest. */
const ADVICE: Readonly<Record<string, Phrase>> = {
  unauthenticated: phrase`Say who calls: --as PRINCIPAL, or --token TOKEN (AKASHI_TOKEN).`,
  'token-invalid': phrase`Get another token: akashi token --as PRINCIPAL.`,
  'token-expired': phrase`Get another token: akashi token --as PRINCIPAL.`,
  'tls-required': phrase`Call with --as PRINCIPAL, or name an https address with --url.`,
  'client-certificate-revoked': phrase`Ask an operator for new credentials.`,
  forbidden: phrase`Call as a principal whose role may do this.`,
  'same-person': phrase`Call with --as another person than those who submitted, proposed or examined before.`,
  'amendment-pending': phrase`See which one waits: akashi trust-domain show.`,
  'amendment-closed': phrase`See how far it is: akashi trust-domain show ID.`,
  'unknown-amendment': phrase`See the amendments: akashi trust-domain show.`,
  'not-issued': phrase`See how far the request is: akashi show REQUEST.`,
  'wrong-state': phrase`See how far the request is: akashi show REQUEST.`,
  'unknown-profile': phrase`See which profiles the office may use: akashi profiles.`,
  'idempotency-key-reused': phrase`Leave --idempotency-key out to submit something new.`,
  'cursor-invalid': phrase`Repeat the query that gave the cursor, or start without --cursor.`,
  'unknown-batch': phrase`See the batches: akashi bulk list.`,
  'sample-not-opened': phrase`Open them: akashi bulk open BATCH ROW.`,
  'part-differs': phrase`Run the command again; the file has changed while it was sent.`,
  'unknown-authority': phrase`See the authorities: akashi authorities.`,
  'unknown-crl': phrase`An operator can publish one: akashi publish CA.`,
  'too-many-requests': phrase`Try again in a few seconds.`,
  'try-later': phrase`Try again in a few seconds.`,
  'store-unavailable': phrase`Try again in a few seconds.`,
};

/** The same about a batch. */
const OF_BATCH: typeof ADVICE = {
  'not-issued': phrase`See how far the batch is: akashi bulk show BATCH.`,
  'wrong-state': phrase`See how far the batch is: akashi bulk show BATCH.`,
};

/** The state of an office, a principal, a month or a holder's data is in the message itself. */
const SAID_BY = ['standing', 'month', 'holder', 'serial'];

const isSaid = ({ code, facts }: Problem): boolean =>
  code === 'wrong-state' && SAID_BY.some((name) => facts?.[name] !== undefined);

/** `path`: of the operation that answered so. */
export const adviceFor = (problem: Problem, path: string): Phrase | undefined => {
  if (isSaid(problem)) return undefined;
  return (path.includes('/api/v1/batches/') && OF_BATCH[problem.code]) || ADVICE[problem.code];
};
