import { phrase } from '../../lib/fault.ts';
import {
  type Certificate,
  findExtension,
  type GeneralName,
  MAX_OCSP_RESPONSE_BYTES,
  OID,
} from '../../lib/pki/pki.ts';
import type { ApiClient } from '../api-client.ts';
import type { Answer, Question } from '../exchange.ts';
import { EXIT, Failure } from '../failure.ts';
import { MAX_CRL_BYTES, wholePoints } from './crl.ts';
import { type Silence, silence } from './finding.ts';

/** Sources of one kind, tried in turn. */
const MAX_ADDRESSES = 4;
const OCSP_TIMEOUT_MS = 15_000;
const CRL_TIMEOUT_MS = 60_000;

/** Only http and https: an address in a certificate must not reach files or other protocols. */
export const webAddress = (text: string): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url : undefined;
};

const webAddresses = (names: readonly GeneralName[]): readonly URL[] =>
  names
    .flatMap((name) => (name.kind === 'uniformResourceIdentifier' ? (webAddress(name.value) ?? []) : []))
    .slice(0, MAX_ADDRESSES);

const accessAddresses = ({ extensions }: Certificate, wanted: string): readonly URL[] =>
  webAddresses(
    (findExtension(extensions, 'authorityInfoAccess')?.accesses ?? [])
      .filter(({ method }) => method === wanted)
      .map(({ location }) => location),
  );

export const issuerAddresses = (certificate: Certificate): readonly URL[] =>
  accessAddresses(certificate, OID.caIssuers);

export const ocspAddresses = (certificate: Certificate): readonly URL[] =>
  accessAddresses(certificate, OID.ocsp);

export const crlAddresses = (certificate: Certificate): readonly URL[] =>
  webAddresses(wholePoints(certificate).flatMap(({ fullName = [] }) => fullName));

export interface Fetched {
  readonly url: URL;
  readonly body: Buffer;
}

/** An answer's body, or why there is none. */
const fetchOne = async (
  ask: ApiClient['ask'],
  question: Omit<Question, 'tls'>,
  contentType?: string,
): Promise<Fetched | Silence> => {
  let answer: Answer;
  try {
    answer = await ask(question);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return silence(error.exitCode === EXIT.unreachable ? 'unreachable' : 'unusable', error.phrase);
  }
  const { status, headers, body } = answer;
  if (status !== 200) return silence('unavailable', phrase`${question.url.href} answered ${status}.`);
  if (contentType !== undefined && headers['content-type']?.replace(/;.*$/s, '').trim() !== contentType) {
    return silence(
      'unusable',
      phrase`${question.url.href} answered with something else than ${contentType}.`,
    );
  }
  return { url: question.url, body };
};

/** The first body that a source gives; if none does, the silence of the last source. */
const firstOf = async (
  urls: readonly URL[],
  fetch: (url: URL) => Promise<Fetched | Silence>,
): Promise<Fetched | Silence> => {
  let last: Fetched | Silence = silence('absent', phrase`The certificate names no address of it.`);
  for (const url of urls) {
    last = await fetch(url);
    if ('body' in last) return last;
  }
  return last;
};

export const fetchOcsp = (
  ask: ApiClient['ask'],
  urls: readonly URL[],
  request: Uint8Array,
): Promise<Fetched | Silence> =>
  firstOf(urls, (url) =>
    fetchOne(
      ask,
      {
        url,
        method: 'POST',
        headers: { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' },
        body: request,
        maxBytes: MAX_OCSP_RESPONSE_BYTES,
        timeoutMs: OCSP_TIMEOUT_MS,
      },
      'application/ocsp-response',
    ),
  );

export const fetchFile = (
  ask: ApiClient['ask'],
  urls: readonly URL[],
  maxBytes = MAX_CRL_BYTES,
): Promise<Fetched | Silence> =>
  firstOf(urls, (url) => fetchOne(ask, { url, method: 'GET', maxBytes, timeoutMs: CRL_TIMEOUT_MS }));
