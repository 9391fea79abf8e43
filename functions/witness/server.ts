import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault } from '../../lib/fault.ts';
import type { Log } from '../../lib/ports.ts';
import type { WitnessService } from '../../lib/tlog/tlog.ts';

/** Room for a note of 1 MB and a proof of 63 hashes. */
const MAX_BODY_BYTES = 1_010_000;
const REQUEST_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 100;

const plain = (response: ServerResponse, status: number, body: string, contentType?: string): void => {
  response.writeHead(status, {
    'content-type': contentType ?? 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
};

const bodyOf = async (request: IncomingMessage): Promise<Uint8Array | undefined> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
};

/** `POST /add-checkpoint` of C2SP tlog-witness, and the witness's verifier key at `GET /key`. */
export const serveWitness = async (
  witness: WitnessService,
  { host, port, log }: { readonly host: string; readonly port: number; readonly log: Log },
): Promise<{ readonly port: number; close(): Promise<void> }> => {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === '/key' && request.method === 'GET') {
      plain(response, 200, `${witness.vkey}\n`);
      return;
    }
    if (request.url !== '/add-checkpoint') {
      plain(response, 404, 'There is nothing here.\n');
      return;
    }
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      plain(response, 405, 'Use POST here.\n');
      return;
    }
    const body = await bodyOf(request);
    if (body === undefined) {
      response.setHeader('connection', 'close');
      plain(response, 413, 'The body is larger than any checkpoint with its proof.\n');
      return;
    }
    const { status, contentType, body: text } = await witness.addCheckpoint(body);
    plain(response, status, text, contentType);
  };

  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      log('error', 'A checkpoint could not be witnessed', {
        error: Fault.is(error) ? error.code : String(error),
      });
      if (!response.headersSent) plain(response, 503, 'The witness cannot answer now; try again later.\n');
      else response.destroy();
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
};
