import { hash, randomBytes } from 'node:crypto';
import type { HttpRequest } from '../../functions/http/http.ts';
import type { Edge } from '../../functions/http/stack.ts';
import type { App } from '../../lib/app.ts';
import type { CaView, CertificateView, KeyListView, Revocation } from '../../lib/authority/authority.ts';
import type { Batches, BatchRowView, BatchView } from '../../lib/batches/batches.ts';
import type { Enrolment, HolderView, OfficeView, PrincipalView } from '../../lib/enrolment/enrolment.ts';
import { Fault } from '../../lib/fault.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import type { CaseView } from '../../lib/ledger/disclosure/cases.ts';
import { publicJwk } from '../../lib/ledger/disclosure/jws.ts';
import { EXPORT_TYPES } from '../../lib/ledger/export/formats.ts';
import type { LedgerRecord, RecordDraft, RecordQuery } from '../../lib/ledger/ledger.ts';
import { buildAnnualReport } from '../../lib/ledger/report/annual.ts';
import type { EndedMonth, OrderView } from '../../lib/personal/personal.ts';
import { asDer } from '../../lib/pki/der.ts';
import type { Caller, CertificateRef, Principal, Role } from '../../lib/principal.ts';
import { openCertificateCallers } from '../../lib/principals/certificate-callers.ts';
import { openSessions } from '../../lib/principals/sessions.ts';
import { withTokens } from '../../lib/principals/token-callers.ts';
import type { RequestView, Submission } from '../../lib/registration/registration.ts';
import type { AmendmentView } from '../../lib/trust-domain/contract.ts';
import type { ProfileView } from '../../lib/trust-domain/profile-views.ts';

/*
 * The smallest service for testing the edges: one CA, one certificate, one request, each with the behaviour of its
 * room's contract that an edge can see. Callers and tokens are real.
 */

const ORDER: OrderView = { tenant: 'tokiwa', holder: 'holder-1', held: false };
const ORDERED = `/api/v1/retention/holders/${ORDER.holder}`;
const COURT = JSON.stringify({ reference: 'court/2027-17' });
const ENDED: EndedMonth = {
  month: '2026-01',
  destroyedAt: '2026-02-01T00:00:00Z',
  record: '01',
  copiesUntil: '2026-03-03T00:00:00Z',
  first: true,
};

async function* nothing(): AsyncGenerator<never> {}

export const CA = 'organisation-1';
export const SERIAL = '0a2b';
export const REQUEST = 'r-1';
export const RECORD = '20260101-1';
export const NOW = Date.UTC(2026, 0, 1, 12);

const principal = (role: Role, n: number): Principal => ({
  id: `${role.toLowerCase()}-${n}`,
  role,
  person: `person-${role}-${n}`,
  ...(role === 'officer' ? { office: 'office-a', duties: ['receive', 'examine', 'responsible'] } : {}),
  name: { ja: '氏名', en: 'Name' },
});

export const PEOPLE: Readonly<Record<Role, Principal>> = {
  officer: principal('officer', 1),
  operator: principal('operator', 1),
  auditor: principal('auditor', 1),
  relyingParty: principal('relyingParty', 1),
  holder: principal('holder', 1),
};

const ca: CaView = {
  id: CA,
  authority: 'organisation',
  generation: 1,
  title: { ja: '組織認証局', en: 'Organisation CA' },
  subject: 'C=JP, O=Akashi, CN=Organisation CA',
  algorithm: 'ecdsa-p256-sha256',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2036-01-01T00:00:00Z',
  fingerprint: '00'.repeat(32),
  urls: {
    certificate: 'http://localhost/ca/organisation-1.cer',
    crl: ['http://localhost/crl/organisation-1/full.crl'],
    ocsp: 'http://localhost/ocsp',
  },
};

const certificate: CertificateView = {
  ca: CA,
  serial: SERIAL,
  profile: 'seal',
  profileVersion: 1,
  office: 'office-a',
  request: REQUEST,
  subject: 'C=JP, CN=市長',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2029-01-01T00:00:00Z',
  status: 'good',
};

const request: RequestView = {
  id: REQUEST,
  tenant: 'tokiwa',
  office: 'office-a',
  profile: 'seal',
  profileVersion: 1,
  state: 'issued',
  fields: { CN: '市長' },
  subject: 'C=JP, CN=市長',
  keyAlgorithm: 'EC P-256',
  publicKeyDigest: '11'.repeat(32),
  submittedBy: 'officer-1',
  submittedAt: '2026-01-01T09:00:00Z',
  examinations: [],
  certificate: { ca: CA, serial: SERIAL },
};

const known = <T>(ok: boolean, code: Fault['code'], value: T): T => {
  if (ok) return value;
  throw new Fault(code, 'There is none of that name.');
};

const PROPOSAL = {
  ca: CA,
  serial: SERIAL,
  request: REQUEST,
  issuedTo: 'officer-1',
  reason: 'affiliationChanged',
  effectiveFrom: '2026-01-01T12:00:00.000Z',
  because: RECORD,
} as const;

/** One office and one principal, whatever is done to them. */
const enrolmentOf = (): Enrolment => {
  const changed = { by: 'operator-noda', at: '2026-01-01T12:00:00.000Z' };
  const office: OfficeView = { id: 'minami', number: 1, changed };
  const principal: PrincipalView = { id: 'minami-chief', number: 1, changed };
  const officeOf = async (_actor: Principal, id: string) => known(id === office.id, 'unknown-office', office);
  const principalOf = async (_actor: Principal, id: string) =>
    known(id === principal.id, 'unknown-principal', principal);
  const holder: HolderView = { id: 'holder-tanabe', standing: 'active', since: changed.at };
  const holderOf = async (_actor: Principal, id: string) => known(id === holder.id, 'unknown-holder', holder);
  const invited = async (actor: Principal, id: string) => ({
    principal: await principalOf(actor, id),
    invitation: `${id}.${'A'.repeat(32)}`,
  });
  return {
    offices: {
      propose: officeOf,
      confirm: officeOf,
      withdraw: officeOf,
      end: officeOf,
      get: officeOf,
      list: async () => ({ items: [office] }),
    },
    people: {
      invite: invited,
      propose: principalOf,
      change: principalOf,
      transfer: principalOf,
      confirm: invited,
      withdraw: principalOf,
      bring: async () => ({ id: principal.id, fingerprint: 'a'.repeat(64) }),
      enrol: principalOf,
      suspend: principalOf,
      resume: principalOf,
      end: principalOf,
      get: principalOf,
      list: async () => ({ items: [principal] }),
      recover: async () => [],
      bringUsers: async () => [],
      bringIntoForce: async () => [],
      notices: async () => ({ items: [] }),
    },
    appointments: {
      assertMayAppoint: async () => {},
      appoint: async () => '',
    },
    officers: { isAt: async () => false, leaving: async () => undefined },
    holders: {
      name: async () => {},
      suspend: holderOf,
      resume: holderOf,
      end: holderOf,
      get: holderOf,
      list: async () => ({ items: [holder] }),
    },
  };
};

const BATCH: BatchView = {
  id: 'b-1',
  tenant: 'tokiwa',
  office: 'office-a',
  profile: 'seal',
  state: 'submitted',
  format: 'csv',
  encoding: 'utf-8',
  encodingBy: 'content',
  bytes: 4,
  digest: '77'.repeat(32),
  parts: 1,
  createdBy: 'officer-1',
  createdAt: '2026-01-01T09:00:00Z',
  rows: 1,
  unreadable: 0,
};
const BATCH_ROW: BatchRowView = { number: 1, line: 2, key: '1', state: 'issued', request: REQUEST };
const BATCHES = '/api/v1/batches';

/** One file of one row, whatever is done to it. */
const batchesOf = (): Batches => {
  const batchOf = async (_actor: Principal, id: string) => known(id === BATCH.id, 'unknown-batch', BATCH);
  return {
    create: async () => ({ batch: BATCH, replayed: false }),
    putPart: batchOf,
    get: batchOf,
    list: async () => ({ batches: [BATCH] }),
    rows: async () => ({ rows: [BATCH_ROW] }),
    errors: async () => pieces('one,', 'two\r\n'),
    check: batchOf,
    submit: batchOf,
    replay: batchOf,
    cancel: batchOf,
    drawSample: batchOf,
    openRow: async () => ({ row: BATCH_ROW, request }),
    examine: batchOf,
    collect: async () => ({ number: 1, certificates: 1, first: true }),
    collection: async () => pieces('PK'),
  };
};

export interface TestApp extends App {
  readonly edge: Edge;
  readonly records: LedgerRecord[];
  readonly queries: RecordQuery[];
  readonly submissions: { readonly submission: Submission; readonly key: string | undefined }[];
  readonly ocspCalls: { readonly request: Uint8Array; readonly caller: Caller }[];
  readonly logged: { readonly level: string; readonly message: string; readonly facts: unknown }[];
  now: number;
  crl: Uint8Array;
  /** Awaited by every OCSP answer and every submission. */
  gate: Promise<void>;
  tokenOf(role: Role): Promise<string>;
}

const CASE: CaseView = {
  id: RECORD,
  holder: 'holder-1',
  requestedBy: 'holder-1',
  requestedAt: '2026-01-01T12:00:00.000Z',
  deadline: '2026-01-31T14:59:59.000Z',
  state: 'open',
};

const KEY_LIST: KeyListView = { inForce: { list: '55'.repeat(32), keys: 1 } };

const PROFILE: ProfileView = {
  id: 'seal',
  version: 1,
  title: { ja: '職責証明書', en: 'Seal' },
  kind: 'organisation',
  ca: CA,
  offices: ['higashi'],
  publicKeys: ['p-256'],
  sameKey: 'refused',
  hold: 'final',
  officeApproval: false,
  fields: [
    {
      name: 'CN',
      label: { ja: '職名', en: 'Position' },
      kind: 'text',
      required: true,
      maxLength: 64,
      certified: true,
    },
  ],
};

const AMENDMENT: AmendmentView = {
  id: '0193a2b4c5d61f2e3d4c',
  state: 'proposed',
  before: '33'.repeat(32),
  after: '44'.repeat(32),
  proposed: { by: 'operator-2', at: '2026-01-01T12:00:00Z' },
  changed: 1,
};

const REPORT = { fiscalYear: 2024, version: 1, madeAt: '2025-04-01T00:00:00.000Z', digest: '22'.repeat(32) };

const annualReport = await buildAnnualReport(REPORT.fiscalYear, {
  trustDomain: { name: 'test', ja: '試験', en: 'Test' },
  known: async (id) => Object.values(PEOPLE).find((one) => one.id === id),
  countsOf: async () => [
    {
      cell: { kind: 'provision', recipient: 'relyingparty-1', channel: 'ocsp', method: 'POST' },
      records: 2,
      items: 3,
    },
  ],
});

const pieces = async function* (...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
};

const signer = await generateSoftwareKey('ed25519');
const find = async (id: string) => Object.values(PEOPLE).find((candidate) => candidate.id === id);

export const testApp = (
  clientCas: readonly { readonly ca: string; readonly certificate: Uint8Array }[] = [],
): TestApp => {
  const revocation: Revocation = {
    status: 'revoked',
    revocationTime: '2026-01-01T12:00:00Z',
    reason: 'superseded',
  };
  const isKnown = (ref: CertificateRef) => ref.ca === CA && ref.serial === SERIAL;
  const record = (draft: RecordDraft): LedgerRecord => ({
    ...draft,
    id: RECORD,
    time: '2026-01-01T12:00:00.000Z',
    salt: '00'.repeat(16),
  });
  const crl = () => ({
    der: app.crl,
    number: 7n,
    thisUpdate: new Date(NOW - 1000),
    nextUpdate: new Date(NOW + 3_600_500),
  });

  const app: TestApp = {
    records: [],
    queries: [],
    submissions: [],
    ocspCalls: [],
    logged: [],
    now: NOW,
    crl: Buffer.from('crl'),
    gate: Promise.resolve(),
    edge: {
      get app() {
        return app;
      },
      clock: () => app.now,
      log: (level, message, facts) => void app.logged.push({ level, message, facts }),
    },
    tokenOf: async (role) => (await app.principals.issueToken(PEOPLE[role])).token,

    sessions: openSessions({
      keys: { create: async () => Buffer.alloc(32), open: async () => Buffer.alloc(32) },
      callers: { byCertificate: async () => PEOPLE.officer },
      table: { get: async () => undefined, write: async () => {} },
      clock: () => app.now,
      random: (bytes) => Buffer.alloc(bytes),
    }),
    principals: withTokens(
      openCertificateCallers({
        find,
        statusOf: async () => 'good',
        clientCas: async () => clientCas,
        clock: () => app.now,
      }),
      {
        find,
        clock: () => app.now,
        random: randomBytes,
        embedded: { signer, issuer: 'https://akashi.example', audience: 'akashi' },
      },
    ),

    authority: {
      authorities: async () => [ca],
      caCertificate: async (id) =>
        known(id === CA, 'unknown-authority', asDer(Buffer.from('30020500', 'hex'))),
      serials: async (id, { cursor }) =>
        known(id === CA, 'unknown-authority', {
          serials: [{ serial: SERIAL, state: 'good', notAfter: certificate.notAfter, order: REQUEST }],
          ...(cursor === undefined && { cursor: 'c-1' }),
        }),
      keyLists: {
        view: async () => KEY_LIST,
        putPart: async () => ({ part: '55'.repeat(32), keys: 1 }),
        propose: async () => KEY_LIST,
        approve: async () => KEY_LIST,
        reject: async () => KEY_LIST,
      },
      usedKeys: async ({ cursor }) => ({
        keys: [{ identity: '44'.repeat(32), request: REQUEST }],
        ...(cursor === undefined && { cursor: 'c-1' }),
      }),
      certificate: async (_actor, ref) => known(isKnown(ref), 'unknown-certificate', certificate),
      outline: async (_actor, ref) => {
        const { subject: _, ...outline } = certificate;
        return known(isKnown(ref), 'unknown-certificate', outline);
      },
      list: async (_actor, { cursor }) => ({
        certificates: [certificate],
        ...(cursor === undefined && { cursor: 'c-1' }),
      }),
      revoke: async (_actor, ref) => known(isKnown(ref), 'unknown-certificate', { revocation, first: true }),
      hold: async (_actor, ref) => known(isKnown(ref), 'unknown-certificate', { revocation, first: true }),
      release: async (_actor, ref) => known(isKnown(ref), 'unknown-certificate', undefined),
      withdrawRevocation: async (_actor, ref) => known(isKnown(ref), 'unknown-certificate', undefined),
      correctStatus: async (_actor, ref) =>
        known(isKnown(ref), 'unknown-certificate', { corrected: true, first: true } as const),
    },

    amendments: {
      propose: async () => AMENDMENT,
      list: async () => ({ amendments: [AMENDMENT] }),
      get: async (id) => known(id === AMENDMENT.id, 'unknown-amendment', { ...AMENDMENT, changes: [] }),
      approve: async (_actor, id) => known(id === AMENDMENT.id, 'unknown-amendment', AMENDMENT),
      reject: async (_actor, id) => known(id === AMENDMENT.id, 'unknown-amendment', AMENDMENT),
    },

    profiles: { list: async () => [PROFILE] },

    batches: batchesOf(),

    enrolment: enrolmentOf(),

    personalRetention: {
      months: async () => [{ tenant: 'tokiwa', month: '2026-01', state: 'over', endsAt: ENDED.destroyedAt }],
      end: async (_actor, month) => known(month === ENDED.month, 'invalid-input', ENDED),
      order: async (_actor, holder) => known(holder === ORDER.holder, 'unknown-holder', ORDER),
      withdraw: async (_actor, holder) => known(holder === ORDER.holder, 'nothing-awaited', ORDER),
      standing: async (_actor, holder) => known(holder === ORDER.holder, 'unknown-holder', ORDER),
      orders: async () => [ORDER],
      enforce: async () => [],
    },

    registration: {
      submit: async (_actor, submission, key) => {
        await app.gate;
        const replayed = key !== undefined && app.submissions.some((earlier) => earlier.key === key);
        app.submissions.push({ submission, key });
        return { request, replayed };
      },
      examine: async (_actor, id) => known(id === REQUEST, 'unknown-request', request),
      withdraw: async (_actor, id) => known(id === REQUEST, 'unknown-request', request),
      ofBatches: {
        check: async () => {},
        submit: async () => REQUEST,
        outline: async () => undefined,
      },
      holderData: { ofHolder: nothing, open: nothing },
      leavers: {
        list: async () => ({ proposals: [PROPOSAL] }),
        dismiss: async (_actor, ref) => known(ref.serial === SERIAL, 'unknown-certificate', PROPOSAL),
      },
      get: async (_actor, id) => known(id === REQUEST, 'unknown-request', request),
      list: async (_actor, { cursor }) =>
        known(cursor === undefined || cursor === 'c-1', 'cursor-invalid', {
          requests: [request],
          cursor: 'c-1',
        }),
      collect: async (_actor, id) =>
        known(id === REQUEST, 'unknown-request', {
          pem: 'PEM\n',
          certificate: { ca: CA, serial: SERIAL },
          record: RECORD,
        }),
      knowsHolder: async () => true,
      recover: async () => [],
    },

    names: { assertKnown: async () => {} },

    status: {
      // Echoes its input, so that a test sees what the edge passed on.
      ocsp: async (asked, caller) => {
        await app.gate;
        app.ocspCalls.push({ request: asked, caller });
        return {
          der: Uint8Array.from(asked),
          record: RECORD,
          cacheable: {
            thisUpdate: new Date(NOW - 60_000),
            nextUpdate: new Date(NOW + 600_000),
            freshUntil: NOW + 240_000,
            digest: hash('sha256', asked),
          },
        };
      },
      crl: async (id, partition) =>
        known(id === CA, 'unknown-authority', known(partition === 'full', 'unknown-crl', crl())),
      authorityFor: async (_actor, id) => known(id === CA, 'unknown-authority', {}),
      authorityState: async (_actor, id) =>
        known(id === CA, 'unknown-authority', {
          ca: CA,
          stopped: false,
          certificate: { serial: SERIAL, notBefore: ca.notBefore, notAfter: ca.notAfter, status: 'good' },
          crls: [{ partition: 'full', state: 'missing' }],
          responders: [{ algorithm: ca.algorithm, state: 'missing' }],
          findings: 0,
        }),
      publishShowing: async () => {},
      publish: async (id) => known(id === CA, 'unknown-authority', crl()),
      archived: async (id) =>
        known(id === CA, 'unknown-authority', {
          crls: [
            {
              partition: 'full',
              number: 7,
              name: 'full/00000000000000000007.crl',
              digest: hash('sha256', app.crl),
              bytes: 3,
            },
          ],
        }),
      archivedCrl: async (id, partition, number) =>
        known(
          id === CA,
          'unknown-authority',
          known(partition === 'full' && number === 7, 'unknown-crl', app.crl),
        ),
      publishDue: async () => [],
      followListed: async () => {},
    },

    ledger: {
      append: async (...drafts) => {
        const written = drafts.map(record);
        app.records.push(...written);
        return written;
      },
      appendSigned: async (draft) => app.ledger.append(draft),
      prepare: async (draft) => ({ record: record(draft), writes: [] }),
      act: () => Promise.reject(new Fault('unknown-record', 'There is no such record.')),
      verified: async () => ({}),
      conclude: async (draft) => ({ record: record(draft), isOurs: true, writes: [] }),
      conclusion: async () => undefined,
      newest: async (act) => ({ next: { act, number: 1 } }),
      followClosings: async () => {},
      query: async (query) => {
        app.queries.push(query);
        if (query.cursor !== undefined && query.cursor !== 'c-1') {
          throw new Fault('cursor-invalid', 'The cursor is not of this query.');
        }
        return {
          records: [record({ kind: 'ceremony', actor: 'service', details: {} })],
          cursor: 'c-1',
        };
      },
      get: async (id) =>
        known(id === RECORD, 'unknown-record', record({ kind: 'ceremony', actor: 'service', details: {} })),
    },

    tableStanding: { behind: async () => undefined },

    recovery: {
      standing: async () => ({ state: 'level' }),
      recover: async (_, sizes) => ({ ...sizes, lost: [[sizes.table, sizes.published]], first: true }),
    },

    transparencyLog: {
      checkpoint: async () => Buffer.from('akashi.example/log\n'),
      tile: async (path) => known(path === '0/000.p/1', 'unknown-tile', Uint8Array.from({ length: 32 })),
      verifierKey: async () => 'akashi.example/log+00000000+AA==',
      actKeys: async () => [],
      prove: async (id) => ({
        record: known(
          id === RECORD,
          'unknown-record',
          record({
            kind: 'provision',
            recipient: PEOPLE.relyingParty.id,
            channel: 'ocsp',
            method: 'POST',
            certificates: [],
            provided: {},
            responseDigest: '00'.repeat(32),
            count: 1,
          }),
        ),
        proof: 'c2sp.org/tlog-proof@v1\n',
      }),
    },

    disclosures: {
      cases: {
        open: async () => CASE,
        get: async (_caller, id) => known(id === RECORD, 'unknown-disclosure', CASE),
        list: async () => ({ cases: [CASE] }),
        extend: async (_caller, id) => known(id === RECORD, 'unknown-disclosure', CASE),
        closeWrites: async () => [],
      },
      delegates: {
        list: async () => [{ delegate: 'holder-2', since: '2026-01-01T00:00:00Z' }],
        name: async (_holder, delegate) => ({ delegate, since: '2026-01-01T00:00:00Z' }),
        withdraw: async () => {},
        assertMayAct: async () => {},
      },
      certificates: async () => [],
      own: async () => ({
        record: RECORD,
        entries: [
          {
            id: RECORD,
            time: '2026-01-01T12:00:00.000Z',
            who: { recipient: 'relyingparty-1', ja: '氏名', en: 'Name' },
            channel: 'ocsp',
            certificates: [{ ca: CA, serial: SERIAL }],
            count: 1,
          },
        ],
      }),
      handOver: async (_caller, id) =>
        known(id === RECORD, 'unknown-disclosure', { jws: '{}', page: '<!DOCTYPE html>', record: RECORD }),
      key: async () => publicJwk(signer),
    },

    evidence: {
      file: async () => ({ id: RECORD, bytes: pieces('{}\n') }),
      sample: async (_caller, period, { seed }) => ({
        ...period,
        seed,
        method: '',
        population: 0,
        sample: [],
        record: RECORD,
      }),
    },

    cdnLogs: { import: async () => ({ lines: 2, hits: 1 }), unseen: async (files) => files },

    reporting: {
      counts: async () => [],
      setAside: async () => [],
      export: async (_caller, { format }) => ({
        id: RECORD,
        contentType: EXPORT_TYPES[format],
        bytes: pieces('one,', 'two\r\n'),
      }),
      statistics: async () => [],
      reports: {
        list: async () => [REPORT],
        annual: async (year) =>
          known(year === REPORT.fiscalYear, 'unknown-report', { view: REPORT, report: annualReport }),
        makeAnnual: async () => ({ view: REPORT, made: true }),
        makeDue: async () => [],
      },
    },
  };
  return app;
};

/** A request as an edge hands it to the stack of the route. */
export const requestOf = (given: Partial<HttpRequest> & { readonly path: string }): HttpRequest => ({
  id: 'request-1',
  method: 'GET',
  params: {},
  query: new URLSearchParams(),
  headers: {},
  body: new Uint8Array(),
  client: { tls: true },
  ...given,
});

const PRINCIPAL_TERMS = {
  role: 'officer',
  office: 'office-a',
  duties: ['receive'],
  name: { ja: '受付', en: 'Counter' },
};

/** A valid request for each route of the table, by the route's id. */
export const EXAMPLES: Readonly<
  Record<string, { readonly target: string; readonly type?: string; readonly body?: string }>
> = {
  health: { target: '/healthz' },
  openapi: { target: '/openapi.json' },
  listAuthorities: { target: '/ca' },
  getAuthorityCertificate: { target: `/ca/${CA}.cer` },
  getAuthorityChain: { target: `/ca/${CA}.pem` },
  getAuthorityCertsOnly: { target: `/ca/${CA}.p7c` },
  getCrl: { target: `/crl/${CA}/full.crl` },
  askStatus: { target: '/ocsp', type: 'application/ocsp-request', body: '0\u0003\n\u0001\u0001' },
  askStatusByUrl: { target: '/ocsp/MAMKAQE=' },
  getRecovery: { target: '/api/v1/recovery' },
  recoverTable: {
    target: '/api/v1/recovery',
    type: 'application/json',
    body: JSON.stringify({ table: 25, published: 36 }),
  },
  getTokenKeys: { target: '/.well-known/jwks.json' },
  issueToken: { target: '/token' },
  listProfiles: { target: '/api/v1/profiles' },
  submitRequest: {
    target: '/api/v1/requests',
    type: 'application/json',
    body: JSON.stringify({ profile: 'seal', csr: 'PEM', fields: { CN: '市長', OU: ['総務部', '情報課'] } }),
  },
  listRequests: { target: '/api/v1/requests?state=issued&limit=5' },
  searchRequests: {
    target: '/api/v1/searches/requests',
    type: 'application/json',
    body: JSON.stringify({ text: '田辺', office: 'mizusaki-higashi' }),
  },
  exportRequestsAsCsv: { target: '/api/v1/exports/requests.csv?office=mizusaki-higashi' },
  exportRequestsAsXlsx: { target: '/api/v1/exports/requests.xlsx?office=mizusaki-higashi' },
  getRequest: { target: `/api/v1/requests/${REQUEST}` },
  examineRequest: {
    target: `/api/v1/requests/${REQUEST}/examinations`,
    type: 'application/json',
    body: JSON.stringify({ decision: 'reject', reason: '書類の不備' }),
  },
  withdrawRequest: {
    target: `/api/v1/requests/${REQUEST}/withdrawal`,
    type: 'application/json; charset=utf-8',
    body: JSON.stringify({ reason: '取下げ' }),
  },
  whoami: { target: '/api/v1/whoami' },
  listOffices: { target: '/api/v1/offices?limit=5' },
  getOffice: { target: '/api/v1/offices/minami' },
  proposeOffice: {
    target: '/api/v1/offices/minami/proposal',
    type: 'application/json',
    body: JSON.stringify({
      name: { ja: '南区役所', en: 'Minami Ward Office' },
      tenant: 'tokiwa',
      attributes: { O: 'Mizusaki City' },
      code: '131016',
      profiles: ['seal'],
    }),
  },
  withdrawOfficeProposal: { target: '/api/v1/offices/minami/proposal' },
  confirmOffice: { target: '/api/v1/offices/minami/confirmation' },
  endOffice: {
    target: '/api/v1/offices/minami/end',
    type: 'application/json',
    body: JSON.stringify({ successor: null }),
  },
  listPrincipals: { target: '/api/v1/principals?role=officer&limit=5' },
  getPrincipal: { target: '/api/v1/principals/minami-chief' },
  inviteOfficer: {
    target: '/api/v1/principals/minami-chief/invitation',
    type: 'application/json',
    body: JSON.stringify(PRINCIPAL_TERMS),
  },
  proposePrincipal: {
    target: '/api/v1/principals/minami-chief/proposal',
    type: 'application/json',
    body: JSON.stringify(PRINCIPAL_TERMS),
  },
  withdrawPrincipalProposal: { target: '/api/v1/principals/minami-chief/proposal' },
  confirmPrincipal: { target: '/api/v1/principals/minami-chief/confirmation' },
  changePrincipal: {
    target: '/api/v1/principals/minami-chief/change',
    type: 'application/json',
    body: JSON.stringify(PRINCIPAL_TERMS),
  },
  transferPrincipal: {
    target: '/api/v1/principals/minami-chief/transfer',
    type: 'application/json',
    body: JSON.stringify({ office: 'kita', duties: ['receive'] }),
  },
  listNotices: { target: '/api/v1/notices?office=minami&limit=5' },
  bringKey: {
    target: '/api/v1/invitations',
    type: 'application/json',
    body: JSON.stringify({ invitation: `minami-chief.${'A'.repeat(32)}`, csr: 'PEM' }),
  },
  enrolPrincipal: {
    target: '/api/v1/principals/minami-chief/enrolment',
    type: 'application/json',
    body: JSON.stringify({ fingerprint: 'a'.repeat(64) }),
  },
  suspendPrincipal: { target: '/api/v1/principals/minami-chief/suspension' },
  resumePrincipal: { target: '/api/v1/principals/minami-chief/suspension' },
  endPrincipal: { target: '/api/v1/principals/minami-chief/end' },
  listHolders: { target: '/api/v1/holders' },
  getHolder: { target: '/api/v1/holders/holder-tanabe' },
  suspendHolder: { target: '/api/v1/holders/holder-tanabe/suspension' },
  resumeHolder: { target: '/api/v1/holders/holder-tanabe/suspension' },
  endHolder: { target: '/api/v1/holders/holder-tanabe/end' },
  listRetentionMonths: { target: '/api/v1/retention/months' },
  endRetentionMonth: {
    target: '/api/v1/retention/months/2026-01/end',
    type: 'application/json',
    body: JSON.stringify({ tenant: 'tokiwa' }),
  },
  listDataOrders: { target: '/api/v1/retention/orders' },
  getDataOrder: { target: `${ORDERED}?tenant=tokiwa` },
  holdData: { target: `${ORDERED}/hold`, type: 'application/json', body: COURT },
  releaseData: { target: `${ORDERED}/release`, type: 'application/json', body: COURT },
  eraseData: { target: `${ORDERED}/erasure`, type: 'application/json', body: COURT },
  withdrawDataOrder: { target: `${ORDERED}/withdrawal`, type: 'application/json', body: '{}' },
  collectCertificate: { target: `/api/v1/requests/${REQUEST}/certificate.pem` },
  createBatch: {
    target: BATCHES,
    type: 'application/json',
    body: JSON.stringify({
      profile: 'seal',
      format: 'csv',
      bytes: 4,
      digest: BATCH.digest,
      parts: [BATCH.digest],
    }),
  },
  listBatches: { target: `${BATCHES}?office=mizusaki-higashi&limit=5` },
  getBatch: { target: `${BATCHES}/${BATCH.id}` },
  putBatchPart: {
    target: `${BATCHES}/${BATCH.id}/parts/1`,
    type: 'application/octet-stream',
    body: 'part',
  },
  checkBatch: { target: `${BATCHES}/${BATCH.id}/check` },
  submitBatch: {
    target: `${BATCHES}/${BATCH.id}/submission`,
    type: 'application/json',
    body: JSON.stringify({ digest: BATCH.digest }),
  },
  replayBatch: { target: `${BATCHES}/${BATCH.id}/replay` },
  cancelBatch: {
    target: `${BATCHES}/${BATCH.id}/cancellation`,
    type: 'application/json',
    body: JSON.stringify({ reason: '取消し' }),
  },
  listBatchRows: { target: `${BATCHES}/${BATCH.id}/rows?list=problems&limit=5` },
  getBatchErrorsAsCsv: { target: `${BATCHES}/${BATCH.id}/errors.csv` },
  getBatchErrorsAsNdjson: { target: `${BATCHES}/${BATCH.id}/errors.ndjson` },
  drawBatchSample: { target: `${BATCHES}/${BATCH.id}/samples` },
  openBatchRow: { target: `${BATCHES}/${BATCH.id}/rows/1/opening` },
  examineBatch: {
    target: `${BATCHES}/${BATCH.id}/examinations`,
    type: 'application/json',
    body: JSON.stringify({ sample: 1, decision: 'reject', reason: '書類の不備', leaveOut: [2] }),
  },
  collectBatch: { target: `${BATCHES}/${BATCH.id}/collections` },
  getBatchCollection: { target: `${BATCHES}/${BATCH.id}/collections/1.zip` },
  followBatch: { target: `${BATCHES}/${BATCH.id}/events` },
  getCertificate: { target: `/api/v1/certificates/${CA}/${SERIAL}` },
  listCertificates: { target: '/api/v1/certificates?office=mizusaki-higashi&limit=5' },
  searchCertificates: {
    target: '/api/v1/searches/certificates',
    type: 'application/json',
    body: JSON.stringify({ text: '田辺', office: 'mizusaki-higashi' }),
  },
  exportCertificatesAsCsv: { target: '/api/v1/exports/certificates.csv?office=mizusaki-higashi' },
  exportCertificatesAsXlsx: { target: '/api/v1/exports/certificates.xlsx?office=mizusaki-higashi' },
  listSerials: { target: `/api/v1/certificates/${CA}?limit=5` },
  getKeyList: { target: '/api/v1/keys/compromised' },
  uploadKeyListPart: {
    target: '/api/v1/keys/compromised/parts',
    type: 'text/plain',
    body: `${'55'.repeat(32)}\n`,
  },
  proposeKeyList: {
    target: '/api/v1/keys/compromised',
    type: 'application/json',
    body: JSON.stringify({ withdraw: true }),
  },
  decideKeyList: {
    target: '/api/v1/keys/compromised/decision',
    type: 'application/json',
    body: JSON.stringify({ proposal: '66'.repeat(16), decision: 'approve' }),
  },
  listUsedKeys: { target: '/api/v1/keys?limit=5' },
  getAuthorityState: { target: `/api/v1/authorities/${CA}/state` },
  listCrls: { target: `/api/v1/crls/${CA}?limit=5` },
  getArchivedCrl: { target: `/api/v1/crls/${CA}/full/7.crl` },
  revokeCertificate: {
    target: `/api/v1/certificates/${CA}/${SERIAL}/revocation`,
    type: 'application/json',
    body: JSON.stringify({ reason: 'keyCompromise', invalidityDate: '2025-12-31T00:00:00Z' }),
  },
  withdrawRevocation: { target: `/api/v1/certificates/${CA}/${SERIAL}/revocation` },
  correctStatus: { target: `/api/v1/certificates/${CA}/${SERIAL}/correction` },
  holdCertificate: { target: `/api/v1/certificates/${CA}/${SERIAL}/hold` },
  releaseCertificate: { target: `/api/v1/certificates/${CA}/${SERIAL}/hold` },
  listAccesses: { target: `/api/v1/accesses?request=${REQUEST}&officer=officer-1` },
  listProvisions: { target: `/api/v1/provisions?ca=${CA}&serial=${SERIAL}&from=2026-01-01T00:00:00Z` },
  listRecords: { target: '/api/v1/records?kind=revocation&actor=officer-1' },
  countRecords: { target: '/api/v1/counts?from=2026-01&to=2026-03' },
  listAnnualReports: { target: '/api/v1/reports/annual' },
  makeAnnualReport: {
    target: '/api/v1/reports/annual',
    type: 'application/json',
    body: JSON.stringify({ fiscalYear: 2024 }),
  },
  getAnnualReportJson: { target: '/api/v1/reports/annual/2024.json' },
  getAnnualReportCsv: { target: '/api/v1/reports/annual/2024.csv' },
  getAnnualReportPage: { target: '/api/v1/reports/annual/2024.html' },
  getStatistics: { target: '/api/v1/statistics?from=2025-04&to=2025-12' },
  requestDisclosure: {
    target: '/api/v1/disclosures',
    type: 'application/json',
    body: JSON.stringify({ holder: 'holder-1' }),
  },
  listDisclosures: { target: '/api/v1/disclosures' },
  getDisclosure: { target: `/api/v1/disclosures/${RECORD}` },
  extendDisclosure: {
    target: `/api/v1/disclosures/${RECORD}/extension`,
    type: 'application/json',
    body: JSON.stringify({ days: 30, reason: '記録が多量であるため' }),
  },
  getDisclosureBundle: { target: `/api/v1/disclosures/${RECORD}/bundle.json` },
  getDisclosurePage: { target: `/api/v1/disclosures/${RECORD}/bundle.html` },
  getDisclosureKeys: { target: '/.well-known/disclosure-keys.json' },
  listLeavers: { target: '/api/v1/leavers' },
  keepLeaver: { target: `/api/v1/leavers/${CA}/${SERIAL}/dismissal` },
  listOwnCertificates: { target: '/api/v1/own/certificates' },
  listOwnRecords: { target: '/api/v1/own/records?limit=5' },
  listDelegates: { target: '/api/v1/own/delegates' },
  nameDelegate: {
    target: '/api/v1/own/delegates',
    type: 'application/json',
    body: JSON.stringify({ delegate: 'holder-2' }),
  },
  withdrawDelegate: { target: '/api/v1/own/delegates/holder-2' },
  getEvidence: { target: '/api/v1/evidence.ndjson?from=2025-04-01T00:00:00Z&to=2026-01-01T00:00:00Z' },
  drawSample: {
    target: '/api/v1/evidence/sample?from=2025-04-01T00:00:00Z&to=2026-01-01T00:00:00Z&seed=dice',
  },
  importCdnLog: { target: '/api/v1/cdn-logs/E1.2026-01-01-00.ab.gz', type: 'application/gzip', body: 'x' },
  proposeAmendment: { target: '/api/v1/trust-domain/amendments', type: 'application/json', body: '{}' },
  listAmendments: { target: '/api/v1/trust-domain/amendments?limit=5' },
  getAmendment: { target: `/api/v1/trust-domain/amendments/${AMENDMENT.id}` },
  decideAmendment: {
    target: `/api/v1/trust-domain/amendments/${AMENDMENT.id}/decision`,
    type: 'application/json',
    body: JSON.stringify({ decision: 'reject' }),
  },
  exportRecordsAsCsv: { target: '/api/v1/exports/records.csv' },
  exportRecordsAsNdjson: { target: '/api/v1/exports/records.ndjson?kind=issuance' },
  exportRecordsAsParquet: { target: '/api/v1/exports/records.parquet?channel=ocsp' },
  getRecord: { target: `/api/v1/records/${RECORD}` },
  getRecordProof: { target: `/api/v1/records/${RECORD}/proof` },
  getProvisionProof: { target: `/api/v1/provisions/${RECORD}/proof` },
  getLogCheckpoint: { target: '/log/checkpoint' },
  getLogTile: { target: '/log/tile/0/000.p/1' },
  getLogKey: { target: '/log/key' },
  getActKeys: { target: '/log/act-keys' },
  publishCrl: { target: `/api/v1/crls/${CA}/full` },
};
