import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { AwsAccess } from '../../lib/aws/service.ts';

export interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Canned {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** An HTTP server that keeps the requests and gives the answers of the test. */
export const startRecorder = async (answer: (asked: Recorded) => Canned | undefined | Promise<Canned>) => {
  const asked: Recorded[] = [];
  let connections = 0;
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const one = { method, url, headers, body: await buffer(incoming) };
    asked.push(one);
    const canned = await answer(one);
    // Without an answer, the connection hangs.
    if (canned) outgoing.writeHead(canned.status ?? 200, canned.headers).end(canned.body ?? '{}');
  });
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = {
    endpoint,
    region: 'ap-northeast-1',
    credentials: {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'the-secret-key',
      sessionToken: 'the-session-token',
    },
    clock: Date.now,
  } satisfies AwsAccess;
  return {
    access,
    asked,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
