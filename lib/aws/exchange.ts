import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { Fault } from '../fault.ts';
import { NoAnswer } from './outcome.ts';

export interface Limits {
  /** Milliseconds until a new connection is open, TLS included. */
  readonly connectMs: number;
  /** Milliseconds until the answer is whole. */
  readonly answerMs: number;
  /** The longest body of an answer. */
  readonly maxBytes: number;
}

export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Incoming {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Connections that are open already. Node does not set `reusedSocket` if a waiting request takes one over at once. */
const standing = new WeakSet<Socket>();

/**
 * One request and its whole answer. Rejects with `NoAnswer`. Fault: `store-unavailable` when the answer is too long.
 */
export const exchange = (
  origin: URL,
  agent: Agent,
  { method, path, headers, body }: Outgoing,
  { connectMs, answerMs, maxBytes }: Limits,
): Promise<Incoming> =>
  new Promise((resolve, reject) => {
    const secure = origin.protocol === 'https:';
    const { hostname, port } = origin;
    const request = (secure ? httpsRequest : httpRequest)({
      // Only a URL has brackets around an IPv6 address.
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      method,
      path,
      headers: { ...headers, 'content-length': body.length },
      agent,
    });
    // Nothing is written before the connection is open.
    let connected = false;
    let connecting: NodeJS.Timeout | undefined;
    const fail = (error: Error): void => {
      clearTimeout(connecting);
      clearTimeout(answering);
      reject(error);
      request.destroy();
    };
    const cut = (error: NodeJS.ErrnoException): void =>
      fail(new NoAnswer(error.code ?? error.name, connected, { cause: error }));
    const answering = setTimeout(() => fail(new NoAnswer('AnswerTimeout', connected)), answerMs);
    request.on('error', cut);
    request.on('socket', (socket) => {
      connected = standing.has(socket);
      if (connected) return;
      connecting = setTimeout(() => fail(new NoAnswer('ConnectTimeout', false)), connectMs);
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        standing.add(socket);
        connected = true;
        clearTimeout(connecting);
      });
    });
    request.on('response', (response) => {
      const pieces: Buffer[] = [];
      let length = 0;
      response.on('error', cut);
      response.on('data', (piece: Buffer) => {
        length += piece.length;
        pieces.push(piece);
        if (length > maxBytes) {
          fail(new Fault('store-unavailable', 'The store answered with more than it should.', { maxBytes }));
        }
      });
      response.on('end', () => {
        clearTimeout(answering);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces, length),
        });
      });
    });
    request.end(body);
  });
