import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../functions/routes/routes.ts';
import { openRecordedSettings } from '../../lib/ledger/recorded-settings.ts';
import { csvFile, newRows, send } from '../batches/files.ts';
import { MINAMI, openMinami } from '../enrolment/people.ts';
import { serveService } from '../served-service.ts';
import { FIELDS, issueThroughOffice, opensslRequest, type Service, temporaryFolder } from '../service.ts';
import { allRecords } from '../world.ts';

/* The service records every action of an auditor, its own initial settings, and every change of them. */

const folder = temporaryFolder();
let service: Service & { readonly url: string };
let token: string;
/** A path to ask for, by the id of each route that an auditor may use. */
let targets: Readonly<Record<string, string | { readonly post: unknown; readonly at: string }>>;

beforeAll(async () => {
  service = await serveService(folder.path);
  const issued = await issueThroughOffice(service, 'official-position', opensslRequest(folder.path, 'seal'));
  const { ca, serial } = issued.certificate;
  await service.app.registration.collect(service.principal('higashi-counter'), issued.id, 'GET');
  const told = (await service.app.ledger.query({ kind: 'provision', limit: 1 })).records[0]?.id;
  const holder = service.principal('holder-tanabe');
  const disclosure = await service.app.disclosures.cases.open(holder, holder.id);
  await openMinami(service);
  await service.app.enrolment.people.propose(service.principal('operator-sakai'), 'second-auditor', {
    role: 'auditor',
    name: MINAMI.name,
  });
  await service.app.enrolment.holders.name(service.principal('higashi-counter'), 'h-seen');
  await service.app.registration.submit(service.principal('higashi-counter'), {
    profile: 'official-position',
    csr: opensslRequest(folder.path, 'ordered'),
    fields: FIELDS['official-position'] ?? {},
    holder: 'h-ordered',
  });
  const batch = await send(service, csvFile(await newRows(1)));
  while ((await service.core.sequencer.sequence()).leaves > 0);
  ({ token } = await service.app.principals.issueToken(service.principal('auditor')));
  const period = 'from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z';
  targets = {
    listRequests: '/api/v1/requests',
    searchRequests: {
      at: '/api/v1/searches/requests',
      post: { text: '市長', office: 'mizusaki-higashi' },
    },
    exportRequestsAsCsv: '/api/v1/exports/requests.csv',
    exportRequestsAsXlsx: '/api/v1/exports/requests.xlsx',
    getRequest: `/api/v1/requests/${issued.id}`,
    listBatches: '/api/v1/batches',
    getBatch: `/api/v1/batches/${batch}`,
    listBatchRows: `/api/v1/batches/${batch}/rows`,
    getBatchErrorsAsCsv: `/api/v1/batches/${batch}/errors.csv`,
    getBatchErrorsAsNdjson: `/api/v1/batches/${batch}/errors.ndjson`,
    followBatch: `/api/v1/batches/${batch}/events`,
    listCertificates: '/api/v1/certificates?tenant=tokiwa',
    searchCertificates: {
      at: '/api/v1/searches/certificates',
      post: { text: '市長', office: 'mizusaki-higashi' },
    },
    exportCertificatesAsCsv: '/api/v1/exports/certificates.csv?tenant=tokiwa',
    exportCertificatesAsXlsx: '/api/v1/exports/certificates.xlsx?tenant=tokiwa',
    listSerials: `/api/v1/certificates/${ca}`,
    listUsedKeys: '/api/v1/keys',
    getCertificate: `/api/v1/certificates/${ca}/${serial}`,
    listProvisions: '/api/v1/provisions',
    listAccesses: '/api/v1/accesses',
    listRecords: '/api/v1/records?kind=issuance',
    getRecord: `/api/v1/records/${told}`,
    getRecordProof: `/api/v1/records/${told}/proof`,
    getProvisionProof: `/api/v1/provisions/${told}/proof`,
    countRecords: '/api/v1/counts?from=2026-01&to=2026-12',
    exportRecordsAsCsv: '/api/v1/exports/records.csv?kind=issuance',
    exportRecordsAsNdjson: '/api/v1/exports/records.ndjson?kind=issuance',
    exportRecordsAsParquet: '/api/v1/exports/records.parquet?kind=issuance',
    makeAnnualReport: { at: '/api/v1/reports/annual', post: { fiscalYear: 2024 } },
    getEvidence: `/api/v1/evidence.ndjson?${period}`,
    drawSample: `/api/v1/evidence/sample?${period}&seed=dice`,
    listDisclosures: '/api/v1/disclosures',
    getDisclosure: `/api/v1/disclosures/${disclosure.id}`,
    getAuthorityState: `/api/v1/authorities/${ca}/state`,
    listCrls: `/api/v1/crls/${ca}`,
    getArchivedCrl: `/api/v1/crls/${ca}/full/1.crl`,
    listOffices: '/api/v1/offices',
    getOffice: '/api/v1/offices/minami',
    listPrincipals: '/api/v1/principals',
    getPrincipal: '/api/v1/principals/second-auditor',
    listNotices: '/api/v1/notices?office=minami',
    listLeavers: '/api/v1/leavers?office=minami',
    listHolders: '/api/v1/holders',
    getHolder: '/api/v1/holders/h-seen',
    listRetentionMonths: '/api/v1/retention/months',
    listDataOrders: '/api/v1/retention/orders',
    getDataOrder: `/api/v1/retention/holders/h-ordered?tenant=tokiwa`,
  };
});

afterAll(async () => {
  await service.close();
  folder.remove();
});

/**
 * How the table stands says nothing about anybody, and `whoami` nothing about others. A token is issued by client certificate
 * alone (who-looked.test.ts).
 */
const UNRECORDED: ReadonlySet<string> = new Set(['issueToken', 'getRecovery', 'whoami']);
const forAuditors = routes.filter(
  ({ id, access }) => Array.isArray(access) && access.includes('auditor') && !UNRECORDED.has(id),
);

describe('a request of an auditor', () => {
  it.each(forAuditors.map(({ id }) => id))('%s leaves a record that names the auditor', async (id) => {
    const ofAuditor = async (): Promise<number> =>
      (await allRecords(service)).filter((record) =>
        record.kind === 'provision' ? record.recipient === 'auditor' : record.actor === 'auditor',
      ).length;
    const before = await ofAuditor();
    const target = targets[id];
    if (target === undefined) throw new Error(`There is nothing to ask ${id}.`);
    const answer = await fetch(`${service.url}${typeof target === 'string' ? target : target.at}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(typeof target !== 'string' && { method: 'POST', body: JSON.stringify(target.post) }),
    });
    expect(answer.ok, await answer.text()).toBe(true);
    expect(await ofAuditor()).toBeGreaterThan(before);
  });
});

describe('a HEAD request', () => {
  const headOf = async (target: string, bearer: string, caller: string): Promise<readonly unknown[]> => {
    const ofCaller = async () =>
      (await allRecords(service)).filter((record) =>
        record.kind === 'provision' ? record.recipient === caller : record.actor === caller,
      );
    const before = new Set((await ofCaller()).map(({ id }) => id));
    const headers = { authorization: `Bearer ${bearer}` };
    const answer = await fetch(`${service.url}${target}`, { method: 'HEAD', headers });
    expect(answer.status).toBe(200);
    expect((await answer.bytes()).length).toBe(0);
    return (await ofCaller())
      .filter(({ id }) => !before.has(id))
      .map((record) => (record.kind === 'provision' ? record.method : record.details.method));
  };

  it.each(['drawSample', 'getRecordProof', 'exportRecordsAsCsv', 'getEvidence'])(
    'is recorded as HEAD: %s',
    async (id) => {
      // No file is made. What is about several tenants has a record for each.
      expect(new Set(await headOf(targets[id] as string, token, 'auditor'))).toEqual(new Set(['HEAD']));
    },
  );

  it("is recorded as HEAD: a holder's own records", async () => {
    const holder = service.principal('holder-tanabe');
    const { token: own } = await service.app.principals.issueToken(holder);
    expect(await headOf('/api/v1/own/records', own, holder.id)).toEqual(['HEAD']);
  });
});

describe('the settings of the service', () => {
  const settings = async (): Promise<readonly Record<string, unknown>[]> =>
    (await allRecords(service)).flatMap((record) => (record.kind === 'setting' ? [record.details] : []));

  it('are on record: the first trust domain by its digest, the keys of the service, its witnesses', async () => {
    const details = await settings();
    const steps = (await allRecords(service)).flatMap((record) =>
      record.kind === 'trust-domain' ? [record.details] : [],
    );
    const [ceremony] = (await allRecords(service)).filter(
      (record) => record.kind === 'ceremony' && record.details.step === 'done',
    );
    const { digest } = ceremony?.kind === 'ceremony' ? ceremony.details : {};
    const first = { step: 'first', trustDomain: service.trustDomain.name, after: digest };
    expect(steps[0]).toMatchObject(first);
    await service.app.disclosures.key();
    for (const key of ['log', 'token-issuer', 'disclosure']) {
      expect(await settings()).toContainEqual({
        setting: `key/${key}`,
        value: { algorithm: 'ed25519', publicKeyDigest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      });
    }
    expect(details).toContainEqual({
      setting: 'witnesses',
      value: { threshold: 0, witnesses: [] },
    });
  });

  it('are recorded once, and again after a change', async () => {
    const { table, app, keys } = service;
    await service.core.tokenIssuerKey();
    await service.app.disclosures.key();
    const before = (await settings()).length;
    const open = () => openRecordedSettings({ table, recorder: app.ledger });
    const witnesses = { threshold: 1, witnesses: ['witness.example+00000000+AA=='] };
    // Two processes with the same new setting make one record.
    await Promise.all([open().record('witnesses', witnesses), open().record('witnesses', witnesses)]);
    await open().record('witnesses', witnesses);
    await open().key(keys, 'disclosure', 'ed25519');
    const after = await settings();
    expect(after.length).toBe(before + 1);
    expect(after).toContainEqual({
      setting: 'witnesses',
      value: witnesses,
      before: { threshold: 0, witnesses: [] },
    });
  });

  it('use no key whose record could not be written', async () => {
    const lost = {
      ...service.table,
      get: service.table.get.bind(service.table),
      write: () => Promise.reject(new Error('lost')),
    };
    const settings = openRecordedSettings({ table: lost as never, recorder: service.app.ledger });
    await expect(settings.key(service.keys, 'another', 'ed25519')).rejects.toThrow('lost');
  });
});

describe('a certificate that is collected', () => {
  it('is recorded with the office that got it', async () => {
    const { records } = await service.app.ledger.query({
      office: 'mizusaki-higashi',
      channel: 'certificate',
      limit: 10,
    });
    expect(records).toMatchObject([{ recipient: 'higashi-counter', office: 'mizusaki-higashi' }]);
  });
});
