import { connect, type Socket } from 'node:net';
import type { LIMITS } from '../../functions/local/limits.ts';
import { type Served, serve } from '../../functions/local/server.ts';
import { routes } from '../../functions/routes/routes.ts';
import { OpensslCa } from '../principals/openssl.ts';
import type { TestApp } from './app.ts';

/** For all files of a worker. It goes with the folder of the run. */
export const openssl = new OpensslCa();
export const operations = openssl.ca('operations-1');
const door = openssl.client('operations-1', {
  subject: '/CN=localhost',
  extensions: [
    'basicConstraints=critical,CA:FALSE',
    'subjectAltName=DNS:localhost',
    'extendedKeyUsage=serverAuth',
  ],
});

type Options = Parameters<typeof serve>[0];

export const open = (
  app: TestApp,
  limits: Partial<typeof LIMITS> = {},
  more: Pick<Options, 'sources' | 'disk'> = {},
): Promise<Served> =>
  serve({
    ...more,
    app,
    routes,
    host: '127.0.0.1',
    port: 0,
    tlsPort: 0,
    tls: { key: door.key, cert: door.cert, ca: [operations.cert] },
    clock: () => app.now,
    log: app.edge.log,
    limits,
  });

/** A raw connection: it sends the test's bytes unchanged. */
export class Wire {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  private received = Buffer.alloc(0);
  private wake: () => void = () => {};
  private ended = false;
  /** The socket's error, such as a reset by the other side. */
  error: Error | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake();
    });
    socket.on('error', (error) => {
      this.error = error;
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.ended = true;
        this.wake();
        resolve();
      });
    });
  }

  static async to(port: number): Promise<Wire> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Wire(socket);
  }

  send(...parts: readonly (string | Uint8Array)[]): this {
    for (const part of parts) this.socket.write(part);
    return this;
  }

  get text(): string {
    return this.received.toString('latin1');
  }

  /** The next response, by its content-length. Undefined when the connection ends first. */
  async response(bodiless = false): Promise<Reply | undefined> {
    for (;;) {
      const end = this.received.indexOf('\r\n\r\n');
      if (end >= 0) {
        const [line = '', ...lines] = this.received.subarray(0, end).toString('latin1').split('\r\n');
        const headers = Object.fromEntries(
          lines.map((header) => {
            const at = header.indexOf(':');
            return [header.slice(0, at).toLowerCase(), header.slice(at + 1).trim()];
          }),
        );
        const length = bodiless ? 0 : Number(headers['content-length'] ?? 0);
        if (this.received.length >= end + 4 + length) {
          const body = this.received.subarray(end + 4, end + 4 + length);
          this.received = this.received.subarray(end + 4 + length);
          return { status: Number(line.split(' ')[1]), headers, body };
        }
      }
      if (this.ended) return undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export const codeOf = (reply: Reply | undefined): unknown =>
  reply && reply.body.length > 0 ? JSON.parse(reply.body.toString()).code : undefined;

/** Sends one request and reads its response. */
export const exchange = async (port: number, request: string | Uint8Array): Promise<Reply | undefined> => {
  const wire = await Wire.to(port);
  wire.send(request);
  const reply = await wire.response(typeof request === 'string' && request.startsWith('HEAD'));
  wire.socket.destroy();
  return reply;
};

export const get = (target: string, ...headers: readonly string[]): string =>
  [`GET ${target} HTTP/1.1`, 'host: localhost', ...headers, '', ''].join('\r\n');
