import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../service.ts';

/** The service as `npm start` runs it, under a umask that lets others read what is made. */

const ROOT = resolve(import.meta.dirname, '../../..');
const folder = temporaryFolder();
afterAll(() => folder.remove());

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  return port;
};

/** Whether a process of that id is there. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** What others may do with a folder, and with everything in it. */
const openToOthers = (path: string): readonly string[] =>
  [path, ...readdirSync(path, { recursive: true }).map((name) => join(path, String(name)))]
    .map((found) => `${found} ${(lstatSync(found).mode & 0o077).toString(8)}`)
    .filter((line) => !line.endsWith(' 0'));

const akashi = (...words: readonly string[]) =>
  promisify(execFile)(
    'sh',
    ['-c', 'umask 022; exec "$@"', 'sh', process.execPath, 'cli/akashi.ts', ...words],
    {
      cwd: ROOT,
    },
  );

describe('npm start', { timeout: 120_000 }, () => {
  const data = join(folder.path, 'data');
  let npm: ReturnType<typeof spawn>;
  let service = 0;

  beforeAll(async () => {
    const [port, tlsPort] = [await freePort(), await freePort()];
    const environment = { PORT: String(port), TLS_PORT: String(tlsPort), DATA_DIR: data };
    npm = spawn('sh', ['-c', 'umask 022; exec npm start'], {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise<void>((listens) => {
      let said = '';
      npm.stdout?.on('data', (chunk) => {
        said += chunk;
        if (said.includes('Try next:')) listens();
      });
    });
    service = Number(readFileSync(join(data, 'running'), 'utf8'));
  }, 120_000);
  afterAll(() => {
    if (isAlive(service)) process.kill(service, 'SIGKILL');
    npm.kill('SIGKILL');
  });

  it('makes files and folders for its own user only, and so do a backup and a restore', async () => {
    expect(openToOthers(data)).toEqual([]);
    const [backup, restored] = [join(folder.path, 'backup'), join(folder.path, 'restored')];
    // Folders that somebody made before keep their permissions. What is put into them is private all the same.
    mkdirSync(backup, { mode: 0o755 });
    const copy = join(folder.path, 'data-keys-of-today');
    const told = await akashi('backup', backup, '--data', data, '--data-keys', copy);
    expect(told.stdout).toMatch(
      /^data keys +\d+ in .*data-keys-of-today; delete the file at its end, 20\d\d-/m,
    );
    expect(openToOthers(backup)).toEqual([`${backup} 55`]);
    expect(lstatSync(copy).mode & 0o077).toBe(0);
    const checkpoint = join(data, 'objects/log/checkpoint');
    await akashi('restore', backup, '--data', restored, '--checkpoint', checkpoint, '--data-keys', copy);
    expect(openToOthers(restored)).toEqual([]);
    expect(existsSync(join(restored, 'table.sqlite'))).toBe(true);
  });

  it('says plainly where a backup, or what is restored of it, is without data keys', async () => {
    const [backup, restored] = [join(folder.path, 'plain-backup'), join(folder.path, 'plainly-restored')];
    const made = await akashi('backup', backup, '--data', data);
    expect(made.stdout).toContain(
      'not copied; personal data in this backup cannot be read without a copy of them',
    );
    const checkpoint = join(data, 'objects/log/checkpoint');
    const told = await akashi('restore', backup, '--data', restored, '--checkpoint', checkpoint);
    expect(told.stdout).toContain('Put back a copy of the keys before the service starts');
    await expect(akashi('restore', '--data', restored)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('A backup is missing.'),
    });
  });

  it('hands SIGTERM on: the service stops in good order, and nothing of it stays', async () => {
    expect(isAlive(service)).toBe(true);
    const ended = once(npm, 'exit');
    npm.kill('SIGTERM');
    const [code, signal] = await ended;
    expect([code, signal]).toEqual([0, null]);
    expect(isAlive(service)).toBe(false);
    expect(existsSync(join(data, 'running'))).toBe(false);
  });
});
