import { execFileSync, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { CeremonyOutcome } from '../functions/tasks/ceremony.ts';
import { ROUTE_FUNCTIONS } from '../infra/functions.ts';
import { bundle, ROOT } from '../infra/lambda/bundle.ts';
import {
  decodeCertificate,
  encodeCertId,
  encodeName,
  encodeOcspRequest,
  parseSerial,
} from '../lib/pki/pki.ts';
import { startCloud } from '../test/infra/as-deployed/cloud.ts';
import { type Asked, eventOf } from '../test/infra/as-deployed/door.ts';
import { openFunctions } from '../test/infra/as-deployed/functions.ts';
import { openIam } from '../test/infra/as-deployed/iam.ts';
import { deploy } from '../test/infra/as-deployed/template.ts';
import { PLACE, publicSettings, synthesise } from '../test/infra/synthesised.ts';

/**
 * What a function's first event waits for: the size of each function's bundle, and the time from the start of a process
 * to its answer, as a ratio to a Node that does nothing. The bundles and their environments are the template's. The test
 * doubles of test/infra stand in for AWS. Their answers are kept and given again at once, so that the figures do not
 * measure a slow local DynamoDB. They speak HTTP without TLS: the time to load TLS is counted, its handshakes are not.
 * On AWS each call takes a few milliseconds more, and Lambda's own start comes before all of it.
 *
 *   npm run bench cold-start                 every function that answers requests
 *   npm run bench cold-start -- --runs 31    more runs; the figure is their median
 *   npm run bench cold-start -- --only ocsp,records
 */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '15' }, only: { type: 'string' } },
});
const runs = Number(values.runs);
const only = values.only?.split(',');

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Passes requests on the first time and answers the same itself from then on. */
const startReplay = async (target: string) => {
  const kept = new Map<string, { status: number; type: string; body: Buffer }>();
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const operation = String(incoming.headers['x-amz-target'] ?? incoming.method);
    const key = `${operation} ${incoming.url} ${keyOf(operation, body)}`;
    const known = kept.get(key);
    if (known) {
      outgoing.writeHead(known.status, { 'content-type': known.type }).end(known.body);
      return;
    }
    const { method, headers, url } = incoming;
    const onward = httpRequest(`${target}${url}`, { method, headers }, async (answer) => {
      const bytes = await buffer(answer);
      const type = String(answer.headers['content-type'] ?? 'application/octet-stream');
      const { etag } = answer.headers;
      if (etag === undefined) kept.set(key, { status: answer.statusCode ?? 502, type, body: bytes });
      outgoing
        .writeHead(answer.statusCode ?? 502, { 'content-type': type, ...(etag && { etag }) })
        .end(bytes);
    });
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** A write has random values, so its body does not tell whether it is the same write: its operation alone does. */
const keyOf = (operation: string, body: Buffer): string => {
  if (!/\.(PutItem|TransactWriteItems)$/.test(operation)) return body.toString('base64');
  return '';
};

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

interface Start {
  /** From the start of the process to its first line. */
  readonly ms: number;
  /** Processor time of all its threads until then. Other work on the machine changes this figure least. */
  readonly cpuMs: number;
  readonly said: string;
}

const timeOf = (script: string, env: Readonly<Record<string, string>>): Promise<Start> =>
  new Promise((resolve, reject) => {
    const began = process.hrtime.bigint();
    const child = spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (!said.includes('\n')) return;
      const ms = Number(process.hrtime.bigint() - began) / 1e6;
      resolve({ ms, cpuMs: Number(/(\d+)\n/.exec(said)?.[1]) / 1000, said });
      child.kill();
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });

const CPU = `
const cpu = () => { const { user, system } = process.cpuUsage(); return user + system; };
`;
const BARE = `${CPU} process.stdout.write('ready ' + cpu() + '\\n');`;
const FIRST_EVENT = `${CPU}
const { handler } = require(process.env.BENCH_FILE);
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 10000 };
handler(JSON.parse(process.env.BENCH_EVENT), context).then((answer) => {
  process.stdout.write('answered ' + answer.statusCode + ' ' + cpu() + '\\n');
});`;

const settings = publicSettings();
const folders = new Map<string, string>();
const made = synthesise(settings, {
  codeOf: (fn, files) => {
    const bundled = bundle(fn, files, join(ROOT, 'dist', 'bench'));
    folders.set(fn.id, bundled.folder);
    return bundled;
  },
});
const deployed = deploy(made, PLACE);
const first = (type: string, has: (properties: Readonly<Record<string, unknown>>) => boolean = () => true) =>
  made.ofType(type).find(([, { Properties }]) => has(Properties))?.[0] ?? '';
const cloud = await startCloud(deployed, openIam(deployed), {
  buckets: made.ofType('AWS::S3::Bucket').map(([id]) => deployed.nameOf(id)),
  plainBuckets: [],
  dataKey: deployed.arnOf(
    first('AWS::KMS::Key', ({ Description }) => Description === 'Rows, published objects and alarms'),
  ),
});
const functions = openFunctions({
  folderOf: (id) => folders.get(id) ?? '',
  environmentOf: (id) => ({ ...deployed.environmentOf(id), ...cloud.environment(id) }),
  keys: { url: '', body: '' },
});

const scratch = mkdtempSync(join(tmpdir(), 'cold-start-'));
/** The operators of the file, whom the ceremony certifies. Nobody else is enrolled here. */
const PEOPLE = ['operator-noda', 'operator-sakai', 'operator-mori'];
const csrOf = (name: string): string => {
  const csr = join(scratch, name);
  const curve = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    `${csr}.key`,
  ];
  execFileSync('openssl', ['req', '-new', ...curve, '-out', csr, '-subj', '/CN=anything'], { stdio: 'pipe' });
  return readFileSync(csr, 'utf8');
};
const event = {
  trustDomain: hash('sha256', readFileSync(join(ROOT, settings.trustDomain), 'utf8')),
  credentials: PEOPLE.map((principal) => ({ principal, csr: csrOf(principal) })),
};
await functions.invoke('ceremony-consent', event);
const ceremony = (await functions.invoke('ceremony', event)) as CeremonyOutcome;
await functions.invoke('scheduled-sequencing', {});
await functions.stop();

const certificateOf = (principal: string): string => {
  const { pem = '' } = ceremony.credentials.find((one) => one.principal === principal) ?? {};
  return pem.slice(0, pem.indexOf('-----END CERTIFICATE-----\n') + 26);
};
const CA = 'organisation-1';
const caPem = ceremony.authorities.find(({ ca }) => ca === CA)?.pem ?? '';
const ca = decodeCertificate(Buffer.from(caPem.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
const ocspRequest = encodeOcspRequest({
  certIds: [
    encodeCertId({
      hash: 'sha1',
      issuerName: encodeName(ca.subject),
      issuerPublicKeyInfo: ca.subjectPublicKeyInfo,
      serialNumber: parseSerial(ca.serialNumber),
    }),
  ],
});

const HOST = 'api.akashi.example';

/** Signs in to the console, at the certificate door. */
const signedIn = async (principal: string): Promise<Asked> => {
  const shown = { certificate: certificateOf(principal) };
  const headers = { origin: `https://${HOST}`, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = (await functions.invoke(
    'session-pages',
    eventOf('POST', '/console/sign-in', { ...shown, headers, body: '' }),
  )) as { cookies?: readonly string[] };
  const [cookie = ''] = answer.cookies?.[0]?.split(';') ?? [];
  if (cookie === '') throw new Error(`${principal} is not signed in.`);
  return { ...shown, cookies: [cookie], headers: { 'sec-fetch-site': 'same-origin' } };
};

const session = await signedIn('operator-noda');
await functions.stop();

/**
 * The first event of each function. All are an operator's, so a function that is not for operators goes as far as to refuse one.
 */
const as = (principal: string, body?: unknown): Asked => ({
  certificate: certificateOf(principal),
  ...(body !== undefined && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
});
const id = '0'.repeat(32);
const uuid = '01990000-0000-7000-8000-000000000000';
const certificate = `/api/v1/certificates/${CA}/${ca.serialNumber}`;
const EVENTS: Readonly<Record<string, readonly [method: string, path: string, asked: Asked]>> = {
  about: ['GET', '/healthz', {}],
  authorities: ['GET', '/ca', {}],
  crl: ['GET', `/crl/${CA}/full.crl`, {}],
  ocsp: ['POST', '/ocsp', { body: ocspRequest, headers: { 'Content-Type': 'application/ocsp-request' } }],
  log: ['GET', '/log/checkpoint', {}],
  'request-submit': [
    'POST',
    '/api/v1/requests',
    as('operator-noda', {
      profile: 'official-position',
      csr: csrOf('request'),
      fields: { position: 'Mayor', positionJa: '市長', mail: 'mayor@mizusaki.example' },
    }),
  ],
  requests: ['GET', '/api/v1/requests', as('operator-noda')],
  'request-examinations': [
    'POST',
    `/api/v1/requests/${uuid}/examinations`,
    as('operator-noda', { decision: 'approve' }),
  ],
  'request-withdrawal': [
    'POST',
    `/api/v1/requests/${uuid}/withdrawal`,
    as('operator-noda', { reason: 'none' }),
  ],
  'request-certificate': ['GET', `/api/v1/requests/${uuid}/certificate.pem`, as('operator-noda')],
  certificate: ['GET', certificate, as('operator-noda')],
  'certificate-revocation': [
    'POST',
    `/api/v1/certificates/${CA}/01aa/revocation`,
    as('operator-noda', { reason: 'superseded' }),
  ],
  'certificate-hold': ['POST', `/api/v1/certificates/${CA}/01aa/hold`, as('operator-noda')],
  'certificate-release': ['DELETE', `/api/v1/certificates/${CA}/01aa/hold`, as('operator-noda')],
  records: ['GET', '/api/v1/records', as('operator-noda')],
  record: ['GET', `/api/v1/records/${id}`, as('operator-noda')],
  counts: ['GET', '/api/v1/counts', as('operator-noda')],
  reports: ['GET', '/api/v1/reports/annual', {}],
  'report-make': ['POST', '/api/v1/reports/annual', as('operator-noda', { fiscalYear: 2030 })],
  statistics: ['GET', '/api/v1/statistics', {}],
  evidence: ['GET', '/api/v1/evidence/sample', as('operator-noda')],
  'cdn-log-import': ['POST', '/api/v1/cdn-logs/x.gz', as('operator-noda')],
  disclosures: ['GET', '/api/v1/disclosures', as('operator-noda')],
  'disclosure-bundles': ['GET', `/api/v1/disclosures/${id}/bundle.json`, as('operator-noda')],
  'disclosure-keys': ['GET', '/.well-known/disclosure-keys.json', {}],
  own: ['GET', '/api/v1/own/records', as('operator-noda')],
  certificates: ['GET', `/api/v1/certificates/${CA}`, as('operator-noda')],
  amendments: ['GET', '/api/v1/trust-domain/amendments', as('operator-noda')],
  'authority-state': ['GET', `/api/v1/authorities/${CA}/state`, as('operator-noda')],
  'crl-archive': ['GET', `/api/v1/crls/${CA}`, as('operator-noda')],
  'crl-publish': ['POST', '/api/v1/crls/nobody-9/full', as('operator-noda')],
  'public-pages': ['GET', '/authorities', {}],
  'certificate-status-pages': ['GET', '/certificate-status', {}],
  'session-pages': ['GET', '/console/sessions', session],
  'request-pages': ['GET', '/console', session],
  'certificate-pages': ['GET', '/console/certificates/search', session],
  'authority-pages': ['GET', '/console/authorities', session],
  'record-pages': ['GET', '/console/provisions', session],
};

/** A function without an event of its own gets one that goes as far as the check of what is asked for. */
const eventFor = ({ id: name, routes: [route] }: (typeof ROUTE_FUNCTIONS)[number]): (typeof EVENTS)[string] =>
  EVENTS[name] ?? [
    route?.method ?? 'GET',
    (route?.path ?? '/').replace(/\{\w+\+?\}/g, 'x'),
    as('operator-noda', route?.method === 'POST' ? {} : undefined),
  ];

say('                                     bare Node      first answer         ratio');
say('function                    bundle KB   ms   cpu      ms   cpu        ms   cpu   status');

for (const fn of ROUTE_FUNCTIONS) {
  const { id: name } = fn;
  if (only && !only.includes(name)) continue;
  const event = eventFor(fn);
  const folder = folders.get(name) ?? '';
  const given = cloud.environment(name);
  const dynamodb = await startReplay(given.AWS_ENDPOINT_URL_DYNAMODB ?? '');
  const env = {
    ...deployed.environmentOf(name),
    ...given,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    LAMBDA_TASK_ROOT: folder,
    BENCH_FILE: join(folder, 'index.cjs'),
    BENCH_EVENT: JSON.stringify(eventOf(...event)),
  };
  // The first run fills the replay.
  const { said } = await timeOf(FIRST_EVENT, env);
  // Both take turns, so that other work on the machine affects both.
  const bare: Start[] = [];
  const starts: Start[] = [];
  for (let run = 0; run < runs; run++) {
    bare.push(await timeOf(BARE, {}));
    starts.push(await timeOf(FIRST_EVENT, env));
  }
  dynamodb.stop();
  const of = (list: readonly Start[]) => ({
    ms: median(list.map(({ ms }) => ms)),
    cpu: median(list.map(({ cpuMs }) => cpuMs)),
  });
  const [zero, first] = [of(bare), of(starts)];
  const kilobytes = statSync(join(folder, 'index.cjs')).size / 1000;
  const whole = (n: number, width: number) => n.toFixed(0).padStart(width);
  const ratio = (n: number) => n.toFixed(2).padStart(6);
  say(
    `${name.padEnd(26)} ${whole(kilobytes, 10)} ${whole(zero.ms, 4)} ${whole(zero.cpu, 5)} ${whole(first.ms, 7)} ${whole(first.cpu, 5)}    ${ratio(first.ms / zero.ms)}${ratio(first.cpu / zero.cpu)}   ${/answered (\d+)/.exec(said)?.[1]}`,
  );
}
rmSync(scratch, { recursive: true });
await cloud.stop();
