import { type ChildProcess, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateSoftwareKey } from '../../../lib/keys/keys.ts';
import { fileOf } from '../../authority/house.ts';
import { akashi } from '../../cli/in-process.ts';
import { freePort } from '../../ports.ts';
import { csrBy } from '../../registration/csr.ts';
import { opensslRequest, temporaryFolder } from '../../service.ts';

/** A trust domain of one's own as a process: its principals make their keys, and the service makes none. */

const LOCAL = resolve(import.meta.dirname, '../../../functions/local/local.ts');
const folder = temporaryFolder();
afterAll(() => folder.remove());

const at = (...names: readonly string[]): string => join(folder.path, ...names);
const OFFICE = at('office.json');
const requests = (name: string): string => at('office.requests', name);
const data = at('data');
/** Where each person has a key, on a machine of its own. */
const keys = at('persons');

let ports: readonly [number, number];
let running: ChildProcess | undefined;
beforeAll(async () => {
  ports = [await freePort(), await freePort()];
  writeFileSync(
    OFFICE,
    fileOf((file) => {
      file.name = 'office';
      file.operators.push({ id: 'operator-hara', name: { ja: '原 操作員', en: 'Operator Hara' } });
    }),
  );
});
afterEach(() => stop());

interface Started {
  /** Null where it listens. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Resolves when it listens, when its output has `until`, or when it has ended. */
const start = (args: readonly string[] = [], until = 'Try next:'): Promise<Started> =>
  new Promise((done) => {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const child = spawn(process.execPath, ['--no-warnings', LOCAL, ...args], {
      env: {
        PATH,
        NODE_COMPILE_CACHE,
        PORT: String(ports[0]),
        TLS_PORT: String(ports[1]),
        DATA_DIR: data,
        TRUST_DOMAIN: OFFICE,
        AKASHI_PASSPHRASE: 'of the office',
      },
    });
    running = child;
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (out.includes(until)) done({ code: null, out, err });
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.once('close', (code) => done({ code, out, err }));
  });

const stop = async (): Promise<void> => {
  const child = running;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((done) => child.once('close', done));
  child.kill('SIGTERM');
  await closed;
};

const run = (line: string, more: readonly string[] = []) =>
  akashi([
    ...line.split(' '),
    ...more,
    ...['--url', `http://localhost:${ports[0]}`, '--tls-url', `https://localhost:${ports[1]}`],
    ...['--data', keys],
  ]);

const ask = async (id: string): Promise<string> => {
  const { code, out, err } = await akashi([
    ...['credentials', 'request', id, '--out', join(keys, 'credentials', id)],
    '--json',
  ]);
  expect([code, err]).toEqual([0, '']);
  copyFileSync(join(keys, 'credentials', id, 'request.csr'), requests(`${id}.csr`));
  return JSON.parse(out).fingerprint;
};

/** What a person does when the certificate has come back. */
const collect = (id: string): void => {
  for (const name of ['cert.pem', 'ca.pem'])
    copyFileSync(join(data, 'certificates', id, name), join(keys, 'credentials', id, name));
};

/** The operators of the file enrol everybody else, here the first auditor. */
const enrolAuditor = async (): Promise<void> => {
  const say = async (line: string, ...more: readonly string[]) => {
    const { code, out, err } = await run(`${line} --json`, more);
    // 4: it waits for somebody.
    expect([[0, 4].includes(code), err], line).toEqual([true, '']);
    return JSON.parse(out);
  };
  const names = ['--name-ja', '監査人', '--name-en', 'Auditor'];
  await say('auditors propose auditor --as operator-sakai', ...names);
  const { invitation } = await say('auditors confirm auditor --as operator-noda');
  const out = ['--out', join(keys, 'credentials', 'auditor')];
  const { fingerprint } = await say(`enrol --invitation ${invitation}`, ...out);
  await say(`auditors enrol auditor --fingerprint ${fingerprint} --as operator-sakai`);
  await say(`enrol --invitation ${invitation}`, ...out);
};

const assertAuditFindsNothing = async (): Promise<void> => {
  writeFileSync(at('log.vkey'), await (await fetch(`http://localhost:${ports[0]}/log/key`)).text());
  const verified = await run('audit verify --as auditor --json', [
    ...['--key', at('log.vkey'), '--state', at('state.json')],
  ]);
  expect(verified.err).toBe('');
  expect(JSON.parse(verified.out).findings).toEqual([]);
};

const issuances = async (): Promise<number> => {
  const { out } = await run('records --as auditor --kind issuance --all --json');
  return JSON.parse(out).records.filter(({ details }: { details: { profile: string } }) =>
    details.profile.startsWith('principal'),
  ).length;
};

describe('the first start', { timeout: 120_000 }, () => {
  beforeEach(() => {
    rmSync(at('office.requests'), { recursive: true, force: true });
    mkdirSync(at('office.requests'));
  });
  const request = (id: string): void => {
    opensslRequest(folder.path, id);
    renameSync(at(`${id}.csr`), requests(`${id}.csr`));
  };
  const refused = async (): Promise<string> => {
    const { code, out, err } = await start();
    expect([code, out]).toEqual([1, '']);
    expect(existsSync(data)).toBe(false);
    return err;
  };

  it('is refused without the requests of both persons, says what to do, and makes nothing', async () => {
    rmSync(at('office.requests'), { recursive: true });
    const none = await refused();
    expect(none).toContain('Requests are missing of: operator-sakai, operator-noda.');
    expect(none).toContain('akashi credentials request operator-sakai --out FOLDER');
    expect(none).toContain('openssl req -new');
    expect(none).toContain(`for ${requests('operator-sakai.csr')}, ${requests('operator-noda.csr')}.`);
    mkdirSync(at('office.requests'));
    request('operator-sakai');
    expect(await refused()).toContain('Requests are missing of: operator-noda.');
  });

  it.each<[string, () => Promise<void> | void, RegExp]>([
    [
      'that is signed with another key',
      async () => {
        const [signer, other] = [
          await generateSoftwareKey('ecdsa-p256-sha256'),
          await generateSoftwareKey('ecdsa-p256-sha256'),
        ];
        writeFileSync(requests('operator-mori.csr'), await csrBy(signer, other.subjectPublicKeyInfo));
      },
      /operator-mori\.csr is not taken\. .*signature/,
    ],
    [
      "with another person's key",
      () => copyFileSync(requests('operator-noda.csr'), requests('operator-mori.csr')),
      /belongs to operator-noda/,
    ],
    [
      'with RSA of 1024 bits',
      () => {
        opensslRequest(folder.path, 'operator-mori', ['-newkey', 'rsa:1024']);
        renameSync(at('operator-mori.csr'), requests('operator-mori.csr'));
      },
      /operator-mori\.csr is not taken\. .*key/,
    ],
    [
      'for a principal that is not there',
      () => copyFileSync(requests('operator-noda.csr'), requests('operator-nodda.csr')),
      /operator-nodda\.csr is for nobody/,
    ],
    [
      'of a megabyte',
      () => writeFileSync(requests('operator-mori.csr'), 'A'.repeat(1_000_000)),
      /operator-mori\.csr has more than the \d+ bytes/,
    ],
    [
      'that is no PEM',
      () => writeFileSync(requests('operator-mori.csr'), 'no request'),
      /operator-mori\.csr is not taken\. Malformed PEM/,
    ],
    [
      'that is a private key',
      () => copyFileSync(at('operator-noda.key'), requests('operator-mori.csr')),
      /operator-mori\.csr is not taken\. Malformed PEM/,
    ],
    [
      'that is a folder',
      () => void mkdirSync(requests('operator-mori.csr')),
      /operator-mori\.csr must be a file/,
    ],
  ])('is refused with a request %s, and makes nothing', async (_, put, said) => {
    for (const id of ['operator-sakai', 'operator-noda']) request(id);
    await put();
    expect(await refused()).toMatch(said);
  });
});

describe('a trust domain of its own', { timeout: 120_000 }, () => {
  const PERSONS = ['operator-sakai', 'operator-noda', 'operator-mori'] as const;
  const fingerprints: Record<string, string> = {};
  const certificate = (id: string): string =>
    readFileSync(join(data, 'certificates', id, 'cert.pem'), 'utf8');

  it('is interrupted, and its ceremony certifies the keys that it recorded and no other', async () => {
    rmSync(at('office.requests'), { recursive: true, force: true });
    mkdirSync(at('office.requests'));
    for (const id of PERSONS) fingerprints[id] = await ask(id);
    await start([], 'operations-1: key made');
    await stop();
    const kept = readFileSync(requests('operator-mori.csr'));
    opensslRequest(folder.path, 'operator-mori');
    copyFileSync(at('operator-mori.csr'), requests('operator-mori.csr'));
    const { code, out } = await start();
    expect(code).toBeNull();
    expect(out).toContain(`for the key with the fingerprint ${fingerprints['operator-noda']}`);
    expect(out).toContain(
      `put back ${requests('operator-mori.csr')} for the key with the fingerprint ${fingerprints['operator-mori']}`,
    );
    expect(existsSync(join(data, 'certificates', 'operator-mori'))).toBe(false);
    await stop();
    writeFileSync(requests('operator-mori.csr'), kept);
  });

  it('lets its people in by their own keys, and has none of these', async () => {
    const { code, out } = await start();
    expect(code).toBeNull();
    expect(out).toContain(`operator-mori: certificate in ${join(data, 'certificates', 'operator-mori')}`);
    expect(out).toMatch(/operator-hara .*\(no certificate yet\)/);
    expect(out).toContain('no certificate yet: two operators have a file approved');
    for (const id of PERSONS) collect(id);
    expect((await run('trust-domain show --as operator-sakai')).code).toBe(0);
    expect((await run('keys show --as operator-noda')).code).toBe(0);
    await enrolAuditor();
    await assertAuditFindsNothing();

    const { out: listed } = await run('records --as auditor --kind issuance --all --json');
    const own = JSON.parse(listed).records.filter(
      ({ details }: { details: { keyHolder: string } }) => details.keyHolder === 'operator-noda',
    );
    const { out: states } = await run('records --as auditor --kind trust-domain --json');
    const [first] = JSON.parse(states).records;
    expect(own).toMatchObject([
      { details: { publicKeyDigest: fingerprints['operator-noda'], basis: [first.id] } },
    ]);
    expect(first.details.credentials).toMatchObject(
      PERSONS.map((principal) => ({ principal, publicKeyDigest: fingerprints[principal] })),
    );

    expect(existsSync(join(data, 'credentials'))).toBe(false);
    expect(statSync(join(keys, 'credentials', 'operator-mori', 'key.pem')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(data, 'certificates', 'operator-mori')).sort()).toEqual(['ca.pem', 'cert.pem']);
  });

  it('certifies nothing for a request that somebody puts beside it later', async () => {
    const before = certificate('operator-noda');
    await start();
    const count = await issuances();
    await stop();
    for (const id of ['operator-noda', 'operator-hara', 'nobody']) {
      opensslRequest(folder.path, id);
      copyFileSync(at(`${id}.csr`), requests(`${id}.csr`));
    }
    // Files that were taken away come back without a request, for the same keys.
    rmSync(join(data, 'certificates'), { recursive: true });
    const { code, out } = await start();
    expect(code).toBeNull();
    expect(out).toMatch(/operator-hara .*\(no certificate yet\)/);
    expect(certificate('operator-noda')).toBe(before);
    expect(existsSync(join(data, 'certificates', 'operator-hara'))).toBe(false);
    expect(await issuances()).toBe(count);
    await assertAuditFindsNothing();
  });

  it('makes no credentials for the asking', async () => {
    const { code, err } = await start(['--new-credentials', 'operator-noda']);
    expect(code).toBe(1);
    expect(err).toContain('The service makes credentials in the demonstration only.');
    expect((await start(['--new-credentials', 'nobody'])).err).toContain('no principal nobody');
    expect((await start(['--certify'])).code).toBe(2);
    expect((await start(['--help'])).out).toContain('--new-credentials PRINCIPAL');
  });
});
