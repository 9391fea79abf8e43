import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionsWithin, LIMITS } from '../functions/local/limits.ts';
import { DAMAGES } from '../lib/audit/audit.ts';
import { credentialsOfAll } from './credentials.ts';
import { freePort } from './ports.ts';
import { serveService } from './served-service.ts';
import { type Service, temporaryFolder } from './service.ts';

/** docs/operations.md: what stands there is run or verified, as far as the programs that judge it are installed. */
const root = resolve(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, own, text = '']) =>
    own === language ? [text] : [],
  );
const theBlock = (language: string, part: string): string => {
  const found = blocks(language).filter((text) => text.includes(part));
  expect(found).toHaveLength(1);
  return found[0] as string;
};
const section = (heading: string): string => {
  const [, after = ''] = page.split(`\n## ${heading}\n`);
  return after.split('\n## ')[0] as string;
};

const isThere = (program: string, args: readonly string[]): boolean => {
  const there = spawnSync(program, args).status === 0;
  if (!there) process.stdout.write(`${program} is not installed: its judgement is skipped.\n`);
  return there;
};
const hasSystemd = isThere('systemd-analyze', ['--version']);
const hasNginx = isThere('nginx', ['-v']) && isThere('curl', ['--version']);
const STREAM = '/usr/lib/nginx/modules/ngx_stream_module.so';
if (!existsSync(STREAM)) process.stdout.write(`${STREAM} is not there: TLS through nginx is skipped.\n`);

const folder = temporaryFolder();
afterAll(() => folder.remove());

describe('the findings of an audit', () => {
  const rows = section('What each finding of the audit demands')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').slice(1, -1));

  it('each have one row, and nothing else has', () => {
    expect(rows.map(([code = '']) => code.trim().slice(1, -1)).toSorted()).toEqual(
      Object.keys(DAMAGES).toSorted(),
    );
  });

  it('say what it means, who may have done it and what to do', () => {
    for (const row of rows) {
      expect(row).toHaveLength(4);
      for (const cell of row) expect(cell.trim()).not.toBe('');
    }
  });
});

describe('links of the page', () => {
  it('lead to headings that are there', () => {
    const anchorsOf = (file: string): readonly string[] =>
      [...readFileSync(join(root, 'docs', file), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N} -]/gu, '')
          .replaceAll(' ', '-'),
      );
    const links = [...page.matchAll(/\]\(([a-z]*(?:\.md)?)#([^)]+)\)/g)];
    expect(links.length).toBeGreaterThan(15);
    for (const [, file = '', anchor = ''] of links)
      expect(anchorsOf(file === '' ? 'operations.md' : file)).toContain(anchor);
  });
});

describe('the units', () => {
  const unit = theBlock('ini', 'functions/local/local.ts');
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

  it('leave the time and the files that the service needs', () => {
    expect(Number(value('TimeoutStopSec')) * 1000).toBeGreaterThan(2 * LIMITS.stopMs);
    expect(connectionsWithin(Number(value('LimitNOFILE')))).toBe(LIMITS.connections);
    expect(value('KillSignal')).toBe('SIGTERM');
  });

  /** The units with the paths of this checkout, since systemd looks for what they start. */
  const write = (name: string, text: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, text.replaceAll('/opt/akashi/node_modules/.bin/node', process.execPath));
    return path;
  };

  it.skipIf(!hasSystemd)('are what systemd takes', { timeout: 60_000 }, () => {
    const backup = theBlock('ini', 'akashi-backup.service');
    const paths = [
      write('akashi.service', unit),
      write('akashi-backup.service', backup),
      write('akashi-backup.timer', theBlock('ini', 'akashi-backup.timer')),
      write(
        'akashi-witness.service',
        theBlock('ini', 'witness.ts')
          .trim()
          .split('\n')
          .reduce((text, line) => {
            const name = line.slice(0, line.indexOf('=') + 1);
            const place = name === 'Environment=' ? 'Environment=DATA_DIR=' : name;
            expect(text).toMatch(new RegExp(`^${place}.*$`, 'm'));
            return text.replace(new RegExp(`^${place}.*$`, 'm'), line);
          }, unit),
      ),
    ];
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], {
      encoding: 'utf8',
    });
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });

  it.skipIf(!hasSystemd)('keep the exposure of the service small', { timeout: 60_000 }, () => {
    const { status, stderr } = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', '--threshold=20', write('akashi.service', unit)],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe('the container', () => {
  const file = theBlock('dockerfile', 'FROM');

  it('copies what is there, and starts and asks with programs that are in it', () => {
    const copied = [...file.matchAll(/^COPY (?!--)(.*)$/gm)].flatMap(([, names = '']) =>
      names.split(' ').slice(0, -1),
    );
    expect(copied).toContain('functions');
    expect(copied.filter((name) => !existsSync(join(root, name)))).toEqual([]);
    // Everything that the service and the commands import from the project is among it.
    const imports = spawnSync('grep', ['-rhoE', `'\\.\\./[./]*[a-z-]+/`, 'functions', 'lib', 'cli'], {
      cwd: root,
      encoding: 'utf8',
    }).stdout;
    expect(imports).not.toMatch(/\/(?:infra|test|bench)\//);
    const [, command = ''] = /^CMD (\[.*\])$/m.exec(file) ?? [];
    expect(JSON.parse(command)).toEqual(['node', 'functions/local/local.ts']);
  });

  it('asks for the health of a service, and takes a silent one for a sick one', async () => {
    const [, asked = ''] = /^HEALTHCHECK .*?CMD (\[.*\])$/m.exec(file) ?? [];
    const [, ...args] = JSON.parse(asked) as string[];
    const upstream = createServer((request, response) => {
      response.writeHead(request.url === '/healthz' ? 200 : 404).end('{}');
    });
    await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
    const { port } = upstream.address() as AddressInfo;
    const ask = (): Promise<number | null> =>
      new Promise((done) => {
        const own = args.map((arg) => arg.replace(':8080', `:${port}`));
        spawn(process.execPath, own, { stdio: 'ignore' }).once('close', done);
      });
    expect(await ask()).toBe(0);
    await new Promise((done) => upstream.close(done));
    expect(await ask()).toBe(1);
  });
});

describe.skipIf(!hasNginx)('nginx before the service', { timeout: 60_000 }, () => {
  let service: Service & { readonly url: string; readonly tlsPort: number };
  let stop = async (): Promise<void> => {};
  let ports: { readonly plain: number; readonly echo: number; readonly stream: number };
  const seen: Record<string, unknown>[] = [];
  const echo = createServer(({ headers }, response) => {
    seen.push(headers);
    response.end();
  });

  beforeAll(async () => {
    service = await serveService(join(folder.path, 'data'));
    const credentials = join(folder.path, 'credentials');
    await credentialsOfAll(service, credentials);
    await new Promise<void>((done) => echo.listen(0, '127.0.0.1', done));
    ports = { plain: await freePort(), echo: await freePort(), stream: await freePort() };
    const plain = theBlock('nginx', 'upstream akashi');
    const through = (name: string, listen: number, upstream: number): string =>
      plain
        .replaceAll('akashi', name)
        .replace('127.0.0.1:8080', `127.0.0.1:${upstream}`)
        .replace('listen 80;', `listen 127.0.0.1:${listen};`);
    const stream = theBlock('nginx', 'stream {')
      .replace('192.0.2.10:8443', `127.0.0.1:${ports.stream}`)
      .replace('127.0.0.1:8443', `127.0.0.1:${service.tlsPort}`);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder.path}/${name};`,
    );
    writeFileSync(
      join(folder.path, 'nginx.conf'),
      `${existsSync(STREAM) ? `load_module ${STREAM};` : ''}
      daemon off; pid ${folder.path}/nginx.pid; error_log stderr; events {}
      http { access_log off; ${temporary.join(' ')}
        ${through('akashi', ports.plain, Number(new URL(service.url).port))}
        ${through('echo', ports.echo, (echo.address() as AddressInfo).port)} }
      ${existsSync(STREAM) ? stream : ''}`,
    );
    const child = spawn('nginx', ['-c', join(folder.path, 'nginx.conf'), '-p', folder.path], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    stop = async () => {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      if (child.exitCode === null) await gone;
    };
    for (let waited = 0; ; waited += 50) {
      const up = await fetch(`http://127.0.0.1:${ports.plain}/healthz`).catch(() => undefined);
      if (up?.ok) break;
      if (waited > 10_000 || child.exitCode !== null) throw new Error(`nginx did not start: ${said}`);
      await delay(50);
    }
  }, 60_000);
  afterAll(async () => {
    await stop();
    echo.close();
    await service?.close();
  });

  it('says one address of the caller, whatever the caller says, and keeps connections shorter than the service', async () => {
    await fetch(`http://127.0.0.1:${ports.echo}/`, {
      headers: { 'x-forwarded-for': '198.51.100.1', forwarded: 'for=198.51.100.1' },
    });
    const [headers] = seen;
    expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1' });
    expect(headers).not.toHaveProperty('forwarded');
    const [, kept] = /^ {2}keepalive_timeout (\d+)s;$/m.exec(theBlock('nginx', 'upstream akashi')) ?? [];
    expect(Number(kept) * 1000).toBeLessThan(LIMITS.idleMs);
  });

  it('hands out what is public, and no token through', async () => {
    const crl = '/crl/organisation-1/full.crl';
    const [direct, through] = await Promise.all(
      [service.url, `http://127.0.0.1:${ports.plain}`].map(async (url) =>
        Buffer.from(await (await fetch(url + crl)).arrayBuffer()),
      ),
    );
    expect(through?.length).toBeGreaterThan(100);
    expect(through).toEqual(direct);
    const answer = await fetch(`http://127.0.0.1:${ports.plain}/api/v1/requests`, {
      headers: { authorization: 'Bearer e30.e30.e30' },
    });
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'tls-required' }]);
    const from = await fetch(`${service.url}/api/v1/requests`, {
      headers: { authorization: 'Bearer e30.e30.e30' },
    });
    expect(from.status).toBe(401);
  });

  it.skipIf(!existsSync(STREAM))('passes a client certificate on', async () => {
    const at = (file: string) => join(folder.path, 'credentials', 'auditor', file);
    const { stdout: answer } = await promisify(execFile)('curl', [
      ...['-sS', '--cacert', at('ca.pem'), '--cert', at('cert.pem'), '--key', at('key.pem')],
      `https://localhost:${ports.stream}/api/v1/counts?from=2026-01&to=2026-12`,
    ]);
    expect(JSON.parse(answer)).toHaveProperty('counts');
  });
});
