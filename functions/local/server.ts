import http from 'node:http';
import type https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { App } from '../../lib/app.ts';
import type { Clock, Log } from '../../lib/ports.ts';
import type { Route } from '../http/route.ts';
import { openAdmission } from './admission.ts';
import { openConnections } from './connections.ts';
import type { DiskFloor } from './disk-floor.ts';
import { LIMITS, type Limits } from './limits.ts';
import { openRates } from './rates.ts';
import { openReceiver } from './receive.ts';
import { openSources, type SourceSettings } from './sources.ts';
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

type Connections = ReturnType<typeof openConnections>;

const NO_SOURCES: SourceSettings = { proxies: [], rates: [] };
const ENOUGH: Pick<DiskFloor, 'level'> = { level: 'enough' };

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
  /** Trusted proxies, and sources with rates of their own: none unless given. */
  readonly sources?: SourceSettings;
  readonly disk?: Pick<DiskFloor, 'level'>;
}): Promise<Served> => {
  const { app, clock, log, routes, host, disk = ENOUGH } = options;
  const limits = { ...LIMITS, ...options.limits };
  const sources = openSources(options.sources ?? NO_SOURCES, limits.rate);
  const rates = openRates(() => performance.now());
  const admission = openAdmission({ limits, sources, rates, disk, principals: app.principals, log });
  const receiver = openReceiver({ app, clock, log, admission }, routes, limits);
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
  const [ofPlain, ofSecure] = doors.map(() => openConnections(limits, sources, receiver)) as [
    Connections,
    Connections,
  ];
  plain.on('connection', ofPlain.add);
  for (const event of ['connection', 'secureConnection']) secure.on(event, ofSecure.add);
  const openNow = (): readonly Socket[] => [...ofPlain.open(), ...ofSecure.open()];
  for (const door of doors) {
    door.setTimeout(4 * limits.idleMs);
    // node:http counts a connection as idle once it has taken all of an answer, and would destroy it before all is sent.
    // `close` calls this method too.
    const closeIdle = door.closeIdleConnections.bind(door);
    door.closeIdleConnections = () => {
      if (!openNow().some(receiver.owes)) closeIdle();
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
    for (const socket of [...ofPlain.silent(), ...ofSecure.silent()])
      if (!receiver.owes(socket)) socket.destroy();
    const idle = setInterval(() => {
      for (const door of doors) door.closeIdleConnections();
    }, 50);
    const bound = setTimeout(() => {
      log('warn', 'connections cut short by the stop', { connections: openNow().length });
      for (const socket of openNow()) socket.destroy();
    }, limits.stopMs);
    await Promise.all(closed);
    clearInterval(idle);
    clearTimeout(bound);
    receiver.closed();
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

const listen = (door: http.Server | https.Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    door.once('error', reject);
    door.listen(port, host, () => {
      door.off('error', reject);
      resolve();
    });
  });
