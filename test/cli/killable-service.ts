import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { answers, type Service } from '../../cli/demo/service.ts';
import { freePort } from '../ports.ts';

/** The one-machine service as a process, which is killed and started again over the same folder and at the same addresses. */
export interface KillableService extends Service {
  /** Kills it at once, and starts it again after so many milliseconds. Resolves when it answers. */
  kill(downMs: number): Promise<void>;
  /** Resolves when the service answers, at once where it does. */
  up(): Promise<void>;
  /** Milliseconds from each start to the first answer. */
  readonly startsMs: readonly number[];
  /** What it wrote, of all its lives. */
  log(): string;
}

const ROOT = resolve(import.meta.dirname, '../..');
/** After a kill the start first finishes what was interrupted. */
const START_MS = 120_000;
const LOG_TAIL = 4_000;

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

export const startKillable = async (folder: string): Promise<KillableService> => {
  const [port, tlsPort] = [await freePort(), await freePort()];
  const url = `http://localhost:${port}`;
  const data = join(folder, 'data');
  const logFile = join(folder, 'service.log');
  const output = openSync(logFile, 'a');
  const startsMs: number[] = [];
  const log = (): string => readFileSync(logFile, 'utf8');

  const start = async (): Promise<ChildProcess> => {
    const began = performance.now();
    const child = spawn(process.execPath, ['--no-warnings', join(ROOT, 'functions/local/local.ts')], {
      cwd: ROOT,
      env: {
        ...process.env,
        HOST: '127.0.0.1',
        PORT: String(port),
        TLS_PORT: String(tlsPort),
        PUBLIC_URL: url,
        DATA_DIR: data,
        TRUST_DOMAIN: join(ROOT, 'domains/demonstration.json'),
        // All questions come from one address.
        SOURCE_RATE: '1000000',
      },
      stdio: ['ignore', output, output],
    });
    while (!(await answers(url))) {
      if (hasEnded(child)) throw new Error(`The service ended while starting.\n${log().slice(-LOG_TAIL)}`);
      if (performance.now() - began > START_MS) {
        child.kill('SIGKILL');
        throw new Error(`The service did not start within ${START_MS} ms.\n${log().slice(-LOG_TAIL)}`);
      }
      await pause(50);
    }
    startsMs.push(performance.now() - began);
    return child;
  };

  let running = start();
  await running;

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const child = await running;
    if (hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };

  return {
    url,
    tlsUrl: `https://localhost:${tlsPort}`,
    data,
    startsMs,
    log,
    stop: () => end('SIGTERM'),
    up: async () => {
      await running;
    },
    kill: async (downMs) => {
      await end('SIGKILL');
      running = pause(downMs).then(start);
      await running;
    },
  };
};
