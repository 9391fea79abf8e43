import { Fault, type FaultCode, Phrase, phrase } from '../../lib/fault.ts';
import { said, speaking } from '../../lib/messages/messages.ts';
import type { HttpHead, HttpResponse } from './http.ts';
import { languageOf } from './language.ts';
import { originalFrames } from './original-frames.ts';

interface Problem {
  readonly status: number;
  readonly title: string;
}

const p = (status: number, title: string): Problem => ({ status, title });

/**
 * The HTTP status and title of each fault. Where a fault is the service's own failure, callers learn the title, and
 * the message goes to the log. They learn the code too, except with status 500, where it is `internal`.
 */
export const PROBLEMS = {
  'malformed-der': p(400, 'The input is not strict DER'),
  'trailing-data': p(400, 'Bytes follow the end of the input'),
  'input-too-large': p(413, 'The input is too large'),
  'malformed-pem': p(400, 'The input is not the expected PEM'),
  'malformed-certificate': p(400, 'The certificate is malformed'),
  'malformed-csr': p(400, 'The certification request is malformed'),
  'malformed-crl': p(400, 'The CRL is malformed'),
  'malformed-key-list': p(400, 'The list of keys is malformed'),
  'malformed-ocsp-request': p(400, 'The OCSP request is malformed'),
  'malformed-ocsp-response': p(400, 'The OCSP response is malformed'),
  'unsupported-version': p(400, 'The version is not supported'),
  'unknown-critical-extension': p(400, 'A critical extension is unknown'),
  'malformed-serial': p(400, 'The serial number is malformed'),
  'malformed-name': p(400, 'The name is malformed'),
  'unsupported-algorithm': p(422, 'The algorithm is not supported'),
  'signature-invalid': p(422, 'The signature does not verify'),
  'weak-key': p(422, 'The key is too weak'),
  'compromised-key': p(422, 'The key is compromised'),
  'unknown-key': p(500, 'A key of the service is missing'),
  'wrong-passphrase': p(500, 'A key of the service cannot be opened'),
  'key-store-damaged': p(500, 'A key of the service is damaged'),
  'data-key-damaged': p(503, 'A data key is damaged'),
  'data-key-missing': p(503, 'A data key is missing'),
  'data-key-destroyed': p(409, 'The data key is destroyed already'),
  'personal-data-damaged': p(503, 'Personal data are damaged'),
  'personal-data-ended': p(410, 'The personal data have ended'),
  'legal-hold': p(409, 'A legal hold keeps the data'),
  'condition-failed': p(409, 'The state changed meanwhile'),
  'value-too-large': p(413, 'The value is too large to store'),
  'cursor-invalid': p(400, 'The cursor does not belong to this query'),
  'store-unavailable': p(503, 'The store cannot be reached now'),
  'store-locked': p(503, 'The store is in use by another process'),
  'store-request-invalid': p(500, 'The request to the store is not valid'),
  'format-unsupported': p(500, 'The stores are in another format'),
  'backup-refused': p(409, 'The backup is refused'),
  'backup-damaged': p(422, 'The backup is damaged'),
  'configuration-invalid': p(500, 'The service is misconfigured'),
  'trust-domain-invalid': p(500, 'The trust domain is not valid'),
  'trust-domain-changed': p(500, 'The trust domain is not the one in use'),
  'amendment-invalid': p(422, 'The trust domain cannot be changed to this'),
  'amendment-pending': p(409, 'An approved amendment is not applied yet'),
  'amendment-closed': p(409, 'The amendment is closed'),
  'unknown-amendment': p(404, 'No such amendment'),
  'amendment-not-recorded': p(500, 'The trust domain in use is not on record'),
  'amendment-lapsed': p(500, 'The approval of the trust domain has lapsed'),
  'address-changed': p(500, 'The address of the service is not the one in use'),
  'unknown-authority': p(404, 'No such authority'),
  'unknown-profile': p(422, 'No such certificate profile'),
  'unknown-certificate': p(404, 'No such certificate'),
  'lint-failed': p(422, 'The certificate would violate a standard'),
  'authority-expired': p(503, "The authority's certificate has expired"),
  'authority-revoked': p(409, "The authority's certificate is revoked"),
  'authority-suspended': p(503, 'The authority issues nothing at the moment'),
  'authority-stopped': p(409, "The authority's key is stopped"),
  'authority-not-ready': p(503, 'The authority is not ready'),
  'authority-unreadable': p(500, 'The stored data of an authority are damaged'),
  'hold-not-allowed': p(409, 'The profile does not allow a hold'),
  'hold-not-releasable': p(409, 'The profile does not allow a hold to be released'),
  'not-on-hold': p(409, 'The certificate is not on hold'),
  'already-revoked': p(409, 'The certificate is revoked'),
  'reason-not-allowed': p(422, 'The certificate cannot be revoked for that reason'),
  'confirmation-differs': p(409, 'Something different is pending already'),
  'nothing-awaited': p(409, 'Nothing is pending'),
  'key-list-unchanged': p(409, 'The list of keys is so already'),
  'nothing-to-correct': p(409, 'There is nothing to correct'),
  'issuance-not-recorded': p(500, 'The issuance of a certificate is not on record'),
  'issuance-not-rebuilt': p(500, 'A certificate that was begun cannot be finished'),
  'issuance-rows-lost': p(500, 'The rows of an issued certificate are lost'),
  'signed-bytes-differ': p(500, 'A signature was withheld'),
  'unknown-request': p(404, 'No such request'),
  'unknown-batch': p(404, 'No such batch'),
  'unknown-row': p(404, 'No such row'),
  'part-differs': p(409, 'The part is not the one that was announced'),
  'sample-not-opened': p(409, 'Rows of the sample are not opened yet'),
  'invalid-field': p(422, 'A field does not fit the profile'),
  'proof-of-possession-failed': p(422, 'The request does not prove possession of its key'),
  'duplicate-key': p(409, 'The key is already in use'),
  'profile-not-allowed': p(403, 'The office may not use this profile'),
  'key-algorithm-not-allowed': p(422, 'The profile does not allow this key algorithm'),
  'wrong-state': p(409, 'This is not done in the present state'),
  'same-person': p(409, 'Another person must do this'),
  'approval-not-recorded': p(500, 'The approval of a request is not on record'),
  'submission-not-recorded': p(500, 'The submission of a request is not on record'),
  'idempotency-key-invalid': p(400, 'The idempotency key is malformed'),
  'idempotency-key-reused': p(409, 'The idempotency key belongs to another submission'),
  'not-issued': p(409, 'The certificate is not issued yet'),
  'unknown-principal': p(404, 'There is no such principal'),
  'not-in-force': p(403, 'The enrolment does not count now'),
  'invitation-invalid': p(403, 'This is no invitation of this service'),
  'invitation-expired': p(410, 'The invitation has expired'),
  'invitation-opened': p(409, 'The invitation was opened before'),
  'fingerprint-differs': p(409, 'The fingerprint is another one'),
  'unauthorized-issuer': p(404, 'This service does not answer for that issuer'),
  'signature-required': p(403, 'This service answers only signed OCSP requests'),
  'requestor-unauthorized': p(403, 'The signature does not identify an allowed requestor'),
  'try-later': p(503, 'The service cannot answer now'),
  'unknown-crl': p(404, 'No such CRL'),
  'clock-behind': p(503, 'The clock of the service is behind'),
  'record-invalid': p(500, 'A record could not be made'),
  'unknown-record': p(404, 'No such record'),
  'record-expired': p(410, 'The record was deleted after its retention period'),
  'purpose-not-declared': p(403, 'The purpose is not declared for the caller'),
  'unknown-recipient': p(404, 'No such recipient'),
  'unknown-actor': p(404, 'No such actor'),
  'unknown-holder': p(404, 'No such holder'),
  'unknown-office': p(404, 'No such office'),
  'unknown-purpose': p(404, 'No such purpose'),
  'unknown-report': p(404, 'No such report'),
  'unknown-disclosure': p(404, 'No such disclosure'),
  'disclosure-closed': p(409, 'The disclosure has been made'),
  'already-extended': p(409, 'The term has been extended before'),
  'malformed-cdn-log': p(400, 'The access log is malformed'),
  'act-not-proven': p(500, 'An act of the service is not proven'),
  'act-object-invalid': p(500, 'A stored proof of the service is damaged'),
  'malformed-note': p(400, 'The signed note is malformed'),
  'malformed-checkpoint': p(400, 'The checkpoint is malformed'),
  'malformed-tile': p(400, 'The tile is malformed'),
  'malformed-proof': p(400, 'The proof is malformed'),
  'proof-invalid': p(422, 'The proof does not hold'),
  'log-inconsistent': p(500, 'The log does not agree with itself'),
  'table-behind': p(503, 'The table is older than the log'),
  'table-not-behind': p(409, 'The table is not older than the log'),
  'tile-missing': p(500, 'A part of the log is missing'),
  'unknown-tile': p(404, 'No such tile'),
  'witness-refused': p(503, 'A witness did not sign'),
  'invalid-input': p(400, 'The request does not have the expected form'),
  unauthenticated: p(401, 'The caller must authenticate'),
  'token-invalid': p(401, 'The token is not valid'),
  'token-expired': p(401, 'The token has expired'),
  'client-certificate-invalid': p(401, 'The client certificate is not valid here'),
  'client-certificate-revoked': p(401, 'The client certificate is revoked'),
  'client-certificate-expired': p(401, 'The client certificate has expired'),
  'tls-required': p(403, 'TLS is required'),
  'not-through-cdn': p(403, 'The request did not come through the CDN'),
  forbidden: p(403, 'The caller may not do this'),
  'unknown-route': p(404, 'No such operation'),
  'method-not-allowed': p(405, 'The method is not allowed here'),
  'unsupported-media-type': p(415, 'The media type is not supported here'),
  'body-too-large': p(413, 'The body is too large'),
  'transfer-coding-unknown': p(501, 'The transfer coding is not supported'),
  'body-timeout': p(408, 'The body took too long'),
  'foreign-origin': p(403, 'The request comes from a page of another origin'),
  'rate-exceeded': p(429, 'Too many requests from one source'),
  'storage-low': p(503, 'The disk of the service is nearly full'),
  'too-many-requests': p(503, 'Too many requests are under way'),
  'shutting-down': p(503, 'The service is stopping'),
  internal: p(500, 'The service failed'),
} as const satisfies Record<FaultCode, Problem>;

/** The title of a fault, to be said in the reader's language. */
export const titleOf = (code: FaultCode): Phrase => new Phrase(PROBLEMS[code].title);

/** Whether it is the service that failed, not the caller. 501 answers a coding that this service does not know (RFC 9112 6.1). */
export const isOwnFailure = (code: FaultCode): boolean => {
  const { status }: Problem = PROBLEMS[code];
  return status >= 500 && status !== 501;
};

const RETRY_AFTER_SECONDS = 2;

/** Turns any thrown value into the Fault that the caller may see. */
export const visibleFault = (error: unknown): Fault => {
  const fault = Fault.is(error) ? error : new Fault('internal', '', {});
  if (!isOwnFailure(fault.code)) return fault;
  const { status, title } = PROBLEMS[fault.code];
  const code = status === 500 ? 'internal' : fault.code;
  const next = status === 503 ? phrase`Try again later.` : phrase`Give the request id to the operator.`;
  const shown = new Phrase(status === 500 ? PROBLEMS.internal.title : title);
  return new Fault(code, phrase`${shown}. ${next}`);
};

const challenge = (code: FaultCode): string =>
  code === 'token-invalid' || code === 'token-expired'
    ? 'Bearer realm="akashi", error="invalid_token"'
    : 'Bearer realm="akashi"';

const texts = (value: unknown): string =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string').join(', ') : '';

/**
 * An RFC 9457 problem document, in the language that the caller accepts, with the headers that RFC 9110 15.5 and RFC 6750 3
 * require for its status.
 */
export const problem = async (
  error: unknown,
  { id, headers: { 'accept-language': accepted } }: Pick<HttpHead, 'id' | 'headers'>,
): Promise<HttpResponse> => {
  const { code, phrase: detail, facts } = visibleFault(error);
  const { status, title } = PROBLEMS[code];
  const language = languageOf(accepted);
  const say = await speaking(language);
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'content-language': language,
    vary: 'Accept-Language',
  };
  if (status === 401) headers['www-authenticate'] = challenge(code);
  if (status === 405) headers.allow = texts(facts.allow);
  if (status === 415) headers.accept = texts(facts.accept);
  if (status === 503) headers['retry-after'] = String(RETRY_AFTER_SECONDS);
  // Every source may send at least one request a second.
  if (status === 429) headers['retry-after'] = '1';
  const hasFacts = Object.keys(facts).length > 0;
  const body = JSON.stringify({
    type: `urn:akashi:fault:${code}`,
    title: say(new Phrase(title)),
    status,
    detail: say(detail),
    code,
    ...(hasFacts ? { facts: said(facts, say) } : {}),
    requestId: id,
  });
  return { status, headers, body };
};

/**
 * The facts of an error for the log. A Fault's message and facts have neither secrets nor personal data. Another error's
 * message might, so only its name, its code and its stack frames are logged.
 */
export const errorFacts = (error: unknown, depth = 0): Readonly<Record<string, unknown>> => {
  if (!(error instanceof Error)) return { error: typeof error };
  const code: unknown = Reflect.get(error, 'code');
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    error: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(Fault.is(error)
      ? { detail: error.message, ...(Object.keys(error.facts).length > 0 && { facts: error.facts }) }
      : { at: originalFrames(frames.slice(0, 8).map((line) => line.trim())) }),
    ...(error.cause !== undefined && depth < 4 ? { cause: errorFacts(error.cause, depth + 1) } : {}),
  };
};
