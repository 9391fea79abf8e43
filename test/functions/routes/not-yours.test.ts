import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../../../functions/http/route.ts';
import { routes } from '../../../functions/routes/routes.ts';
import { tombstoneKey } from '../../../lib/ledger/retention/tombstones.ts';
import type { CertificateRef, Role } from '../../../lib/principal.ts';
import { csvFile, newRows, send } from '../../batches/files.ts';
import { MINAMI, officer } from '../../enrolment/people.ts';
import { ocspRequestFor } from '../../ocsp-request-for.ts';
import { serveService } from '../../served-service.ts';
import { FIELDS, issueThroughOffice, opensslRequest, type Service, temporaryFolder } from '../../service.ts';

/* Callers who see their own only: what is another's is answered as what is not there. */

const ONLY_OWN: readonly Role[] = ['officer', 'relyingParty', 'holder'];

/** What is there, of others. */
type Target =
  | 'request'
  | 'openRequest'
  | 'batch'
  | 'certificate'
  | 'answer'
  | 'newAnswer'
  | 'deletedAnswer'
  | 'act'
  | 'disclosure'
  | 'office'
  | 'principal'
  | 'holder';

interface Asked {
  readonly as: string;
  readonly targets: readonly Target[];
  readonly body?: unknown;
  /** Of a body that is no JSON. */
  readonly type?: string;
}

const OFFICER = 'nishi-counter';
const EXAMINER = 'nishi-examiner';
const CHIEF = 'higashi-chief';
const REASON = { reason: 'superseded' };

/** By the route's id. */
const ASKED: Readonly<Record<string, Asked>> = {
  getRequest: { as: OFFICER, targets: ['request', 'openRequest'] },
  examineRequest: { as: EXAMINER, targets: ['request', 'openRequest'], body: { decision: 'approve' } },
  withdrawRequest: { as: OFFICER, targets: ['request', 'openRequest'], body: { reason: 'mistyped' } },
  collectCertificate: { as: OFFICER, targets: ['request', 'openRequest'] },
  getBatch: { as: OFFICER, targets: ['batch'] },
  putBatchPart: { as: OFFICER, targets: ['batch'], body: 'part', type: 'application/octet-stream' },
  checkBatch: { as: OFFICER, targets: ['batch'] },
  submitBatch: { as: OFFICER, targets: ['batch'], body: { digest: 'a'.repeat(64) } },
  replayBatch: { as: OFFICER, targets: ['batch'] },
  cancelBatch: { as: OFFICER, targets: ['batch'], body: { reason: 'mistyped' } },
  listBatchRows: { as: OFFICER, targets: ['batch'] },
  getBatchErrorsAsCsv: { as: OFFICER, targets: ['batch'] },
  getBatchErrorsAsNdjson: { as: OFFICER, targets: ['batch'] },
  drawBatchSample: { as: EXAMINER, targets: ['batch'] },
  openBatchRow: { as: EXAMINER, targets: ['batch'] },
  examineBatch: { as: EXAMINER, targets: ['batch'], body: { sample: 1, decision: 'approve' } },
  collectBatch: { as: OFFICER, targets: ['batch'] },
  getBatchCollection: { as: OFFICER, targets: ['batch'] },
  followBatch: { as: OFFICER, targets: ['batch'] },
  getCertificate: { as: OFFICER, targets: ['certificate'] },
  revokeCertificate: { as: OFFICER, targets: ['certificate'], body: REASON },
  holdCertificate: { as: OFFICER, targets: ['certificate'] },
  releaseCertificate: { as: OFFICER, targets: ['certificate'] },
  getOffice: { as: CHIEF, targets: ['office'] },
  getPrincipal: { as: CHIEF, targets: ['principal'] },
  withdrawPrincipalProposal: { as: CHIEF, targets: ['principal'] },
  confirmPrincipal: { as: CHIEF, targets: ['principal'] },
  changePrincipal: {
    as: CHIEF,
    targets: ['principal'],
    body: { ...officer('係員', 'receive'), office: 'mizusaki-higashi' },
  },
  transferPrincipal: {
    as: CHIEF,
    targets: ['principal'],
    body: { office: 'mizusaki-nishi', duties: ['receive'] },
  },
  enrolPrincipal: { as: CHIEF, targets: ['principal'], body: { fingerprint: 'a'.repeat(64) } },
  suspendPrincipal: { as: CHIEF, targets: ['principal'] },
  resumePrincipal: { as: CHIEF, targets: ['principal'] },
  endPrincipal: { as: CHIEF, targets: ['principal'] },
  getHolder: { as: CHIEF, targets: ['holder'] },
  suspendHolder: { as: CHIEF, targets: ['holder'] },
  resumeHolder: { as: CHIEF, targets: ['holder'] },
  endHolder: { as: CHIEF, targets: ['holder'] },
  keepLeaver: { as: EXAMINER, targets: ['certificate'] },
  getProvisionProof: { as: 'procurement', targets: ['answer', 'newAnswer', 'deletedAnswer', 'act'] },
  getDisclosure: { as: 'holder-minami', targets: ['disclosure'] },
  getDisclosureBundle: { as: 'holder-minami', targets: ['disclosure'] },
  getDisclosurePage: { as: 'holder-minami', targets: ['disclosure'] },
};

const folder = temporaryFolder();
let service: Service & { readonly url: string };
let ca: string;
const there = new Map<string, string>();
const tokens = new Map<string, string>();

const notThere = (target: string): string =>
  target === 'certificate'
    ? '0f'.repeat(16)
    : [...(there.get(target) as string)].map((digit) => (digit === '0' ? '0' : '1')).join('');

beforeAll(async () => {
  service = await serveService(folder.path, {
    people: ({ principals }) =>
      Object.assign(principals.find(({ id }) => id === CHIEF) as object, { duties: ['responsible'] }),
  });
  const issued = await issueThroughOffice(service, 'official-position', opensslRequest(folder.path, 'seal'));
  ca = issued.certificate.ca;
  there.set('certificate', issued.certificate.serial);
  there.set('request', issued.id);
  const { request } = await service.app.registration.submit(service.principal('higashi-counter'), {
    profile: 'official-position',
    csr: opensslRequest(folder.path, 'other'),
    fields: FIELDS['official-position'] ?? {},
  });
  there.set('openRequest', request.id);
  there.set('batch', await send(service, csvFile(await newRows(1))));
  const tell = async (ref: CertificateRef): Promise<string> => {
    const question = await ocspRequestFor(service, ref);
    await service.app.status.ocsp(question, { recipient: 'tax-portal', method: 'POST' });
    const [told] = (await service.app.ledger.query({ recipient: 'tax-portal', limit: 1 })).records;
    return told?.id as string;
  };
  there.set('answer', await tell(issued.certificate));
  const [act] = (await service.app.ledger.query({ kind: 'issuance', limit: 1 })).records;
  there.set('act', act?.id as string);
  while ((await service.core.sequencer.sequence()).leaves > 0);
  service.advance(5);
  there.set('newAnswer', await tell(issued.certificate));
  const deleted = `${there.get('answer')?.slice(0, 12)}${'a'.repeat(20)}`;
  const tombstone = { class: 'provision', kind: 'provision', leaf: 3, deletedAt: '2026-11-22T09:00:00.000Z' };
  await service.table.write([{ put: tombstoneKey(deleted), value: tombstone, if: 'absent' }]);
  there.set('deletedAnswer', deleted);
  const { offices, people } = service.app.enrolment;
  const [sakai, noda] = [service.principal('operator-sakai'), service.principal('operator-noda')];
  await offices.propose(sakai, 'minami-7', MINAMI);
  await offices.confirm(noda, 'minami-7');
  await people.propose(sakai, 'clerk-7', { ...officer('係員', 'receive'), office: 'minami-7' });
  await people.confirm(noda, 'clerk-7');
  there.set('office', 'minami-7');
  there.set('principal', 'clerk-7');
  await service.app.registration.submit(service.principal('nishi-counter'), {
    profile: 'official-position',
    csr: opensslRequest(folder.path, 'of-nishi'),
    fields: FIELDS['official-position'] ?? {},
    holder: 'holder-7',
  });
  there.set('holder', 'holder-7');
  const tanabe = service.principal('holder-tanabe');
  there.set('disclosure', (await service.app.disclosures.cases.open(tanabe, tanabe.id)).id);
  for (const id of [...new Set(Object.values(ASKED).map(({ as }) => as)), 'auditor']) {
    tokens.set(id, (await service.app.principals.issueToken(service.principal(id))).token);
  }
});

afterAll(async () => {
  await service.close();
  folder.remove();
});

/** The whole answer, but for what is new in every answer and for the name that was asked for. */
const ask = async (
  { method, path }: Pick<Route, 'method' | 'path'>,
  as: string,
  name: string,
  body?: unknown,
  type = 'application/json',
) => {
  const address = path
    .replace('{ca}', ca)
    .replace(/\{(serial|id|batch|office|principal|holder)\}/, name)
    .replace(/\{(part|row|collection)\}/, '1');
  const answer = await fetch(`${service.url}${address}`, {
    method,
    headers: {
      authorization: `Bearer ${tokens.get(as)}`,
      ...(body !== undefined && { 'content-type': type }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const headers = [...answer.headers].filter(
    ([header]) => !['date', 'x-request-id', 'content-length'].includes(header),
  );
  const text = await answer.text();
  const told = text === '' ? '' : { ...JSON.parse(text), requestId: '' };
  return { status: answer.status, headers, told: JSON.stringify(told).replaceAll(name, 'NAME') };
};

/** An invitation makes what is not there. An id that is taken has to be refused. */
const namesOne = ({ id, path, access }: Route): boolean =>
  /\{(id|serial|batch|office|principal|holder)\}/.test(path) &&
  id !== 'inviteOfficer' &&
  typeof access !== 'string' &&
  access.some((role) => ONLY_OWN.includes(role));

describe("what is not the caller's own", () => {
  it('is asked for at every route that names one thing to callers who see their own', () => {
    expect(
      routes
        .filter(namesOne)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(Object.keys(ASKED).sort());
  });

  for (const route of routes.filter(namesOne)) {
    const { as, targets, body, type } = ASKED[route.id] as Asked;
    for (const target of targets) {
      it(`${route.method} ${route.path} answers ${target} as what is not there`, async () => {
        for (const method of route.method === 'GET' ? (['GET', 'HEAD'] as const) : [route.method]) {
          const asked = { ...route, method } as Route;
          const refused = await ask(asked, as, there.get(target) as string, body, type);
          expect(refused.status).toBe(404);
          expect(refused).toEqual(await ask(asked, as, notThere(target), body, type));
        }
      });
    }
  }

  it('is told to those who see all', async () => {
    const path = '/api/v1/provisions/{id}/proof';
    const proof = (target: string) =>
      ask({ method: 'HEAD', path } as never, 'auditor', there.get(target) as string);
    expect((await proof('answer')).status).toBe(200);
    expect((await proof('newAnswer')).status).toBe(503);
    expect((await proof('deletedAnswer')).status).toBe(410);
    expect((await proof('act')).status).toBe(404);
  });
});
