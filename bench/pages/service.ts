import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** The one-machine service as it runs, with its housekeeping, over a folder of this benchmark. */

const ROOT = resolve(import.meta.dirname, '../..');

/** `openStore` seals the keys of its folders under the same one. */
export const PASSPHRASE = 'benchmark';
/** It stands in certificates. The doors listen at free ports. */
export const PUBLIC_URL = 'http://localhost:8080';

/** One core for services; `load` of ocsp/processes.ts puts what asks them on the other. */
const pinned = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;

export interface Service {
  readonly tlsPort: number;
  /** Milliseconds of processor time that all its threads have used; NaN if the system does not tell. */
  processor(): number;
  /** The other service's housekeeping would be in the way of the one that is measured. */
  pause(): void;
  resume(): void;
  /** Resolves when it has ended in good order. */
  stop(): Promise<void>;
}

const started = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});
// One that stands still would outlive whoever started it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Linux counts the nanoseconds of each thread: the first number of proc(5)'s schedstat. */
const processorTime = (pid: number): number => {
  try {
    const threads = `/proc/${pid}/task`;
    return readdirSync(threads).reduce(
      (sum, thread) =>
        sum + Number(readFileSync(join(threads, thread, 'schedstat'), 'utf8').split(' ')[0]) / 1e6,
      0,
    );
  } catch {
    return Number.NaN;
  }
};

/** @param flags for Node. */
export const startService = async (folder: string, flags: readonly string[] = []): Promise<Service> => {
  const command = [process.execPath, '--no-warnings', ...flags, join(ROOT, 'functions/local/local.ts')];
  const [program = '', ...args] = pinned ? ['taskset', '-c', '0', ...command] : command;
  const child = spawn(program, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DATA_DIR: folder,
      PORT: '0',
      TLS_PORT: '0',
      PUBLIC_URL,
      AKASHI_PASSPHRASE: PASSPHRASE,
      // All questions of the benchmark come from one address, whose rate would be what is measured.
      SOURCE_RATE: '1000000',
      DISK_FLOOR: '0',
    },
  });
  started.add(child);
  const ended = once(child, 'exit').finally(() => started.delete(child));
  const lines = createInterface({ input: child.stdout });
  // It logs each request of a program.
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!line.includes('"level":"info"')) process.stderr.write(`${line}\n`);
  });
  const listens = new Promise<number>((found) => {
    // Reads on, so that the service is never held by a full pipe.
    lines.on('line', (line) => {
      const [, port] = /https:\/\/localhost:(\d+)/.exec(line) ?? [];
      if (port !== undefined) found(Number(port));
    });
  });
  const tlsPort = await Promise.race([
    listens,
    ended.then(() => Promise.reject(new Error(`the service over ${folder} ended at once`))),
  ]);
  return {
    tlsPort,
    processor: () => processorTime(child.pid ?? 0),
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    stop: async () => {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
    },
  };
};
