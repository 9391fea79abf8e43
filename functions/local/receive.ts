import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { TLSSocket } from 'node:tls';
import { Fault } from '../../lib/fault.ts';
import type { Client, HttpHead, HttpResponse, Unread } from '../http/http.ts';
import { errorFacts, problem } from '../http/problems.ts';
import { maxBodyBytes, type Route } from '../http/route.ts';
import { type Found, router } from '../http/router.ts';
import { type Answer, allowedMethods, type Edge, finish, methodNotAllowed, stack } from '../http/stack.ts';
import { bodyReader } from './body.ts';
import { endOfTurn } from './end-of-turn.ts';
import type { Limits } from './limits.ts';

export interface Receiver {
  /** Answers a request; never rejects. */
  receive(incoming: IncomingMessage, outgoing: ServerResponse): void;
  /** Answers what the parser could not read as HTTP, or had to wait for too long. */
  refuse(error: NodeJS.ErrnoException, socket: Socket): void;
  /** Whether an answer is owed on this connection, or not all of one has been given to the network yet. */
  owes(socket: Socket): boolean;
  /** From now on every connection ends with its answer, and requests that begin later are refused. */
  close(): void;
}

/** Everything between a request as node:http has it and the stack of its route, and back. */
export const openReceiver = (
  edge: Edge,
  routes: readonly Route[],
  limits: Pick<Limits, 'bodyMs' | 'bodyBytes' | 'underWay' | 'pipelined'>,
): Receiver => {
  const { log, clock } = edge;
  const find = router(routes);
  const answers = new Map<Route, Answer>(routes.map((route) => [route, stack(route)]));
  const readBody = bodyReader(limits.bodyMs, limits.bodyBytes);
  const underWay = { status: 0, api: 0 };
  /** Requests on a socket whose answers are not written yet. */
  const unanswered = new WeakMap<Socket, Set<IncomingMessage>>();
  let open = true;

  const expectAnswer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { socket } = incoming;
    const pending = unanswered.get(socket) ?? new Set();
    unanswered.set(socket, pending.add(incoming));
    outgoing.once('close', () => pending.delete(incoming));
  };

  const tooMany = (): Fault => new Fault('too-many-requests', 'Too many requests are under way.');

  /** How long a body takes is up to its sender, who must not hold a place in the lane meanwhile. */
  const outsideLane = async <T>(lane: Route['lane'], work: () => Promise<T>): Promise<T> => {
    if (lane === 'free') return work();
    underWay[lane]--;
    const done = await work().finally(() => {
      underWay[lane]++;
    });
    if (underWay[lane] > limits.underWay[lane]) throw tooMany();
    return done;
  };

  const withinLane = async (route: Route, request: Unread): Promise<HttpResponse> => {
    const { lane } = route;
    const answer = answers.get(route) as Answer;
    if (lane === 'free') return answer(edge, request);
    if (underWay[lane] >= limits.underWay[lane]) {
      throw tooMany();
    }
    underWay[lane]++;
    try {
      return await answer(edge, request);
    } finally {
      underWay[lane]--;
    }
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
    const read = (): Promise<Uint8Array> => readBody(incoming, outgoing, maxBodyBytes(route));
    // A long body takes room only of those who may send one. Where anybody may, it is short.
    const body = Array.isArray(route.access) ? () => outsideLane(route.lane, read) : await read();
    return withinLane(route, { ...head, params, body });
  };

  const receive = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const began = clock();
    const id = randomUUID();
    const method = incoming.method ?? '';
    const { socket } = incoming;
    const target = readTarget(incoming.url ?? '');
    const found = find(method, target.path);
    let response: HttpResponse;
    try {
      const head = { id, method, ...target, headers: headersOf(incoming), client: clientOf(socket) };
      response = await answerTo(incoming, outgoing, head, found);
    } catch (error) {
      // The client has gone, or its request broke off and `refuse` has seen to the socket.
      if (socket.destroyed) return;
      if (!Fault.is(error)) log('error', 'request failed', { request: id, ...errorFacts(error) });
      response = problem(error, id);
    }
    if (socket.destroyed) return;
    await write(incoming, outgoing, finish(response, { id }), open);
    if (found.kind === 'route' && found.route.lane === 'api') {
      const { status } = response;
      log('info', 'request', { request: id, method, route: found.route.path, status, ms: clock() - began });
    }
  };

  return {
    receive: (incoming, outgoing) => {
      expectAnswer(incoming, outgoing);
      receive(incoming, outgoing).catch((error: unknown) => {
        // Whoever goes before the end of what is streamed has had enough of it.
        if (!isPrematureClose(error)) log('error', 'answer failed', errorFacts(error));
        incoming.socket.destroy();
      });
    },

    refuse: (error, socket) => {
      // Where a whole request came before what could not be read, this would be taken for its answer.
      const pending = [...(unanswered.get(socket) ?? [])];
      if (!socket.writable || pending.some(({ complete }) => complete)) {
        socket.destroy();
        return;
      }
      const line = REFUSALS.get(error.code) ?? '400 Bad Request';
      socket.end(`HTTP/1.1 ${line}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      socket.resume();
      setTimeout(() => socket.destroy(), LINGER_MS).unref();
    },

    owes: (socket) => (unanswered.get(socket)?.size ?? 0) > 0,

    close: () => {
      open = false;
    },
  };
};

const REFUSALS: ReadonlyMap<string | undefined, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);

const LINGER_MS = 1000;

/**
 * Where the body was not read to its end the connection is closed, but what the client sends is thrown away for a moment
 * first: to close on a client that is still sending resets the connection, which may take the answer with it (RFC 9112 9.6).
 */
const write = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, headers, body, stream }: HttpResponse,
  keep: boolean,
): Promise<void> | void => {
  // RFC 9110 8.6: no length with 204, nor with a 304 that has none to tell.
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

const allow = (routes: readonly Route[]): HttpResponse => ({
  status: 204,
  headers: { allow: allowedMethods(routes).join(', ') },
  body: '',
});

const isPrematureClose = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';

/** RFC 9112 3.2: node:http goes by the first, whoever stands before us may have gone by another. */
const hasTwoHosts = (rawHeaders: readonly string[]): boolean => {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts > 1;
};

const NO_QUERY = new URLSearchParams();

/** Origin form, or the absolute form that servers must take as well (RFC 9112 3.2.2). */
const readTarget = (target: string): { readonly path: string; readonly query: URLSearchParams } => {
  if (target.startsWith('/') && !target.includes('?')) return { path: target, query: NO_QUERY };
  const origin = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const at = origin.indexOf('?');
  const path = at < 0 ? origin : origin.slice(0, at);
  return { path: path === '' ? '/' : path, query: new URLSearchParams(at < 0 ? '' : origin.slice(at + 1)) };
};

const headersOf = ({ headers }: IncomingMessage): Readonly<Record<string, string>> => {
  // node:http joins what is given several times, but for this one.
  if (!('set-cookie' in headers)) return headers as Readonly<Record<string, string>>;
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
};

/** The same for the life of a connection, on which many requests may come. */
const clients = new WeakMap<Socket, Client>();

const clientOf = (socket: Socket): Client => {
  const known = clients.get(socket);
  if (known) return known;
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined;
  const client: Client = {
    tls: socket instanceof TLSSocket,
    ...(socket.remoteAddress === undefined ? {} : { address: socket.remoteAddress }),
    ...(certificate === undefined ? {} : { certificate }),
  };
  clients.set(socket, client);
  return client;
};
