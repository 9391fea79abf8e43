import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { phrase } from '../lib/fault.ts';
import { Failure, unexpected, unreachable } from './failure.ts';

/** One HTTP request with its bounds. */
export interface Question {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** PEM; only for https. `ca` replaces the trust anchors of Node. */
  readonly tls?: { readonly ca: string; readonly key?: string; readonly cert?: string };
  /** The limit of the answer's body. */
  readonly maxBytes: number;
  /** For everything, from the name's resolution to the last byte. */
  readonly timeoutMs: number;
  /** Takes the body of a successful answer, of any length. `Answer.body` is then empty. */
  readonly into?: (body: Readable) => Promise<unknown>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** OpenSSL's and Node's codes for a server that is there and cannot be trusted, or does not take our certificate. */
const TLS_CODES = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO$|INVALID_CA$)/;

/** Whether the server was there, and no TLS connection with it came about. */
export const isUntrusted = ({ cause }: Failure): boolean => {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  return typeof code === 'string' && TLS_CODES.test(code);
};

const notReached = (url: URL, error: Error, timeoutMs: number): Failure => {
  const code: unknown = Reflect.get(error, 'code');
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return unreachable(phrase`${url.origin} did not answer within ${timeoutMs / 1000} s.`, undefined, error);
  }
  if (typeof code === 'string' && TLS_CODES.test(code)) {
    return unreachable(
      phrase`No TLS connection with ${url.origin} can be made (${code}).`,
      "Compare the address with the names in the server's certificate, and ca.pem among the credentials with its issuer.",
      error,
    );
  }
  const why = typeof code === 'string' ? code : error.message;
  return unreachable(
    phrase`Nothing that answers was found at ${url.origin} (${why}).`,
    'Start the service with `npm start`, or name its address with --url and --tls-url (AKASHI_URL, AKASHI_TLS_URL).',
    error,
  );
};

const brokenOff = (url: URL, cause: Error): Failure =>
  unexpected(phrase`The answer of ${url.origin} broke off; nothing of it was kept.`, cause);

const flat = ({ headers }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]],
    ),
  );

/**
 * Resolves with any answer, also with a refusal or a redirect, which is not followed. Rejects with a `Failure`:
 * `unreachable` if no answer came in time, `unexpected-answer` if it is too large.
 */
export const exchange = (question: Question): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { url, method, headers, body, tls, maxBytes, timeoutMs, into } = question;
    const failed = (error: Error): void => reject(notReached(url, error, timeoutMs));

    const receive = (response: IncomingMessage, request: ClientRequest): void => {
      const { statusCode: status = 0 } = response;
      if (into && status >= 200 && status < 300) {
        into(response).then(
          () => resolve({ status, headers: flat(response), body: Buffer.alloc(0) }),
          (error: Error) => {
            request.destroy();
            // `into` may fail as well, with a `Failure` of its own.
            reject(error instanceof Failure || response.complete ? error : brokenOff(url, error));
          },
        );
        return;
      }
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > maxBytes) {
          reject(
            unexpected(
              phrase`The answer of ${url.origin} has more than the ${maxBytes} bytes that are taken.`,
            ),
          );
          request.destroy();
          return;
        }
        chunks.push(chunk);
      });
      response.on('error', failed);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: flat(response), body: Buffer.concat(chunks) }),
      );
    };

    const request = (url.protocol === 'https:' ? https : http).request(
      url,
      {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
        ...(tls ? { ...tls, minVersion: 'TLSv1.2' as const } : {}),
      },
      (response) => receive(response, request),
    );
    request.on('error', failed);
    request.end(body);
  });
