import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Client } from '../http/http.ts';

/** Reads the head of a request from node:http. */

/** RFC 9112 3.2: node:http uses the first Host header; a proxy before the service may have used another. */
export const hasTwoHosts = (rawHeaders: readonly string[]): boolean => {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts > 1;
};

const NO_QUERY = new URLSearchParams();

/** In origin form, or in absolute form, which servers must accept too (RFC 9112 3.2.2). */
export const readTarget = (target: string): { readonly path: string; readonly query: URLSearchParams } => {
  if (target.startsWith('/') && !target.includes('?')) return { path: target, query: NO_QUERY };
  const origin = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const at = origin.indexOf('?');
  const path = at < 0 ? origin : origin.slice(0, at);
  return { path: path === '' ? '/' : path, query: new URLSearchParams(at < 0 ? '' : origin.slice(at + 1)) };
};

export const headersOf = ({ headers }: IncomingMessage): Readonly<Record<string, string>> => {
  // node:http joins repeated headers into one text, except this one.
  if (!('set-cookie' in headers)) return headers as Readonly<Record<string, string>>;
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
};

/** Read once for each connection, on which many requests may come. */
const clients = new WeakMap<Socket, Client>();

export const clientOf = (socket: Socket): Client => {
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
