import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startUpErrorText } from '../../../functions/local/start-up-error.ts';
import { Fault } from '../../../lib/fault.ts';
import { openSqliteTable } from '../../../lib/store/sqlite.ts';
import { temporaryFolder } from '../../service.ts';

/** The one-machine service as a process: how it starts, is stopped at its start, and says why it cannot start. */

const folder = temporaryFolder();
afterAll(() => folder.remove());

const LOCAL = resolve(import.meta.dirname, '../../../functions/local/local.ts');

interface Life {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const { PATH, NODE_COMPILE_CACHE } = process.env;
const INHERITED = { PATH, NODE_COMPILE_CACHE };

/** One run of the service. It gets SIGTERM when its output contains `until`. */
const live = (
  env: Readonly<Record<string, string>>,
  until?: string,
  args: readonly string[] = [],
): Promise<Life> =>
  new Promise((done) => {
    const child = spawn(process.execPath, ['--no-warnings', LOCAL, ...args], {
      env: { ...INHERITED, PORT: '0', TLS_PORT: '0', PUBLIC_URL: 'http://localhost:8080', ...env },
    });
    let [stdout, stderr, ended] = ['', '', false];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (until === undefined || ended || !stdout.includes(until)) return;
      ended = true;
      child.kill('SIGTERM');
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.once('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });

describe('the service', { timeout: 120_000 }, () => {
  const data = join(folder.path, 'data');
  const keyIds = (): readonly string[] =>
    readdirSync(join(data, 'keys'))
      .filter((name) => name.endsWith('.key'))
      .sort();

  it('that is stopped during its ceremony goes on with the same keys at the next start, and says so', async () => {
    const stopped = await live({ DATA_DIR: data }, 'organisation-1: key made');
    expect(stopped.signal).toBe('SIGTERM');
    // Somebody stopped it: the next start has no crash to speak of.
    expect(existsSync(join(data, 'running'))).toBe(false);
    const keys = keyIds();
    expect(keys).toContain('organisation-1.key');
    const before = readFileSync(join(data, 'keys', 'organisation-1.key'), 'utf8');

    const whole = await live({ DATA_DIR: data }, 'Try next:');
    expect([whole.code, whole.stderr]).toEqual([0, '']);
    expect(whole.stdout).toContain('organisation-1: key found');
    // The same settings stand before each command that can be pasted.
    const [, next = ''] = whole.stdout.split('Try next:\n');
    expect(next).toMatch(
      /^ {2}AKASHI_URL=\S+ AKASHI_TLS_URL=\S+ DATA_DIR=\S+ npx akashi console --as higashi-counter$/m,
    );
    expect(whole.stdout).not.toContain('organisation-1: key made');
    expect(whole.stdout).toContain('operations-1: key made');
    expect(whole.stdout).toContain('operations-1: CRL published');
    expect(readFileSync(join(data, 'keys', 'organisation-1.key'), 'utf8')).toBe(before);
    expect(
      keyIds().filter((name) => /^(organisation|signature|authentication|operations)-/.test(name)),
    ).toEqual(['authentication-1.key', 'operations-1.key', 'organisation-1.key', 'signature-1.key']);
    expect(existsSync(join(data, 'running'))).toBe(false);
  });

  it('makes credentials of the demonstration once, and again for the asking', async () => {
    const cert = join(data, 'credentials', 'auditor', 'cert.pem');
    const before = readFileSync(cert, 'utf8');
    rmSync(join(data, 'credentials', 'auditor'), { recursive: true });
    const without = await live({ DATA_DIR: data }, 'Try next:');
    expect(without.stdout).not.toContain('credentials made');
    expect(without.stdout).toMatch(
      /^ {2}auditor .*\(no credentials; for new ones: npm start -- --new-credentials auditor\)$/m,
    );
    expect(existsSync(cert)).toBe(false);
    const refused = await live({ DATA_DIR: data }, undefined, ['--new-credentials', 'auditors']);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      'The demonstration has no principal auditors, for whom --new-credentials asks.\n',
    ]);
    const asked = await live({ DATA_DIR: data }, 'Try next:', ['--new-credentials', 'auditor']);
    expect(asked.stdout).toContain('credentials made for auditor\n');
    expect(readFileSync(cert, 'utf8')).not.toBe(before);
  });

  it('deletes rows whose time has passed, and no others', async () => {
    const path = join(data, 'table.sqlite');
    const table = await openSqliteTable(path);
    const keys = ['gone', 'stays'].map((sk) => ({ pk: 'test', sk }));
    const hourFromNow = Math.floor(Date.now() / 1000) + 3600;
    await table.write(
      keys.map((put) => ({ put, value: {}, if: 'absent', expires: put.sk === 'gone' ? 1 : hourFromNow })),
    );
    await table.close();
    const { code, stderr } = await live({ DATA_DIR: data }, 'Try next:');
    expect(code).toBe(0);
    expect(stderr).toContain('"message":"Housekeeping: expiry","done":["1 rows"]');
    const after = await openSqliteTable(path);
    expect((await Promise.all(keys.map((key) => after.get(key)))).map((item) => item?.sk)).toEqual([
      undefined,
      'stays',
    ]);
    await after.close();
  });

  it.each([
    ['a host in another script', { PUBLIC_URL: 'http://認証局.example.jp' }],
    ['a space', { PUBLIC_URL: 'http://localhost:8080/a b' }],
    ['a label that is no A-label', { PUBLIC_URL: 'http://xn--a.example.jp' }],
    ['a host that no certificate names', { PUBLIC_URL: 'http://my_host:8080' }],
  ])('refuses an address with %s before anything is made', async (_, env) => {
    const empty = mkdtempSync(join(folder.path, 'empty-'));
    const refused = await live({ DATA_DIR: empty, ...env });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      'PUBLIC_URL must be an http address, which goes into certificates: in ASCII',
    );
    expect(readdirSync(empty)).toEqual([]);
  });

  it('refuses a trust domain file that no certificate can bear before anything is made', async () => {
    const domain: Record<string, unknown> = JSON.parse(readFileSync('domains/demonstration.json', 'utf8'));
    const changes: readonly (readonly [said: string, change: (file: typeof domain) => void])[] = [
      [
        'invalid at addresses.0: ',
        (file) => Object.assign(file, { addresses: ['http://認証局.example.jp'] }),
      ],
      [
        'invalid at authorities.0.subject: ',
        ({ authorities }) => (authorities as { subject: unknown[] }[])[0]?.subject.push(['O', 'a\u3164b']),
      ],
      [
        'The profile service of the trust domain file does not take the names of the service\'s own TLS door. They are localhost, 127.0.0.1, ::1: this machine\'s, and the host of http://localhost:8080 (PUBLIC_URL, or "addresses" of the file). The field "dnsNames" (Domain names) is not of the form that the profile asks for. Change ',
        ({ profiles }) => {
          const service = (profiles as { kind: string; fields: { name: string; pattern?: string }[] }[]).find(
            ({ kind }) => kind === 'service',
          );
          Object.assign(service?.fields.find(({ name }) => name === 'dnsNames') ?? {}, { pattern: 'a' });
        },
      ],
    ];
    for (const [n, [said, change]] of changes.entries()) {
      const file = structuredClone(domain);
      change(file);
      const path = join(folder.path, `domain-${n}.json`);
      writeFileSync(path, JSON.stringify(file));
      const empty = mkdtempSync(join(folder.path, 'empty-'));
      const refused = await live({ DATA_DIR: empty, TRUST_DOMAIN: path });
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(said) });
      expect(readdirSync(empty)).toEqual([]);
    }
  });

  it('refuses another address than its certificates name, in one line that says what to do', async () => {
    const moved = await live({ DATA_DIR: data, PUBLIC_URL: 'http://status.example.jp' });
    expect(moved.code).toBe(1);
    expect(moved.stderr).toBe(
      'The address in force is http://localhost:8080, which certificates name, and the service was started for http://status.example.jp: start it with PUBLIC_URL=http://localhost:8080, or have a trust domain file with "addresses": ["http://status.example.jp"] approved first.\n',
    );
    const renamed = await live({ DATA_DIR: data, LOG_ORIGIN: 'status.example.jp/log' });
    expect(renamed.code).toBe(1);
    expect(renamed.stderr).toBe(
      'The log of this service is named localhost:8080/log, and a log keeps its name: start the service with LOG_ORIGIN=localhost:8080/log.\n',
    );
  });

  it('that refuses to start leaves no mark of a run, and keeps the mark of a run that was killed', async () => {
    const mark = join(data, 'running');
    expect((await live({ DATA_DIR: data, AKASHI_PASSPHRASE: 'another' })).code).toBe(1);
    expect(existsSync(mark)).toBe(false);
    writeFileSync(mark, '1\n');
    expect((await live({ DATA_DIR: data, AKASHI_PASSPHRASE: 'another' })).code).toBe(1);
    expect(existsSync(mark)).toBe(true);
    expect((await live({ DATA_DIR: data }, 'Try next:')).stdout).toContain(
      'Recovered: the last run did not stop by itself',
    );
    expect(existsSync(mark)).toBe(false);
  });

  it('opens its keys with the passphrase of a file, and refuses a file before anything is made', async () => {
    const file = join(folder.path, 'passphrase');
    // The demonstration's own, as its first start has kept it.
    copyFileSync(join(data, 'demonstration-passphrase'), file);
    const whole = await live({ DATA_DIR: data, AKASHI_PASSPHRASE_FILE: file }, 'Try next:');
    expect([whole.code, whole.stderr]).toEqual([0, '']);
    expect(whole.stdout).not.toContain('WARNING: no passphrase is set');

    writeFileSync(file, 'another\n');
    const wrong = await live({ DATA_DIR: data, AKASHI_PASSPHRASE_FILE: file });
    expect(wrong).toMatchObject({ code: 1, stderr: 'The passphrase does not open the key store.\n' });

    chmodSync(file, 0o644);
    const empty = mkdtempSync(join(folder.path, 'empty-'));
    const refused = await live({ DATA_DIR: empty, AKASHI_PASSPHRASE_FILE: file });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^Others on this machine may read or write [^\n]*; run chmod 600 [^\n]*\n$/,
    );
    expect(readdirSync(empty)).toEqual([]);

    const own: Record<string, unknown> = JSON.parse(readFileSync('domains/demonstration.json', 'utf8'));
    const path = join(folder.path, 'own-domain.json');
    writeFileSync(path, JSON.stringify({ ...own, name: 'own' }));
    const none = await live({ DATA_DIR: empty, TRUST_DOMAIN: path });
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('AKASHI_PASSPHRASE_FILE or AKASHI_PASSPHRASE must be set');
    expect(readdirSync(empty)).toEqual([]);
  });

  it('refuses objects of another format in one line, and starts with its own again', async () => {
    const mark = join(data, 'objects', 'format');
    const own = readFileSync(mark);
    writeFileSync(mark, '{"format":2}\n');
    const { code, stderr } = await live({ DATA_DIR: data });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The bucket is in format 2; this version of Akashi reads format 1 only\. .*\n$/);
    writeFileSync(mark, own);
    const again = await live({ DATA_DIR: data }, 'Try next:');
    expect(again.code).toBe(0);
    // A start that was refused is no run that did not stop by itself.
    expect(again.stdout).not.toContain('Recovered');
  });

  it('says which port is taken, before it makes anything that contains the port', async () => {
    const server = createServer();
    const port = await new Promise<number>((done) => {
      server.listen(0, '127.0.0.1', () => done((server.address() as { port: number }).port));
    });
    for (const name of ['PORT', 'TLS_PORT']) {
      const fresh = join(folder.path, `taken-${name}`);
      const { code, stdout, stderr } = await live({ DATA_DIR: fresh, [name]: String(port) });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toBe(
        `Port ${port} is taken; stop the program that listens there, or choose another PORT or TLS_PORT.\n`,
      );
      expect(existsSync(join(fresh, 'keys'))).toBe(false);
    }
    server.close();
  });

  it('starts even if the key of one CA is gone, and says which', async () => {
    rmSync(join(data, 'keys', 'ocsp-signature-1-1.key'));
    rmSync(join(data, 'keys', 'signature-1.key'));
    const { code, stderr } = await live({ DATA_DIR: data }, 'Try next:');
    expect(code).toBe(0);
    expect(stderr).toMatch(/"level":"error".*"ca":"signature-1"/);
  });
});

describe('a start that fails', () => {
  it('writes one line that says why and what to do', async () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    const inTheWay = await live({ DATA_DIR: join(file, 'data') });
    expect(inTheWay.code).toBe(1);
    expect(inTheWay.stderr).toBe(
      `${join(file, 'data')} cannot be made, since a file is in its way (ENOTDIR); choose another DATA_DIR.\n`,
    );
    // A device on which nothing can be stored, in the place of a file that is written at the start.
    const full = join(folder.path, 'full');
    mkdirSync(full, { mode: 0o700 });
    symlinkSync('/dev/full', join(full, 'running'));
    const noRoom = await live({ DATA_DIR: full });
    expect(noRoom.code).toBe(1);
    expect(noRoom.stderr).toMatch(/^[^\n]*the disk is full \(ENOSPC\)[^\n]*\n$/);
  });

  it('names the error of a store, and shows a stack only for unexpected errors', async () => {
    const path = join(folder.path, 'table.sqlite');
    mkdirSync(path);
    const failure = await openSqliteTable(path).catch((error: unknown) => error);
    expect(startUpErrorText(failure)).toBe(
      'The table file cannot be read or written; look at the disk. (unable to open database file)',
    );
    const denied = Object.assign(new Error('x'), { code: 'EROFS', syscall: 'mkdir', path: '/srv/data' });
    expect(startUpErrorText(denied)).toBe(
      '/srv/data cannot be read and written by this user (EROFS); choose another DATA_DIR, or change its permissions.',
    );
    expect(
      startUpErrorText(Object.assign(new Error('x'), { code: 'EACCES', syscall: 'listen', port: 80 })),
    ).toContain('port 80');
    const readOnly = Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'mkdir', path: '/srv/data' });
    expect(
      startUpErrorText(Object.assign(new Error('x'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' })),
    ).toBe('The address of HOST cannot be found (ENOTFOUND); choose an address of this machine as HOST.');
    expect(startUpErrorText(readOnly)).toContain(
      '/srv/data cannot be made (ENOENT): its parent folder is read-only',
    );
    const issues = [{ path: 'PORT', message: 'must be a port number' }];
    expect(startUpErrorText(new Fault('configuration-invalid', 'The settings are wrong.', { issues }))).toBe(
      'The settings are wrong.\n  PORT: must be a port number',
    );
    expect(startUpErrorText(new TypeError('unforeseen'))).toMatch(/TypeError: unforeseen\n\s+at /);
  });
});
