import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http, { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Service, startService } from '../../cli/demo/service.ts';
import { isOpen } from '../../cli/doors.ts';
import { buildProgram } from '../../cli/program.ts';
import { readSettings } from '../../cli/settings.ts';
import { pathMatcher } from '../../functions/http/route.ts';
import { routes } from '../../functions/routes/routes.ts';
import { akashi, enter } from './in-process.ts';

/** Each door of a deployment has its own routes. The commands run through doors that have those of the templates. */
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'akashi-doors-'));

type Has = (method: string, path: string) => boolean;
interface Resource {
  readonly Type: string;
  readonly Properties: {
    readonly RouteKey: string;
    readonly ListenerArn: { readonly Ref: string };
    readonly Conditions: readonly {
      readonly PathPatternConfig?: { readonly Values: readonly string[] };
      readonly HttpRequestMethodConfig?: { readonly Values: readonly string[] };
    }[];
  };
}
const resourcesOf = (template: string, type: string): readonly Resource[] => {
  const file = join(root, 'test/infra/golden', template);
  const { Resources } = JSON.parse(readFileSync(file, 'utf8')) as { Resources: Record<string, Resource> };
  return Object.values(Resources).filter(({ Type }) => Type === type);
};

const api = (template: string): Has => {
  const places = resourcesOf(`public/${template}.json`, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => {
    const [method = '', path = ''] = Properties.RouteKey.split(' ');
    return { method, match: pathMatcher(path) };
  });
  return (asked, path) =>
    places.some(({ method, match }) => (method === 'ANY' || method === asked) && match(path) !== undefined);
};

const listener = (name: RegExp): Has => {
  const rules = resourcesOf('private/PrivateDoor.json', 'AWS::ElasticLoadBalancingV2::ListenerRule').filter(
    ({ Properties }) => name.test(Properties.ListenerArn.Ref),
  );
  return (asked, path) =>
    rules.some(({ Properties: { Conditions } }) =>
      Conditions.every(({ PathPatternConfig: paths, HttpRequestMethodConfig: methods }) =>
        paths
          ? paths.Values.some((value) =>
              new RegExp(`^${value.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(path),
            )
          : (methods?.Values.includes(asked) ?? true),
      ),
    );
};

const PUBLIC = api('PublicDoor');
const CALLERS = [api('CertificateDoor'), api('TokenDoor')];
const PLAIN = listener(/^BalancerPlain/);
const TLS = listener(/^BalancerTls/);

let service: Service;
const servers: Server[] = [];
/** What was asked at each door, and what no door of that kind has. */
const asked = new Set<string>();
const absent = new Set<string>();

/** Sends on what all deployments have at such a door, and answers anything else as API Gateway does. */
const openDoor = async (name: string, have: readonly Has[]): Promise<string> => {
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const path = new URL(url, 'http://x').pathname;
    asked.add(`${name} ${method} ${path}`);
    if (!have.every((has) => has(method, path))) {
      absent.add(`${name} ${method} ${path}`);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
      return;
    }
    const { host: _own, ...rest } = headers;
    const onward = http.request(`${service.url}${url}`, { method, headers: rest }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const run = async (line: string): Promise<string> => {
  const { code, out, err } = await akashi(line.split(' '));
  expect({ line, code, err }).toEqual({ line, code: 0, err: '' });
  return out;
};

beforeAll(async () => {
  service = await startService(root, folder, process.env);
  enter(folder, service);
}, 120_000);

afterAll(async () => {
  await service?.stop();
  for (const server of servers) server.close();
  process.chdir(root);
  rmSync(folder, { recursive: true, force: true });
});

describe('what everybody may ask', () => {
  it('is what the routes say', () => {
    const judged = routes.map(({ id, method, path }) => [
      id,
      isOpen(method, path.replace(/\{\w+\+?\}/g, 'x1')),
    ]);
    expect(judged).toEqual(routes.map(({ id, access }) => [id, access === 'public']));
  });
});

describe('every command asks a door that has the route', () => {
  it('with the routes of each deployment', { timeout: 240_000 }, async () => {
    execFileSync('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'p.key'], {
      cwd: folder,
    });
    execFileSync('openssl', ['req', '-new', '-key', 'p.key', '-subj', '/', '-out', 'p.csr'], { cwd: folder });
    const submitted = await run(
      'request --as higashi-counter --profile official-position --csr p.csr --field position=Chief --field positionJa=課長 --json',
    );
    const { id } = (JSON.parse(submitted) as { request: { id: string } }).request;
    await run(`examine ${id} --approve --as higashi-examiner`);
    await run(`examine ${id} --approve --as operator-sakai`);
    const tokens: Record<string, string> = {};
    for (const name of ['higashi-counter', 'higashi-chief', 'auditor', 'tax-portal', 'operator-sakai'])
      tokens[name] = (await run(`token --as ${name}`)).trim();

    const open = await openDoor('open', [PUBLIC, PLAIN]);
    const callers = await openDoor('callers', [...CALLERS, TLS]);
    const by = (name: string, line: string): Promise<string> =>
      run(`${line} --url ${open} --token-url ${callers} --token ${tokens[name]}`);

    await by('higashi-counter', 'authorities');
    await by('higashi-counter', 'profiles');
    await by('higashi-counter', 'requests');
    await by('higashi-counter', `show ${id}`);
    await by('higashi-counter', `collect ${id} --out p.pem`);
    await by('higashi-chief', 'certificate p.pem');
    await by('higashi-chief', 'hold p.pem');
    await by('higashi-chief', 'release p.pem');
    const issuer = await fetch(`${service.url}/ca/organisation-1.pem`);
    writeFileSync(join(folder, 'root.pem'), await issuer.text());
    const checked = 'status p.pem --root root.pem --purpose tax-refund';
    await by('tax-portal', `${checked} --ocsp ${open}/ocsp`);
    await by('tax-portal', `${checked} --crl ${open}/crl/organisation-1/full.crl`);
    expect([...asked]).toEqual(
      expect.arrayContaining(['callers POST /ocsp', 'callers GET /crl/organisation-1/full.crl']),
    );
    await by('higashi-chief', 'revoke p.pem --reason superseded');
    await by('operator-sakai', 'publish organisation-1');
    await by('operator-sakai', 'keys show');
    await by('operator-sakai', 'trust-domain show');
    await by('operator-sakai', 'recover');
    await by('auditor', 'provisions --certificate p.pem');
    await by('auditor', 'records --limit 1');
    await by('auditor', 'export records.csv --from 2026-04-01');
    await by('auditor', 'evidence --from 2026-04-01 --to 2027-04-01 --out evidence.ndjson');
    const year = new Date(Date.now() - 90 * 86_400_000).getUTCFullYear() - 1;
    await by('auditor', `report ${year} --make`);
    await by('auditor', 'report');
    await by('auditor', `report ${year}`);
    await by('auditor', `report ${year} --out report.html`);
    const vkey = await fetch(`${service.url}/log/key`);
    writeFileSync(join(folder, 'log.vkey'), await vkey.text());
    await by('auditor', 'audit verify --key log.vkey --state state.json --queries --all-crls');
    await by('higashi-counter', 'whoami');
    await by('auditor', 'offices');
    await by('auditor', 'relying-parties');
    const ward =
      '--name-ja 区 --name-en Ward --tenant tokiwa --attribute O=City --attribute organisationJa=市';
    await by('operator-sakai', `offices propose ward ${ward} --attribute prefecture=X --attribute L=Y`);
    await by('operator-sakai', 'offices withdraw ward');
    await by('operator-sakai', 'auditors propose kita --name-ja 北 --name-en Kita');
    await by('operator-sakai', 'auditors show kita');
    const invitation = `kita.${'A'.repeat(32)}`;
    const opened = await akashi(['enrol', '--invitation', invitation, '--url', open, '--out', 'kita']);
    expect(opened.err).toContain('(invitation-invalid)');
    // An argument that the service refuses makes the program ask for the version.
    await akashi(['show', 'no such', '--url', open, '--token-url', callers, '--token', tokens.auditor ?? '']);
    expect([...absent]).toEqual([]);
    expect([...asked]).toEqual(
      expect.arrayContaining([
        'open GET /ca',
        'open GET /ca/organisation-1.cer',
        'open GET /log/checkpoint',
        'open GET /log/act-keys',
        'open GET /openapi.json',
        `open GET /api/v1/reports/annual/${year}.json`,
        'callers POST /api/v1/reports/annual',
        'open POST /api/v1/invitations',
        'callers DELETE /api/v1/offices/ward/proposal',
      ]),
    );
  });
});

describe('the addresses', () => {
  const settingsOf = async (line: string, env: NodeJS.ProcessEnv = {}) => {
    for (const name of ['AKASHI_URL', 'AKASHI_TLS_URL']) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    try {
      const program = buildProgram(() => async (...received) => {
        throw await readSettings(received.at(-1) as never).catch((error) => error);
      });
      return await program.parseAsync(['authorities', ...line.split(' ')], { from: 'user' }).then(
        () => expect.unreachable(),
        (settings: unknown) => settings,
      );
    } finally {
      vi.unstubAllEnvs();
    }
  };

  it('are derived where one is named, or the missing one is', async () => {
    expect(await settingsOf('--as auditor --tls-url https://api.example')).toMatchObject({
      url: 'https://api.example',
      tlsUrl: 'https://api.example',
    });
    expect(await settingsOf('--token a.b --token-url https://t.example')).toMatchObject({
      url: 'https://t.example',
    });
    expect(await settingsOf('--token a.b --url https://t.example')).toMatchObject({
      tokenUrl: 'https://t.example',
    });
    expect(String(await settingsOf('--as auditor --url https://pki.example'))).toContain('--tls-url');
    expect(String(await settingsOf('--tls-url https://api.example'))).toContain('--url');
    expect(await settingsOf('--as auditor --url http://localhost:9000')).toMatchObject({
      tlsUrl: 'https://localhost:8443',
    });
  });

  it("keep a variable's token from a service that the command line names", async () => {
    const AKASHI_TOKEN = 'a.b';
    expect(String(await settingsOf('--url https://other.example', { AKASHI_TOKEN }))).toContain(
      'AKASHI_TOKEN is not sent',
    );
    const chosen = { AKASHI_TOKEN, AKASHI_URL: 'https://own.example' };
    expect(await settingsOf('--language en', chosen)).toMatchObject({ caller: { token: 'a.b' } });
  });

  it('are not asked with a private key that others may read', async () => {
    const key = join(service.data, 'credentials/auditor/key.pem');
    for (const mode of [0o640, 0o604, 0o620]) {
      chmodSync(key, mode);
      const { code, err } = await akashi(['records', '--as', 'auditor']);
      expect({ code, named: err.includes(`chmod 600 ${key}`) }).toEqual({ code: 2, named: true });
    }
    chmodSync(key, 0o600);
    expect((await akashi(['records', '--as', 'auditor'])).code).toBe(0);
  });
});

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s while a file is saved', (signal) => {
  it('leaves nothing of it', { timeout: 60_000 }, async () => {
    let begun: () => void = () => {};
    const sending = new Promise<void>((done) => {
      begun = done;
    });
    const slow = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/csv' }).write('a,b\n');
      begun();
    }).listen(0, '127.0.0.1');
    servers.push(slow);
    await once(slow, 'listening');
    const here = mkdtempSync(join(folder, 'saved-'));
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    const child = spawn(
      process.execPath,
      [join(root, 'cli/akashi.ts'), ...`report 2025 --out x.csv --url ${url}`.split(' ')],
      { cwd: here, env: { ...process.env, AKASHI_URL: url } },
    );
    await sending;
    expect(readdirSync(here)).toEqual([expect.stringMatching(/^x\.csv\.[0-9a-f]{12}\.part$/)]);
    child.kill(signal);
    expect((await once(child, 'exit'))[1]).toBe(signal);
    expect(readdirSync(here)).toEqual([]);
    slow.closeAllConnections();
  });
});
