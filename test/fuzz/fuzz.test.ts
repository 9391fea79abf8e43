import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../functions/routes/routes.ts';
import { parseSerial } from '../../lib/pki/serial.ts';
import { ROLES } from '../../lib/principal.ts';
import { approve, csvFile, newRows, send, submit, termsOf } from '../batches/files.ts';
import { akashi } from '../cli/in-process.ts';
import { credentialsOfAll } from '../credentials.ts';
import { MINAMI, newKey } from '../enrolment/people.ts';
import { checkerOf, type Node } from '../functions/http/described.ts';
import { type Operation, operationsOf } from '../functions/http/openapi-rules.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { serveService } from '../served-service.ts';
import { FIELDS, issueThroughOffice, opensslRequest, type Service, temporaryFolder } from '../service.ts';
import { checkWorld } from '../world.ts';
import { faultsOfAnswer } from './judge.ts';
import { type Draft, requestsOf, sentOf, someBroken } from './requests.ts';
import { type Doors, type Got, openDoors, type Shown } from './socket.ts';
import { type Known, valuesOf } from './values.ts';

/**
 * Every operation of the OpenAPI document is asked for what the document allows and for what it does not, by callers of
 * every role and by nobody, through the sockets of the real service. Each answer must be one that the document names.
 * Afterwards all stores must agree. A failure prints the seed and the path with which it comes again.
 */
const SEED = 20261122;

const document: Node = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'));
const check = checkerOf(document);

const CALLERS = [
  'higashi-counter',
  'higashi-examiner',
  'higashi-chief',
  'operator-noda',
  'operator-sakai',
  'auditor',
  'tax-portal',
  'holder-tanabe',
  'holder-minami',
] as const;
type CallerId = (typeof CALLERS)[number] | 'nobody';

const folder = temporaryFolder();
let service: Service & { readonly url: string; readonly tlsPort: number };
let doors: Doors;
let known: Known;
const tokens = new Map<CallerId, string>();
const credentials = new Map<CallerId, Shown>();

beforeAll(async () => {
  service = await serveService(join(folder.path, 'data'));
  doors = openDoors(Number(new URL(service.url).port), service.tlsPort);
  await credentialsOfAll(service, join(folder.path, 'credentials'));
  for (const id of CALLERS) {
    tokens.set(id, (await service.app.principals.issueToken(service.principal(id))).token);
    const read = (name: string): string => readFileSync(join(folder.path, 'credentials', id, name), 'utf8');
    credentials.set(id, { key: read('key.pem'), cert: read('cert.pem'), ca: read('ca.pem') });
  }
  known = await historyOf(service);
}, 60_000);

afterAll(async () => {
  doors.close();
  await service.close();
  folder.remove();
});

const CA = 'organisation-1';

/** The newest proposal of a list of keys, which the answers name. */
const proposals: string[] = [];

/** Gives the service something to be asked for, and names it. */
const historyOf = async ({ app, core, ...rest }: Service): Promise<Known> => {
  const whole = { app, core, ...rest };
  const csrs = Array.from({ length: 14 }, (_, n) => opensslRequest(folder.path, `key-${n}`));
  const [first = '', second = '', ...others] = csrs;
  const issued = [];
  for (const csr of others.splice(0, 5)) {
    issued.push(await issueThroughOffice(whole, 'official-position', csr));
  }
  const holder = whole.principal('holder-tanabe');
  const submit = async (csr: string) =>
    (
      await app.registration.submit(whole.principal('higashi-counter'), {
        profile: 'official-position',
        csr,
        fields: FIELDS['official-position'] ?? {},
        holder: holder.id,
      })
    ).request;
  const waiting = [await submit(first)];
  for (const csr of others.splice(0, 5)) waiting.push(await submit(csr));
  const examined = await submit(second);
  await app.registration.examine(whole.principal('higashi-examiner'), examined.id, { decision: 'approve' });
  const asked = await ocspRequestFor(whole, issued[0]?.certificate ?? { ca: CA, serial: '' });
  await app.status.ocsp(asked, { recipient: 'tax-portal', method: 'POST' });
  const batches = await batchesOf(whole);
  const enrolments = await enrolmentsOf(whole);
  const holders = ['h-active-1', 'h-active-2', 'h-suspended-1', 'h-suspended-2', 'h-ended-1'];
  for (const id of holders) await app.enrolment.holders.name(whole.principal('higashi-counter'), id);
  for (const id of holders.slice(2, 4))
    await app.enrolment.holders.suspend(whole.principal('operator-noda'), id);
  const orders = await ordersOf(whole);
  const opened = await app.disclosures.cases.open(holder, holder.id);
  const file = JSON.parse(whole.trustDomainText);
  file.operators[0].name.en = 'Another Name';
  const changed = Buffer.from(JSON.stringify(file));
  const amendment = await app.amendments.propose(whole.principal('operator-sakai'), changed.toString());
  const part = `${'55'.repeat(32)}\n`;
  const { part: uploaded } = await app.authority.keyLists.putPart(Buffer.from(part));
  while ((await core.sequencer.sequence()).leaves > 0);
  const [, size] = Buffer.from(await app.transparencyLog.checkpoint())
    .toString()
    .split('\n');
  const { records } = await app.ledger.query({ limit: 5 });
  const [told] = (await app.ledger.query({ limit: 1, channel: 'ocsp' })).records;
  const now = Date.now();
  const times = [-86_400_000, -60_000, 60_000].map((ms) => new Date(now + ms).toISOString());
  return {
    ...batches,
    ...enrolments,
    ...orders,
    ca: [CA, CA, CA, 'operations-1'],
    serial: issued.map(({ certificate }) => certificate.serial),
    'requests/id': [...waiting.map(({ id }) => id), examined.id, examined.id, issued[0]?.id],
    'disclosures/id': [opened.id],
    'amendments/id': [amendment.id],
    'records/id': records.map(({ id }) => id),
    'provisions/id': [told?.id],
    partition: ['full', 'authority'],
    number: [1],
    year: [2024],
    fiscalYear: [2024, 2025],
    path: [`0/000.p/${size}`, `entries/000.p/${size}`, '0/000'],
    request: [Buffer.from(asked).toString('base64'), 'AAAA'],
    file: ['E2EXAMPLE.2026-11-22-07.1a2b3c4d.gz'],
    delegate: ['holder-minami'],
    holder: ['holder-tanabe', 'holder-minami'],
    'holders/holder': holders,
    'suspendHolder/holder': holders.slice(0, 2),
    'resumeHolder/holder': holders.slice(2, 4),
    'endHolder/holder': holders.slice(4),
    issuedTo: ['higashi-examiner'],
    recipient: ['tax-portal', 'public'],
    actor: ['higashi-counter'],
    purpose: ['tax-return'],
    office: ['mizusaki-higashi'],
    'akashi-purpose': ['tax-return'],
    from: [times[0], '2025-04'],
    to: [times[2], '2026-03'],
    until: [new Date(now + 86_400_000).toISOString()],
    reportedAt: [times[1]],
    invalidityDate: [times[1]],
    profile: ['official-position'],
    csr: others,
    fields: [FIELDS['official-position']],
    parts: [[uploaded]],
    proposal: proposals,
    'application/ocsp-request': [asked],
    'application/gzip': [gzipSync('#Version: 1.0\n'), gzipSync(changed), gzipSync('')],
    'application/json': [changed, Buffer.from('{}')],
    'text/plain': [Buffer.from(part), Buffer.from('no digest\n')],
  };
};

/** Files of requests: one at its end, one whose rows nobody has submitted, and two whose rows wait. */
const batchesOf = async (whole: Service): Promise<Known> => {
  const fileOf = async (rows: number): Promise<Buffer> => csvFile(await newRows(rows));
  const [first, ...others] = await newRows(3);
  const ended = await submit(whole, csvFile([{ ...first, positionJa: '' }, ...others]));
  await approve(whole, ended, 'higashi-examiner');
  await approve(whole, ended, 'operator-noda');
  await whole.app.batches.collect(whole.principal('higashi-counter'), ended);
  const unsent = await fileOf(2);
  const received = await send(whole, unsent);
  const waiting = await submit(whole, await fileOf(2));
  return {
    batch: [ended],
    collection: [1],
    'checkBatch/batch': [received],
    'submitBatch/batch': [received],
    digest: [termsOf(unsent).digest],
    'drawBatchSample/batch': [waiting],
    // The stream of one that is under way ends late, and nobody works here.
    'followBatch/batch': [waiting],
    'cancelBatch/batch': [await submit(whole, await fileOf(1))],
  };
};

/** Holders about whose data nothing is ordered, an order waits, or one was given. */
const ordersOf = async (whole: Service): Promise<Known> => {
  const { registration, personalRetention } = whole.app;
  const counter = whole.principal('higashi-counter');
  const holders = ['h-free', 'h-new', 'h-asked', 'h-held'];
  for (const holder of holders) {
    const { request } = await registration.submit(counter, {
      profile: 'official-position',
      csr: opensslRequest(folder.path, holder),
      fields: FIELDS['official-position'] ?? {},
      holder,
    });
    await registration.withdraw(counter, request.id, 'mistyped');
  }
  const hold = { act: 'hold', reference: 'court/1', tenant: 'tokiwa' } as const;
  const order = (operator: string, holder: string) =>
    personalRetention.order(whole.principal(operator), holder, hold);
  for (const holder of holders.slice(2)) await order('operator-sakai', holder);
  await order('operator-noda', 'h-held');
  return {
    // What is asked for cannot be withdrawn any more once it is confirmed, so each operation has its own.
    'holdData/holder': ['h-new'],
    'eraseData/holder': ['h-free'],
    'releaseData/holder': ['h-held'],
    'withdrawDataOrder/holder': ['h-asked'],
    'getDataOrder/holder': holders,
    reference: ['court/1'],
    tenant: ['tokiwa'],
  };
};

/** Offices and officers in every state, so that each step is one that can be taken. */
const enrolmentsOf = async (whole: Service): Promise<Known> => {
  const { offices, people } = whole.app.enrolment;
  const [sakai, noda] = [whole.principal('operator-sakai'), whole.principal('operator-noda')];
  const chief = whole.principal('higashi-chief');
  const proposed = Array.from({ length: 16 }, (_, n) => `proposed-${n}`);
  for (const id of ['minami', 'naka', ...proposed]) await offices.propose(sakai, id, MINAMI);
  for (const id of ['minami', 'naka']) await offices.confirm(noda, id);
  const terms = { role: 'auditor', name: MINAMI.name } as const;
  for (const id of proposed) await people.propose(sakai, id, terms);
  const invitations: string[] = [];
  const csrs: string[] = [];
  const fingerprints: string[] = [];
  const ids = ['invited', 'brought-1', 'brought-2', 'active-1', 'active-2', 'suspended-1', 'suspended-2'];
  for (const id of ids) {
    const { invitation } = await people.invite(chief, id, {
      role: 'officer',
      office: chief.office ?? '',
      duties: ['receive'],
      name: MINAMI.name,
    });
    const key = newKey(whole.folder, id);
    csrs.push(key.csr);
    if (id === 'invited') invitations.push(invitation);
    else await people.bring(invitation, key.csr);
    if (id.startsWith('brought')) fingerprints.push(key.fingerprint);
    else if (id !== 'invited') await people.enrol(chief, id, key.fingerprint);
    if (id.startsWith('suspended')) await people.suspend(chief, id);
  }
  return {
    'offices/office': ['minami', 'naka', ...proposed],
    'principals/principal': [...ids, ...proposed],
    // What is taken back cannot be confirmed, and each operation draws the same ones.
    'withdrawOfficeProposal/office': proposed.slice(8),
    'confirmOffice/office': proposed.slice(0, 8),
    'withdrawPrincipalProposal/principal': proposed.slice(8),
    'confirmPrincipal/principal': proposed.slice(0, 8),
    'endPrincipal/principal': ['active-1', 'active-2'],
    'resumePrincipal/principal': ['suspended-1', 'suspended-2'],
    'invitations/csr': csrs,
    invitation: invitations,
    fingerprint: fingerprints,
    successor: ['mizusaki-higashi'],
  };
};

/** The id of the route, which HEAD shares. */
const idOf = ({ operation }: Operation): string => String(operation.operationId).replace(/Head$/, '');

const rolesOf = (operation: Operation): readonly string[] => {
  const access = routes.find(({ id }) => id === idOf(operation))?.access ?? [];
  return typeof access === 'string' ? ROLES : access;
};

const isAllowed = (operation: Operation, caller: CallerId): boolean =>
  caller !== 'nobody' && rolesOf(operation).includes(service.principal(caller).role);

/** More often those who may call it, so that the requests get to its room. */
const callersOf = (operation: Operation): fc.Arbitrary<CallerId> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...CALLERS.filter((caller) => isAllowed(operation, caller))) },
    { weight: 1, arbitrary: fc.constantFrom<CallerId>('nobody', ...CALLERS) },
  );

const needsCredentials = ({ operation }: Operation): boolean => {
  const security = operation.security as readonly Node[];
  return security.length > 0 && security.every((one) => Object.keys(one).length > 0);
};

const byCertificateOnly = ({ operation }: Operation): boolean =>
  (operation.security as readonly Node[]).every((one) => 'clientCertificate' in one);

const ask = (operation: Operation, caller: CallerId, draft: Draft): Promise<Got> => {
  const token = tokens.get(caller);
  const byCertificate = needsCredentials(operation) && byCertificateOnly(operation);
  const headers = {
    ...(token !== undefined && !byCertificate && { authorization: `Bearer ${token}` }),
    ...draft.headers,
  };
  return doors.ask(
    sentOf(operation, { ...draft, headers }),
    byCertificate ? credentials.get(caller) : undefined,
  );
};

const acknowledged = { requests: [] as string[], signed: [], answers: [], revoked: [] as string[] };

/** Operations that did for somebody what they are for. */
const done = new Set<string>();

/** What they take has to fit together, which it seldom does at random: tests in test/functions/routes do them. */
const OF_TERMS = [
  'proposeOffice',
  'inviteOfficer',
  'proposePrincipal',
  'changePrincipal',
  'transferPrincipal',
  'enrolPrincipal',
  'searchCertificates',
  'putBatchPart',
  'openBatchRow',
  'examineBatch',
];

/**
 * What these are about does not occur here: a pending revocation, rows that were tampered with, a table of an older day, an
 * officer who left with a certificate, personal data whose month is over.
 */
const NEVER_DONE = [
  'withdrawRevocation',
  'correctStatus',
  'recoverTable',
  'keepLeaver',
  'endRetentionMonth',
  ...OF_TERMS,
];

const faultsOf = async (operation: Operation, caller: CallerId, draft: Draft): Promise<readonly string[]> => {
  const got = await ask(operation, caller, draft);
  const { status, headers, body } = got;
  const faults = [...faultsOfAnswer(document, check, operation, draft, got)];
  if (status < 400 && draft.method !== 'OPTIONS') done.add(idOf(operation));
  if (status === 500) faults.push('the service failed');
  if (draft.broken === undefined) {
    const expected = caller === 'nobody' ? 401 : 403;
    if (needsCredentials(operation) && !isAllowed(operation, caller) && status !== expected) {
      faults.push(`${caller} gets ${status}`);
    }
    if (headers['content-type'] === 'application/problem+json' && operation.method !== 'head') {
      const { facts } = JSON.parse(body.toString());
      if (facts?.problems)
        faults.push(`what the document allows is refused: ${JSON.stringify(facts.problems)}`);
    }
  }
  if (idOf(operation) === 'submitRequest' && status === 201) {
    acknowledged.requests.push(JSON.parse(body.toString()).id);
  }
  if (idOf(operation) === 'proposeKeyList' && status === 201) {
    proposals.splice(0, 1, JSON.parse(body.toString()).proposal.id);
  }
  if (idOf(operation) === 'revokeCertificate' && status === 200) {
    const { ca = '', serial = '' } = draft.path;
    acknowledged.revoked.push(`${ca} ${parseSerial(serial)}`);
  }
  return faults.length === 0 ? [] : [...faults, `${status} ${body.subarray(0, 500).toString()}`];
};

const runsOf = ({ method, operation }: Operation): number =>
  method === 'head' ? 6 : operation.requestBody ? 36 : 20;

describe('every operation', () => {
  const values = (...given: Parameters<ReturnType<typeof valuesOf>>) => valuesOf(document, known)(...given);

  it.each(operationsOf(document).map((one) => [`${one.method} ${one.path}`, one] as const))(
    '%s',
    async (_, operation) => {
      const draft = requestsOf(document, values, known).allowed(operation);
      const asked = fc.record({
        caller: callersOf(operation),
        language: fc.constantFrom('ja', 'en'),
        draft: someBroken(operation, draft),
      });
      await fc.assert(
        fc.asyncProperty(asked, async ({ caller, language, draft: made }) => {
          const headers = { ...made.headers, 'accept-language': language };
          expect(await faultsOf(operation, caller, { ...made, headers })).toEqual([]);
        }),
        { seed: SEED, numRuns: runsOf(operation), endOnFailure: true },
      );
    },
  );
});

describe('afterwards', () => {
  it('the service has logged no failure of its own', () => {
    expect(service.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('every operation was done at least once', () => {
    expect(routes.filter(({ id }) => !done.has(id) && !NEVER_DONE.includes(id)).map(({ id }) => id)).toEqual(
      [],
    );
  });

  it('all stores agree', async () => {
    expect(acknowledged.requests).not.toEqual([]);
    expect(acknowledged.revoked).not.toEqual([]);
    await checkWorld(service, acknowledged);
  });

  it('akashi audit verify finds nothing', async () => {
    const ended = await akashi([
      'audit',
      'verify',
      '--url',
      service.url,
      '--token',
      tokens.get('auditor') ?? '',
      '--state',
      join(folder.path, 'state.json'),
      '--json',
    ]);
    expect(ended.out, ended.err).not.toBe('');
    expect(JSON.parse(ended.out).findings).toEqual([]);
    expect(ended.code).toBe(0);
  });
});
