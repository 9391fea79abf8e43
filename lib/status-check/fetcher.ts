import { phrase } from '../fault.ts';
import { MAX_OCSP_RESPONSE_BYTES } from '../pki/pki.ts';
import type { AddressQuestion, AskAddress, Silence } from './contract.ts';
import { silence } from './finding.ts';

/** What one check may fetch, whatever the certificates say. */
export interface Limits {
  readonly fetches: number;
  /** All answers together. */
  readonly bytes: number;
  /** From the first fetch to the last byte of the last, in milliseconds. */
  readonly time: number;
}

export const LIMITS: Limits = { fetches: 40, bytes: 128 * 1024 * 1024, time: 180_000 };

const OCSP_TIMEOUT_MS = 15_000;
const FILE_TIMEOUT_MS = 60_000;

export interface Fetched {
  readonly url: URL;
  readonly body: Buffer;
}

export interface Fetcher {
  /** An OCSP answer, never the same twice: each question has a nonce. */
  ocsp(url: URL, request: Uint8Array): Promise<Fetched | Silence>;
  /** A file, which is fetched once; a second question for it gets the first one's answer. */
  file(url: URL, maxBytes: number): Promise<Fetched | Silence>;
}

/** No clause bounds what a client may be made to fetch; the reason is RFC 5280 8: addresses in certificates are not trusted. */
const BOUND = 'RFC 5280 8';
const HTTP = 'RFC 5280 4.2.1.13, 4.2.2.1';

/** Fetches within the limits. */
export const openFetcher = (ask: AskAddress, now: () => number, limits: Limits = LIMITS): Fetcher => {
  const files = new Map<string, Promise<Fetched | Silence>>();
  let fetches = 0;
  let bytes = 0;
  let begun: number | undefined;

  const fetchOne = async (
    question: AddressQuestion,
    rule: string,
    contentType?: string,
  ): Promise<Fetched | Silence> => {
    begun ??= now();
    const left = limits.time - (now() - begun);
    if (fetches >= limits.fetches || bytes >= limits.bytes || left <= 0) {
      return silence(
        'unavailable',
        BOUND,
        phrase`${question.url.href} was not asked: ${fetches} fetches with ${bytes} bytes are enough.`,
      );
    }
    fetches++;
    const answer = await ask({
      ...question,
      timeoutMs: Math.min(question.timeoutMs, left),
      maxBytes: Math.min(question.maxBytes, limits.bytes - bytes),
    });
    if ('why' in answer) return silence(answer.why, rule, answer.detail);
    const { status, headers, body } = answer;
    bytes += body.length;
    if (status !== 200) {
      return silence('unavailable', rule, phrase`${question.url.href} answered ${status}.`);
    }
    if (contentType !== undefined && headers['content-type']?.replace(/;.*$/s, '').trim() !== contentType) {
      return silence(
        'unusable',
        rule,
        phrase`${question.url.href} answered with something else than ${contentType}.`,
      );
    }
    return { url: question.url, body };
  };

  return {
    ocsp: (url, request) =>
      fetchOne(
        {
          url,
          method: 'POST',
          headers: { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' },
          body: request,
          maxBytes: MAX_OCSP_RESPONSE_BYTES,
          timeoutMs: OCSP_TIMEOUT_MS,
        },
        'RFC 6960 A.2',
        'application/ocsp-response',
      ),
    file: (url, maxBytes) => {
      const known = files.get(url.href);
      if (known) return known;
      const fetched = fetchOne({ url, method: 'GET', maxBytes, timeoutMs: FILE_TIMEOUT_MS }, HTTP);
      files.set(url.href, fetched);
      return fetched;
    },
  };
};
