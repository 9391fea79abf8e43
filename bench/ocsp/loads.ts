import { join } from 'node:path';
import { load, type Server } from './processes.ts';
import type { Kind } from './requests.ts';

/** The result of a round of load: requests a second, latencies in microseconds, and the number of failures. */
export interface Round {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
  /** Microseconds of the server's processor time for each request. Other work on the machine changes this least. */
  readonly work: number;
}

const SCRIPT = join(import.meta.dirname, 'load.lua');

/** wrk over connections that are kept alive. */
export const wrk = async (
  { port, processor }: Server,
  file: string,
  { method }: Kind,
  connections: number,
  seconds: number,
): Promise<Round> => {
  const before = processor();
  const output = await load(
    ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', SCRIPT, `http://127.0.0.1:${port}`].concat([
      '--',
      file,
      method,
    ]),
  );
  const [requests = 0, duration = 1, errors = 0, statuses = 0, p50 = 0, p99 = 0] = (
    /RESULT (.*)/.exec(output)?.[1] ?? ''
  )
    .split(' ')
    .map(Number);
  const work = (processor() - before) / requests;
  return { rate: (requests * 1e6) / duration, p50, p99, failed: errors + statuses, work };
};

/** ab, which closes each connection: `openssl ocsp` keeps none alive. */
export const ab = async ({ port }: Server, file: string, count: number): Promise<Round> => {
  const output = await load(
    ['ab', '-q', '-r', '-s', '30', '-n', String(count), '-c', '16', '-p', file].concat([
      '-T',
      'application/ocsp-request',
      `http://127.0.0.1:${port}/ocsp`,
    ]),
  );
  const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? Number.NaN);
  return {
    rate: number(/Requests per second:\s+([\d.]+)/),
    p50: number(/50%\s+(\d+)/) * 1000,
    p99: number(/99%\s+(\d+)/) * 1000,
    failed: number(/Non-2xx responses:\s+(\d+)/) || 0,
    work: Number.NaN,
  };
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The median of several rounds, for each value by itself. Failures are added up. */
export const middle = (rounds: readonly Round[]): Round => ({
  rate: median(rounds.map(({ rate }) => rate)),
  p50: median(rounds.map(({ p50 }) => p50)),
  p99: median(rounds.map(({ p99 }) => p99)),
  work: median(rounds.map(({ work }) => work)),
  failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
});
