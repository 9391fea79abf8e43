import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerRecord } from '../../../lib/ledger/ledger.ts';
import { enter } from '../../enrolment/people.ts';
import { serveService } from '../../served-service.ts';
import { type Service, temporaryFolder } from '../../service.ts';
import { allRecords } from '../../world.ts';

/* What an auditor of a tenant gets from the ledger by HTTP, and an auditor of the service who names the tenant. */

const folder = temporaryFolder();
let service: Service & { readonly url: string };
let all: readonly LedgerRecord[];
const tokens = new Map<string, string>();
const ABSENT = '0'.repeat(32);
const PERIOD = 'from=2026-01-01T00:00:00Z&to=2027-12-31T00:00:00Z';

const ask = async (who: string, path: string, body?: object) => {
  const answer = await fetch(`${service.url}/api/v1/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${tokens.get(who)}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: () => JSON.parse(text), headers: answer.headers };
};
/** Without what names the request. */
const problem = async (who: string, path: string, body?: object) => {
  const { status, json } = await ask(who, path, body);
  const { code, detail } = json();
  return { status, code, detail };
};
const recordsOf = async (who: string, path: string): Promise<readonly LedgerRecord[]> => {
  const { status, text, json } = await ask(who, path);
  expect(status, text).toBe(200);
  return json().records;
};

const sequence = async (): Promise<void> => {
  while ((await service.core.sequencer.sequence()).leaves > 0);
};

beforeAll(async () => {
  service = await serveService(folder.path);
  const { people } = service.app.enrolment;
  const [sakai, noda] = [service.principal('operator-sakai'), service.principal('operator-noda')];
  for (const tenant of ['tokiwa', 'minase']) {
    for (const role of ['auditor', 'operator'] as const) {
      const id = `${tenant}-${role === 'auditor' ? 'inspector' : 'steward'}`;
      await people.propose(sakai, id, { role, tenant, name: { ja: id, en: id } });
      const { invitation } = await people.confirm(noda, id);
      const { principal } = await enter(service, invitation ?? '', sakai);
      tokens.set(id, (await service.app.principals.issueToken(principal)).token);
    }
    for (const channel of ['ocsp', 'status'] as const)
      await service.app.ledger.append({
        kind: 'provision',
        recipient: channel === 'ocsp' ? 'public' : 'tax-portal',
        channel,
        method: 'POST',
        tenant,
        certificates: [{ ca: 'signature-1', serial: tenant === 'tokiwa' ? '01aa' : '01bb' }],
        provided: { answers: ['good'] },
        responseDigest: '11'.repeat(32),
        count: 1,
      });
  }
  tokens.set('auditor', (await service.app.principals.issueToken(service.principal('auditor'))).token);
  await sequence();
  all = await allRecords(service);
}, 120_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const ids = (records: readonly LedgerRecord[]): readonly string[] => records.map(({ id }) => id);
const of = (tenant: string | undefined) => all.filter((record) => record.tenant === tenant);

describe('an auditor of a tenant', () => {
  it.each(['records', 'provisions'])('lists %s of the tenant alone', async (path) => {
    const found = await recordsOf('minase-inspector', `${path}?limit=1000`);
    const expected = of('minase').filter(({ kind }) => path === 'records' || kind === 'provision');
    expect(expected.length).toBeGreaterThan(1);
    expect(ids(found).filter((id) => ids(all).includes(id))).toEqual(ids(expected));
    expect(new Set(found.map(({ tenant }) => tenant))).toEqual(new Set(['minase']));
  });

  it('gets records and proofs of others as those that nobody has', async () => {
    const own = of('minase')[0]?.id;
    for (const path of ['records/ID', 'records/ID/proof', 'provisions/ID/proof']) {
      const absent = await problem('minase-inspector', path.replace('ID', ABSENT));
      expect(absent).toMatchObject({ status: 404, code: 'unknown-record' });
      for (const record of [...of('tokiwa'), ...of(undefined)].slice(0, 8))
        expect(await problem('minase-inspector', path.replace('ID', record.id))).toEqual(absent);
      if (path.startsWith('records'))
        expect((await ask('minase-inspector', path.replace('ID', own ?? ''))).status).toBe(200);
    }
  });

  it.each([
    ['records?recipient=tokiwa-inspector', 'records?recipient=nobody'],
    ['records?actor=tokiwa-steward', 'records?actor=nobody'],
    ['records?office=higashi', 'records?office=nowhere'],
    ['records?tenant=tokiwa', 'records?tenant=nowhere'],
    ['accesses?officer=higashi-counter', 'accesses?officer=nobody'],
    ['accesses?tenant=tokiwa', 'accesses?tenant=nowhere'],
    ['counts?from=2026-01&to=2026-12&tenant=tokiwa', 'counts?from=2026-01&to=2026-12&tenant=nowhere'],
    [`evidence.ndjson?${PERIOD}&tenant=tokiwa`, `evidence.ndjson?${PERIOD}&tenant=nowhere`],
    [`evidence/sample?${PERIOD}&seed=1&tenant=tokiwa`, `evidence/sample?${PERIOD}&seed=1&tenant=nowhere`],
    ['exports/records.csv?tenant=tokiwa', 'exports/records.csv?tenant=nowhere'],
  ])('is answered on %s as on %s', async (theirs, nobodys) => {
    const answer = await problem('minase-inspector', theirs);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const { detail, ...rest } = await problem('minase-inspector', nobodys);
    expect(answer).toMatchObject(rest);
    expect(answer.detail).toBe(detail);
  });

  it('gets exports, evidence, samples, accesses and totals of the tenant', async () => {
    const { text } = await ask('minase-inspector', 'exports/records.ndjson');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as LedgerRecord);
    expect(new Set(lines.map(({ tenant }) => tenant))).toEqual(new Set(['minase']));
    const [header, first] = (await ask('minase-inspector', 'exports/records.csv')).text.split('\r\n');
    const column = header?.split(',').indexOf('tenant') ?? -1;
    expect(first?.split(',')[column]).toBe('minase');
    const evidence = (await ask('minase-inspector', `evidence.ndjson?${PERIOD}`)).text.trim().split('\n');
    const [head, ...shown] = evidence.map((line) => JSON.parse(line));
    expect(head).toMatchObject({ tenant: 'minase' });
    // A line about a certificate names the tenant itself.
    for (const { tenant, record } of shown) expect(tenant ?? record.tenant).toBe('minase');
    const sample = await ask('minase-inspector', `evidence/sample?${PERIOD}&seed=1`);
    const drawn = sample.json();
    expect(drawn.tenant).toBe('minase');
    for (const { tenant } of drawn.sample) expect(tenant).toBe('minase');
    await sequence();
    const { accesses } = (await ask('minase-inspector', 'accesses?limit=1000')).json();
    expect(new Set(accesses.map(({ who }: { who: string }) => who))).toEqual(
      new Set(['minase-inspector', 'tax-portal']),
    );
    const totals = (await ask('minase-inspector', 'counts?from=2026-01&to=2027-12')).json();
    expect(new Set(totals.counts.map(({ tenant }: { tenant: string }) => tenant))).toEqual(
      new Set(['minase']),
    );
    expect(totals.setAside).toEqual([]);
  });

  it('makes the report of the tenant, and of no other', async () => {
    const made = await ask('minase-inspector', 'reports/annual', { fiscalYear: 2025 });
    expect([made.status, made.json().tenant, made.headers.get('location')]).toEqual([
      201,
      'minase',
      '/api/v1/reports/annual/2025.json?tenant=minase',
    ]);
    const report = await ask('minase-inspector', 'reports/annual/2025.json?tenant=minase');
    expect(report.json()).toMatchObject({ tenant: { id: 'minase' } });
    for (const tenant of ['tokiwa', 'nowhere'])
      expect(await problem('minase-steward', 'reports/annual', { fiscalYear: 2025, tenant })).toMatchObject({
        status: 400,
        code: 'invalid-input',
      });
    expect(await problem('minase-inspector', 'reports/annual/2025.json')).toMatchObject({
      code: 'unknown-report',
    });
  });
});

describe('an auditor of the service', () => {
  it('finds the records of the tenant that it names, and those of all without one', async () => {
    const known = (found: readonly LedgerRecord[]) => ids(found).filter((id) => ids(all).includes(id));
    expect(known(await recordsOf('auditor', 'records?limit=1000&tenant=minase'))).toEqual(ids(of('minase')));
    expect(known(await recordsOf('auditor', 'records?limit=1000'))).toEqual(ids(all));
    expect(await problem('auditor', 'records?tenant=nowhere')).toMatchObject({ code: 'invalid-input' });
  });

  it('leaves a record for each tenant whose records it was shown', async () => {
    const { headers } = await ask('auditor', 'records?limit=1000');
    const told = await Promise.all(
      (headers.get('akashi-record') ?? '').split(', ').map((id) => service.app.ledger.get(id)),
    );
    expect(told.map(({ tenant }) => tenant).toSorted()).toEqual(['minase', 'tokiwa', undefined]);
    await sequence();
    const seen = await recordsOf('minase-inspector', 'records?recipient=auditor&limit=1000');
    expect(ids(seen)).toContain(told.find(({ tenant }) => tenant === 'minase')?.id);
  });
});
