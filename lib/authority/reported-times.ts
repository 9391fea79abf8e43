import { Fault, phrase } from '../fault.ts';
import { unixSeconds } from '../pki/pki.ts';
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

/** The service makes these keys itself and certifies each of them once. A holder's key may be older than its certificate. */
const KEYS_OF_ITS_OWN: ReadonlySet<string | undefined> = new Set([CA_PROFILE, RESPONDER_PROFILE]);

/** Fault: `invalid-input`. */
export const assertKeyExisted = (
  invalidityDate: number | undefined,
  { profile, issuedAt = FIRST_KEYS }: IssuedAs,
): void => {
  const first = KEYS_OF_ITS_OWN.has(profile) ? issuedAt : FIRST_KEYS;
  if (invalidityDate === undefined || invalidityDate >= first) return;
  throw new Fault(
    'invalid-input',
    phrase`The invalidity date is before the key existed; it must not be before ${timeText(first)}.`,
    { path: 'invalidityDate', first: timeText(first) },
  );
};
