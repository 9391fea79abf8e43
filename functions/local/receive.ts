import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../../lib/fault.ts';
import type { HttpHead, HttpResponse } from '../http/http.ts';
import { errorFacts } from '../http/problems.ts';
import { maxBodyBytes, type Route } from '../http/route.ts';
import { type Found, router } from '../http/router.ts';
import { type Answer, allow, type Edge, finish, methodNotAllowed, stack } from '../http/stack.ts';
import { unreached } from '../pages/unreached.ts';
import { bodyReader } from './body.ts';
import { endOfTurn } from './end-of-turn.ts';
import type { Limits } from './limits.ts';
import { openEndedAnswers } from './open-ended.ts';
import { clientOf, hasTwoHosts, headersOf, readTarget } from './request-head.ts';
import { openRequestLog } from './request-log.ts';

export interface Receiver {
  /** Answers a request; never rejects. */
  receive(incoming: IncomingMessage, outgoing: ServerResponse): void;
  /** Answers what the parser could not read as HTTP, or what came too slowly. */
  refuse(error: NodeJS.ErrnoException, socket: Socket): void;
  /** Whether a request on this connection has no answer yet, or its answer is not sent completely. */
  owes(socket: Socket): boolean;
  /** Whether nothing on this connection waits for the service: the rest of each request, or of its answer, is with the client. */
  waits(socket: Socket): boolean;
  /** From now on every connection is closed after its answer, and requests that begin later are refused. */
  close(): void;
  /** Every connection is closed. */
  closed(): void;
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Its body has not come, or its answer is not taken. */
const isWithClient = ({ incoming, outgoing }: Exchange): boolean =>
  !incoming.complete || outgoing.writableEnded || outgoing.writableNeedDrain;

/** Takes requests from node:http to the stack of their route, and writes the answers. */
export const openReceiver = (
  edge: Edge,
  routes: readonly Route[],
  limits: Pick<Limits, 'bodyMs' | 'bodyBytes' | 'pipelined' | 'refusalsMs'>,
): Receiver => {
  const { log, clock } = edge;
  const find = router(routes);
  const answers = new Map<Route, Answer>(routes.map((route) => [route, stack(route)]));
  const readBody = bodyReader(limits.bodyMs, limits.bodyBytes);
  const requests = openRequestLog(log, limits.refusalsMs);
  /** The headers of requests whose callers are known. */
  const identified = new WeakSet<HttpHead['headers']>();
  const inside: Edge = { ...edge, identified: ({ headers }) => identified.add(headers) };
  /** Requests on a socket whose answers are not written yet. */
  const unanswered = new WeakMap<Socket, Set<Exchange>>();
  const openEnded = openEndedAnswers();
  let open = true;

  const expectAnswer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { socket } = incoming;
    const pending = unanswered.get(socket) ?? new Set();
    const exchange = { incoming, outgoing };
    unanswered.set(socket, pending.add(exchange));
    outgoing.once('close', () => pending.delete(exchange));
  };

  const answerTo = async (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    head: Omit<HttpHead, 'params'>,
    found: Found<Route>,
  ): Promise<HttpResponse> => {
    if (!open) throw new Fault('shutting-down', 'The service is stopping.');
    if (hasTwoHosts(incoming.rawHeaders)) throw new Fault('invalid-input', 'Send one Host header.');
    if ((unanswered.get(incoming.socket)?.size ?? 0) > limits.pipelined) {
      throw new Fault('too-many-requests', 'Wait for answers before you send more on this connection.');
    }
    if (head.method === 'OPTIONS' && (head.path === '*' || found.kind !== 'none')) {
      return allow(found.kind === 'other-method' ? found.routes : routes);
    }
    if (found.kind === 'none') {
      throw new Fault('unknown-route', 'No operation has this path; see /openapi.json.');
    }
    if (found.kind === 'other-method') throw methodNotAllowed(found.routes);
    const { route, params } = found;
    await endOfTurn();
    const body = (): Promise<Uint8Array> => readBody(incoming, outgoing, maxBodyBytes(route));
    return (answers.get(route) as Answer)(inside, { ...head, params, body });
  };

  const receive = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const began = clock();
    const id = randomUUID();
    const method = incoming.method ?? '';
    const { socket } = incoming;
    const target = readTarget(incoming.url ?? '');
    const found = find(method, target.path);
    const headers = headersOf(incoming);
    const client = clientOf(socket);
    const head = { id, method, ...target, headers, client, version: incoming.httpVersion };
    let response: HttpResponse;
    try {
      response = await answerTo(incoming, outgoing, head, found);
    } catch (error) {
      // The client disconnected, or its request broke off and `refuse` has closed the socket.
      if (socket.destroyed) return;
      if (!Fault.is(error)) log('error', 'request failed', { request: id, ...errorFacts(error) });
      response = await unreached(error, { ...head, params: {} });
    }
    if (socket.destroyed) return;
    const { stream } = response;
    const sent = stream && response.openEnded ? { ...response, stream: openEnded.until(stream) } : response;
    await write(incoming, outgoing, finish(sent, { id }), open);
    if (found.kind === 'route') {
      const { status } = response;
      const ms = clock() - began;
      requests.answered({ id, method, route: found.route, status, ms, identified: identified.has(headers) });
    }
  };

  return {
    receive: (incoming, outgoing) => {
      expectAnswer(incoming, outgoing);
      receive(incoming, outgoing).catch((error: unknown) => {
        // The client disconnected during streaming; not an error.
        if (!isPrematureClose(error)) log('error', 'answer failed', errorFacts(error));
        incoming.socket.destroy();
      });
    },

    refuse: (error, socket) => {
      // A client that still waits for an answer to a complete request would take this for that answer.
      const pending = [...(unanswered.get(socket) ?? [])];
      if (!socket.writable || pending.some(({ incoming }) => incoming.complete)) {
        socket.destroy();
        return;
      }
      const line = REFUSALS.get(error.code) ?? '400 Bad Request';
      socket.end(`HTTP/1.1 ${line}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      socket.resume();
      setTimeout(() => socket.destroy(), LINGER_MS).unref();
    },

    owes: (socket) => (unanswered.get(socket)?.size ?? 0) > 0,

    waits: (socket) => [...(unanswered.get(socket) ?? [])].every(isWithClient),

    close: () => {
      open = false;
      openEnded.end();
    },

    closed: requests.close,
  };
};

const REFUSALS: ReadonlyMap<string | undefined, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);

const LINGER_MS = 1000;

/**
 * Closes the connection where the body was not read to its end, after a moment in which the rest is thrown away. To
 * close at once, while the client still sends, would reset the connection and might destroy the answer (RFC 9112 9.6).
 */
const write = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, headers, body, stream }: HttpResponse,
  keep: boolean,
): Promise<void> | void => {
  // RFC 9110 8.6: a 204 has no length, and neither has a 304 whose length is not known.
  const bare = status === 204 || status === 304;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  outgoing.writeHead(status, {
    ...headers,
    ...(bare || stream ? {} : { 'content-length': bytes.length }),
    ...(keep && incoming.complete ? {} : { connection: 'close' }),
  });
  if (stream) return incoming.method === 'HEAD' ? void outgoing.end() : pipeline(stream, outgoing);
  if (incoming.complete) {
    outgoing.end(bare ? undefined : bytes);
    return;
  }
  if (bare) outgoing.flushHeaders();
  else outgoing.write(bytes);
  const end = (): void => {
    clearTimeout(bound);
    outgoing.end();
  };
  const bound = setTimeout(end, LINGER_MS);
  incoming.once('end', end).once('close', end).resume();
};

const isPrematureClose = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
