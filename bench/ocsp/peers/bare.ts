import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * node:http and nothing behind it: it takes the same requests (reads a body, decodes the base64 of a path) and gives
 * as many bytes as an answer has. The difference between both is the price of this service.
 */
const answer = Buffer.alloc(Number(process.argv[2] ?? 1024), 0x30);
const headers = { 'content-type': 'application/ocsp-response', 'content-length': answer.length };

const server = createServer((request, response) => {
  const end = (asked: Buffer): void => {
    if (asked.length === 0) response.writeHead(400).end();
    else response.writeHead(200, headers).end(answer);
  };
  if (request.method === 'GET') {
    end(Buffer.from(decodeURIComponent((request.url ?? '').slice('/ocsp/'.length)), 'base64'));
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => end(Buffer.concat(chunks)));
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().once('end', () => process.exit(0));
