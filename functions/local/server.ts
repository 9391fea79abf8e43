import http from 'node:http';
import type https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { App } from '../../lib/app.ts';
import type { Clock, Log } from '../../lib/ports.ts';
import type { Route } from '../http/route.ts';
import { LIMITS, type Limits } from './limits.ts';
import { openReceiver } from './receive.ts';
import { openTlsDoor, type TlsCredentials } from './tls-door.ts';

export interface Served {
  /** The ports that the doors listen at. */
  readonly port: number;
  readonly tlsPort: number;
  /** The TLS door shows this certificate from the next handshake on. */
  renew(tls: TlsCredentials): void;
  /** Takes no more connections, waits up to `stopMs` for requests under way, then closes every connection. */
  stop(): Promise<void>;
}

/**
 * Opens both doors. Verifiers fetch OCSP answers, CRLs and CA certificates by plain HTTP: over TLS they would first have
 * to verify the door's own certificate with them (RFC 5280 8). The TLS door asks every client for a certificate and
 * requires none.
 */
export const serve = async (options: {
  readonly app: App;
  readonly routes: readonly Route[];
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly tls: TlsCredentials;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<Limits>;
}): Promise<Served> => {
  const { app, clock, log, routes, host } = options;
  const limits = { ...LIMITS, ...options.limits };
  const receiver = openReceiver({ app, clock, log }, routes, limits);
  const parsing = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    // The parser's limit on a whole request closes without a problem document, so the limit on bodies comes first.
    requestTimeout: limits.headersMs + limits.bodyMs + 1000,
    connectionsCheckingInterval: Math.min(1000, limits.headersMs),
    keepAliveTimeout: limits.idleMs,
  };
  const plain = http.createServer(parsing);
  const { server: secure, renew } = openTlsDoor(
    { ...parsing, handshakeTimeout: limits.headersMs },
    options.tls,
  );
  const doors = [plain, secure];
  const connections = trackConnections();
  plain.on('connection', (socket) => connections.add(socket, socket));
  for (const event of ['connection', 'secureConnection'])
    secure.on(event, (socket: Socket) => connections.add(peerOf(socket), socket));
  for (const door of doors) {
    door.maxConnections = limits.connections;
    door.setTimeout(4 * limits.idleMs);
    // node:http counts a connection as idle once it has taken all of an answer, and would destroy it before all is sent.
    // `close` calls this method too.
    const closeIdle = door.closeIdleConnections.bind(door);
    door.closeIdleConnections = () => {
      if (!connections.open().some(receiver.owes)) closeIdle();
    };
    door.on('request', receiver.receive);
    // `receive` tells such clients to continue when it reads their body.
    door.on('checkContinue', receiver.receive);
    door.on('clientError', receiver.refuse);
  }
  try {
    await listen(plain, options.port, host);
    await listen(secure, options.tlsPort, host);
  } catch (error) {
    for (const door of doors) door.close();
    throw error;
  }

  const stop = async (): Promise<void> => {
    receiver.close();
    const closed = doors.map((door) => new Promise<void>((resolve) => door.close(() => resolve())));
    // node:http does not count connections without any request as idle.
    for (const socket of connections.silent()) if (!receiver.owes(socket)) socket.destroy();
    const idle = setInterval(() => {
      for (const door of doors) door.closeIdleConnections();
    }, 50);
    const bound = setTimeout(() => {
      log('warn', 'connections cut short by the stop', { connections: connections.open().length });
      for (const socket of connections.open()) socket.destroy();
    }, limits.stopMs);
    await Promise.all(closed);
    clearInterval(idle);
    clearTimeout(bound);
  };
  let stopped: Promise<void> | undefined;
  return {
    port: (plain.address() as AddressInfo).port,
    tlsPort: (secure.address() as AddressInfo).port,
    renew,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
};

/** Finds the plain socket of a connection when its TLS socket replaces it. */
const peerOf = ({ localAddress, remoteAddress, remotePort }: Socket): string =>
  `${localAddress} ${remoteAddress} ${remotePort}`;

const trackConnections = () => {
  const all = new Map<Socket | string, { readonly socket: Socket; readonly readAtFirst: number }>();
  return {
    add: (id: Socket | string, socket: Socket): void => {
      all.set(id, { socket, readAtFirst: socket.bytesRead });
      socket.once('close', () => {
        if (all.get(id)?.socket === socket) all.delete(id);
      });
    },
    open: (): readonly Socket[] => [...all.values()].map(({ socket }) => socket),
    /** Connections on which nothing has come in; on a TLS connection, nothing since the handshake. */
    silent: (): readonly Socket[] =>
      [...all.values()]
        .filter(({ socket, readAtFirst }) => socket.bytesRead === readAtFirst)
        .map(({ socket }) => socket),
  };
};

const listen = (door: http.Server | https.Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    door.once('error', reject);
    door.listen(port, host, () => {
      door.off('error', reject);
      resolve();
    });
  });
