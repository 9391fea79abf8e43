import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves bytes by path, as they are at the moment; 404 for any other path. */
export class FileServer {
  files: Record<string, (() => Uint8Array) | undefined> = {};
  /** Paths in the order in which they were asked for. */
  asked: string[] = [];
  readonly base: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      const path = request.url ?? '';
      this.asked.push(path);
      const file = this.files[path];
      if (file) response.writeHead(200).end(file());
      else response.writeHead(404).end();
    });
  }

  static async open(): Promise<FileServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return new FileServer(server);
  }

  close(): Promise<unknown> {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
