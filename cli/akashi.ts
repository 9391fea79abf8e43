#!/usr/bin/env node
import { phrase } from '../lib/fault.ts';
import { usage } from './failure.ts';
import { run } from './run.ts';

// A reader such as `head` may close the pipe before everything is written.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

const readInput = async (maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (length > maxBytes)
      throw usage(phrase`Standard input has more than the ${maxBytes} bytes that are taken.`);
  }
  return Buffer.concat(chunks);
};

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  ...(process.stdout.isTTY && { columns: process.stdout.columns }),
  err: (text) => process.stderr.write(text),
  isWatched: process.stderr.isTTY === true,
  input: readInput,
  now: () => Date.now(),
});
