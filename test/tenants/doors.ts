import { beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../../functions/http/route.ts';
import { routes } from '../../functions/routes/routes.ts';
import type { Principal } from '../../lib/principal.ts';
import { csvFile, newRows, termsOf } from '../batches/files.ts';
import { MINAMI, officer } from '../enrolment/people.ts';
import { FIELDS, opensslRequest } from '../service.ts';
import { serialOf, TOKIWA_CA, TOKIWA_PROFILE, type TwoTenants } from './two-tenants.ts';

/*
 * The people of Minase ask for the things of Tokiwa at every operation. They are answered as if they had asked for what is not
 * there: the same status, headers and text.
 */

type Params = Readonly<Record<string, string>>;

/** What is there, in Tokiwa, and the same with a name that nobody has. */
interface Target {
  readonly there: Params;
  readonly missing: Params;
}

/** What the whole service has, and nobody of a tenant may touch. */
const OF_SERVICE = [
  'correctStatus',
  'decideAmendment',
  'decideKeyList',
  'getAmendment',
  'getKeyList',
  'getRecovery',
  'importCdnLog',
  'listAmendments',
  'listUsedKeys',
  'proposeAmendment',
  'proposeKeyList',
  'recoverTable',
  'uploadKeyListPart',
];

/** Lists, and what the caller is. They name nothing of Tokiwa's; of a CA that serves all tenants, only what is Minase's. */
const SHOWN: Readonly<Record<string, string>> = {
  listProfiles: '/api/v1/profiles',
  listRequests: '/api/v1/requests',
  listBatches: '/api/v1/batches',
  listOffices: '/api/v1/offices',
  listPrincipals: '/api/v1/principals',
  listNotices: '/api/v1/notices?office=okitsu',
  listHolders: '/api/v1/holders?office=okitsu',
  listLeavers: '/api/v1/leavers?office=okitsu',
  listCertificates: '/api/v1/certificates',
  listSerials: '/api/v1/certificates/organisation-1',
  listCrls: '/api/v1/crls/operations-1',
  listRetentionMonths: '/api/v1/retention/months',
  listDataOrders: '/api/v1/retention/orders',
  whoami: '/api/v1/whoami',
};

/** They name a month, which every tenant has; test/personal/months.test.ts has another tenant's. */
const OF_MONTHS = ['endRetentionMonth'];

/** Searches: the text is in the body. */
const SEARCHED: readonly string[] = ['searchRequests', 'searchCertificates'];

/** Operations that make what was not there. A name that is taken has to be refused, whoever has it. */
const MAKES = ['inviteOfficer', 'issueToken', 'proposeOffice', 'proposePrincipal'];

/** Answers of the ledger, which test/ledger has with two tenants. */
const isOfLedger = ({ path }: Route): boolean =>
  /^\/api\/v1\/(records|provisions|accesses|counts|exports|evidence|reports|disclosures|own)\b/.test(path);

const TRANSFER = { office: 'okitsu', duties: ['receive'] };
const BODIES: Readonly<Record<string, unknown>> = {
  examineRequest: { decision: 'approve' },
  withdrawRequest: { reason: 'mistyped' },
  revokeCertificate: { reason: 'superseded' },
  endOffice: { successor: null },
  changePrincipal: { ...officer('係員', 'receive'), office: 'okitsu' },
  transferPrincipal: TRANSFER,
  enrolPrincipal: { fingerprint: 'a'.repeat(64) },
  holdData: { reference: 'court/1' },
  releaseData: { reference: 'court/1' },
  eraseData: { reference: 'court/1' },
  withdrawDataOrder: {},
  putBatchPart: 'x',
  submitBatch: { digest: 'a'.repeat(64) },
  examineBatch: { sample: 1, decision: 'approve' },
  cancelBatch: { reason: 'mistyped' },
};

const TYPES: Readonly<Record<string, string>> = { putBatchPart: 'application/octet-stream' };

const isRefused = ({ id }: Route): boolean => OF_SERVICE.includes(id);

const namesOne = (route: Route): boolean =>
  route.path.includes('{') &&
  typeof route.access !== 'string' &&
  !isRefused(route) &&
  !isOfLedger(route) &&
  ![...MAKES, ...OF_MONTHS].includes(route.id);

export const doors = (open: () => TwoTenants): void => {
  let service: TwoTenants;
  const asked: Record<string, readonly Target[]> = {};
  /** Ids and serial numbers of Tokiwa's. */
  const secrets: string[] = [];

  beforeAll(async () => {
    service = open();
    const { app } = service;
    const shared = await service.issued('tokiwa', 'official-position');
    const own = await service.issued('tokiwa', TOKIWA_PROFILE);
    const waiting = await service.examined('tokiwa', TOKIWA_PROFILE);
    const noda = service.principal('operator-noda');
    await app.enrolment.offices.propose(noda, 'kita', MINAMI);
    await app.enrolment.people.propose(noda, 'minami-new', {
      ...officer('新人', 'receive'),
      office: 'mizusaki-higashi',
    });
    await app.registration.submit(service.principal('higashi-counter'), {
      profile: 'person-authentication',
      csr: opensslRequest(service.folder, 'of-holder'),
      fields: FIELDS['person-authentication'] ?? {},
      holder: 'h-tokiwa',
    });
    const counter = service.principal('higashi-counter');
    const file = csvFile(await newRows(2));
    const { batch } = await app.batches.create(counter, termsOf(file));
    await app.batches.putPart(counter, batch.id, 1, file);
    const ofBatch = (more: Params = {}): readonly Target[] => [
      {
        there: { batch: batch.id, ...more },
        missing: { batch: shared.id, ...more },
      },
    ];
    const certificates = [
      shared.certificate,
      own.certificate,
      { ca: 'operations-1', serial: await serialOf(service, 'operations-1', 'principal', 'tokiwa') },
      { ca: TOKIWA_CA, serial: await serialOf(service, TOKIWA_CA, 'ca') },
    ];
    for (const { serial } of certificates) expect(serial).toMatch(/^[0-9a-f]{20,40}$/);
    secrets.push(
      ...[shared, own, waiting, batch].map(({ id }) => id),
      ...certificates.map(({ serial }) => serial),
      ...['mizusaki', 'h-tokiwa', 'kita', 'higashi', 'minami-new', TOKIWA_CA, TOKIWA_PROFILE],
    );
    const named = (name: string, values: readonly string[], missing: string): readonly Target[] =>
      values.map((value) => ({ there: { [name]: value }, missing: { [name]: missing } }));
    Object.assign(asked, {
      '{ca}/{serial}': certificates.map(({ ca, serial }) => ({
        there: { ca, serial },
        missing: { ca, serial: '0f'.repeat(16) },
      })),
      '{holder}': named('holder', ['holder-tanabe', 'h-tokiwa'], 'h-nobody'),
      '{ca}': named('ca', [TOKIWA_CA], 'nowhere-1'),
      '{ca}/{partition}': [
        { there: { ca: TOKIWA_CA, partition: 'full' }, missing: { ca: 'nowhere-1', partition: 'full' } },
      ],
      '{ca}/{partition}/{number}': [
        {
          there: { ca: TOKIWA_CA, partition: 'full', number: '1' },
          missing: { ca: 'nowhere-1', partition: 'full', number: '1' },
        },
      ],
      '{id}': named('id', [shared.id, own.id, waiting.id], shared.id.replaceAll(/[1-9a-f]$/g, '0')),
      '{batch}': ofBatch(),
      '{batch}/{part}': ofBatch({ part: '1' }),
      '{batch}/{row}': ofBatch({ row: '1' }),
      '{batch}/{collection}': ofBatch({ collection: '1' }),
      '{office}': named('office', ['mizusaki-higashi', 'kita'], 'nowhere'),
      '{principal}': named('principal', ['higashi-chief', 'minami-new'], 'nobody-new'),
    } satisfies typeof asked);
  }, 120_000);

  /** Those of Minase who may call the operation: an officer with all duties, an operator and an auditor. */
  const callersOf = ({ access }: Route): readonly Principal[] => {
    const all = ['okitsu-examiner', 'minase-kuroda', 'minase-auditor'].map(service.principal);
    return typeof access === 'string' ? [] : all.filter(({ role }) => access.includes(role));
  };

  /** The whole answer, but for what is new in every answer and for the names that were asked for. */
  const ask = async (route: Route, method: string, caller: Principal, params: Params) => {
    let path = route.path;
    for (const [name, value] of Object.entries(params)) path = path.replace(`{${name}}`, value);
    const { status, headers, text } = await service.send(
      caller,
      method,
      path,
      BODIES[route.id],
      TYPES[route.id],
    );
    const kept = [...headers].filter(([name]) => !['date', 'x-request-id', 'content-length'].includes(name));
    const told = text === '' ? '' : JSON.stringify({ ...JSON.parse(text), requestId: '' });
    const hidden = Object.values(params)
      .filter((value) => value !== 'full' && value !== '1')
      .reduce((shown, value) => shown.replaceAll(value, 'NAME'), told);
    return { status, headers: kept, told: hidden };
  };

  it('every operation is here, or open to nobody of a tenant', () => {
    const theirs = routes.filter(({ access }) =>
      typeof access === 'string'
        ? false
        : access.some((role) => role === 'officer' || role === 'operator' || role === 'auditor'),
    );
    const unheard = theirs.filter(
      (route) =>
        !isRefused(route) &&
        !isOfLedger(route) &&
        !namesOne(route) &&
        !(route.id in SHOWN) &&
        !SEARCHED.includes(route.id) &&
        ![...MAKES, ...OF_MONTHS, 'submitRequest', 'createBatch'].includes(route.id),
    );
    expect(unheard.map(({ id }) => id)).toEqual([]);
    expect(routes.flatMap(({ id, ofService }) => (ofService ? [id] : [])).sort()).toEqual(
      expect.arrayContaining(OF_SERVICE),
    );
  });

  describe("another tenant's things", () => {
    for (const route of routes.filter(namesOne)) {
      it(`are as what is not there: ${route.method} ${route.path}`, async () => {
        const places = [...route.path.matchAll(/\{(\w+)\}/g)].map(([place]) => place).join('/');
        const targets = asked[places] as readonly Target[];
        const methods = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
        for (const caller of callersOf(route)) {
          for (const { there, missing } of targets) {
            for (const method of methods) {
              const refused = await ask(route, method, caller, there);
              expect([caller.id, there, refused.status]).toEqual([caller.id, there, 404]);
              expect(refused).toEqual(await ask(route, method, caller, missing));
            }
          }
        }
      });
    }

    it('are in no list', async () => {
      for (const route of routes.filter(({ id }) => id in SHOWN)) {
        for (const caller of callersOf(route)) {
          const { status, text } = await service.send(caller, 'GET', SHOWN[route.id] as string);
          expect([route.id, caller.id, status, text.slice(0, status === 200 ? 0 : 300)]).toEqual([
            route.id,
            caller.id,
            200,
            '',
          ]);
          for (const secret of secrets) expect(text).not.toContain(secret);
        }
      }
    });

    it('are found by no search', async () => {
      for (const route of routes.filter(({ id }) => SEARCHED.includes(id))) {
        for (const caller of callersOf(route)) {
          const search = (office: string) =>
            service.send(caller, 'POST', route.path, { text: '市長', office });
          const own = await search('okitsu');
          expect([route.id, caller.id, own.status]).toEqual([route.id, caller.id, 200]);
          for (const secret of secrets) expect(own.text).not.toContain(secret);
          const refused = await search('mizusaki-higashi');
          const status = caller.role === 'officer' ? 403 : 404;
          expect([route.id, caller.id, refused.status]).toEqual([route.id, caller.id, status]);
        }
      }
    });

    it('cannot be asked for: a profile of its CA is to other offices as one that is not there', async () => {
      const examiner = service.principal('okitsu-examiner');
      const submit = async (profile: string) => {
        const csr = opensslRequest(service.folder, profile);
        const submission = { profile, csr, fields: FIELDS['official-position'] };
        const { status, text } = await service.send(examiner, 'POST', '/api/v1/requests', submission);
        return {
          status,
          told: JSON.stringify({ ...JSON.parse(text), requestId: '' }).replaceAll(profile, 'NAME'),
        };
      };
      const refused = await submit(TOKIWA_PROFILE);
      expect(refused.told).toContain('unknown-profile');
      expect(refused).toEqual(await submit('no-position'));
    });
  });

  describe('what concerns the service as a whole', () => {
    it('is refused to everybody of a tenant, with a text that says so', async () => {
      for (const route of routes.filter(isRefused)) {
        for (const caller of callersOf(route)) {
          const path = route.path.replace(/\{\w+\}/g, 'x1');
          const type = route.body?.kind === 'bytes' ? route.body.contentTypes[0] : undefined;
          const { status, text } = await service.send(caller, route.method, path, route.body && {}, type);
          expect([route.id, caller.id, status]).toEqual([route.id, caller.id, 403]);
          expect(text).toContain('concerns the service as a whole');
        }
      }
      const kuroda = service.principal('minase-kuroda');
      const published = await service.send(kuroda, 'POST', '/api/v1/crls/organisation-1/full');
      expect(published.status).toBe(403);
      expect(published.text).toContain('concerns the service as a whole');
    });

    it('is not among the operations that whoami names', async () => {
      for (const principal of ['minase-kuroda', 'minase-auditor'].map(service.principal)) {
        const { operations } = JSON.parse((await service.send(principal, 'GET', '/api/v1/whoami')).text);
        expect(operations.length).toBeGreaterThan(5);
        expect(operations.filter((id: string) => OF_SERVICE.includes(id))).toEqual([]);
      }
      const auditor = await service.send(service.principal('auditor'), 'GET', '/api/v1/whoami');
      expect(JSON.parse(auditor.text).operations).toContain('listUsedKeys');
    });
  });
};
