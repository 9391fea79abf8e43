import { afterAll, describe, expect, it } from 'vitest';
import { pathMatcher, type Route } from '../../../functions/http/route.ts';
import { stack } from '../../../functions/http/stack.ts';
import { routes } from '../../../functions/routes/routes.ts';
import { ROLES, type Role } from '../../../lib/principal.ts';
import { OpensslCa } from '../../principals/openssl.ts';
import { EXAMPLES, PEOPLE, requestOf, testApp } from '../app.ts';

/** The status that each caller must get, written by hand: a route that is missing or open to more roles fails here. */
const EVERYBODY = { none: 200, officer: 200, operator: 200, auditor: 200, relyingParty: 200, holder: 200 };
const NOBODY = { none: 401, officer: 403, operator: 403, auditor: 403, relyingParty: 403, holder: 403 };

const EXPECTED: Readonly<Record<string, Readonly<Record<'none' | Role, number>>>> = {
  health: EVERYBODY,
  openapi: EVERYBODY,
  listAuthorities: EVERYBODY,
  getAuthorityCertificate: EVERYBODY,
  getAuthorityChain: EVERYBODY,
  getAuthorityCertsOnly: EVERYBODY,
  getCrl: EVERYBODY,
  askStatus: EVERYBODY,
  askStatusByUrl: EVERYBODY,
  getLogCheckpoint: EVERYBODY,
  getLogTile: EVERYBODY,
  getLogKey: EVERYBODY,
  getActKeys: EVERYBODY,
  getTokenKeys: EVERYBODY,
  issueToken: { ...EVERYBODY, none: 401 },
  listProfiles: { ...NOBODY, officer: 200, operator: 200 },
  submitRequest: { ...NOBODY, officer: 201 },
  listRequests: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  searchRequests: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  exportRequestsAsCsv: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  exportRequestsAsXlsx: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  getRequest: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  examineRequest: { ...NOBODY, officer: 200, operator: 200 },
  withdrawRequest: { ...NOBODY, officer: 200, operator: 200 },
  collectCertificate: { ...NOBODY, officer: 200, operator: 200 },
  createBatch: { ...NOBODY, officer: 201 },
  listBatches: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  getBatch: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  putBatchPart: { ...NOBODY, officer: 200 },
  checkBatch: { ...NOBODY, officer: 200 },
  submitBatch: { ...NOBODY, officer: 200 },
  replayBatch: { ...NOBODY, officer: 200, operator: 200 },
  cancelBatch: { ...NOBODY, officer: 200 },
  listBatchRows: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  getBatchErrorsAsCsv: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  getBatchErrorsAsNdjson: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  drawBatchSample: { ...NOBODY, officer: 200, operator: 200 },
  openBatchRow: { ...NOBODY, officer: 200, operator: 200 },
  examineBatch: { ...NOBODY, officer: 200, operator: 200 },
  collectBatch: { ...NOBODY, officer: 200, operator: 200 },
  getBatchCollection: { ...NOBODY, officer: 200, operator: 200 },
  followBatch: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  whoami: { ...EVERYBODY, none: 401 },
  listOffices: { ...NOBODY, operator: 200, auditor: 200 },
  getOffice: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  proposeOffice: { ...NOBODY, operator: 201 },
  withdrawOfficeProposal: { ...NOBODY, operator: 200 },
  confirmOffice: { ...NOBODY, operator: 200 },
  endOffice: { ...NOBODY, operator: 200 },
  listPrincipals: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  getPrincipal: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  inviteOfficer: { ...NOBODY, officer: 201 },
  proposePrincipal: { ...NOBODY, operator: 201 },
  withdrawPrincipalProposal: { ...NOBODY, officer: 200, operator: 200 },
  confirmPrincipal: { ...NOBODY, officer: 201, operator: 201 },
  changePrincipal: { ...NOBODY, officer: 200 },
  transferPrincipal: { ...NOBODY, officer: 201, operator: 201 },
  listNotices: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  bringKey: EVERYBODY,
  enrolPrincipal: { ...NOBODY, officer: 200, operator: 200 },
  suspendPrincipal: { ...NOBODY, officer: 200, operator: 200 },
  resumePrincipal: { ...NOBODY, officer: 200 },
  endPrincipal: { ...NOBODY, officer: 200, operator: 200 },
  listHolders: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  getHolder: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  suspendHolder: { ...NOBODY, officer: 200, operator: 200 },
  resumeHolder: { ...NOBODY, officer: 200, operator: 200 },
  endHolder: { ...NOBODY, officer: 200, operator: 200 },
  listRetentionMonths: { ...NOBODY, operator: 200, auditor: 200 },
  endRetentionMonth: { ...NOBODY, operator: 200 },
  listDataOrders: { ...NOBODY, operator: 200, auditor: 200 },
  getDataOrder: { ...NOBODY, operator: 200, auditor: 200 },
  holdData: { ...NOBODY, operator: 200 },
  releaseData: { ...NOBODY, operator: 200 },
  eraseData: { ...NOBODY, operator: 200 },
  withdrawDataOrder: { ...NOBODY, operator: 200 },
  getRecovery: { ...NOBODY, operator: 200, auditor: 200 },
  recoverTable: { ...NOBODY, operator: 200 },
  listCertificates: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  searchCertificates: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  exportCertificatesAsCsv: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  exportCertificatesAsXlsx: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  listSerials: { ...NOBODY, auditor: 200 },
  getKeyList: { ...NOBODY, operator: 200 },
  uploadKeyListPart: { ...NOBODY, operator: 201 },
  proposeKeyList: { ...NOBODY, operator: 201 },
  decideKeyList: { ...NOBODY, operator: 200 },
  listUsedKeys: { ...NOBODY, auditor: 200 },
  getCertificate: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  revokeCertificate: { ...NOBODY, officer: 200, operator: 200 },
  withdrawRevocation: { ...NOBODY, operator: 204 },
  correctStatus: { ...NOBODY, operator: 200 },
  holdCertificate: { ...NOBODY, officer: 200, operator: 200 },
  releaseCertificate: { ...NOBODY, officer: 204, operator: 204 },
  listProvisions: { ...NOBODY, auditor: 200, relyingParty: 200 },
  listAccesses: { ...NOBODY, officer: 200, auditor: 200 },
  listRecords: { ...NOBODY, auditor: 200 },
  getRecord: { ...NOBODY, auditor: 200 },
  getRecordProof: { ...NOBODY, auditor: 200 },
  getProvisionProof: { ...NOBODY, auditor: 200, relyingParty: 200 },
  getAuthorityState: { ...NOBODY, operator: 200, auditor: 200 },
  listCrls: { ...NOBODY, auditor: 200 },
  getArchivedCrl: { ...NOBODY, auditor: 200 },
  publishCrl: { ...NOBODY, operator: 201 },
  countRecords: { ...NOBODY, auditor: 200 },
  exportRecordsAsCsv: { ...NOBODY, auditor: 200 },
  exportRecordsAsNdjson: { ...NOBODY, auditor: 200 },
  exportRecordsAsParquet: { ...NOBODY, auditor: 200 },
  listAnnualReports: EVERYBODY,
  makeAnnualReport: { ...NOBODY, operator: 201, auditor: 201 },
  getAnnualReportJson: EVERYBODY,
  getAnnualReportCsv: EVERYBODY,
  getAnnualReportPage: EVERYBODY,
  getStatistics: EVERYBODY,
  getEvidence: { ...NOBODY, auditor: 200 },
  drawSample: { ...NOBODY, auditor: 200 },
  proposeAmendment: { ...NOBODY, operator: 201 },
  listAmendments: { ...NOBODY, operator: 200 },
  getAmendment: { ...NOBODY, operator: 200 },
  decideAmendment: { ...NOBODY, operator: 200 },
  importCdnLog: { ...NOBODY, operator: 200 },
  requestDisclosure: { ...NOBODY, holder: 201, operator: 201 },
  listDisclosures: { ...NOBODY, holder: 200, operator: 200, auditor: 200 },
  getDisclosure: { ...NOBODY, holder: 200, operator: 200, auditor: 200 },
  extendDisclosure: { ...NOBODY, operator: 200 },
  getDisclosureBundle: { ...NOBODY, holder: 200, operator: 200 },
  getDisclosurePage: { ...NOBODY, holder: 200, operator: 200 },
  getDisclosureKeys: EVERYBODY,
  listLeavers: { ...NOBODY, officer: 200, operator: 200, auditor: 200 },
  keepLeaver: { ...NOBODY, officer: 200 },
  listOwnCertificates: { ...NOBODY, holder: 200 },
  listOwnRecords: { ...NOBODY, holder: 200 },
  listDelegates: { ...NOBODY, holder: 200 },
  nameDelegate: { ...NOBODY, holder: 201 },
  withdrawDelegate: { ...NOBODY, holder: 204 },
};

const openssl = new OpensslCa();
afterAll(() => openssl[Symbol.dispose]());
const app = testApp([{ ca: 'operations-1', certificate: openssl.ca('operations-1').der }]);
app.now = Date.now() + 60_000;
const certificateOf = new Map(
  ROLES.map((role) => [
    role,
    openssl.client('operations-1', { subject: `/serialNumber=${PEOPLE[role].id}` }).der,
  ]),
);

const call = async (route: Route, headers: Readonly<Record<string, string>>, certificate?: Uint8Array) => {
  const example = EXAMPLES[route.id];
  if (!example) throw new Error(`There is no example for ${route.id}.`);
  const [path = '', query = ''] = example.target.split('?');
  const params = pathMatcher(route.path)(path);
  if (!params) throw new Error(`The example of ${route.id} does not match its path.`);
  return stack(route)(
    app.edge,
    requestOf({
      method: route.method,
      path,
      params,
      query: new URLSearchParams(query),
      headers: { ...(example.type ? { 'content-type': example.type } : {}), ...headers },
      body: Buffer.from(example.body ?? ''),
      client: { tls: true, ...(certificate ? { certificate } : {}) },
    }),
  );
};

const codeOf = (body: Uint8Array | string): unknown => JSON.parse(String(body)).code;

describe('the table of routes', () => {
  it('is the table of expectations', () => {
    expect(routes.map(({ id }) => id).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  for (const route of routes) {
    const expected = EXPECTED[route.id];
    if (!expected) continue;

    it(`${route.method} ${route.path} without credentials gives ${expected.none}`, async () => {
      const { status, body } = await call(route, {});
      expect(status).toBe(expected.none);
      if (status === 401) expect(codeOf(body)).toBe('unauthenticated');
    });

    for (const role of ROLES) {
      it(`${route.method} ${route.path} as ${role} gives ${expected[role]}`, async () => {
        const byCertificate = await call(route, {}, certificateOf.get(role));
        expect(byCertificate.status).toBe(expected[role]);
        if (expected[role] === 403) expect(codeOf(byCertificate.body)).toBe('forbidden');
        const token = { authorization: `Bearer ${await app.tokenOf(role)}` };
        const byToken = await call(route, token);
        expect(byToken.status).toBe(route.certificateOnly ? 401 : expected[role]);
      });
    }

    it(`${route.method} ${route.path} with an invalid token gives no more than without one`, async () => {
      const { status } = await call(route, { authorization: 'Bearer not.a.token' });
      expect(status).toBe(expected.none);
    });
  }
});

describe('credentials', () => {
  const route = (id: string) => routes.find((candidate) => candidate.id === id) as Route;

  it('of two principals at once are refused', async () => {
    const { status, body } = await call(
      route('getRequest'),
      { authorization: `Bearer ${await app.tokenOf('operator')}` },
      certificateOf.get('officer'),
    );
    expect([status, codeOf(body)]).toEqual([401, 'token-invalid']);
  });

  it('of one principal in both forms are accepted', async () => {
    const authorization = `bearer ${await app.tokenOf('officer')}`;
    const { status } = await call(route('getRequest'), { authorization }, certificateOf.get('officer'));
    expect(status).toBe(200);
  });

  it.each(['Basic b2ZmaWNlcjpwYXNz', 'Bearer', 'Bearer a b', 'Bearer ü'])(
    'like "%s" are refused',
    async (authorization) => {
      const response = await call(route('getRequest'), { authorization });
      expect([response.status, codeOf(response.body)]).toEqual([401, 'token-invalid']);
      expect(response.headers['www-authenticate']).toBe('Bearer realm="akashi", error="invalid_token"');
    },
  );

  it('name the recipient of an OCSP answer if they are valid, and leave it public otherwise', async () => {
    app.ocspCalls.length = 0;
    await call(route('askStatus'), {}, certificateOf.get('relyingParty'));
    await call(route('askStatus'), { authorization: `Bearer ${await app.tokenOf('holder')}` });
    await call(route('askStatus'), {}, Buffer.from('garbage'));
    await call(route('askStatus'), {});
    expect(app.ocspCalls.map(({ caller }) => caller.recipient)).toEqual([
      'relyingparty-1',
      'holder-1',
      'public',
      'public',
    ]);
  });

  it('that have expired give token-expired', async () => {
    const authorization = `Bearer ${await app.tokenOf('officer')}`;
    app.now += 901_000;
    const { body } = await call(route('getRequest'), { authorization });
    app.now -= 901_000;
    expect(codeOf(body)).toBe('token-expired');
  });
});
