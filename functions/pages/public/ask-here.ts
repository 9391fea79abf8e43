import { randomBytes } from 'node:crypto';
import type { CaView } from '../../../lib/authority/authority.ts';
import { phrase } from '../../../lib/fault.ts';
import type { AskAddress } from '../../../lib/status-check/status-check.ts';
import { route as askStatusByUrl } from '../../routes/public/ask-status-by-url.ts';
import type { Visit } from '../visit.ts';

/** RFC 9654 2.1. */
const NONCE_OCTETS = 32;

/** With a nonce, every answer is new and has a record of its own. */
export const nonce = (): Uint8Array => randomBytes(NONCE_OCTETS);

export interface Answered {
  readonly der: Buffer;
  /** The id of the answer's record. */
  readonly record?: string;
}

/** The operation by which everybody asks OCSP. */
export const askOcsp = async (visit: Visit, request: Uint8Array): Promise<Answered> => {
  const { headers, body } = await visit.perform(askStatusByUrl, {
    params: { request: Buffer.from(request).toString('base64') },
  });
  const record = headers['akashi-record'];
  return { der: Buffer.from(body), ...(record !== undefined && { record }) };
};

/**
 * Asks this service and nobody else: anybody can write an address into a certificate, and a service that asks there would be a
 * tool for reaching into networks.
 */
export const askHere =
  (visit: Visit, authorities: readonly CaView[], heard: (answer: Answered) => void): AskAddress =>
  async ({ url, method, body }) => {
    const isOurs = authorities.some(({ urls }) => URL.parse(urls.ocsp)?.href === url.href);
    if (!isOurs || method !== 'POST' || body === undefined) {
      const detail = phrase`${url.href} was not asked: this page asks this service only.`;
      return { why: 'unavailable', detail };
    }
    const answer = await askOcsp(visit, body);
    heard(answer);
    return { status: 200, headers: { 'content-type': 'application/ocsp-response' }, body: answer.der };
  };
