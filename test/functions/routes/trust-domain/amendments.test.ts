import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { akashi } from '../../../cli/in-process.ts';
import { serveService } from '../../../served-service.ts';
import { DEMONSTRATION, opensslRequest, type Service, temporaryFolder } from '../../../service.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

interface File {
  readonly operators: { id: string; readonly name: { ja: string; en: string } }[];
  readonly retention: Record<string, string>;
}

const changedFile = (change: (file: File) => void): string => {
  const file: File = JSON.parse(readFileSync(DEMONSTRATION, 'utf8'));
  change(file);
  return JSON.stringify(file, null, 2);
};

const springChanges = (file: File): void => {
  file.operators.push({ id: 'operator-ito', name: { ja: '伊藤 操作員', en: 'Operator Ito' } });
  file.operators.splice(
    file.operators.findIndex(({ id }) => id === 'operator-mori'),
    1,
  );
  file.retention.provision = 'P8Y';
};

describe('the service on one machine, changed by two operators on the command line', {
  timeout: 120_000,
}, () => {
  const data = join(folder.path, 'data');
  const ours = join(folder.path, 'ours.json');
  const kept = join(data, 'trust-domain.json');
  let ports: readonly number[];
  let environment: Readonly<Record<string, string>>;
  let running: ChildProcess | undefined;

  const freePort = (): Promise<number> =>
    new Promise((done) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address() as AddressInfo;
        probe.close(() => done(port));
      });
    });

  beforeAll(async () => {
    ports = [await freePort(), await freePort()];
    environment = {
      PATH: process.env.PATH ?? '',
      PORT: String(ports[0]),
      TLS_PORT: String(ports[1]),
      DATA_DIR: data,
    };
  });
  afterAll(() => {
    running?.kill('SIGKILL');
  });

  /** Resolves when it listens or has ended. */
  const start = (trustDomain: string): Promise<{ code: number | null; out: string; err: string }> =>
    new Promise((done) => {
      const child = spawn(
        process.execPath,
        ['--no-warnings', resolve(import.meta.dirname, '../../../../functions/local/local.ts')],
        { env: { ...environment, TRUST_DOMAIN: trustDomain } },
      );
      running = child;
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk) => {
        out += chunk;
        if (out.includes('Try next:')) done({ code: null, out, err });
      });
      child.stderr.on('data', (chunk) => {
        err += chunk;
      });
      child.once('close', (code) => done({ code, out, err }));
    });
  const stop = async (): Promise<void> => {
    const child = running;
    if (!child || child.exitCode !== null) return;
    const closed = new Promise((done) => child.once('close', done));
    child.kill('SIGTERM');
    await closed;
  };
  const run = (line: string, more: readonly string[] = []) =>
    akashi([
      ...line.split(' '),
      ...more,
      '--url',
      `http://localhost:${ports[0]}`,
      '--tls-url',
      `https://localhost:${ports[1]}`,
      '--data',
      data,
    ]);

  it('refuses a changed file and prints the commands to run', async () => {
    copyFileSync(DEMONSTRATION, ours);
    expect((await start(ours)).code).toBeNull();
    opensslRequest(folder.path, 'mayor');
    const submitted = await run(
      'request --as nishi-counter --profile official-position --field position=Mayor --field positionJa=市長',
      ['--csr', join(folder.path, 'mayor.csr')],
    );
    expect(submitted.code).toBe(0);
    const names = ['--name-ja', '南区役所', '--name-en', 'Minami Ward Office'];
    expect((await run('offices propose minami --tenant tokiwa --as operator-mori', names)).code).toBe(0);
    await stop();

    writeFileSync(ours, changedFile(springChanges));
    const { code, err } = await start(ours);
    expect(code).toBe(1);
    expect(err).toContain(`  TRUST_DOMAIN=${kept} npm start\n`);
    expect(err).toContain(`  npx akashi trust-domain propose ${ours} --as OPERATOR\n`);
    expect(readFileSync(kept, 'utf8')).toBe(readFileSync(DEMONSTRATION, 'utf8'));
  });

  let id: string;

  it('takes the proposal of one operator and the approval of another', async () => {
    expect((await start(kept)).code).toBeNull();
    const proposed = await run('trust-domain propose --as operator-sakai', [ours]);
    expect(proposed).toMatchObject({ code: 0, err: '' });
    expect(proposed.out).toMatch(/state\s+proposed/);
    id = /amendment\s+([0-9a-f]{20})/.exec(proposed.out)?.[1] ?? '';
    expect(proposed.out).toContain(`akashi trust-domain approve ${id}`);

    const shown = await run(`trust-domain show ${id} --as operator-noda --file`, [ours]);
    expect(shown.out).toMatch(/added\s+operators\.operator-ito\s+\{"id":"operator-ito"/);
    expect(shown.out).toMatch(/removed\s+operators\.operator-mori/);
    expect(shown.out).toMatch(/changed\s+retention\.provision\s+P7Y -> P8Y/);
    expect(shown.out).toContain(`${ours} is the proposed file, byte for byte.`);
    const other = await run(`trust-domain show ${id} --as operator-noda --file`, [DEMONSTRATION]);
    expect(other.out).toContain('is NOT the proposed file');

    const own = await run(`trust-domain approve ${id} --as operator-sakai`);
    expect(own).toMatchObject({ code: 1, out: '' });
    expect(own.err).toMatch(/same-person[\s\S]*what to do\s+Call with --as another person/);
    const officer = await run(`trust-domain approve ${id} --as higashi-chief`);
    expect(officer.err).toContain('(forbidden)');
    const approved = await run(`trust-domain approve ${id} --as operator-noda`);
    expect(approved.out).toMatch(/state\s+approved[\s\S]*next: start the service with the proposed file/);
    const again = await run(`trust-domain approve ${id} --as operator-noda --json`);
    expect(JSON.parse(again.err)).toMatchObject({ code: 'amendment-closed', facts: { state: 'approved' } });
    const listed = await run('trust-domain show --as operator-noda');
    expect(listed.out).toMatch(
      new RegExp(`^${id}\\s+approved\\s+3 changes\\s+proposed .* by operator-sakai\n$`),
    );
    expect(await run('trust-domain approve no-id --as operator-noda')).toMatchObject({ code: 2 });
    await stop();
  });

  it('applies it at the start with its file; a withdrawn operator is kept out, and its acts stay', async () => {
    // Only those whom the amendment brings are certified by its ceremony.
    const requests = join(folder.path, 'ours.requests');
    const own = join(data, 'credentials', 'operator-ito');
    mkdirSync(requests);
    expect((await akashi(['credentials', 'request', 'operator-ito', '--out', own])).code).toBe(0);
    copyFileSync(join(own, 'request.csr'), join(requests, 'operator-ito.csr'));
    opensslRequest(requests, 'operator-noda');
    const { code, out } = await start(ours);
    expect(code).toBeNull();
    expect(out).toContain(`amendment ${id} applied\n`);
    expect(out).toContain('trust domain "demonstration" changed\n');
    expect(out).toContain(
      `operator-ito: certificate in ${join(data, 'certificates', 'operator-ito')}, for the key`,
    );
    expect(readdirSync(join(data, 'certificates'))).toEqual(['operator-ito']);
    for (const file of ['cert.pem', 'ca.pem'])
      copyFileSync(join(data, 'certificates', 'operator-ito', file), join(own, file));
    expect(readFileSync(kept, 'utf8')).toBe(readFileSync(ours, 'utf8'));

    const gone = await run('requests --as operator-mori');
    expect(gone).toMatchObject({ code: 1, out: '' });
    expect(gone.err).toContain('client-certificate-invalid');
    expect((await run('requests --as operator-ito')).out).toContain('submitted');
    const record = await run('records --as auditor --kind trust-domain --json');
    const details: readonly { step: string; amendment?: string }[] = JSON.parse(record.out).records.map(
      (one: { details: unknown }) => one.details,
    );
    expect(details.filter(({ amendment }) => amendment === id).map(({ step }) => step)).toEqual([
      'applied',
      'applying',
      'approved',
      'proposed',
    ]);
    const [applied] = JSON.parse(record.out).records;
    expect(applied.details.credentials).toMatchObject([{ principal: 'operator-ito' }]);
    const issued = await run('records --as auditor --kind issuance --json');
    expect(JSON.parse(issued.out).records[0]).toMatchObject({
      actor: 'service',
      details: { keyHolder: 'operator-ito', basis: [applied.id] },
    });
    writeFileSync(
      join(folder.path, 'log.vkey'),
      await (await fetch(`http://localhost:${ports[0]}/log/key`)).text(),
    );
    const audit = ['--key', join(folder.path, 'log.vkey'), '--state', join(folder.path, 'state.json')];
    const verified = await run('audit verify --as auditor --json', audit);
    expect(JSON.parse(verified.out).findings).toEqual([]);
    const acts = await run('records --as auditor --actor operator-mori --json');
    expect(JSON.parse(acts.out).records).toMatchObject([{ kind: 'enrolment', tenant: 'tokiwa' }]);
    await stop();

    expect((await start(DEMONSTRATION)).code).toBe(1);
  });
});

describe('proposals over HTTP', { timeout: 60_000 }, () => {
  let service: Service & { readonly url: string };
  let token: string;
  const into = join(folder.path, 'http');

  beforeAll(async () => {
    mkdirSync(into);
    service = await serveService(into);
    ({ token } = await service.app.principals.issueToken(service.principal('operator-sakai')));
  });
  afterAll(() => service.close());

  /** The members of an answer or a problem that the tests read. */
  interface Said {
    readonly id: string;
    readonly after: string;
    readonly code?: string;
    readonly changes?: readonly unknown[];
    readonly facts: { readonly issues: unknown };
  }
  const read = async (answer: Response): Promise<Said> => (await answer.json()) as Said;

  const propose = async (body: string | Uint8Array, type = 'application/json') => {
    const answer = await fetch(`${service.url}/api/v1/trust-domain/amendments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body: Buffer.from(body),
    });
    return { status: answer.status, location: answer.headers.get('location'), problem: await read(answer) };
  };

  it('are refused with a stable code if they are invalid', async () => {
    const file = changedFile(springChanges);
    const GZIP = 'application/gzip';
    const cases: readonly (readonly [string, Awaited<ReturnType<typeof propose>>, number, string])[] = [
      ['nothing', await propose(''), 400, 'invalid-input'],
      ['no JSON', await propose('{"name":'), 400, 'invalid-input'],
      ['a member twice', await propose(file.replace('{', '{"name":"other",')), 400, 'invalid-input'],
      ['a byte order mark', await propose(`\ufeff${file}`), 400, 'invalid-input'],
      ['no UTF-8', await propose(Buffer.concat([Buffer.from(file), Buffer.of(0xff)])), 400, 'invalid-input'],
      ['another type', await propose(file, 'text/plain'), 415, 'unsupported-media-type'],
      ['no gzip', await propose(file, GZIP), 400, 'invalid-input'],
      ['half of a gzip', await propose(gzipSync(file).subarray(0, 900), GZIP), 400, 'invalid-input'],
      ['a bomb', await propose(gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)), GZIP), 400, 'invalid-input'],
      ['too many bytes', await propose(Buffer.alloc(4 * 1024 * 1024 + 1, 0x20)), 413, 'body-too-large'],
      ['no trust domain', await propose('{}'), 422, 'amendment-invalid'],
      [
        'the file in force',
        await propose(JSON.stringify(JSON.parse(readFileSync(DEMONSTRATION, 'utf8')))),
        422,
        'amendment-invalid',
      ],
      [
        'a shorter period',
        await propose(changedFile((one) => void Object.assign(one.retention, { crl: 'P1Y' }))),
        422,
        'amendment-invalid',
      ],
    ];
    for (const [name, { status, problem }, expected, code] of cases) {
      expect([name, status, problem.code]).toEqual([name, expected, code]);
    }
    const [, shorter] = cases.at(-1) ?? [];
    expect(shorter?.problem.facts.issues).toEqual([
      { path: 'retention.crl', message: expect.stringContaining('promised') },
    ]);
    expect((await service.app.amendments.list({ limit: 10 })).amendments).toEqual([]);
  });

  it('may come plain or compressed, and are the same file', async () => {
    const file = changedFile(springChanges);
    const plain = await propose(file);
    expect(plain).toMatchObject({
      status: 201,
      location: `/api/v1/trust-domain/amendments/${plain.problem.id}`,
    });
    const packed = await propose(gzipSync(file), 'application/gzip');
    expect(packed.problem.after).toBe(plain.problem.after);
    const shown = await fetch(`${service.url}${plain.location}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect((await read(shown)).changes).toHaveLength(3);
    const unknown = await fetch(`${service.url}/api/v1/trust-domain/amendments/${'00'.repeat(10)}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect([unknown.status, (await read(unknown)).code]).toEqual([404, 'unknown-amendment']);
  });

  it('leave no name of a person in the log', () => {
    expect(JSON.stringify(service.logged)).not.toMatch(/伊藤|Ito/);
  });
});
