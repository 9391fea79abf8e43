import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a path answers; `type` is the media type. */
export type Reply = (body: Buffer) => { readonly type?: string; readonly body: Uint8Array };

/** Answers by path, as the replies are at the moment; 404 for any other path. */
export class ReplyServer {
  replies: Record<string, Reply | undefined> = {};
  /** Paths in the order in which they were asked for. */
  asked: string[] = [];
  readonly base: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const path = request.url ?? '';
        this.asked.push(path);
        const reply = this.replies[path]?.(Buffer.concat(chunks));
        if (reply) response.writeHead(200, reply.type ? { 'content-type': reply.type } : {}).end(reply.body);
        else response.writeHead(404).end();
      });
    });
  }

  static async open(): Promise<ReplyServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return new ReplyServer(server);
  }

  close(): Promise<unknown> {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
