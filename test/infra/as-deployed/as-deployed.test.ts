import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, hash, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeDirectory } from '../../../functions/lambda/directory.ts';
import { readPeople } from '../../../functions/local/demonstration-people.ts';
import type { CeremonyOutcome } from '../../../functions/tasks/ceremony.ts';
import type { ConsentOutcome } from '../../../functions/tasks/ceremony-consent.ts';
import { ROUTE_FUNCTIONS, TASK_FUNCTIONS } from '../../../infra/functions.ts';
import { bundleTogether, ROOT } from '../../../infra/lambda/bundle.ts';
import { digestOf } from '../../../infra/lambda/code.ts';
import { softwareSigner } from '../../../lib/keys/software.ts';
import {
  decodeCertificate,
  decodeCertificateList,
  decodeOcspResponse,
  encodeCertId,
  encodeName,
  encodeOcspRequest,
  parseSerial,
} from '../../../lib/pki/pki.ts';
import type { Value } from '../../../lib/store/store.ts';
import { readTrustDomain } from '../../../lib/trust-domain/trust-domain.ts';
import { encodeQuestion } from '../../status/asking.ts';
import { javaIsPresent } from '../../store/dynamodb-local.ts';
import { deleteRow, putRow } from '../../store/row-attacks.ts';
import { tracesIn } from '../../traces.ts';
import { PLACE, publicSettings, type Resource, type Synthesised, synthesise } from '../synthesised.ts';
import { BATCH_ROWS, takeFileThrough } from './batches.ts';
import { type Cloud, secretText, startCloud } from './cloud.ts';
import { type Asked, eventOf, openCdn, openDoor } from './door.ts';
import { type Functions, openFunctions } from './functions.ts';
import { type Iam, openIam } from './iam.ts';
import { NEEDED_ALL_THE_SAME, type Needed } from './needed.ts';
import { walkCertificate, walkPublic, walkRecords, walkRequest, walkSessions } from './pages.ts';
import { type Deployed, deploy } from './template.ts';

/**
 * The service as it would be deployed: the real bundles, the environment that the template gives each function, and the
 * events that API Gateway sends. Every AWS call is first checked against the policies in the template.
 */

// DynamoDB Local, Java and all functions share the machine.
vi.setConfig({ testTimeout: 120_000 });

const ids = [...ROUTE_FUNCTIONS, ...TASK_FUNCTIONS].map(({ id }) => id);
const folder = mkdtempSync(join(tmpdir(), 'as-deployed-'));

/**
 * The demonstration's trust domain, with retention periods that end together: ten years after a certificate of three, and
 * after the annual report of the first. Between ends that are years apart, the day that deletes would read each day.
 */
const RETENTION = {
  provision: 'P13Y',
  issuanceAfterExpiry: 'P10Y',
  crl: 'P13Y',
  report: 'P12Y',
  enrolment: 'P13Y',
};
const YEARS_KEPT = 13;
const demonstration: { readonly profiles: readonly { readonly kind: string; readonly validity: string }[] } =
  JSON.parse(readFileSync(join(ROOT, publicSettings().trustDomain), 'utf8'));
const trustDomain = JSON.stringify({
  ...demonstration,
  profiles: demonstration.profiles.map((profile) => ({
    ...profile,
    ...(profile.kind === 'person' && { validity: 'P3Y' }),
  })),
  retention: RETENTION,
});
const settings = { ...publicSettings(), trustDomain: join(folder, 'trust-domain.json') };
writeFileSync(settings.trustDomain, trustDomain);

/** ARN of the secret that CloudFormation resolves for the CDN's header. */
const shownSecret = (deployed: Deployed, made: Synthesised): string => {
  const [[, { Properties }]] = made.ofType('AWS::CloudFront::Distribution') as [[string, Resource]];
  const { Origins } = Properties.DistributionConfig as {
    Origins: { OriginCustomHeaders?: { HeaderName: string; HeaderValue: unknown }[] }[];
  };
  const shown = Origins.flatMap(({ OriginCustomHeaders = [] }) => OriginCustomHeaders);
  const value = String(deployed.resolve(shown[0]?.HeaderValue));
  return /^\{\{resolve:secretsmanager:(.+):SecretString:::\}\}$/.exec(value)?.[1] ?? '';
};

const present = javaIsPresent();
if (!present) console.warn('As deployed: skipped, because there is no Java for DynamoDB Local.');

describe.skipIf(!present)('as deployed', () => {
  let cloud: Cloud;
  let iam: Iam;
  let functions: Functions;
  let ask: ReturnType<typeof openDoor>;
  let cdn: ReturnType<typeof openCdn>;
  let accessLogs = '';
  let secretArns: readonly string[] = [];
  let ceremony: CeremonyOutcome;
  const certificates = new Map<string, string>();
  const tokenKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let issuer = '';
  let audience = '';

  const folders = new Map<string, string>();

  beforeAll(async () => {
    const bundles = await bundleTogether([...ROUTE_FUNCTIONS, ...TASK_FUNCTIONS], join(folder, 'bundles'));
    const made = synthesise(settings, {
      codeOf: ({ id }, files) => {
        const code = bundles.get(id)?.folder ?? '';
        for (const [name, text] of Object.entries(files)) writeFileSync(join(code, name), text);
        folders.set(id, code);
        return { folder: code, digest: digestOf(code) };
      },
    });
    const deployed = deploy(made, PLACE);
    iam = openIam(deployed);
    const dataKey = made
      .ofType('AWS::KMS::Key')
      .find(([, { Properties }]) => Properties.Description === 'Rows, published objects and alarms');
    const bucketOf = (prefix: string): string => {
      const [id] = made.ofType('AWS::S3::Bucket').find(([one]) => one.includes(`Store${prefix}`)) ?? [''];
      return deployed.nameOf(id);
    };
    accessLogs = bucketOf('AccessLogs');
    cloud = await startCloud(deployed, iam, {
      buckets: [bucketOf('Objects'), bucketOf('HandOver')],
      plainBuckets: [accessLogs],
      dataKey: deployed.arnOf(dataKey?.[0] ?? ''),
    });
    ({ TOKEN_ISSUER: issuer = '', TOKEN_AUDIENCE: audience = '' } = deployed.environmentOf('requests'));
    const jwk = { ...(await exportJWK(tokenKeys.publicKey)), kid: 'one', alg: 'RS256' };
    functions = openFunctions({
      folderOf: (id) => folders.get(id) ?? '',
      environmentOf: (id) => ({ ...deployed.environmentOf(id), ...cloud.environment(id) }),
      keys: { url: `${issuer}/.well-known/jwks.json`, body: JSON.stringify({ keys: [jwk] }) },
      compiled: join(folder, 'compiled'),
    });
    ask = openDoor(functions, secretText(shownSecret(deployed, made)));
    secretArns = deployed.environmentOf('ocsp').ORIGIN_SECRETS?.split(' ') ?? [];
    cdn = openCdn(functions);
  }, 600_000);

  afterAll(async () => {
    await functions?.stop();
    await cloud?.stop();
    rmSync(folder, { recursive: true });
  });

  const csrOf = (name: string): string => {
    const path = join(folder, name);
    execFileSync(
      'openssl',
      [
        'req',
        '-new',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-keyout',
        `${path}.key`,
        '-out',
        `${path}.csr`,
        '-subj',
        '/CN=anything',
      ],
      { stdio: 'pipe' },
    );
    return readFileSync(`${path}.csr`, 'utf8');
  };

  /** Asks through the certificate door. */
  const as = (principal: string, method: string, path: string, body?: unknown, more: Asked = {}) => {
    const certificate = certificates.get(principal);
    if (certificate === undefined) throw new Error(`${principal} has no certificate`);
    return ask(method, path, {
      certificate,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...more,
      headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...more.headers },
    });
  };

  const ok = async (answer: ReturnType<typeof as>, status = 200) => {
    const given = await answer;
    expect(given.status, given.text).toBe(status);
    return given;
  };

  const OPERATORS = ['operator-noda', 'operator-sakai', 'operator-mori'];
  const PEOPLE = [
    'higashi-counter',
    'higashi-examiner',
    'auditor',
    'tax-portal',
    'holder-tanabe',
    'holder-minami',
    'minase-auditor',
    'minase-kuroda',
    'higashi-chief',
    'nishi-counter',
  ];

  it('holds the ceremony, which certifies the operators', async () => {
    const digest = hash('sha256', trustDomain);
    await expect(functions.invoke('ceremony', { trustDomain: '0'.repeat(64) })).rejects.toThrow('digest');
    const credentials = OPERATORS.map((principal) => ({ principal, csr: csrOf(principal) }));
    const event = { trustDomain: digest, credentials };
    await expect(functions.invoke('ceremony', event)).rejects.toThrow('Nobody has consented');
    const agreed = (await functions.invoke('ceremony-consent', event)) as ConsentOutcome;
    const another = { ...event, credentials: [{ principal: 'operator-mori', csr: csrOf('another') }] };
    await expect(functions.invoke('ceremony', another)).rejects.toThrow('consented to another event');
    ceremony = (await functions.invoke('ceremony', event)) as CeremonyOutcome;
    expect(ceremony.event).toBe(agreed.event);
    expect(ceremony.steps.length).toBeGreaterThan(4);
    for (const { principal, pem } of ceremony.credentials) {
      certificates.set(principal, pem.slice(0, pem.indexOf('-----END CERTIFICATE-----\n') + 26));
    }
    const [{ csr = '' } = {}] = credentials;
    const taken = { ...event, credentials: [{ principal: 'operator-mori', csr }] };
    await expect(functions.invoke('ceremony-consent', taken)).rejects.toThrow('belongs to operator-noda');
    const again = (await functions.invoke('ceremony', event)) as CeremonyOutcome;
    expect(again.credentials).toEqual(ceremony.credentials);
    expect(again.steps).toEqual([]);
    expect(again.authorities).toEqual(ceremony.authorities);
  }, 120_000);

  /** The invited person brings a key. */
  const bring = async (invitation: string, csr: string) =>
    (
      await ok(
        ask('POST', '/api/v1/invitations', {
          body: JSON.stringify({ invitation, csr }),
          headers: { 'Content-Type': 'application/json' },
        }),
      )
    ).json<{ id: string; fingerprint: string; certificate?: string }>();

  /** Brings a key, has it confirmed, and fetches the certificate. */
  const enter = async (invitation: string, by: string, name: string): Promise<void> => {
    const csr = csrOf(name);
    const { id, fingerprint } = await bring(invitation, csr);
    await ok(as(by, 'POST', `/api/v1/principals/${id}/enrolment`, { fingerprint }));
    const { certificate = '' } = await bring(invitation, csr);
    certificates.set(name, certificate.slice(0, certificate.indexOf('-----END CERTIFICATE-----\n') + 26));
  };

  const openOffice = async (id: string, terms: unknown): Promise<void> => {
    const path = `/api/v1/offices/${id}`;
    await ok(as('operator-sakai', 'POST', `${path}/proposal`, terms), 201);
    await ok(as('operator-noda', 'DELETE', `${path}/proposal`));
    await ok(as('operator-sakai', 'POST', `${path}/proposal`, terms), 201);
    await ok(as('operator-noda', 'POST', `${path}/confirmation`));
  };

  it('opens an office and enrols the people, by two operators', async () => {
    const { offices, principals } = await readPeople();
    for (const { id, ...terms } of offices.filter(({ id: one }) => one.startsWith('mizusaki-')))
      await openOffice(id, terms);
    for (const { id: person, ...own } of principals.filter((one) => PEOPLE.includes(one.id))) {
      const path = `/api/v1/principals/${person}`;
      await ok(as('operator-sakai', 'POST', `${path}/proposal`, own), 201);
      const confirmed = await ok(as('operator-noda', 'POST', `${path}/confirmation`), 201);
      await enter(confirmed.json<{ invitation: string }>().invitation, 'operator-sakai', person);
    }
  }, 120_000);

  const CA = 'organisation-1';
  const caOf = (ca: string) => {
    const pem = ceremony.authorities.find((authority) => authority.ca === ca)?.pem ?? '';
    return new X509Certificate(pem);
  };

  it('loads a list of compromised keys by two operators', async () => {
    const path = '/api/v1/keys/compromised';
    const text = Buffer.from(`${'00'.repeat(32)}\n`);
    const { part } = (
      await ok(
        ask('POST', `${path}/parts`, {
          body: text,
          headers: { 'Content-Type': 'text/plain' },
          certificate: certificates.get('operator-noda') as string,
        }),
        201,
      )
    ).json<{ part: string }>();
    const { proposal } = (await ok(as('operator-noda', 'POST', path, { parts: [part] }), 201)).json<{
      proposal: { id: string };
    }>();
    const decided = { proposal: proposal.id, decision: 'approve' };
    await ok(as('operator-sakai', 'POST', `${path}/decision`, decided));
    const { inForce } = (await ok(as('operator-sakai', 'GET', path))).json<{ inForce: { keys: number } }>();
    expect(inForce.keys).toBe(1);
  });

  it('gives its public documents to everybody', async () => {
    await ok(ask('GET', '/healthz'));
    expect((await ok(ask('GET', '/openapi.json'))).json().openapi).toMatch(/^3\.1/);
    expect((await ok(ask('GET', '/ca'))).json<{ authorities: [] }>().authorities).toHaveLength(4);
    const cer = await ok(ask('GET', `/ca/${CA}.cer`));
    expect(cer.bytes).toEqual(caOf(CA).raw);
    expect((await ok(ask('GET', `/ca/${CA}.pem`))).text).toContain('BEGIN CERTIFICATE');
    // Its libraries are in the function's one file, and load when they are asked for.
    expect((await ok(ask('GET', `/ca/${CA}.p7c`))).bytes.includes(cer.bytes)).toBe(true);
    expect((await ask('GET', '/ca/nobody-9.cer')).status).toBe(404);
    const head = await ok(ask('HEAD', `/ca/${CA}.cer`));
    expect([head.bytes.length, head.headers.etag]).toEqual([0, cer.headers.etag]);
  });

  const submission = (name: string) => ({
    profile: 'official-position',
    csr: csrOf(name),
    fields: { position: 'Mayor', positionJa: SECRETS.position, mail: SECRETS.mail },
    holder: 'holder-tanabe',
  });
  /** Data that must appear in no log. */
  const SECRETS = {
    position: '瑞崎市長秘書',
    mail: 'hisho-no-himitsu@mizusaki.example',
    reason: '申請者が取り下げを希望したため',
    extension: '照会に時間がかかるため',
    office: '瑞崎市 南区役所の名',
    officer: '南区 担当者の名',
    name: '齋藤 𠮷之助ウルリヒ',
    address: '常盤県瑞崎市東区弥生丁目百九番地ハイム𣘺本',
    dateOfBirth: '1987-03-29',
    holderId: '2026ZQ7700001234',
  };
  /** What names people stands in the table of personal data alone, and sealed there. */
  const APART = {
    position: SECRETS.position,
    mail: SECRETS.mail,
    reason: SECRETS.reason,
    name: SECRETS.name,
    address: SECRETS.address,
    dateOfBirth: SECRETS.dateOfBirth,
    holderId: SECRETS.holderId,
    officer: SECRETS.officer,
    dateInCertificate: '19870329',
  };

  interface RequestJson {
    id: string;
    state: string;
    certificate?: { ca: string; serial: string };
  }
  let issued: { request: string; ca: string; serial: string };

  it('takes a request through three persons to a certificate', async () => {
    const body = submission('mayor');
    const headers = { 'Idempotency-Key': 'one' };
    const { id } = (
      await ok(as('higashi-counter', 'POST', '/api/v1/requests', body, { headers }), 201)
    ).json<RequestJson>();
    const replay = await as('higashi-counter', 'POST', '/api/v1/requests', body, { headers });
    expect(replay.json<RequestJson>().id).toBe(id);
    const path = `/api/v1/requests/${id}`;
    expect(
      (await as('higashi-counter', 'POST', `${path}/examinations`, { decision: 'approve' })).json().code,
    ).toBe('same-person');
    await ok(as('higashi-examiner', 'POST', `${path}/examinations`, { decision: 'approve' }));
    const done = (
      await ok(as('operator-noda', 'POST', `${path}/examinations`, { decision: 'approve' }))
    ).json<RequestJson>();
    expect(done.state).toBe('issued');
    issued = { request: id, ca: done.certificate?.ca ?? '', serial: done.certificate?.serial ?? '' };
    const pem = (await ok(as('higashi-counter', 'GET', `${path}/certificate.pem`))).text;
    expect(new X509Certificate(pem).verify(caOf(CA).publicKey)).toBe(true);
    expect((await ok(as('higashi-counter', 'GET', path))).json<RequestJson>().state).toBe('issued');
    const profiles = await ok(as('higashi-counter', 'GET', '/api/v1/profiles'));
    expect(profiles.json<{ profiles: { id: string }[] }>().profiles.map(({ id }) => id)).toContain(
      'official-position',
    );
    const list = await ok(as('operator-noda', 'GET', '/api/v1/requests', undefined, { query: 'limit=10' }));
    expect(list.json<{ requests: [] }>().requests).toHaveLength(1);
    const state = await ok(as('auditor', 'GET', '/api/v1/requests', undefined, { query: 'state=issued' }));
    expect(state.json<{ requests: [] }>().requests).toHaveLength(1);
  });

  const person = {
    holderId: SECRETS.holderId,
    name: SECRETS.name,
    dateOfBirth: SECRETS.dateOfBirth,
    sex: '3',
    address: SECRETS.address,
  };
  let named: { request: string; serial: string; certificate: Uint8Array };

  it('takes a file of requests through its queues to certificates', async () => {
    const { examinations, collections } = await takeFileThrough(as, cloud, functions);
    expect(examinations?.map(({ isOver }) => isOver)).toEqual([true, true]);
    expect(collections).toEqual([{ number: 1, certificates: BATCH_ROWS - 1 }]);
  }, 1_200_000);

  it('finds requests and certificates by a name, and gives lists as files', async () => {
    const body = { profile: 'person-signature', csr: csrOf('named'), fields: person, holder: 'h-saito' };
    const pem = await issueTo('higashi-examiner', body, 'higashi-counter');
    const { serialNumber, raw: certificate } = new X509Certificate(pem);
    const serial = serialNumber.toLowerCase();
    const office = 'mizusaki-higashi';
    const post = (list: string, text: string) =>
      ok(as('auditor', 'POST', `/api/v1/searches/${list}`, { text, office }));
    // The last one is longer than a beginning that is looked up.
    for (const text of ['斎藤', '斉藤𠮷', '齋藤 𠮷之助ウルリヒ']) {
      const { requests } = (await post('requests', text)).json<{
        requests: { id: string; fields: { name: string } }[];
      }>();
      expect(requests, text).toMatchObject([{ fields: { name: SECRETS.name } }]);
      named = { request: requests[0]?.id ?? '', serial, certificate };
      expect((await post('certificates', text)).json(), text).toMatchObject({
        certificates: [{ serial, holder: 'h-saito' }],
      });
    }
    for (const query of ['holder=h-saito', `office=${office}`, 'tenant=tokiwa', 'issuedTo=higashi-counter']) {
      const list = await ok(as('auditor', 'GET', '/api/v1/certificates', undefined, { query }));
      const serials = list
        .json<{ certificates: { serial: string }[] }>()
        .certificates.map((one) => one.serial);
      expect(serials.includes(serial), query).toBe(query !== 'issuedTo=higashi-counter');
    }
    await ok(as('operator-noda', 'GET', '/api/v1/exports/requests.csv'));
    for (const list of ['requests', 'certificates']) {
      for (const format of ['csv', 'xlsx']) {
        const path = `/api/v1/exports/${list}.${format}`;
        const query = `holder=h-saito${list === 'requests' ? '&profile=person-signature' : ''}`;
        expect(
          (await ok(as('higashi-counter', 'GET', path, undefined, { query }))).bytes.length,
        ).toBeGreaterThan(100);
        const file = await fetched(
          as('higashi-counter', 'GET', path, undefined, { query, answerBytes: 100 }),
          303,
        );
        if (format === 'csv') expect(file.toString('utf8')).toContain(SECRETS.holderId);
      }
    }
  }, 60_000);

  it('lets requests be withdrawn and rejected', async () => {
    const first = (
      await ok(as('higashi-counter', 'POST', '/api/v1/requests', submission('first')), 201)
    ).json<RequestJson>();
    await ok(
      as('higashi-counter', 'POST', `/api/v1/requests/${first.id}/withdrawal`, { reason: SECRETS.reason }),
    );
    const second = (
      await ok(as('higashi-counter', 'POST', '/api/v1/requests', submission('second')), 201)
    ).json<RequestJson>();
    const rejection = { decision: 'reject', reason: SECRETS.reason };
    await ok(as('higashi-examiner', 'POST', `/api/v1/requests/${second.id}/examinations`, rejection));
  });

  const OFFICE = {
    tenant: 'tokiwa',
    name: { ja: SECRETS.office, en: 'Minami Ward Office' },
    attributes: {
      O: 'Mizusaki City',
      organisationJa: '瑞崎市',
      prefecture: 'Tokiwa',
      L: 'Mizusaki-shi Minami-ku',
    },
    code: '131016',
    profiles: ['official-position'],
  };
  const officer = (office: string, ...duties: string[]) => ({
    role: 'officer',
    office,
    duties,
    name: { ja: SECRETS.officer, en: 'Officer' },
  });

  const invite = async (id: string, office: string): Promise<string> => {
    const terms = officer(office, 'receive');
    const invited = await ok(as('chief', 'POST', `/api/v1/principals/${id}/invitation`, terms), 201);
    return invited.json<{ invitation: string }>().invitation;
  };

  const whoami = async (name: string): Promise<string> => {
    const { status, text } = await as(name, 'GET', '/api/v1/whoami');
    return status === 200 ? JSON.parse(text).id : JSON.parse(text).code;
  };

  /** Submits by one officer, and examines by another one and at the centre. */
  const issueTo = async (examiner: string, body: object, counter: string): Promise<string> => {
    const { id } = (await ok(as(counter, 'POST', '/api/v1/requests', body), 201)).json<RequestJson>();
    const path = `/api/v1/requests/${id}`;
    await ok(as(examiner, 'POST', `${path}/examinations`, { decision: 'approve' }));
    await ok(as('operator-noda', 'POST', `${path}/examinations`, { decision: 'approve' }));
    return (await ok(as(counter, 'GET', `${path}/certificate.pem`))).text;
  };

  const leavers = async () =>
    (await ok(as('chief', 'GET', '/api/v1/leavers'))).json<{
      proposals: { ca: string; serial: string; issuedTo: string }[];
    }>();

  it('enrols the holder that a submission names, who signs in with its own certificate', async () => {
    const person = (csr: string) => ({
      profile: 'person-authentication',
      csr: csrOf(csr),
      fields: { holderId: '2026112200000009' },
      holder: 'h-sato',
    });
    const pem = await issueTo('higashi-examiner', person('sato'), 'higashi-counter');
    certificates.set('sato', pem.slice(0, pem.indexOf('-----END CERTIFICATE-----\n') + 26));
    await ok(as('nishi-counter', 'POST', '/api/v1/requests', person('sato-again')), 201);
    expect(await whoami('sato')).toBe('h-sato');
    await ok(as('sato', 'GET', '/api/v1/own/records'));
    const own = await ok(as('sato', 'GET', '/api/v1/own/certificates'));
    expect(own.json<{ certificates: { status: string }[] }>().certificates).toMatchObject([
      { status: 'good' },
    ]);
    await ok(as('sato', 'POST', '/api/v1/disclosures', { holder: 'h-sato' }), 201);
    expect((await as('sato', 'GET', '/api/v1/requests')).json().code).toBe('client-certificate-invalid');

    const path = '/api/v1/holders';
    await ok(as('higashi-counter', 'GET', path));
    await ok(as('operator-noda', 'GET', path));
    await ok(as('nishi-counter', 'GET', `${path}/h-sato`));
    await ok(as('higashi-chief', 'POST', `${path}/h-sato/suspension`));
    expect(await whoami('sato')).toBe('not-in-force');
    await ok(as('operator-noda', 'DELETE', `${path}/h-sato/suspension`));
    await ok(as('operator-noda', 'POST', `${path}/h-sato/end`));
    expect(await whoami('sato')).toBe('not-in-force');
  }, 120_000);

  it('enrols an office and its people, who come, change and go', async () => {
    await openOffice('minami', OFFICE);
    await openOffice('kita', OFFICE);
    const path = '/api/v1/principals';
    const chief = officer('minami', 'responsible', 'receive', 'examine');
    await ok(as('operator-sakai', 'POST', `${path}/minami-chief/proposal`, chief), 201);
    await ok(as('operator-noda', 'DELETE', `${path}/minami-chief/proposal`));
    await ok(as('operator-sakai', 'POST', `${path}/minami-chief/proposal`, chief), 201);
    const confirmed = await ok(as('operator-noda', 'POST', `${path}/minami-chief/confirmation`), 201);
    await enter(confirmed.json<{ invitation: string }>().invitation, 'operator-sakai', 'chief');
    expect(await whoami('chief')).toBe('minami-chief');

    await enter(await invite('minami-counter', 'minami'), 'chief', 'counter');
    const body = { ...submission('of-minami'), holder: undefined, issuedTo: 'minami-counter' };
    await issueTo('chief', body, 'counter');
    expect((await leavers()).proposals).toEqual([]);
    for (const id of ['minami-chief', 'minami-counter']) expect(cloud.users.get(id)).toBe(true);
    // A lost credential is replaced, at once and after a suspension.
    await enter(await invite('minami-counter', 'minami'), 'chief', 'counter-first');
    await ok(as('chief', 'POST', `${path}/minami-counter/suspension`));
    expect(cloud.users.get('minami-counter')).toBe(false);
    await enter(await invite('minami-counter', 'minami'), 'chief', 'counter-again');
    expect(await whoami('counter')).toBe('client-certificate-revoked');
    await ok(as('chief', 'POST', `${path}/minami-counter/suspension`));
    expect(await whoami('counter-again')).toBe('not-in-force');
    await ok(as('chief', 'DELETE', `${path}/minami-counter/suspension`));
    // To another office, which ends.
    const moved = officer('kita', 'receive');
    await ok(as('operator-sakai', 'POST', `${path}/minami-counter/proposal`, moved), 201);
    await ok(as('operator-noda', 'POST', `${path}/minami-counter/confirmation`), 201);
    expect(await whoami('counter-again')).toBe('minami-counter');
    const [left] = (await leavers()).proposals;
    expect(left).toMatchObject({ issuedTo: 'minami-counter', reason: 'affiliationChanged' });
    await ok(as('chief', 'POST', `/api/v1/leavers/${left?.ca}/${left?.serial}/dismissal`));
    expect((await leavers()).proposals).toEqual([]);
    await ok(as('operator-noda', 'POST', '/api/v1/offices/kita/end', { successor: 'minami' }));
    expect(await whoami('counter-again')).toBe('not-in-force');
    await ok(as('operator-noda', 'POST', `${path}/minami-counter/end`));
    expect(cloud.users.get('minami-counter')).toBe(false);
    expect(await whoami('counter-again')).toBe('client-certificate-revoked');

    const offices = await ok(as('auditor', 'GET', '/api/v1/offices'));
    expect(offices.json<{ offices: { id: string }[] }>().offices.map(({ id }) => id)).toEqual([
      'kita',
      'minami',
      'mizusaki-higashi',
      'mizusaki-nishi',
    ]);
    await ok(as('chief', 'GET', '/api/v1/offices/minami'));
    await ok(as('chief', 'GET', `${path}/minami-chief`));
    for (const query of ['', 'role=officer', 'office=kita'])
      await ok(as('operator-noda', 'GET', path, undefined, { query }));
  }, 120_000);

  /** `at`: when it is issued, in milliseconds since the epoch. */
  const tokenFor = (username: string, at = Date.now()): Promise<string> =>
    new SignJWT({ 'cognito:username': username, token_use: 'id' })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setSubject('6f1c1f4e-9a55-4f0c-9c7b-3f1c7c2c3a10')
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(Math.floor(at / 1000))
      .setExpirationTime(Math.floor(at / 1000) + 300)
      .sign(tokenKeys.privateKey);

  it('knows callers by the tokens of its user pool', async () => {
    const token = await tokenFor('higashi-counter');
    const claims = { 'cognito:username': 'higashi-counter' };
    const path = `/api/v1/requests/${issued.request}`;
    await ok(ask('GET', path, { headers: { Authorization: `Bearer ${token}` }, claims }));
    // Claims without a token that verifies identify nobody: the function verifies the token itself.
    expect((await ask('GET', path, { claims })).status).toBe(401);
    const nobody = await tokenFor('nobody-of-ours');
    expect((await ask('GET', path, { headers: { Authorization: `Bearer ${nobody}` } })).status).toBe(401);
  });

  it('records credentials that it refuses, by whichever function, and who looked', async () => {
    const callers = ROUTE_FUNCTIONS.filter(({ doors }) => doors === 'callers');
    for (const { id, routes } of callers) {
      // Pages take no token, and say that nobody has signed in.
      const operation = routes.find(({ page }) => page === undefined);
      if (operation === undefined) continue;
      const { method, path } = operation;
      const type = id === 'cdn-log-import' ? 'application/gzip' : 'application/json';
      const event = eventOf(method, path.replace(/\{\w+\}/g, 'x'), {
        headers: { Authorization: 'Bearer x.y.z', 'Content-Type': type },
      });
      const { statusCode } = (await functions.invoke(id, event)) as { statusCode: number };
      expect([id, statusCode]).toEqual([id, 401]);
    }
    const accesses = async (query: string, principal = 'auditor') =>
      (await ok(as(principal, 'GET', '/api/v1/accesses', undefined, { query }))).json<{
        accesses: { who: string; door?: string; result: string; count: number; office?: string }[];
      }>().accesses;
    const refused = (await accesses('limit=1000')).filter(({ result }) => result === 'refused');
    expect(refused.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(callers.length);
    const looked = await accesses(`request=${issued.request}`);
    expect(new Set(looked.map(({ door }) => door))).toEqual(new Set(['client-certificate', 'token']));
    expect((await accesses('officer=higashi-counter')).length).toBeGreaterThan(0);
    expect((await accesses(`ca=${issued.ca}&serial=${issued.serial}`)).length).toBeGreaterThan(0);
    expect((await as('higashi-counter', 'GET', '/api/v1/accesses')).status).toBe(403);
    const own = await accesses('', 'chief');
    expect(new Set(own.map(({ office }) => office))).toEqual(new Set(['minami']));
  }, 120_000);

  const ocspRequest = (serial: string): Uint8Array => {
    const issuerCertificate = decodeCertificate(caOf(CA).raw);
    return encodeOcspRequest({
      certIds: [
        encodeCertId({
          hash: 'sha1',
          issuerName: encodeName(issuerCertificate.subject),
          issuerPublicKeyInfo: issuerCertificate.subjectPublicKeyInfo,
          serialNumber: parseSerial(serial),
        }),
      ],
    });
  };
  const statusOf = async (serial: string, more: Asked = {}): Promise<string> => {
    const answer = await ok(
      ask('POST', '/ocsp', {
        body: ocspRequest(serial),
        ...more,
        headers: { 'Content-Type': 'application/ocsp-request', ...more.headers },
      }),
    );
    writeFileSync(join(folder, 'answer.der'), answer.bytes);
    writeFileSync(join(folder, 'ca.pem'), caOf(CA).toString());
    // A stock client accepts it.
    execFileSync(
      'openssl',
      [
        'ocsp',
        '-respin',
        join(folder, 'answer.der'),
        '-CAfile',
        join(folder, 'ca.pem'),
        '-issuer',
        join(folder, 'ca.pem'),
        '-serial',
        `0x${serial}`,
      ],
      { stdio: 'pipe' },
    );
    const response = decodeOcspResponse(answer.bytes);
    return response.status === 'successful'
      ? (response.basic.responses[0]?.certStatus.status ?? '')
      : response.status;
  };

  it('answers OCSP, to everybody and to relying parties by name', async () => {
    expect(await statusOf(issued.serial)).toBe('good');
    expect(await statusOf('01aa')).toBe('unknown');
    const portal = certificates.get('tax-portal') as string;
    expect(
      await statusOf(issued.serial, { certificate: portal, headers: { 'Akashi-Purpose': 'tax-refund' } }),
    ).toBe('good');
    // By the signature of its request; the same request again is a repetition.
    const issuer = decodeCertificate(caOf(CA).raw);
    const { subject, der } = decodeCertificate(new X509Certificate(portal).raw);
    const key = createPrivateKey(readFileSync(join(folder, 'tax-portal.key')));
    const signed = await encodeQuestion({
      certIds: [
        encodeCertId({
          hash: 'sha1',
          issuerName: encodeName(issuer.subject),
          issuerPublicKeyInfo: issuer.subjectPublicKeyInfo,
          serialNumber: parseSerial(issued.serial),
        }),
      ],
      requestorName: subject,
      signed: { signer: softwareSigner('ecdsa-p256-sha256', key), certs: [der] },
    });
    for (const repeats of [false, true]) {
      expect(await statusOf(issued.serial, { body: signed }), String(repeats)).toBe('good');
    }
    const path = `/ocsp/${encodeURIComponent(Buffer.from(ocspRequest(issued.serial)).toString('base64'))}`;
    const answer = await ok(ask('GET', path));
    expect(answer.headers['cache-control']).toMatch(/max-age=\d+/);
    const garbage = await ok(
      ask('POST', '/ocsp', {
        body: Buffer.from('not DER'),
        headers: { 'Content-Type': 'application/ocsp-request' },
      }),
    );
    expect(decodeOcspResponse(garbage.bytes).status).toBe('malformedRequest');
  });

  it('answers an enrolled relying party by name, and as one of the public once it is suspended', async () => {
    const path = '/api/v1/principals/library';
    const terms = {
      role: 'relyingParty',
      name: { ja: '瑞崎市立図書館', en: 'Mizusaki Library' },
      purposes: [
        {
          id: 'lending',
          title: { ja: '図書の貸出', en: 'Lending of books' },
          legalBasis: '図書館条例 第3条',
        },
      ],
      agreement: '2026-17',
    };
    await ok(as('operator-sakai', 'POST', `${path}/proposal`, terms), 201);
    const confirmed = await ok(as('operator-noda', 'POST', `${path}/confirmation`), 201);
    await enter(confirmed.json<{ invitation: string }>().invitation, 'operator-sakai', 'library');
    const question = eventOf('POST', '/ocsp', {
      certificate: certificates.get('library') as string,
      headers: { 'Content-Type': 'application/ocsp-request', 'Akashi-Purpose': 'lending' },
      body: ocspRequest(issued.serial),
    });
    /** Asks, with the function's clock put forward, and resolves with what the record says. */
    const recorded = async (ahead: number) => {
      const answer = (await functions.invoke('ocsp', question, ahead)) as { headers: Record<string, string> };
      // A query would not find it before its time.
      return (await ok(as('auditor', 'GET', `/api/v1/records/${answer.headers['akashi-record']}`))).json();
    };
    expect(await recorded(0)).toMatchObject({ recipient: 'library', purpose: 'lending' });
    await ok(as('operator-sakai', 'POST', `${path}/suspension`));
    expect(await whoami('library')).toBe('not-in-force');
    // The function keeps a row for a minute.
    expect(await recorded(60_001)).toMatchObject({ recipient: 'public' });
    await functions.recycle('ocsp');
  }, 60_000);

  it('holds, releases and revokes; OCSP shows it at once, and a CRL when it is urgent', async () => {
    const path = `/api/v1/certificates/${issued.ca}/${issued.serial}`;
    const seen = await ok(as('higashi-counter', 'GET', path));
    expect(seen.json().status).toBe('good');
    await ok(as('higashi-counter', 'POST', `${path}/hold`));
    expect(await statusOf(issued.serial)).toBe('revoked');
    await ok(as('higashi-counter', 'DELETE', `${path}/hold`), 204);
    expect(await statusOf(issued.serial)).toBe('good');
    await ok(as('operator-noda', 'POST', `${path}/revocation`, { reason: 'keyCompromise' }));
    expect(await statusOf(issued.serial)).toBe('revoked');
    const crl = await ok(ask('GET', `/crl/${CA}/full.crl`));
    const { revokedCertificates } = decodeCertificateList(crl.bytes);
    expect(revokedCertificates.map(({ serialNumber }) => serialNumber)).toEqual([issued.serial]);
    await ok(as('operator-noda', 'POST', `/api/v1/crls/${CA}/full`), 201);
    await ok(as('tax-portal', 'GET', `/crl/${CA}/full.crl`));
  });

  /** Follows a redirect as a client does: without credentials. */
  const fetched = async (answer: ReturnType<typeof as>, status: 302 | 303): Promise<Buffer> => {
    const { headers } = await ok(answer, status);
    expect(headers['cache-control']).toBe('no-store');
    const at = await fetch(headers.location ?? '');
    expect(at.status).toBe(200);
    return Buffer.from(await at.arrayBuffer());
  };

  it('streams CRLs to the CDN, and redirects callers of other doors to the object of the CRL', async () => {
    const path = `/crl/${CA}/full.crl`;
    const whole = (await ok(cdn('GET', path))).bytes;
    expect(decodeCertificateList(whole).revokedCertificates).toHaveLength(1);
    expect((await ok(cdn('HEAD', path))).bytes).toHaveLength(0);
    const sent = as('tax-portal', 'GET', path, undefined, { answerBytes: 100 });
    expect((await fetched(sent, 302)).equals(whole)).toBe(true);
  });

  interface RecordJson {
    id: string;
    kind: string;
    recipient?: string;
  }
  const records = async (path: string, query: string): Promise<readonly RecordJson[]> =>
    (await ok(as('auditor', 'GET', path, undefined, { query }))).json<{ records: RecordJson[] }>().records;

  it('gives records their leaves, and measures the age of things', async () => {
    expect((await ask('GET', '/log/checkpoint')).json().code).toBe('try-later');
    const [record] = await records('/api/v1/records', 'limit=1');
    expect((await as('auditor', 'GET', `/api/v1/records/${record?.id}/proof`)).json().code).toBe('try-later');
    await functions.invoke('scheduled-gauges', {});
    for (const metric of [
      'CrlSecondsLeft',
      'ResponderDaysLeft',
      'OldestUnsequencedRecord',
      'RowsSetAside',
      'CrlAlarms',
      'LeavesBehind',
    ]) {
      await vi.waitFor(() => expect(functions.log()).toContain(`"${metric}":`));
    }
    // Some records are settled by a query, and some are not.
    await ok(as('auditor', 'GET', '/api/v1/records', undefined, { query: 'limit=5' }));
    await statusOf(issued.serial);
    await functions.invoke('scheduled-sequencing', {});
    await functions.recycle('scheduled-sequencing');
    await statusOf(issued.serial);
    await functions.invoke('scheduled-sequencing', {});
  }, 120_000);

  it('shows an auditor who got which answer, and proves it', async () => {
    const told = await records('/api/v1/provisions', `ca=${issued.ca}&serial=${issued.serial}`);
    expect(told.map(({ recipient }) => recipient)).toContain('tax-portal');
    for (const query of [
      'recipient=tax-portal',
      'holder=holder-tanabe',
      'purpose=tax-refund',
      'channel=ocsp',
      'office=mizusaki-higashi',
      `request=${issued.request}`,
      '',
    ]) {
      expect((await records('/api/v1/provisions', query)).length, query).toBeGreaterThan(0);
    }
    for (const query of ['actor=operator-noda', 'kind=issuance']) {
      expect((await records('/api/v1/records', query)).length, query).toBeGreaterThan(0);
    }
    const [one] = await records('/api/v1/provisions', 'recipient=tax-portal');
    const id = one?.id ?? '';
    await ok(as('auditor', 'GET', `/api/v1/records/${id}`));
    const nobody = id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    for (const path of [`/api/v1/records/${nobody}`, `/api/v1/records/${nobody}/proof`]) {
      expect((await as('auditor', 'GET', path)).json().code).toBe('unknown-record');
    }
    await functions.invoke('scheduled-sequencing', {});
    const [origin, size] = (await ok(ask('GET', '/log/checkpoint'))).text.split('\n');
    expect(origin).toBe('pki.akashi.example/log');
    await ok(ask('GET', '/log/key'));
    await ok(ask('GET', Number(size) < 256 ? `/log/tile/0/000.p/${size}` : '/log/tile/0/000'));
    expect((await ask('GET', '/log/tile/0/x999/999')).status).toBe(404);
    expect((await ok(as('auditor', 'GET', `/api/v1/records/${id}/proof`))).text).toContain(
      'c2sp.org/tlog-proof',
    );
    await ok(as('tax-portal', 'GET', `/api/v1/provisions/${id}/proof`));
    const own = (await ok(as('tax-portal', 'GET', '/api/v1/provisions'))).json<{
      records: { id: string }[];
    }>();
    expect(own.records.map((record) => record.id)).toContain(id);
    for (const [path, query, code] of [
      ['records', 'recipient=nobody', 'unknown-recipient'],
      ['records', 'holder=nobody', 'unknown-holder'],
      ['counts', 'from=2026-01&to=2026-02&recipient=nobody', 'unknown-recipient'],
      ['counts', 'from=2026-01&to=2026-02&purpose=nothing', 'unknown-purpose'],
      ['requests', 'office=nobody', 'unknown-office'],
    ]) {
      const asked = as('auditor', 'GET', `/api/v1/${path}`, undefined, { query });
      expect((await asked).json().code, query).toBe(code);
    }
    const nobodys = await as('operator-noda', 'POST', '/api/v1/disclosures', { holder: 'nobody' });
    expect(nobodys.json().code).toBe('unknown-holder');
  }, 120_000);

  it('is worked with by pages, at the certificate door and at the public one', async () => {
    const walk = {
      ask,
      certificateOf: (principal: string) => certificates.get(principal) ?? '',
      csrOf,
      recycle: functions.recycle,
      person: Object.fromEntries(Object.entries(person).map(([name, value]) => [`field.${name}`, value])),
    };
    const walked = await walkRequest(walk);
    await walkCertificate(walk, walked);
    await functions.invoke('scheduled-sequencing', {});
    await walkRecords(walk, walked);
    await walkSessions(walk);
    const pem = (await ok(as('higashi-counter', 'GET', `/api/v1/requests/${issued.request}/certificate.pem`)))
      .text;
    await walkPublic(walk, { ...issued, pem });
  }, 240_000);

  it('lists an auditor every serial number and every CRL', async () => {
    const all = { query: 'limit=1000' };
    const known = await ok(as('auditor', 'GET', `/api/v1/certificates/${CA}`, undefined, all));
    const { serials } = known.json<{ serials: readonly unknown[] }>();
    expect(serials).toContainEqual(
      expect.objectContaining({ serial: issued.serial, state: 'revoked', tbsDigest: expect.any(String) }),
    );
    const { keys } = (await ok(as('auditor', 'GET', '/api/v1/keys', undefined, all))).json<{
      keys: readonly unknown[];
    }>();
    expect(keys.length).toBeGreaterThanOrEqual(serials.length);
    const archive = await ok(as('auditor', 'GET', `/api/v1/crls/${CA}`, undefined, all));
    await ok(as('auditor', 'GET', `/api/v1/crls/${CA}/full/1.crl`));
    const { crls } = archive.json<{ crls: readonly { number: number }[] }>();
    expect(crls.map(({ number }) => number).slice(0, 3)).toEqual([1, 2, 3]);
  }, 120_000);

  it('says how a CA, its CRLs and its responders stand', async () => {
    const state = (await ok(as('operator-noda', 'GET', `/api/v1/authorities/${CA}/state`))).json();
    expect(state).toMatchObject({
      ca: CA,
      stopped: false,
      certificate: { status: 'good' },
      crls: [{ partition: 'full', state: 'current', entries: 1 }],
      responders: [{ state: 'current' }, { state: 'current' }],
      findings: 0,
    });
  });

  it('revokes its own certificates when two operators ask for it', async () => {
    const ca = ceremony.authorities.find((authority) => authority.ca !== CA)?.ca ?? '';
    const { serials } = (await ok(as('auditor', 'GET', `/api/v1/certificates/${ca}`))).json<{
      serials: { serial: string; profile: string }[];
    }>();
    const responder = serials.find(({ profile }) => profile === 'ocsp-responder')?.serial;
    const path = `/api/v1/certificates/${ca}/${responder}`;
    const ask = { reason: 'superseded' };
    await ok(as('operator-noda', 'POST', `${path}/revocation`, ask), 202);
    expect((await ok(as('auditor', 'GET', path))).json()).toMatchObject({ status: 'good', awaiting: ask });
    await ok(as('operator-noda', 'DELETE', `${path}/revocation`), 204);
    await ok(as('operator-noda', 'POST', `${path}/revocation`, ask), 202);
    await ok(as('operator-sakai', 'POST', `${path}/revocation`, ask));
    expect((await ok(as('auditor', 'GET', path))).json()).toMatchObject({ status: 'revoked' });
  }, 60_000);

  it('shows a tenant nothing of another one', async () => {
    const month = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 7);
    const shown = async (who: string, path: string, query = '') =>
      (await ok(as(who, 'GET', `/api/v1/${path}`, undefined, { query }))).json<Record<string, unknown[]>>();
    expect((await shown('minase-kuroda', 'offices')).offices).toEqual([]);
    expect((await shown('minase-kuroda', 'disclosures')).cases).toEqual([]);
    expect(JSON.stringify(await shown('minase-auditor', 'accesses'))).not.toContain(issued.serial);
    const { counts } = await shown('minase-auditor', 'counts', `from=${month}&to=${month}`);
    for (const count of counts ?? []) expect(count).toMatchObject({ tenant: 'minase' });
    const { records } = await shown('minase-auditor', 'records');
    for (const record of records ?? []) expect(record).toMatchObject({ tenant: 'minase' });
    const period = `from=${new Date(Date.now() - 3_600_000).toISOString()}&to=${new Date().toISOString()}`;
    const { sample } = await shown('minase-auditor', 'evidence/sample', `${period}&seed=one&size=3`);
    expect(JSON.stringify(sample)).not.toContain(issued.serial);
    const other = await as('minase-auditor', 'GET', `/api/v1/requests/${issued.request}`);
    expect(other.json().code).toBe('unknown-request');
    const body = { holder: 'holder-tanabe' };
    expect((await as('minase-kuroda', 'POST', '/api/v1/disclosures', body)).status).not.toBe(201);
  }, 60_000);

  it('counts, exports and reports', async () => {
    const month = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 7);
    const { counts } = (
      await ok(as('auditor', 'GET', '/api/v1/counts', undefined, { query: `from=${month}&to=${month}` }))
    ).json<{ counts: unknown[] }>();
    expect(counts.length).toBeGreaterThan(0);
    for (const [path, query] of [
      ['counts', `from=${month}&to=${month}&purpose=nobody`],
      ['records', 'purpose=nobody'],
    ])
      expect(
        (await as('auditor', 'GET', `/api/v1/${path}`, undefined, { query: query as string })).json().code,
      ).toBe('unknown-purpose');
    for (const query of [
      'channel=ocsp',
      'holder=holder-tanabe',
      'purpose=tax-refund',
      'office=mizusaki-higashi',
      'recipient=public',
      'kind=issuance',
      `ca=${issued.ca}&serial=${issued.serial}`,
    ]) {
      await ok(as('auditor', 'GET', '/api/v1/exports/records.ndjson', undefined, { query }));
    }
    for (const format of ['csv', 'ndjson', 'parquet']) {
      expect(
        (await ok(as('auditor', 'GET', `/api/v1/exports/records.${format}`))).bytes.length,
        format,
      ).toBeGreaterThan(1000);
    }
    const file = gzipSync(
      [
        '#Version: 1.0',
        '#Fields: date time cs-method cs-uri-stem sc-status x-edge-result-type',
        `2026-11-20\t01:02:03\tGET\t/crl/${CA}/full.crl\t200\tHit`,
      ].join('\n'),
    );
    const asked = encodeURIComponent(Buffer.from(ocspRequest(issued.serial)).toString('base64'));
    const withOcsp = gzipSync(
      [
        '#Fields: date time cs-method cs-uri-stem sc-status x-edge-result-type',
        `2026-11-20\t01:02:03\tGET\t/ocsp/${asked}\t200\tHit`,
      ].join('\n'),
    );
    const headers = { 'Content-Type': 'application/gzip' };
    const counted = await as(
      'operator-noda',
      'POST',
      '/api/v1/cdn-logs/E2EXAMPLE.2026-11-20-01.1a2b3c4d.gz',
      undefined,
      { body: file, headers },
    );
    expect(counted.json()).toEqual({ lines: 1, hits: 1 });
    const delivered = { key: 'publication/E2EXAMPLE.2026-11-20-02.5e6f7a8b.gz', size: withOcsp.length };
    await cloud.bucketOf(accessLogs).put(delivered.key, withOcsp, { if: 'absent' });
    const told = {
      Records: [
        {
          messageId: 'one',
          body: JSON.stringify({
            Records: [
              {
                eventVersion: '2.1',
                eventSource: 'aws:s3',
                awsRegion: PLACE.region,
                eventTime: '2026-11-20T03:00:00.000Z',
                eventName: 'ObjectCreated:Put',
                s3: { s3SchemaVersion: '1.0', bucket: { name: accessLogs }, object: delivered },
              },
            ],
          }),
        },
      ],
    };
    expect(await functions.invoke('cdn-log-delivery', told)).toEqual({ batchItemFailures: [] });
    const untold = 'E2EXAMPLE.2026-11-20-03.9c0d1e2f.gz';
    await cloud.bucketOf(accessLogs).put(`publication/${untold}`, file, { if: 'absent' });
    expect(await functions.invoke('cdn-log-delivery', {})).toEqual({ done: [untold] });
    await ok(ask('GET', '/api/v1/statistics', { query: 'from=2026-01&to=2026-02' }));
    const fiscalYear = 2025;
    await ok(as('operator-noda', 'POST', '/api/v1/reports/annual', { fiscalYear }), 201);
    expect((await ok(ask('GET', '/api/v1/reports/annual'))).json<{ reports: [] }>().reports).toHaveLength(1);
    for (const format of ['json', 'csv', 'html'])
      await ok(ask('GET', `/api/v1/reports/annual/${fiscalYear}.${format}`));
    const query = `from=2026-01-01T00:00:00Z&to=${new Date().toISOString().slice(0, 19)}Z`;
    const evidence = await ok(as('auditor', 'GET', '/api/v1/evidence.ndjson', undefined, { query }));
    expect(evidence.text).toContain(issued.serial);
    const sample = await ok(
      as('auditor', 'GET', '/api/v1/evidence/sample', undefined, { query: `${query}&seed=0x1f&size=3` }),
    );
    expect(sample.json().population).toBeGreaterThan(0);
  }, 60_000);

  it('hands over answers that are too large for the door, when their record is durable', async () => {
    const narrow = { answerBytes: 500 };
    const file = await fetched(as('auditor', 'GET', '/api/v1/exports/records.csv', undefined, narrow), 303);
    expect(file.toString('utf8').split('\n').length).toBeGreaterThan(10);
    const told = await ok(
      as('auditor', 'GET', '/api/v1/provisions', undefined, { query: 'channel=export&limit=1' }),
    );
    expect(told.text).toContain(hash('sha256', file));
    const period = `from=2026-01-01T00:00:00Z&to=${new Date().toISOString().slice(0, 19)}Z`;
    for (const [principal, path, query] of [
      ['auditor', '/api/v1/evidence.ndjson', period],
      ['auditor', '/api/v1/records', 'limit=100'],
      ['auditor', '/api/v1/reports/annual/2025.html', ''],
    ] as const) {
      const asked = as(principal, 'GET', path, undefined, { ...narrow, query });
      expect((await fetched(asked, 303)).length, path).toBeGreaterThan(500);
    }
    // An interrupted upload is aborted, and the caller gets a fault.
    cloud.breakS3((method) => method === 'PUT');
    const broken = await as('auditor', 'GET', '/api/v1/exports/records.csv', undefined, narrow);
    cloud.breakS3(undefined);
    expect([broken.status, broken.json().code]).toEqual([503, 'store-unavailable']);
    expect(cloud.calls.at(-1)?.action).toBe('s3:AbortMultipartUpload');
  }, 60_000);

  it('shows holders which answers were given about them', async () => {
    expect(
      (await ok(as('holder-tanabe', 'GET', '/api/v1/own/records'))).json<{ entries: [] }>().entries.length,
    ).toBeGreaterThan(0);
    await ok(as('holder-tanabe', 'POST', '/api/v1/own/delegates', { delegate: 'holder-minami' }), 201);
    await ok(as('holder-tanabe', 'GET', '/api/v1/own/delegates'));
    await ok(as('holder-minami', 'GET', '/api/v1/own/records', undefined, { query: 'holder=holder-tanabe' }));
    const { id } = (
      await ok(as('holder-minami', 'POST', '/api/v1/disclosures', { holder: 'holder-tanabe' }), 201)
    ).json<{ id: string }>();
    await ok(as('operator-noda', 'GET', '/api/v1/disclosures'));
    await ok(as('holder-tanabe', 'GET', '/api/v1/disclosures'));
    await ok(as('holder-minami', 'GET', `/api/v1/disclosures/${id}`));
    await ok(
      as('operator-noda', 'POST', `/api/v1/disclosures/${id}/extension`, {
        days: 5,
        reason: SECRETS.extension,
      }),
    );
    await ok(ask('GET', '/.well-known/disclosure-keys.json'));
    await ok(as('holder-tanabe', 'GET', `/api/v1/disclosures/${id}/bundle.json`));
    await ok(as('holder-minami', 'GET', `/api/v1/disclosures/${id}/bundle.html`));
    const page = as('holder-minami', 'GET', `/api/v1/disclosures/${id}/bundle.html`, undefined, {
      answerBytes: 500,
    });
    expect((await fetched(page, 303)).toString('utf8')).toContain('<html');
    await ok(as('holder-tanabe', 'DELETE', '/api/v1/own/delegates/holder-minami'), 204);
  }, 60_000);

  /** Leaves a request approved at the centre and not issued, because KMS refuses the operation `broken`. */
  const approvedWhile = async (name: string, broken: string): Promise<string> => {
    const { id } = (
      await ok(as('higashi-counter', 'POST', '/api/v1/requests', submission(name)), 201)
    ).json<RequestJson>();
    const path = `/api/v1/requests/${id}/examinations`;
    await ok(as('higashi-examiner', 'POST', path, { decision: 'approve' }));
    await functions.recycle('request-examinations');
    cloud.breakKms((operation) => operation === broken);
    const approved = await ok(as('operator-noda', 'POST', path, { decision: 'approve' }));
    expect(approved.json<RequestJson>().state).toBe('approved');
    cloud.breakKms(undefined);
    return id;
  };

  let deployedText = trustDomain;
  /** Puts a trust domain's file beside every function, as a deployment does; the next events find it. */
  const deployTrustDomain = async (text: string): Promise<void> => {
    deployedText = text;
    for (const [id, of] of folders) {
      for (const [name, content] of [
        ['trust-domain.json', text],
        ['directory.json', writeDirectory(readTrustDomain(text), hash('sha256', text))],
      ] as const) {
        if (existsSync(join(of, name))) writeFileSync(join(of, name), content);
      }
      await functions.recycle(id);
    }
  };

  it('changes its trust domain: proposed, approved, deployed, applied; a rollback is refused', async () => {
    const file: {
      authorities: { ocsp: Record<string, unknown> }[];
      profiles: { id: string; version: number }[];
      operators: { id: string }[];
    } = JSON.parse(trustDomain);
    file.operators = file.operators.filter(({ id }) => id !== 'operator-mori');
    for (const { ocsp } of file.authorities) ocsp.maxCertIds = 20;
    for (const profile of file.profiles) if (profile.id === 'official-position') profile.version++;
    const changed = JSON.stringify(file);
    // Requests approved under the earlier file are issued by that file.
    const late = [await approvedWhile('before', 'GetPublicKey'), await approvedWhile('just-before', 'Sign')];

    const proposed = await ok(
      as('operator-sakai', 'POST', '/api/v1/trust-domain/amendments', undefined, {
        body: gzipSync(changed),
        headers: { 'Content-Type': 'application/gzip' },
      }),
      201,
    );
    const { id, after } = proposed.json<{ id: string; after: string }>();
    expect(after).toBe(hash('sha256', changed));
    const path = `/api/v1/trust-domain/amendments/${id}`;
    expect((await ok(as('operator-noda', 'GET', path))).text).toContain('operators.operator-mori');
    expect(
      (await as('operator-sakai', 'POST', `${path}/decision`, { decision: 'approve' })).json().code,
    ).toBe('same-person');
    await ok(as('operator-noda', 'POST', `${path}/decision`, { decision: 'approve' }));
    const { amendments } = (await ok(as('operator-noda', 'GET', '/api/v1/trust-domain/amendments'))).json<{
      amendments: { state: string }[];
    }>();
    expect(amendments).toMatchObject([{ state: 'approved' }]);

    await deployTrustDomain(changed);
    // After approval and deployment functions answer by it; the ceremony puts it in force.
    await ok(ask('GET', '/ca'));
    expect((await as('operator-mori', 'GET', '/api/v1/whoami')).status).toBe(401);
    await expect(functions.invoke('ceremony', { trustDomain: hash('sha256', trustDomain) })).rejects.toThrow(
      'digest',
    );
    await functions.invoke('ceremony-consent', { trustDomain: after });
    const { steps } = (await functions.invoke('ceremony', { trustDomain: after })) as CeremonyOutcome;
    expect(steps[0]).toBe(`amendment ${id} applied`);
    expect(steps.at(-1)).toBe('trust domain "demonstration" changed');
    expect(((await functions.invoke('ceremony', { trustDomain: after })) as CeremonyOutcome).steps).toEqual(
      [],
    );
    for (const request of late) {
      const found = await ok(as('auditor', 'GET', `/api/v1/requests/${request}`));
      expect(found.json()).toMatchObject({ state: 'issued', profileVersion: 1 });
    }

    await deployTrustDomain(trustDomain);
    const refused = await ask('GET', '/ca');
    expect([refused.status, refused.json().code]).toEqual([500, 'internal']);
    await vi.waitFor(() => expect(functions.log()).toContain('"trust-domain-changed"'));
    // Relying parties still get answers.
    expect(await statusOf(issued.serial, { certificate: certificates.get('holder-minami') as string })).toBe(
      'revoked',
    );
    await vi.waitFor(() => expect(functions.log()).toContain('not named as callers of OCSP'));
    await deployTrustDomain(changed);
    await ok(ask('GET', '/ca'));
  }, 600_000);

  /** Somebody changes users at the pool, and the pool fails while acts are taken. Tasks bring the users to the acts. */
  const userIsBehind = async (id: string): Promise<void> => {
    const suspension = `/api/v1/principals/${id}/suspension`;
    const finish = async (): Promise<readonly [unknown, boolean | undefined]> => {
      cloud.breakUsers(undefined);
      const { done } = (await functions.invoke('scheduled-due', {})) as { done: readonly string[] };
      return [done, cloud.users.get(id)];
    };
    cloud.breakUsers(() => true);
    await ok(as('chief', 'POST', suspension));
    expect(cloud.users.get(id)).toBe(true);
    await expect(functions.invoke('scheduled-due', {})).rejects.toThrow('Cognito');
    expect(await finish()).toEqual([[id], false]);
    cloud.breakUsers(() => true);
    await ok(as('chief', 'DELETE', suspension));
    expect(await finish()).toEqual([[id], true]);
    cloud.breakUsers(() => true);
    await ok(as('chief', 'POST', suspension));
    await ok(as('chief', 'DELETE', suspension));
    cloud.users.delete(id);
    expect(await finish()).toEqual([[id], true]);
    // A user who is gone when somebody is resumed is made.
    await ok(as('chief', 'POST', suspension));
    cloud.users.delete(id);
    await ok(as('chief', 'DELETE', suspension));
    cloud.users.set('minami-chief', false);
    cloud.users.set('minami-counter', true);
    const compared = await functions.invoke('scheduled-closings', {}, 2 * 86_400_000);
    expect(compared).toMatchObject({
      done: expect.arrayContaining(['user minami-chief', 'user minami-counter']),
    });
    expect([cloud.users.get('minami-chief'), cloud.users.get('minami-counter')]).toEqual([true, false]);
  };

  it('finishes the work of a crashed run, and does the work that is due', async () => {
    // One crash before anything is recorded, one before the signature.
    const late = [await approvedWhile('late', 'GetPublicKey'), await approvedWhile('later', 'Sign')];
    const { id, fingerprint } = await bring(await invite('minami-late', 'minami'), csrOf('minami-late'));
    await functions.recycle('principal-enrolment');
    cloud.breakKms((operation) => operation === 'GetPublicKey');
    const path = `/api/v1/principals/${id}/enrolment`;
    expect((await as('chief', 'POST', path, { fingerprint })).status).toBe(503);
    cloud.breakKms(undefined);
    await expect(functions.invoke('scheduled-recovery', {})).resolves.toMatchObject({
      done: expect.arrayContaining([...late, id]),
    });
    // A submission was interrupted between the write of its rows and that of its item.
    const itemKey = { pk: `request/${named.request}`, sk: 'item' };
    const personal = cloud.tableOf('PersonalDataRows');
    const { value: item = {} } = (await personal.get(itemKey)) ?? {};
    const staged = { pk: `personal-staged/${named.request.at(-1)}`, sk: itemKey.pk };
    await putRow(cloud.table, staged, item);
    await deleteRow(personal, itemKey);
    const shown = await ok(as('auditor', 'GET', `/api/v1/requests/${named.request}`));
    expect(shown.json()).toMatchObject({ fields: { name: SECRETS.name } });
    await functions.invoke('scheduled-recovery', {});
    expect(await cloud.table.get(staged)).toBeUndefined();
    expect((await personal.get(itemKey))?.value).toMatchObject({ key: item.key });
    // Somebody has erased a revocation from the table.
    const key = { pk: `status/${issued.ca}/${issued.serial.at(-1)}`, sk: issued.serial };
    await deleteRow(cloud.table, key);
    await deleteRow(cloud.table, { pk: `revoked/${issued.ca}`, sk: issued.serial });
    expect(await statusOf(issued.serial)).toBe('unknown');
    // And everything that says of an office that it has ended, and of a person that the key was confirmed.
    for (const [pk, sk] of [
      ['enrolled-office/kita', 'office'],
      ['enrolled-offices', 'kita'],
      ['enrolled-offices/tenant/tokiwa', 'kita'],
      [`enrolled-principal/${id}`, 'principal'],
      ['enrolled-principals', id],
      ['enrolled-principals/office/minami', id],
      [`enrolled-persons/${id}`, id],
    ] as const) {
      await deleteRow(cloud.table, { pk, sk });
    }
    const { done } = (await functions.invoke('scheduled-closings', {})) as { done: readonly string[] };
    // A revocation and an end are announced, a confirmation is not. The user comes with the confirmation.
    expect(done).toEqual([expect.any(String), expect.any(String), `principal ${id}`, `user ${id}`]);
    expect(await statusOf(issued.serial)).toBe('revoked');
    const kita = await ok(as('operator-noda', 'GET', '/api/v1/offices/kita'));
    expect(kita.json()).toMatchObject({ standing: 'ended', successor: 'minami' });
    await userIsBehind(id);
    // Two changes are prepared, and something else comes before the first of them.
    const change = (at: number) =>
      as('chief', 'POST', `/api/v1/principals/${id}/change`, {
        ...officer('minami', 'examine'),
        effectiveFrom: new Date(Date.now() + at).toISOString(),
      });
    const hour = 3_600_000;
    await ok(change(hour));
    await ok(as('chief', 'POST', `/api/v1/principals/${id}/suspension`));
    await ok(as('chief', 'DELETE', `/api/v1/principals/${id}/suspension`));
    await ok(change(2 * hour));
    await expect(functions.invoke('scheduled-due', {}, 3 * hour)).resolves.toMatchObject({ done: [id] });
    // And an end.
    const query = `effectiveFrom=${new Date(Date.now() + 4 * hour).toISOString()}`;
    await ok(as('chief', 'POST', `/api/v1/principals/${id}/end`, undefined, { query }));
    // The end, and the user that it closes.
    await expect(functions.invoke('scheduled-due', {}, 5 * hour)).resolves.toMatchObject({ done: [id, id] });
    const told = await ok(as('chief', 'GET', '/api/v1/notices'));
    expect(told.json()).toMatchObject({ notices: [{ principal: id, why: 'other-act' }] });
    const days = 86_400_000;
    const due = await functions.invoke('scheduled-publication', {}, 2 * days);
    expect(due).toMatchObject({ done: expect.arrayContaining([CA]) });
    const renewed = await functions.invoke('scheduled-responders', {}, 8 * days);
    expect(renewed).toMatchObject({ done: expect.arrayContaining([expect.stringContaining(CA)]) });
  }, 120_000);

  it('goes on from the published log after two operators recorded what a table has lost', async () => {
    const key = { pk: 'log', sk: 'tree' };
    const readRow = async (): Promise<Value & { size: number }> =>
      (await cloud.table.get(key))?.value as Value & { size: number };
    const earlier = await readRow();
    await statusOf(issued.serial);
    await functions.invoke('scheduled-sequencing', {});
    const sizes = { table: earlier.size, published: (await readRow()).size };
    await putRow(cloud.table, key, earlier);
    for (const id of ['about', 'certificate-revocation', 'certificate-hold']) await functions.recycle(id);
    await expect(functions.invoke('scheduled-sequencing', {})).rejects.toThrow();
    expect((await ok(ask('GET', '/healthz'))).json()).toEqual({
      status: 'behind',
      leaves: sizes.published - sizes.table,
    });
    const path = '/api/v1/recovery';
    expect((await ok(as('auditor', 'GET', path))).json()).toMatchObject({
      state: 'behind',
      ...sizes,
      lost: [],
    });
    // What goes on goes by objects.
    const certificate = `/api/v1/certificates/${issued.ca}/${issued.serial}`;
    await ok(as('operator-noda', 'POST', `${certificate}/revocation`, { reason: 'keyCompromise' }));
    expect((await as('operator-noda', 'POST', `${certificate}/hold`)).json().code).toBe('already-revoked');
    await ok(as('operator-noda', 'POST', path, sizes), 202);
    await ok(as('operator-sakai', 'POST', path, sizes));
    await functions.invoke('scheduled-sequencing', {});
    expect((await ok(as('auditor', 'GET', path))).json()).toMatchObject({ state: 'recovering' });
    await functions.invoke('scheduled-closings', {});
    await functions.invoke('scheduled-sequencing', {});
    expect((await ok(as('auditor', 'GET', path))).json()).toEqual({ state: 'level' });
  }, 600_000);

  const traces = (text: string): readonly string[] =>
    tracesIn({ ...APART, certificate: named.certificate })(Buffer.from(text));
  const itemsAsText = async () =>
    (await cloud.items()).map(({ table, item }) => ({ table, text: JSON.stringify(item) }));
  /** The data keys that are there, by their ids. */
  const dataKeys = async (): Promise<readonly (string | undefined)[]> =>
    (await cloud.items()).flatMap(({ item }) => (item.pk?.S === 'data-keys' ? [item.sk?.S] : []));

  it('keeps what names people in no item of a table that can be read', async () => {
    const items = await itemsAsText();
    expect(new Set(items.map(({ table }) => table)).size).toBe(3);
    expect(items.some(({ text }) => text.includes(`request/${named.request}`))).toBe(true);
    expect(items.filter(({ text }) => traces(text).length > 0)).toEqual([]);
    // The look finds them in what a person is shown.
    const shown = await ok(as('auditor', 'GET', `/api/v1/requests/${named.request}`));
    expect(traces(shown.text)).toEqual(expect.arrayContaining(['name', 'address', 'dateOfBirth']));
  });

  const personalDataOf = async (request: string) =>
    (await ok(as('auditor', 'GET', `/api/v1/requests/${request}`))).json<{
      personalData?: { state: string };
    }>().personalData;

  it('holds and erases the data of a holder, by two operators each', async () => {
    const body = {
      profile: 'person-signature',
      csr: csrOf('gone'),
      fields: { ...person, holderId: '2026ZQ7700009999' },
      holder: 'h-gone',
    };
    const pem = await issueTo('higashi-examiner', body, 'higashi-counter');
    const serial = new X509Certificate(pem).serialNumber.toLowerCase();
    const query = 'holder=h-gone';
    const list = await ok(as('auditor', 'GET', '/api/v1/requests', undefined, { query }));
    const [{ id = '' } = {}] = list.json<{ requests: { id: string }[] }>().requests;

    const path = '/api/v1/retention/holders/h-gone';
    const order = (who: string, act: string, status = 200) =>
      ok(as(who, 'POST', `${path}/${act}`, { reference: 'court/2027-17', tenant: 'tokiwa' }), status);
    await order('operator-noda', 'hold', 202);
    await ok(as('operator-noda', 'POST', `${path}/withdrawal`, { tenant: 'tokiwa' }));
    await order('operator-noda', 'hold', 202);
    expect((await order('operator-sakai', 'hold')).json()).toMatchObject({ held: true });
    await order('operator-noda', 'release', 202);
    await order('operator-sakai', 'release');
    const tokiwa = { query: 'tenant=tokiwa' };
    expect((await ok(as('auditor', 'GET', path, undefined, tokiwa))).json()).toMatchObject({ held: false });
    const standing = (holder: string) =>
      as('auditor', 'GET', `/api/v1/retention/holders/${holder}`, undefined, tokiwa);
    expect((await ok(standing('h-saito'))).json()).toEqual({
      tenant: 'tokiwa',
      holder: 'h-saito',
      held: false,
    });
    expect((await standing('h-nobody')).json().code).toBe('unknown-holder');

    const erase = { reference: 'court/2027-18', tenant: 'tokiwa' };
    expect((await as('operator-noda', 'POST', `${path}/erasure`, erase)).json().code).toBe('wrong-state');
    const certificate = `/api/v1/certificates/signature-1/${serial}`;
    await ok(as('operator-noda', 'POST', `${certificate}/revocation`, { reason: 'superseded' }));
    const before = await itemsAsText();
    const keysBefore = await dataKeys();
    await ok(as('operator-noda', 'POST', `${path}/erasure`, erase), 202);
    await ok(as('operator-sakai', 'POST', `${path}/erasure`, erase));
    expect(await personalDataOf(id)).toMatchObject({ state: 'ended' });
    expect(await personalDataOf(named.request)).toBeUndefined();

    // What remains of the month is put under another key, and then nothing opens an earlier copy of the table.
    const erased = await functions.invoke('scheduled-retention', {}, 360_000);
    expect(erased).toMatchObject({ done: expect.arrayContaining(['an ordered erasure']) });
    const keys = await dataKeys();
    const sealedUnder = before
      .filter(({ text }) => text.includes(`request/${id}`) || text.includes(serial))
      .flatMap(({ text }) => keysBefore.filter((key) => key !== undefined && text.includes(`"${key}\\"`)));
    expect(sealedUnder.length).toBeGreaterThan(0);
    expect(sealedUnder.filter((key) => keys.includes(key))).toEqual([]);
    // Others opened the key a moment ago by a clock that was not put forward.
    for (const fn of [...ROUTE_FUNCTIONS, ...TASK_FUNCTIONS]) if (fn.personal) await functions.recycle(fn.id);
    expect(await personalDataOf(named.request)).toBeUndefined();
    const { orders } = (await ok(as('auditor', 'GET', '/api/v1/retention/orders'))).json<{
      orders: readonly unknown[];
    }>();
    expect(orders).toMatchObject([{ holder: 'h-gone', changed: { act: 'erased' } }]);
  }, 120_000);

  it('ends a month that is over: its key goes, and what has to stay is put under a later one', async () => {
    const { requests } = (
      await ok(as('auditor', 'GET', '/api/v1/requests', undefined, { query: 'state=withdrawn' }))
    ).json<{ requests: { id: string; personalData?: unknown }[] }>();
    const [{ id: withdrawn = '', personalData } = {}] = requests;
    expect(personalData).toBeUndefined();
    await ok(as('higashi-counter', 'POST', '/api/v1/requests', submission('open')), 201);
    // The rows of files end after three months, and the data of requests after a year.
    const inHalfAYear = new Date(Date.now() + 180 * 86_400_000).toISOString().slice(0, 7);
    const [month = ''] = (await ok(as('operator-noda', 'GET', '/api/v1/retention/months')))
      .json<{ months: { tenant?: string; month: string }[] }>()
      .months.flatMap(({ tenant, month: one }) => (tenant === 'tokiwa' && one > inHalfAYear ? [one] : []));
    const path = `/api/v1/retention/months/${month}/end`;
    const early = await as('operator-noda', 'POST', path, { tenant: 'tokiwa' });
    expect(early.json().code).toBe('wrong-state');
    // The operator's certificate has expired by then, and the user of tokens has not.
    const ahead = 400 * 86_400_000;
    const token = await tokenFor('operator-noda', Date.now() + ahead);
    const event = eventOf('POST', path, {
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      claims: { 'cognito:username': 'operator-noda' },
      body: JSON.stringify({ tenant: 'tokiwa' }),
    });
    const ended = (await functions.invoke('data-end', event, ahead)) as { statusCode: number; body: string };
    expect([ended.statusCode, JSON.parse(ended.body)]).toMatchObject([200, { month, first: true }]);
    await functions.recycle('data-end');
    expect((await dataKeys()).filter((key) => key?.startsWith(`tokiwa.${month}.`))).toEqual([]);
    await functions.recycle('requests');
    expect(await personalDataOf(withdrawn)).toEqual({ state: 'ended', month });
    const open = await ok(as('auditor', 'GET', '/api/v1/requests', undefined, { query: 'state=submitted' }));
    expect(open.json<{ requests: { fields?: unknown }[] }>().requests).toMatchObject([
      { fields: { positionJa: SECRETS.position } },
      { fields: { holderId: '2026112200000009' } },
    ]);
  }, 120_000);

  it('makes the report that is due, and deletes records whose retention period is over', async () => {
    const days = 86_400_000;
    const reported = await functions.invoke('scheduled-reports', {}, 366 * days);
    expect(reported).toMatchObject({
      done: ['', 'tokiwa/', 'minase/'].map((of) => expect.stringMatching(new RegExp(`^annual/${of}\\d{4}$`))),
    });
    const before = await cloud.items();
    // Personal data go with the month in which their period is over.
    const ahead = (YEARS_KEPT * 366 + 31) * days;
    const { done } = (await functions.invoke('scheduled-retention', {}, ahead)) as {
      done: readonly string[];
    };
    for (const what of [
      'provision ',
      'issuance ',
      'enrolment ',
      'personal data of ',
      'searches of ',
      'rows of ',
    ])
      expect(done).toContainEqual(expect.stringContaining(what));
    await functions.recycle('scheduled-retention');
    await functions.recycle('requests');
    expect(await personalDataOf(named.request)).toMatchObject({ state: 'ended' });
    // What an earlier copy of the table has of the certificates opens with no key that is left.
    const keys = await dataKeys();
    const sealed = before
      .filter(({ item }) => item.pk?.S?.startsWith('certificate/') && item.sk?.S === 'item')
      .map(({ item }) => (JSON.parse(item.value?.S ?? '{}') as { key?: string }).key)
      .filter((key) => key !== undefined);
    expect(sealed.length).toBeGreaterThan(10);
    expect(sealed.filter((key) => keys.includes(key))).toEqual([]);
    // In the place of an item stands which key it had.
    const item = { pk: `certificate/signature-1/${named.serial}`, sk: 'item' };
    const ended = (await cloud.tableOf('PersonalDataRows').get(item))?.value;
    expect(ended).toEqual({ ended: expect.stringMatching(/^tokiwa\.\d{4}-\d{2}\.\d+$/) });
    const left = await itemsAsText();
    expect(left.filter(({ text }) => traces(text).length > 0)).toEqual([]);
  }, 300_000);

  it('answers everybody through the CDN alone: what goes around it is refused before anything is read or written', async () => {
    const question = {
      body: ocspRequest(issued.serial),
      headers: { 'Content-Type': 'application/ocsp-request' },
    };
    const open = ROUTE_FUNCTIONS.filter(({ doors }) => doors !== 'callers');
    for (const {
      id,
      routes: [route],
    } of open) {
      await functions.recycle(id);
      const path = (route?.path ?? '').replace(/\{\w+\+?\}/g, 'one');
      const before = cloud.calls.length;
      for (const aroundCdn of ['', 'x'.repeat(48), ` ${secretText(secretArns[0] ?? '')}`]) {
        const refused = await ask(route?.method ?? 'GET', path, {
          ...(route?.method === 'POST' && question),
          aroundCdn,
          // Of no use: nobody is asked who this is.
          headers: { ...question.headers, Authorization: 'Bearer x', 'Accept-Language': 'ja' },
        });
        expect([refused.status, refused.json().code], id).toEqual([403, 'not-through-cdn']);
        expect(refused.headers['content-language']).toBe('ja');
      }
      const calls = cloud.calls.slice(before);
      // The secrets are read once, and only for a request that shows something.
      expect(
        calls.map(({ caller, action }) => `${caller} ${action}`),
        id,
      ).toEqual(secretArns.map(() => `${id} secretsmanager:GetSecretValue`));
    }
  });

  it('takes the secret before a rotation and the one after it', async () => {
    expect(secretArns).toHaveLength(2);
    for (const arn of secretArns) await ok(ask('GET', '/healthz', { aroundCdn: secretText(arn) }));
  });

  it('keeps what it knows of the secrets while they cannot be read, and refuses what it cannot judge', async () => {
    await ok(ask('GET', '/healthz'));
    cloud.breakSecrets(true);
    try {
      const health = eventOf('GET', '/healthz', {
        headers: { 'akashi-origin-secret': secretText(secretArns[0] ?? '') },
      });
      expect(await functions.invoke('about', health, 600_000)).toMatchObject({ statusCode: 200 });
      expect((await ask('GET', '/healthz', { aroundCdn: 'another' })).json().code).toBe('store-unavailable');
      await functions.recycle('ocsp');
      const path = `/ocsp/${encodeURIComponent(Buffer.from(ocspRequest(issued.serial)).toString('base64'))}`;
      expect((await ask('GET', path)).status).toBe(503);
    } finally {
      cloud.breakSecrets(false);
    }
  });

  it('enrols an operator by the two persons of the ceremony, where no second one is left', async () => {
    const csr = csrOf('operator-ueda');
    const event = {
      trustDomain: hash('sha256', deployedText),
      credentials: [],
      operator: { principal: 'operator-ueda', csr },
    };
    for (const half of ['ceremony-consent', 'ceremony'])
      await expect(functions.invoke(half, event)).rejects.toThrow('Two operators are left');
    const { ca, serial } = {
      ca: 'operations-1',
      serial: new X509Certificate(certificates.get('operator-sakai') ?? '').serialNumber.toLowerCase(),
    };
    const lost = { reason: 'keyCompromise' };
    await ok(as('operator-noda', 'POST', `/api/v1/certificates/${ca}/${serial}/revocation`, lost));
    const agreed = (await functions.invoke('ceremony-consent', event)) as ConsentOutcome;
    expect(agreed.operator).toMatchObject({ principal: 'operator-ueda', person: 'operator-ueda' });
    const held = (await functions.invoke('ceremony', event)) as CeremonyOutcome;
    expect([held.event, held.steps]).toEqual([agreed.event, []]);
    const [{ pem = '' } = {}] = held.credentials;
    certificates.set('ueda', pem.slice(0, pem.indexOf('-----END CERTIFICATE-----\n') + 26));
    expect(await whoami('ueda')).toBe('operator-ueda');
    await expect(functions.invoke('scheduled-due', {})).resolves.toMatchObject({ done: ['operator-ueda'] });
    expect(cloud.users.get('operator-ueda')).toBe(true);
    const another = { ...event, operator: { principal: 'operator-okada', csr: csrOf('operator-okada') } };
    await expect(functions.invoke('ceremony-consent', another)).rejects.toThrow('Two operators are left');
  }, 120_000);

  it('was never refused anything by its own roles', () => {
    const denied = cloud.denied.map(
      ({ caller, action, resource, context }) =>
        `${caller}: ${action} ${JSON.stringify(context)} on ${resource}`,
    );
    expect([...new Set(denied)]).toEqual([]);
  });

  it('was granted nothing that it does not use, except for grants listed with a reason', () => {
    const unused = iam.unused(ids);
    const explains = ({ grants, usedElsewhere }: Needed, grant: string): boolean =>
      grants.test(grant) && (!usedElsewhere || iam.isUsedBySomebody(grant));
    const unexplained = unused.filter(
      (grant) => !NEEDED_ALL_THE_SAME.some((needed) => explains(needed, grant)),
    );
    expect(unexplained).toEqual([]);
    // And the list names no grant that was used.
    const idle = NEEDED_ALL_THE_SAME.filter(
      ({ grants, sometimes }) => !sometimes && !unused.some((grant) => grants.test(grant)),
    );
    expect(idle.map(({ reason }) => reason)).toEqual([]);
  });

  it('has no personal data in its logs', () => {
    const log = functions.log();
    expect(log.length).toBeGreaterThan(500);
    for (const secret of Object.values(SECRETS)) expect(log).not.toContain(secret);
    for (const line of log.split('\n').filter((line) => line !== ''))
      expect(() => JSON.parse(line), line).not.toThrow();
    for (const name of ['瑞崎', 'CN=', '198.51.100.7', issued.serial]) expect(log, name).not.toContain(name);
  });

  it('shows its table: function, calls made, grants used', () => {
    const rows = ids.map((id) => {
      const calls = cloud.calls.filter(({ caller }) => caller === id);
      const kinds = [...new Set(calls.map(({ action }) => action))].sort().join(' ');
      return `${id.padEnd(24)} ${String(calls.length).padStart(5)} calls ${String(iam.usedBy(id).length).padStart(3)} grants used  ${kinds}`;
    });
    console.log(`\nAs deployed\n${rows.join('\n')}\n`);
    expect(rows).toHaveLength(ids.length);
  });
});
