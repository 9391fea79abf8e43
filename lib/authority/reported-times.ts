import { Fault, phrase } from '../fault.ts';
import { textIn } from '../members.ts';
import { unixSeconds } from '../pki/pki.ts';
import { readRecordedAct } from '../recorded-act.ts';
import type { Recorder } from './deps.ts';
import type { IssuedAs } from './issued-as.ts';
import { CA_PROFILE, RESPONDER_PROFILE } from './own-certificates.ts';
import { timeText } from './status-acts.ts';

/** In Unix seconds; undefined where the text is no time in UTC, or one in the future. */
const readPast = (text: string, now: number): number | undefined => {
  const seconds = unixSeconds(text);
  // Date reads the 30th of February as a day in March; the comparison refuses it.
  return seconds <= now && timeText(seconds).slice(0, 19) === text.slice(0, 19) ? seconds : undefined;
};

/**
 * In Unix seconds. The invalidity date says when the key is known or suspected to have been compromised (RFC 5280 5.3.2). It
 * cannot be in the future, because every signature until then would count as good. Fault: `invalid-input`.
 */
export const readInvalidityDate = (text: string, now: number): number => {
  const seconds = readPast(text, now);
  if (seconds !== undefined) return seconds;
  throw new Fault(
    'invalid-input',
    'The invalidity date must be a time of RFC 3339 in UTC, and not in the future.',
    { path: 'invalidityDate' },
  );
};

/** No key of a certificate is older: the algorithms and X.509 version 3 are not. */
const FIRST_KEYS = Date.parse('1990-01-01T00:00:00Z') / 1000;

/** In Unix seconds: when somebody reported what the revocation is for. Fault: `invalid-input`. */
export const readReportedAt = (text: string, now: number): number => {
  const seconds = readPast(text, now);
  if (seconds !== undefined && seconds >= FIRST_KEYS) return seconds;
  throw new Fault(
    'invalid-input',
    'The time of the report must be a time of RFC 3339 in UTC, not in the future and not before 1990.',
    { path: 'reportedAt' },
  );
};

/** The service makes these keys itself and certifies each of them once, so none is older than its certificate. */
const KEYS_OF_ITS_OWN: ReadonlySet<string | undefined> = new Set([CA_PROFILE, RESPONDER_PROFILE]);

/**
 * In Unix seconds: the notBefore of the first certificate for the key, or the submission of the request for it where that was
 * earlier. Both are taken from the issuance's signed record and from those of the issuances that it renews. An earlier request
 * for the key that came to nothing does not count: no certificate verified a signature then, and the index of used keys
 * forgets the key with such a request. Rows do not decide, because somebody who can write to the table could make a key seem
 * younger than a compromise of it. Where a record is gone that the answer rests on, it is `FIRST_KEYS`.
 */
const keyCertifiedSince = async (
  recorder: Pick<Recorder, 'act'>,
  { profile, issuedAt, record }: IssuedAs,
): Promise<number> => {
  if (issuedAt === undefined) return FIRST_KEYS;
  if (KEYS_OF_ITS_OWN.has(profile)) return issuedAt;
  let first = issuedAt;
  const seen = new Set<unknown>();
  for (let id: unknown = record; id !== undefined && !seen.has(id); ) {
    seen.add(id);
    const issuance = await readRecordedAct(recorder, textIn(id), { kind: 'issuance' });
    if (issuance === undefined) return FIRST_KEYS;
    const { notBefore, basis, renews } = issuance.details;
    const submission = await readRecordedAct(recorder, textIn(Array.isArray(basis) ? basis[0] : undefined), {
      kind: 'submission',
      details: { keyIdentity: issuance.details.keyIdentity ?? null },
    });
    first = Math.min(
      first,
      unixSeconds(textIn(notBefore) ?? ''),
      submission ? unixSeconds(submission.time) : first,
    );
    id = renews;
  }
  return first;
};

/** Fault: `invalid-input`. */
export const assertKeyKnown = async (
  recorder: Pick<Recorder, 'act'>,
  invalidityDate: number | undefined,
  issuedAs: IssuedAs,
): Promise<void> => {
  if (invalidityDate === undefined) return;
  const first = await keyCertifiedSince(recorder, issuedAs);
  if (invalidityDate >= first) return;
  throw new Fault(
    'invalid-input',
    phrase`The invalidity date is before the first certificate of this key here and before the request for it; it must not be before ${timeText(first)}. If the key was compromised earlier, give that time: no signature that the certificates verify is older.`,
    { path: 'invalidityDate', first: timeText(first) },
  );
};
