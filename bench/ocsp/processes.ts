import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

/** One core for servers, the other for the programs that load them. */
const pinned = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;
const onCore = (core: 0 | 1, command: readonly string[]): readonly string[] =>
  pinned ? ['taskset', '-c', String(core), ...command] : command;

export const has = (command: string): boolean => spawnSync('which', [command]).status === 0;

export interface Server {
  readonly port: number;
  /** Bytes of memory that the process holds now. */
  memory(): number;
  /** Microseconds of processor time that it has used; NaN if the system does not tell. */
  processor(): number;
  stop(): Promise<void>;
}

const started = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

/** Linux counts in hundredths of a second: fields 14 and 15 of proc(5)'s stat, user's and system's. */
const processorTime = (pid: number | undefined): number => {
  try {
    const [user = 0, system = 0] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return (user + system) * 10_000;
  } catch {
    return Number.NaN;
  }
};

/** Starts a server that prints its port to standard output and ends when its standard input ends. */
export const startServer = async (command: readonly string[]): Promise<Server> => {
  const [program = '', ...args] = onCore(0, command);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  started.add(child);
  const lines = createInterface({ input: child.stdout });
  const [port] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${command.join(' ')} ended at once`))),
  ])) as [string];
  const ps = (field: string): string =>
    execFileSync('ps', ['-o', `${field}=`, '-p', String(child.pid)], { encoding: 'utf8' }).trim();
  return {
    port: Number(port),
    memory: () => Number(ps('rss')) * 1024,
    processor: () => processorTime(child.pid),
    stop: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
      started.delete(child);
    },
  };
};

export const startNode = (script: string, ...args: readonly string[]): Promise<Server> =>
  startServer([process.execPath, '--no-warnings', script, ...args]);

/**
 * Runs a program that loads a server, and resolves with its output. Other work of this process goes on meanwhile. What the
 * program says on standard error is shown at once where it is `inherit`ed, and belongs to the output otherwise.
 */
export const load = async (
  command: readonly string[],
  errors: 'pipe' | 'inherit' = 'pipe',
): Promise<string> => {
  const [program = '', ...args] = onCore(1, command);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', errors] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`${command[0]} failed: ${output}`);
  return output;
};
