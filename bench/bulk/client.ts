import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

/** One of the demonstration's people at the TLS door, over connections that are kept alive. */
export const openClient = (folder: string, port: number, principal: string, connections: number) => {
  const file = (name: string): Buffer => readFileSync(join(folder, 'credentials', principal, name));
  const agent = new Agent({
    keepAlive: true,
    maxSockets: connections,
    key: file('key.pem'),
    cert: file('cert.pem'),
    ca: file('ca.pem'),
  });

  const ask = (method: string, path: string, body?: Uint8Array | object): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const isBytes = body instanceof Uint8Array;
      const sent = body === undefined ? undefined : isBytes ? body : Buffer.from(JSON.stringify(body));
      const outgoing = request(
        {
          host: 'localhost',
          port,
          method,
          path,
          agent,
          headers: {
            ...(sent && {
              'content-type': isBytes ? 'application/octet-stream' : 'application/json',
              'content-length': sent.length,
            }),
          },
        },
        (answer) => {
          buffer(answer).then((bytes) => {
            const status = answer.statusCode ?? 0;
            if (status < 300) resolve(bytes);
            else reject(new Error(`${method} ${path}: ${status} ${bytes}`));
          }, reject);
        },
      );
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        // The service closed the connection while it was idle.
        if (outgoing.reusedSocket && error.code === 'ECONNRESET')
          ask(method, path, body).then(resolve, reject);
        else reject(error);
      });
      outgoing.end(sent);
    });

  return {
    ask: async <T>(method: string, path: string, body?: Uint8Array | object): Promise<T> =>
      JSON.parse((await ask(method, path, body)).toString('utf8')) as T,
    bytes: ask,
    close: () => agent.destroy(),
  };
};

export type Client = ReturnType<typeof openClient>;
