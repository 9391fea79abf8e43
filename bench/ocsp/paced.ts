import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

/**
 * Sends requests at a fixed rate, without waiting for answers: `node paced.ts PORT FILE RATE SECONDS` (POST bodies in
 * hex, a line each) prints the 50th and 99th percentile in microseconds, counted from when a request was due.
 */
const [port, file, rate, seconds] = process.argv.slice(2) as [string, string, string, string];
const bodies = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => Buffer.from(line, 'hex'));
const CONNECTIONS = 64;
const latencies: number[] = [];

interface Line {
  readonly socket: Socket;
  readonly due: number[];
  received: Buffer;
}

const takeAnswers = (line: Line): void => {
  for (;;) {
    const head = line.received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(line.received.toString('latin1', 0, head))?.[1]);
    const end = head + 4 + length;
    if (line.received.length < end) return;
    line.received = line.received.subarray(end);
    latencies.push(performance.now() - (line.due.shift() as number));
  }
};

const lines = await Promise.all(
  Array.from(
    { length: CONNECTIONS },
    () =>
      new Promise<Line>((resolve, reject) => {
        const socket = connect(Number(port), '127.0.0.1', () => resolve(line));
        const line: Line = { socket, due: [], received: Buffer.alloc(0) };
        socket.once('error', reject);
        socket.on('data', (chunk) => {
          line.received = line.received.length === 0 ? chunk : Buffer.concat([line.received, chunk]);
          takeAnswers(line);
        });
      }),
  ),
);

const began = performance.now();
const count = Math.floor(Number(rate) * Number(seconds));
for (let sent = 0; sent < count; ) {
  const now = performance.now();
  for (; sent < count && began + (sent * 1000) / Number(rate) <= now; sent++) {
    const line = lines[sent % CONNECTIONS] as Line;
    const body = bodies[sent % bodies.length] as Buffer;
    line.due.push(began + (sent * 1000) / Number(rate));
    line.socket.write(
      `POST /ocsp HTTP/1.1\r\nhost: x\r\ncontent-type: application/ocsp-request\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    line.socket.write(body);
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}
const patience = performance.now() + 5000;
while (latencies.length < count && performance.now() < patience)
  await new Promise((resolve) => setTimeout(resolve, 10));
latencies.sort((a, b) => a - b);
const percentile = (p: number): number =>
  Math.round(
    (latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * p))] ?? Number.NaN) * 1000,
  );
process.stdout.write(`${percentile(0.5)} ${percentile(0.99)} ${count - latencies.length}\n`);
process.exit(0);
