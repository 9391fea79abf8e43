import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';

export interface Sent {
  readonly method: string;
  /** As it goes over the wire, with the query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A client certificate with its key, and the CA of the door. */
export interface Shown {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

export interface Doors {
  /** Through the door of plain HTTP, or with a certificate through that of TLS. */
  ask(sent: Sent, shown?: Shown): Promise<Got>;
  close(): void;
}

/** Sends requests as they are, through connections that are kept. */
export const openDoors = (port: number, tlsPort: number): Doors => {
  const plain = new Agent({ keepAlive: true });
  const byCertificate = new Map<Shown, TlsAgent>();
  const agentOf = (shown: Shown): TlsAgent => {
    const agent =
      byCertificate.get(shown) ?? new TlsAgent({ keepAlive: true, servername: 'localhost', ...shown });
    byCertificate.set(shown, agent);
    return agent;
  };
  return {
    ask: ({ method, target, headers, body }, shown) =>
      new Promise((done, failed) => {
        const options = { host: '127.0.0.1', method, path: target, headers };
        const sending = shown
          ? httpsRequest({ ...options, port: tlsPort, agent: agentOf(shown) })
          : httpRequest({ ...options, port, agent: plain });
        sending.once('response', (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.once('error', failed);
          answer.once('end', () => {
            done({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) });
            // The service does not wait for a body that it has refused.
            if (!sending.writableFinished) sending.destroy();
          });
        });
        // After the answer this rejects nothing more.
        sending.on('error', failed);
        sending.end(body);
      }),
    close: () => {
      plain.destroy();
      for (const agent of byCertificate.values()) agent.destroy();
    },
  };
};
