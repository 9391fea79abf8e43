import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerRecord } from '../../../lib/ledger/ledger.ts';
import { ocspRequestFor } from '../../ocsp-request-for.ts';
import { serveService } from '../../served-service.ts';
import { issueThroughOffice, opensslRequest, type Service, temporaryFolder } from '../../service.ts';
import { putRow } from '../../store/row-attacks.ts';
import { allRecords } from '../../world.ts';

/* Queries of the ledger as auditors and relying parties ask them. */

const folder = temporaryFolder();
let service: Service & { readonly url: string };
let ca: string;
let serial: string;
const tokens = new Map<string, string>();

const ask = async (principal: string, path: string) => {
  const answer = await fetch(`${service.url}/api/v1/${path}`, {
    headers: { authorization: `Bearer ${tokens.get(principal)}` },
  });
  const text = await answer.text();
  return { status: answer.status, answer, text, json: () => JSON.parse(text) };
};

const recordsOf = async (principal: string, path: string): Promise<readonly LedgerRecord[]> => {
  const { status, json, text } = await ask(principal, path);
  expect(status, text).toBe(200);
  return json().records;
};

const sequence = async (): Promise<void> => {
  while ((await service.core.sequencer.sequence()).leaves > 0);
};

beforeAll(async () => {
  service = await serveService(folder.path);
  const issued = await issueThroughOffice(service, 'official-position', opensslRequest(folder.path, 'seal'));
  ({ ca, serial } = issued.certificate);
  for (const id of ['auditor', 'tax-portal', 'procurement', 'higashi-counter', 'operator-noda']) {
    tokens.set(id, (await service.app.principals.issueToken(service.principal(id))).token);
  }
  const question = await ocspRequestFor(service, issued.certificate);
  for (const recipient of ['tax-portal', 'procurement', 'public', 'former-portal']) {
    service.advance(5);
    await service.app.status.ocsp(question, { recipient, method: 'POST', purpose: `of-${recipient}` });
  }
  await sequence();
});

afterAll(async () => {
  await service.close();
  folder.remove();
});

describe('a query that names nobody', () => {
  const period = 'from=2026-01&to=2026-12';
  it.each([
    ['provisions?recipient=nobody', 'unknown-recipient'],
    ['records?recipient=nobody', 'unknown-recipient'],
    ['records?actor=nobody', 'unknown-actor'],
    ['records?holder=nobody', 'unknown-holder'],
    ['records?office=nobody', 'unknown-office'],
    ['records?purpose=nothing', 'unknown-purpose'],
    ['records?ca=nobody-1&serial=01', 'unknown-authority'],
    ['exports/records.csv?recipient=nobody', 'unknown-recipient'],
    ['exports/records.ndjson?ca=nobody-1&serial=01', 'unknown-authority'],
    ['exports/records.parquet?holder=nobody', 'unknown-holder'],
    [`counts?${period}&recipient=nobody`, 'unknown-recipient'],
    [`counts?${period}&office=nobody`, 'unknown-office'],
    [`counts?${period}&purpose=nothing`, 'unknown-purpose'],
    ['requests?office=nobody', 'unknown-office'],
    ['certificates/nobody-1', 'unknown-authority'],
    ['certificates/nobody-1/01', 'unknown-authority'],
    ['crls/nobody-1', 'unknown-authority'],
  ])('%s is %s', async (path, code) => {
    const { status, json } = await ask('auditor', path);
    expect([status, json().code]).toEqual([404, code]);
  });

  it('is answered where a record has the name that the trust domain has no longer', async () => {
    expect(await recordsOf('auditor', 'provisions?recipient=former-portal')).toHaveLength(1);
    expect(await recordsOf('auditor', 'provisions?purpose=of-former-portal')).toHaveLength(1);
    const early = 'provisions?recipient=former-portal&to=2020-01-01T00:00:00Z';
    expect(await recordsOf('auditor', early)).toEqual([]);
    const { status } = await ask('auditor', `counts?${period}&recipient=former-portal`);
    expect(status).toBe(200);
  });

  it('is answered where the words of records, or a serial number that was never issued, are meant', async () => {
    expect(await recordsOf('auditor', 'provisions?recipient=public')).toHaveLength(1);
    expect((await recordsOf('auditor', 'records?actor=service')).length).toBeGreaterThan(0);
    expect(await recordsOf('auditor', `records?ca=${ca}&serial=01`)).toEqual([]);
    expect((await ask('auditor', `certificates/${ca}/01`)).json().code).toBe('unknown-certificate');
  });

  it('tells an officer nothing about other offices', async () => {
    for (const office of ['nobody', 'mizusaki-nishi']) {
      expect((await ask('higashi-counter', `requests?office=${office}`)).json().code).toBe('forbidden');
    }
  });
});

describe('a query that no record can match', () => {
  const impossible = [
    'recipient=public&actor=service',
    'actor=auditor&channel=ocsp',
    'actor=auditor&purpose=tax-return',
    'actor=auditor&kind=provision',
    'recipient=public&kind=issuance',
    'channel=ocsp&kind=issuance',
    'from=2026-05-01T00:00:00Z&to=2026-04-01T00:00:00Z',
    'from=2026-05-01T00:00:00Z&to=2026-05-01T00:00:00Z',
    'from=yesterday',
    'to=2026-02-30T00:00:00Z',
    'ca=organisation-1',
  ];

  it.each([...impossible, 'HELD'])(
    'is refused by lists and by exports, which record nothing: %s',
    async (query) => {
      const asked = query === 'HELD' ? `ca=${ca}&serial=${serial}&holder=holder-tanabe` : query;
      for (const path of [
        'records',
        'exports/records.csv',
        'exports/records.ndjson',
        'exports/records.parquet',
      ]) {
        const before = (await allRecords(service)).length;
        const { status, answer, json } = await ask('auditor', `${path}?${asked}`);
        expect([path, status, json().code]).toEqual([path, 400, 'invalid-input']);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
        expect((await allRecords(service)).length).toBe(before);
      }
    },
  );

  it.each(['evidence.ndjson', 'evidence/sample'])('is refused by %s', async (path) => {
    const before = (await allRecords(service)).length;
    const seed = path === 'evidence/sample' ? '&seed=dice' : '';
    for (const period of [
      'from=2026-05-01T00:00:00Z&to=2026-04-01T00:00:00Z',
      'from=yesterday&to=today',
      'from=2026-05-01T00:00:00Z',
    ]) {
      const { status, json } = await ask('auditor', `${path}?${period}${seed}`);
      expect([status, json().code]).toEqual([400, 'invalid-input']);
    }
    expect((await allRecords(service)).length).toBe(before);
  });

  it.each([
    'records?to=0001-01-01T00:00:00Z',
    'records?to=1969-12-31T23:59:59Z',
    'records?from=9999-12-31T23:59:59Z',
    'exports/records.csv?to=0001-01-01T00:00:00Z',
    'exports/records.csv?from=9999-12-31T23:59:59Z',
    'evidence.ndjson?from=0001-01-01T00:00:00Z&to=1969-12-31T23:59:59Z',
    'evidence.ndjson?from=9998-01-01T00:00:00Z&to=9999-12-31T23:59:59Z',
  ])('because of its time is answered whole: %s', async (path) => {
    const { status, text } = await ask('auditor', path);
    expect(status, text).toBe(200);
  });
});

describe('excludeOwn', () => {
  it("leaves out what the auditor's own look made, on every page and in exports", async () => {
    await recordsOf('auditor', `records?ca=${ca}&serial=${serial}`);
    await ask('auditor', 'exports/records.csv?kind=issuance');
    // An audit reads CRLs too.
    await service.app.ledger.append({
      kind: 'provision',
      recipient: 'auditor',
      channel: 'crl',
      method: 'GET',
      certificates: [],
      provided: {},
      responseDigest: '00',
      count: 1,
    });
    const isOwn = (record: LedgerRecord) =>
      record.kind === 'provision'
        ? record.recipient === 'auditor'
        : record.actor === 'auditor' && record.kind !== 'enrolment';
    const all = await allRecords(service);
    expect(all.filter(isOwn).length).toBeGreaterThan(14);
    const others = all.filter((record) => !isOwn(record)).map(({ id }) => id);
    const found: string[] = [];
    let cursor = '';
    do {
      const { status, json } = await ask('auditor', `records?excludeOwn=true&limit=7${cursor}`);
      expect(status).toBe(200);
      const page = json();
      expect(page.records.length).toBeLessThanOrEqual(7);
      found.push(...page.records.map(({ id }: LedgerRecord) => id));
      cursor = page.cursor === undefined ? '' : `&cursor=${page.cursor}`;
    } while (cursor !== '');
    expect(found).toEqual(others);
    const about = await recordsOf('auditor', `provisions?ca=${ca}&serial=${serial}&excludeOwn=true`);
    expect(about.every((record) => !isOwn(record))).toBe(true);
    expect(about).toHaveLength(4);
    const exported = (await ask('auditor', 'exports/records.ndjson?excludeOwn=true')).text.trim().split('\n');
    expect(exported.map((line) => JSON.parse(line).id)).toEqual(others);
    expect((await recordsOf('auditor', 'records?excludeOwn=false&limit=1')).every(isOwn)).toBe(true);
  });

  it('is recorded as it was asked', async () => {
    await recordsOf('auditor', 'provisions?channel=crl&excludeOwn=true');
    const [asked] = (await service.app.ledger.query({ recipient: 'auditor', limit: 1 })).records;
    expect(asked).toMatchObject({ provided: { query: { channel: 'crl', exceptLookUpsOf: 'auditor' } } });
  });
});

describe('a relying party', () => {
  it('finds the answers to itself and nothing else, which is recorded', async () => {
    const own = await recordsOf('tax-portal', 'provisions');
    expect(own).toMatchObject([{ recipient: 'tax-portal', channel: 'ocsp', certificates: [{ ca, serial }] }]);
    await sequence();
    const again = await recordsOf('tax-portal', 'provisions?recipient=tax-portal');
    expect(again).toMatchObject([{ channel: 'records', count: 1 }, { channel: 'ocsp' }]);
    expect(await recordsOf('tax-portal', 'provisions?excludeOwn=true')).toEqual(own);
    expect(await recordsOf('tax-portal', `provisions?ca=${ca}&serial=${serial}`)).toEqual(own);
    expect(await recordsOf('tax-portal', 'provisions?purpose=of-procurement')).toEqual([]);
    const [looked] = (await service.app.ledger.query({ recipient: 'tax-portal', limit: 1 })).records;
    expect(looked).toMatchObject({ channel: 'records', provided: { query: { recipient: 'tax-portal' } } });
  });

  it('cannot tell whether anybody else was answered about a certificate', async () => {
    const [own] = await recordsOf('tax-portal', 'provisions?channel=ocsp');
    const since = new Date(Date.parse(own?.time as string) + 1).toISOString();
    const about = `ca=${ca}&serial=${serial}&channel=ocsp&limit=1&from=${since}`;
    const question = await ocspRequestFor(service, { ca, serial });
    for (let n = 0; n < 25; n++) {
      service.advance(1);
      await service.app.status.ocsp(question, { recipient: 'procurement', method: 'POST' });
    }
    expect((await recordsOf('auditor', `provisions?${about}`)).length).toBe(1);
    for (const query of [about, `${about}&to=9999-01-01T00:00:00Z`, `${about}&excludeOwn=true`]) {
      expect((await ask('tax-portal', `provisions?${query}`)).json()).toEqual({ records: [] });
    }
  });

  it('has them proven, and not those of others', async () => {
    const [record] = await recordsOf('tax-portal', 'provisions?channel=ocsp');
    const path = `provisions/${record?.id}/proof`;
    const proof = await ask('tax-portal', path);
    expect([proof.status, proof.text.startsWith('c2sp.org/tlog-proof@v1')]).toEqual([200, true]);
    const none = async (path: string) => ({ ...(await ask('procurement', path)).json(), requestId: '' });
    const absent = 'f'.repeat(32);
    const answer = await none(`provisions/${absent}/proof`);
    expect(answer.code).toBe('unknown-record');
    // That of somebody else is answered as one that does not exist, whether it has its leaf yet or not.
    await service.app.status.ocsp(await ocspRequestFor(service, { ca, serial }), {
      recipient: 'tax-portal',
      method: 'POST',
    });
    const [fresh] = await allRecords(service);
    expect(fresh).toMatchObject({ recipient: 'tax-portal', channel: 'ocsp' });
    // What has no leaf yet is not found: a row does not prove whose it is.
    expect((await recordsOf('tax-portal', 'provisions?channel=ocsp')).map(({ id }) => id)).toEqual([
      record?.id,
    ]);
    expect((await ask('tax-portal', `provisions/${fresh?.id}/proof`)).json().code).toBe('try-later');
    for (const id of [record?.id as string, fresh?.id as string]) {
      const told = JSON.stringify(await none(`provisions/${id}/proof`)).replaceAll(id, absent);
      expect(JSON.parse(told)).toEqual(answer);
    }
  });

  it('is shown no record that a row gives to it', async () => {
    await sequence();
    const own = await recordsOf('tax-portal', 'provisions?channel=ocsp');
    const [foreign] = await recordsOf('auditor', 'provisions?recipient=procurement&channel=ocsp&limit=1');
    const { id, leaf: _, ...told } = foreign as LedgerRecord;
    const day = { pk: `record/${told.time.slice(0, 10)}`, sk: id };
    const row = await service.table.get(day);
    await putRow(
      service.table,
      { pk: `party/tax-portal/${told.time.slice(0, 7)}`, sk: id },
      { kind: 'provision' },
    );
    for (const changed of [
      { ...row?.value, recipient: 'tax-portal' },
      { ...told, id, recipient: 'tax-portal' },
    ]) {
      await putRow(service.table, day, changed as never);
      expect(await recordsOf('tax-portal', 'provisions?channel=ocsp')).toEqual(own);
    }
    await putRow(service.table, day, row?.value as never);
  });

  it('learns nothing about others, not even whether they exist', async () => {
    for (const query of [
      'recipient=procurement',
      'recipient=nobody',
      'holder=holder-tanabe',
      'holder=nobody',
      'office=nobody',
    ]) {
      expect((await ask('tax-portal', `provisions?${query}`)).json().code).toBe('forbidden');
    }
    expect((await ask('tax-portal', 'provisions?ca=nobody-1&serial=01')).json().code).toBe(
      'unknown-authority',
    );
    for (const path of ['records', 'counts?from=2026-01&to=2026-02', 'exports/records.csv']) {
      expect((await ask('tax-portal', path)).json().code).toBe('forbidden');
    }
  });
});
