import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { App } from '../../lib/app.ts';
import type { Clock, Log } from '../../lib/ports.ts';
import type { Route } from '../http/route.ts';
import { LIMITS, type Limits } from './limits.ts';
import { openReceiver } from './receive.ts';

export interface Served {
  /** The ports that were taken. */
  readonly port: number;
  readonly tlsPort: number;
  /** From the next handshake on, the TLS door shows this certificate. */
  renew(tls: TlsCredentials): void;
  /** Takes no more connections, finishes what is under way within `stopMs`, then closes what is left. */
  stop(): Promise<void>;
}

/** PEM. `ca` tells clients whose certificates are welcome; `app.principals` decides who is trusted. */
export interface TlsCredentials {
  readonly key: string;
  readonly cert: string;
  readonly ca: readonly string[];
}

/**
 * Opens both doors: plain HTTP, where verifiers fetch OCSP answers, CRLs and CA certificates (over TLS they would need
 * them to fetch them, RFC 5280 8), and TLS, which asks every client for a certificate and insists on none.
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
  const { app, clock, log, routes, host, tls } = options;
  const limits = { ...LIMITS, ...options.limits };
  const receiver = openReceiver({ app, clock, log }, routes, limits);
  const parsing = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    // The parser's bound on a whole request answers without a word; the one on bodies, which explains, comes first.
    requestTimeout: limits.headersMs + limits.bodyMs + 1000,
    connectionsCheckingInterval: Math.min(1000, limits.headersMs),
    keepAliveTimeout: limits.idleMs,
  };
  const plain = http.createServer(parsing);
  const secure = https.createServer({
    ...parsing,
    ...securedBy(tls),
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: limits.headersMs,
  });
  const doors = [plain, secure];
  const connections = trackConnections();
  plain.on('connection', (socket) => connections.add(socket, socket));
  for (const event of ['connection', 'secureConnection'])
    secure.on(event, (socket: Socket) => connections.add(peerOf(socket), socket));
  for (const door of doors) {
    door.maxConnections = limits.connections;
    door.setTimeout(4 * limits.idleMs);
    // node:http holds a connection for idle as soon as it was handed all of an answer, and would destroy it with what
    // has not gone out yet. `close` calls this method too.
    const closeIdle = door.closeIdleConnections.bind(door);
    door.closeIdleConnections = () => {
      if (!connections.open().some(receiver.owes)) closeIdle();
    };
    door.on('request', receiver.receive);
    // `receive` itself tells such clients to go on, once it wants their body.
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
    // Those that never asked for anything are not idle for node:http.
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
    renew: (next) => secure.setSecureContext(securedBy(next)),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
};

const securedBy = ({ key, cert, ca }: TlsCredentials): SecureContextOptions => ({
  key,
  cert,
  ca: [...ca],
  minVersion: 'TLSv1.2',
});

/** Under TLS the secured socket takes the place of the bare one, and this tells which. */
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
    /** On which nothing has come in, of a TLS connection since its handshake. */
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
