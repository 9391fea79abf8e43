import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import { readCounts } from '../../lib/ledger/counts.ts';
import {
  annualCsv,
  annualPage,
  type Disclosures,
  type Ledger,
  type LedgerRecord,
  openDisclosures,
  openLedger,
  openNames,
  openReporting,
  openTransparencyLog,
  type RecordDraft,
  type RecordQuery,
} from '../../lib/ledger/ledger.ts';
import { recordKey, tenantPk } from '../../lib/ledger/rows.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import { openFileBucket } from '../../lib/store/file-bucket.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import type { Bucket, Table, Value } from '../../lib/store/store.ts';
import { temporaryFolder } from '../service.ts';
import { putRow } from '../store/row-attacks.ts';
import { advance, clock, sequencerOver, worldActs } from './log-world.ts';

/** Two tenants and the service as a whole: everybody finds the own records, and those of others as little as if there were none. */

const folder = temporaryFolder();
const TENANTS = ['tokiwa', 'minase'] as const;
const HOLDER = 'holder-of-both';
/** More rows than a page of one record reads. */
const MANY = 25;
const ABSENT = '0'.repeat(32);
let table: Table;
let bucket: Bucket;
let ledger: Ledger;
let disclosures: Disclosures;
let all: readonly LedgerRecord[];

const person = (id: string, role: Principal['role'], tenant?: string): Principal => ({
  id,
  role,
  person: id,
  name: { ja: id, en: id },
  ...(tenant !== undefined && { tenant }),
});
const PEOPLE = [
  person('tax-portal', 'relyingParty'),
  ...TENANTS.flatMap((tenant) => [
    person(`${tenant}-auditor`, 'auditor', tenant),
    person(`${tenant}-operator`, 'operator', tenant),
  ]),
];
const known = async (id: string) => PEOPLE.find((one) => one.id === id);
const office = async (id: string) =>
  TENANTS.flatMap((tenant) => (id === `${tenant}-office` ? [{ tenant }] : []))[0];

const refOf = (tenant: string) => ({ ca: 'signature-1', serial: tenant === 'tokiwa' ? '01aa' : '01bb' });

const answer = (recipient: string, tenant: string | undefined, more: object = {}): RecordDraft => ({
  kind: 'provision',
  recipient,
  channel: 'ocsp',
  method: 'POST',
  ...(tenant !== undefined && { tenant }),
  certificates: tenant === undefined ? [] : [refOf(tenant)],
  provided: {},
  responseDigest: '11'.repeat(32),
  count: 1,
  ...more,
});

const historyOf = (tenant: string): readonly RecordDraft[] => [
  {
    kind: 'issuance',
    actor: 'service',
    tenant,
    office: `${tenant}-office`,
    holder: HOLDER,
    certificates: [refOf(tenant)],
    details: { profile: 'person-signature' },
  },
  answer('public', tenant),
  answer('tax-portal', tenant, { purpose: `purpose-of-${tenant}`, legalBasis: 'law' }),
  answer(`${tenant}-auditor`, tenant, { channel: 'records', requests: [`request-of-${tenant}`] }),
  answer('public', tenant, { channel: 'crl' }),
];

const sequence = async (): Promise<void> => {
  await sequencerOver(table, bucket).sequence();
};

const every = async (query: Omit<RecordQuery, 'limit' | 'cursor'>, limit = 2): Promise<LedgerRecord[]> => {
  const found: LedgerRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.query({ ...query, limit, ...(cursor !== undefined && { cursor }) });
    found.push(...page.records);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};

const outlineOf = (ref: CertificateRef) => ({
  ...ref,
  profile: 'person-signature',
  notBefore: '2026-03-30T00:00:00Z',
  notAfter: '2027-03-30T00:00:00Z',
  status: 'good',
});

beforeAll(async () => {
  table = await openSqliteTable(`${folder.path}/table.sqlite`);
  bucket = await openFileBucket(`${folder.path}/objects`);
  ledger = openLedger({
    table,
    clock,
    random: (n) => crypto.getRandomValues(new Uint8Array(n)),
    ...worldActs,
    bucket,
  });
  await ledger.append({ kind: 'setting', actor: 'service', details: {} });
  const [tokiwa, minase] = TENANTS.map(historyOf) as [readonly RecordDraft[], readonly RecordDraft[]];
  for (const [n, draft] of tokiwa.entries()) {
    advance(1000);
    await ledger.append(draft);
    await ledger.append(minase[n] as RecordDraft);
    await ledger.append(answer('public', undefined, { channel: 'crl' }));
  }
  for (let n = 0; n < MANY; n++)
    await ledger.append(answer('public', 'minase', { requests: ['request-of-minase'] }));
  await sequence();
  all = await every({}, 100);
  const key = await generateSoftwareKey('ed25519');
  disclosures = openDisclosures({
    table,
    ledger,
    clock,
    service: 'https://akashi.example',
    directory: { known, findProven: known },
    isHolder: async (id) => id === HOLDER,
    certificateOf: async (ref) => ({ ...outlineOf(ref), subject: 'CN=x' }),
    outlineOf: async (ref) => outlineOf(ref),
    signer: async () => key,
  });
});
afterAll(async () => {
  await table.close();
  folder.remove();
});

const faultOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'none',
    (error: unknown) => {
      if (!Fault.is(error)) throw error;
      return `${error.code}: ${error.message}`;
    },
  );
const codeOf = async (act: Promise<unknown>): Promise<string> => (await faultOf(act)).split(':')[0] as string;

describe('a query', () => {
  const month = '2026-03';
  const queries: readonly (readonly [
    string,
    Omit<RecordQuery, 'limit'>,
    (record: LedgerRecord) => boolean,
  ])[] = [
    ['everything', {}, () => true],
    ['by kind', { kind: 'issuance' }, ({ kind }) => kind === 'issuance'],
    ['of provisions', { kind: 'provision' }, ({ kind }) => kind === 'provision'],
    ['by channel', { channel: 'crl' }, (record) => record.kind === 'provision' && record.channel === 'crl'],
    [
      'of the public',
      { recipient: 'public' },
      (record) => record.kind === 'provision' && record.recipient === 'public',
    ],
    [
      'by recipient',
      { recipient: 'tax-portal' },
      (record) => record.kind === 'provision' && record.recipient === 'tax-portal',
    ],
    ['by actor', { actor: 'service' }, (record) => record.kind !== 'provision' && record.actor === 'service'],
    [
      'of accesses',
      { accesses: true },
      (record) => record.kind === 'provision' && record.channel === 'records',
    ],
  ];

  it.each(queries)('%s finds the records of the tenant and no others', async (_, query, matches) => {
    for (const tenant of TENANTS) {
      const expected = all
        .filter((record) => record.tenant === tenant && matches(record))
        .map(({ id }) => id);
      expect(expected.length).toBeGreaterThan(0);
      expect((await every({ ...query, onlyRecordsOfTenant: tenant })).map(({ id }) => id)).toEqual(expected);
      expect((await every({ ...query, tenant })).map(({ id }) => id)).toEqual(expected);
    }
  });

  it('about a certificate, a request, an office, a purpose or a holder of two tenants finds the own part', async () => {
    const own = all.filter(({ tenant }) => tenant === 'tokiwa');
    const asked = (query: Omit<RecordQuery, 'limit'>) => every({ ...query, onlyRecordsOfTenant: 'tokiwa' });
    expect(await asked({ certificate: refOf('tokiwa') })).toEqual(own);
    expect(await asked({ holder: HOLDER })).toEqual(own);
    for (const query of [
      { request: 'request-of-tokiwa' },
      { office: 'tokiwa-office' },
      { purpose: 'purpose-of-tokiwa' },
    ])
      expect(await asked(query)).toHaveLength(1);
  });

  it("about another tenant's certificate or request is answered at once, as about one that nobody has", async () => {
    const about = [
      [{ certificate: refOf('minase') }, { certificate: { ca: 'signature-1', serial: '01cc' } }],
      [{ request: 'request-of-minase' }, { request: 'no-request' }],
    ];
    for (const [theirs, nobodys] of about) {
      for (const query of [theirs, nobodys]) {
        const page = await ledger.query({ ...query, onlyRecordsOfTenant: 'tokiwa', limit: 1 });
        expect(page).toEqual({ records: [] });
      }
    }
  });

  it('takes no cursor of another tenant, nor of the whole', async () => {
    const cursorOf = async (query: Omit<RecordQuery, 'limit'>) =>
      (await ledger.query({ ...query, limit: 1 })).cursor as string;
    for (const other of [{ onlyRecordsOfTenant: 'minase' }, { tenant: 'tokiwa' }, {}]) {
      const cursor = await cursorOf(other);
      expect(await codeOf(ledger.query({ onlyRecordsOfTenant: 'tokiwa', limit: 1, cursor }))).toBe(
        'cursor-invalid',
      );
    }
  });

  it('of two tenants is refused', async () => {
    const query = { tenant: 'tokiwa', onlyRecordsOfTenant: 'minase', limit: 1 };
    expect(await codeOf(ledger.query(query))).toBe('invalid-input');
  });

  it('does not show a record whose row was changed to name the tenant', async () => {
    const theirs = all.find(
      ({ tenant, kind }) => tenant === 'minase' && kind === 'provision',
    ) as LedgerRecord;
    const key = recordKey(theirs.id);
    const row = (await table.get(key))?.value as Value;
    await putRow(table, key, { ...row, tenant: 'tokiwa' });
    await putRow(
      table,
      { pk: tenantPk('tokiwa', month), sk: theirs.id },
      { kind: 'provision', tenant: 'tokiwa' },
    );
    const shown = (await every({ onlyRecordsOfTenant: 'tokiwa' })).map(({ id }) => id);
    expect(shown).not.toContain(theirs.id);
    expect(await codeOf(ledger.get(theirs.id, 'tokiwa'))).toBe('unknown-record');
    await putRow(table, key, row);
  });
});

describe('one record', () => {
  it('of another tenant, or of none, is unknown as one that nobody has, and so is its proof', async () => {
    const log = openTransparencyLog({ table, bucket, actKeys: async () => [] });
    const unknown = await faultOf(ledger.get(ABSENT, 'tokiwa'));
    expect(unknown).toMatch(/^unknown-record/);
    for (const { id, tenant } of all) {
      const expected = tenant === 'tokiwa' ? 'none' : unknown;
      expect(await faultOf(ledger.get(id, 'tokiwa'))).toBe(expected);
      expect(await faultOf(log.prove(id, { tenant: 'tokiwa' }))).toBe(expected);
    }
  });

  it('is shown to its tenant once the log has its leaf', async () => {
    advance(1000);
    const [fresh] = await ledger.append(answer('public', 'tokiwa', { channel: 'certificate' }));
    const { id } = fresh as LedgerRecord;
    const found = async () => (await every({ channel: 'certificate', onlyRecordsOfTenant: 'tokiwa' })).length;
    expect([await codeOf(ledger.get(id, 'tokiwa')), await found()]).toEqual(['unknown-record', 0]);
    await sequence();
    expect([await codeOf(ledger.get(id, 'tokiwa')), await found()]).toEqual(['none', 1]);
  });
});

describe('names', () => {
  const { assertKnown } = openNames({
    ledger: { query: (query) => ledger.query(query) },
    directory: {
      known,
      office,
      everyOf: async function* () {
        for (const tenant of TENANTS) {
          const id = `purpose-of-${tenant}`;
          yield { tenant, purposes: [{ id, title: { ja: id, en: id }, legalBasis: 'law' }] };
        }
      },
    },
    tenants: new Set(TENANTS),
    authorities: new Map([
      ['signature-1', undefined],
      ['authority-of-minase', 'minase'],
    ]),
    isHolder: async () => true,
  });

  it.each([
    ['the own auditor', { recipient: 'tokiwa-auditor' }, 'none'],
    ["another tenant's auditor", { recipient: 'minase-auditor' }, 'unknown-recipient'],
    ["another tenant's operator", { actor: 'minase-operator' }, 'unknown-actor'],
    ['a relying party of the service', { recipient: 'tax-portal' }, 'none'],
    ['the own office', { office: 'tokiwa-office' }, 'none'],
    ["another tenant's office", { office: 'minase-office' }, 'unknown-office'],
    ["another tenant's purpose", { purpose: 'purpose-of-minase' }, 'unknown-purpose'],
    ['a holder of an own certificate', { holder: HOLDER }, 'none'],
    ['another holder', { holder: 'holder-of-none' }, 'unknown-holder'],
    [
      "another tenant's authority",
      { certificate: { ca: 'authority-of-minase', serial: '01' } },
      'unknown-authority',
    ],
    ['the own tenant', { tenant: 'tokiwa' }, 'none'],
    ['another tenant', { tenant: 'minase' }, 'invalid-input'],
    ['a tenant that there is none of', { tenant: 'nowhere' }, 'invalid-input'],
  ])('of %s to an auditor of a tenant', async (_, query, code) => {
    expect(await codeOf(assertKnown({ tenant: 'tokiwa' }, query))).toBe(code);
  });

  it('of all tenants are known to principals of the service', async () => {
    const query = { recipient: 'minase-auditor', office: 'minase-office', tenant: 'minase' };
    expect(await codeOf(assertKnown({}, query))).toBe('none');
  });
});

describe('totals and reports', () => {
  it('count each record once, for its tenant', async () => {
    const whole = await readCounts(table, '2026-03');
    const sum = (tenant: string | undefined) =>
      whole.filter(({ cell }) => cell.tenant === tenant).reduce((total, { records }) => total + records, 0);
    for (const tenant of TENANTS) {
      const own = await readCounts(table, '2026-03', tenant);
      expect(own).toEqual(whole.filter(({ cell }) => cell.tenant === tenant));
      expect(own.length).toBeGreaterThan(3);
    }
    const newer = (await every({}, 100)).filter(({ time }) => time < '2026-03-31T15:00:00Z');
    for (const tenant of [...TENANTS, undefined])
      expect(sum(tenant)).toBe(newer.filter((record) => record.tenant === tenant).length);
  });

  it('of each tenant stand beside those of the whole service', async () => {
    const titles = [
      { id: 'tokiwa', ja: '常盤県', en: 'Tokiwa Prefecture' },
      { id: 'minase', ja: '水無瀬県', en: 'Minase Prefecture' },
    ];
    const { reports } = openReporting({
      table,
      bucket,
      ledger,
      clock: () => Date.parse('2026-05-01T00:00:00Z'),
      sources: { trustDomain: { name: 'test', ja: '試験', en: 'Test' }, known },
      tenants: titles,
      keepReports: (madeAt) => madeAt + 1e11,
    });
    expect(await reports.makeDue()).toEqual(['annual/2025', 'annual/tokiwa/2025', 'annual/minase/2025']);
    expect(await reports.makeDue()).toEqual([]);
    const listed = (await reports.list()).map(({ tenant, fiscalYear }) => [tenant, fiscalYear]);
    expect(listed).toEqual([
      [undefined, 2025],
      ['minase', 2025],
      ['tokiwa', 2025],
    ]);
    const [whole, tokiwa, minase] = await Promise.all(
      [undefined, ...TENANTS].map(async (tenant) => (await reports.annual(2025, tenant)).report),
    );
    expect([tokiwa?.totals.records, minase?.totals.records]).toEqual([5, 4 + MANY]);
    expect(whole?.totals.records).toBe(5 + 4 + MANY + 5);
    expect(tokiwa?.lines.map(({ purpose }) => purpose)).not.toContain('purpose-of-minase');
    expect(minase).toMatchObject({ tenant: titles[1] });
    expect(whole).not.toHaveProperty('tenant');
    expect(annualPage(minase as never)).toContain('<title>水無瀬県 ');
    expect(annualCsv(minase as never)).toContain('2025,minase,');
    expect(await codeOf(reports.makeAnnual('auditor', 2025, 'nowhere'))).toBe('invalid-input');
    expect(await codeOf(reports.annual(2025, 'nowhere'))).toBe('unknown-report');
    const acts = (await every({ kind: 'report' })).map(({ tenant }) => tenant);
    expect(acts.sort()).toEqual(['minase', 'tokiwa', undefined]);
  });
});

describe('a disclosure', () => {
  const operatorOf = (tenant?: string) => person(`${tenant ?? 'service'}-operator`, 'operator', tenant);

  it('asked for by an operator of a tenant is about that tenant, and for its people alone', async () => {
    const { cases } = disclosures;
    const opened = await cases.open(operatorOf('tokiwa'), HOLDER);
    expect(opened.tenant).toBe('tokiwa');
    const unknown = await faultOf(cases.get(operatorOf('minase'), ABSENT));
    for (const act of [
      () => cases.get(operatorOf('minase'), opened.id),
      () => cases.extend(operatorOf('minase'), opened.id, 3, 'x'),
      () => disclosures.handOver(operatorOf('minase'), opened.id, 'GET'),
    ])
      expect(await faultOf(act())).toBe(unknown);
    const idsFor = async (tenant?: string) =>
      (await cases.list(operatorOf(tenant), { limit: 10 })).cases.map(({ id }) => id);
    expect([await idsFor('tokiwa'), await idsFor('minase'), await idsFor()]).toEqual([
      [opened.id],
      [],
      [opened.id],
    ]);
    const { jws, record } = await disclosures.handOver(operatorOf('tokiwa'), opened.id, 'GET');
    const bundle = JSON.parse(Buffer.from(JSON.parse(jws).payload, 'base64url').toString('utf8'));
    expect(bundle.certificates.map(({ serial }: { serial: string }) => serial)).toEqual(['01aa']);
    expect(new Set(bundle.records.map(({ tenant }: LedgerRecord) => tenant))).toEqual(new Set(['tokiwa']));
    expect(await ledger.get(record)).toMatchObject({ tenant: 'tokiwa', channel: 'disclosure' });
  });

  it('of the whole service is not for the people of a tenant', async () => {
    const opened = await disclosures.cases.open(operatorOf(), HOLDER);
    expect(await codeOf(disclosures.cases.get(operatorOf('tokiwa'), opened.id))).toBe('unknown-disclosure');
    const { record } = await disclosures.handOver(operatorOf(), opened.id, 'GET');
    const records = await Promise.all(record.split(', ').map((id) => ledger.get(id)));
    expect(records.map(({ tenant }) => tenant).sort()).toEqual(['minase', 'tokiwa']);
  });

  it('is refused to an operator of a tenant about somebody without a certificate of it', async () => {
    expect(await codeOf(disclosures.cases.open(operatorOf('nowhere'), HOLDER))).toBe('unknown-holder');
  });

  it('shows a holder what was told about certificates of both tenants, with a record for each', async () => {
    const page = await disclosures.own(person(HOLDER, 'holder'), { holder: HOLDER, limit: 100 }, 'GET');
    const records = await Promise.all(page.record.split(', ').map((id) => ledger.get(id)));
    const counts = new Map(
      records.map((record) => [record.tenant, record.kind === 'provision' && record.count]),
    );
    for (const tenant of TENANTS)
      expect(counts.get(tenant)).toBe(
        page.entries.filter(({ certificates }) => certificates[0]?.serial === refOf(tenant).serial).length,
      );
  });
});
