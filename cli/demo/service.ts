import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exchange } from '../exchange.ts';
import { broken } from './shell.ts';

/** The service that the demo runs against. */
export interface Service {
  readonly url: string;
  readonly tlsUrl: string;
  readonly data: string;
  readonly stop: () => Promise<void>;
}

const START_MS = 90_000;
const STOP_MS = 15_000;
const LOG_TAIL = 4000;

/** Whether this kind of service answers at `url`. */
export const answers = async (url: string): Promise<boolean> => {
  try {
    const { status } = await exchange({
      url: new URL(`${url}/healthz`),
      method: 'GET',
      maxBytes: 65_536,
      timeoutMs: 2000,
    });
    return status === 200;
  } catch {
    return false;
  }
};

/** Two ports that nobody listens at; both are held until both are known. */
const freePorts = async (): Promise<readonly [number, number]> => {
  const listening = async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
    return { server, port: (server.address() as AddressInfo).port };
  };
  const [a, b] = await Promise.all([listening(), listening()]);
  await Promise.all([a, b].map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return [a.port, b.port];
};

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const stop = async (child: ChildProcess): Promise<void> => {
  if (ended(child)) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exit;
  clearTimeout(kill);
};

/** Starts `functions/local/local.ts` of this checkout with new data in `folder`. */
export const startService = async (
  root: string,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Service> => {
  const [port, tlsPort] = await freePorts();
  const url = `http://localhost:${port}`;
  const data = join(folder, 'data');
  const logPath = join(folder, 'service.log');
  const log = openSync(logPath, 'w');
  const child = spawn(process.execPath, [join(root, 'functions/local/local.ts')], {
    cwd: root,
    env: {
      ...environment,
      HOST: '127.0.0.1',
      PORT: String(port),
      TLS_PORT: String(tlsPort),
      PUBLIC_URL: url,
      DATA_DIR: data,
      TRUST_DOMAIN: join(root, 'domains/demonstration.json'),
    },
    stdio: ['ignore', log, log],
  });
  const failed = async (why: string) =>
    broken(`${why}\n${(await readFile(logPath, 'utf8')).slice(-LOG_TAIL)}`);
  const end = Date.now() + START_MS;
  while (!(await answers(url))) {
    if (ended(child)) throw await failed('The service ended while starting.');
    if (Date.now() > end) {
      await stop(child);
      throw await failed(`The service did not start within ${START_MS / 1000} s.`);
    }
    await sleep(200);
  }
  return { url, tlsUrl: `https://localhost:${tlsPort}`, data, stop: () => stop(child) };
};
