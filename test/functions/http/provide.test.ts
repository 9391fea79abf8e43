import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ocspRequestFor } from '../../ocsp-request-for.ts';
import { serveService } from '../../served-service.ts';
import { issueThroughOffice, opensslRequest, type Service, temporaryFolder } from '../../service.ts';

const folder = temporaryFolder();
let service: Service & { readonly url: string };
/** A path to ask for and the principal who asks, by the kind of answer. */
let question: Uint8Array;
let targets: Readonly<Record<string, readonly [principal: string, path: string]>>;

beforeAll(async () => {
  service = await serveService(folder.path);
  const issued = await issueThroughOffice(service, 'official-position', opensslRequest(folder.path, 'seal'));
  const { ca, serial } = issued.certificate;
  while ((await service.core.sequencer.sequence()).leaves > 0);
  const record = (await service.app.ledger.query({ kind: 'issuance', limit: 1 })).records[0]?.id;
  targets = {
    'a request': ['higashi-counter', `/api/v1/requests/${issued.id}`],
    requests: ['auditor', '/api/v1/requests'],
    'a certificate to collect': ['higashi-counter', `/api/v1/requests/${issued.id}/certificate.pem`],
    'a certificate': ['auditor', `/api/v1/certificates/${ca}/${serial}`],
    'serial numbers': ['auditor', `/api/v1/certificates/${ca}`],
    'a record': ['auditor', `/api/v1/records/${record}`],
    records: ['auditor', '/api/v1/records'],
    provisions: ['auditor', '/api/v1/provisions'],
    'a proof': ['auditor', `/api/v1/records/${record}/proof`],
    counts: ['auditor', '/api/v1/counts?from=2026-01&to=2026-12'],
    disclosures: ['auditor', '/api/v1/disclosures'],
    CRLs: ['auditor', `/api/v1/crls/${ca}`],
    'an archived CRL': ['auditor', `/api/v1/crls/${ca}/full/1.crl`],
    'a sample': [
      'auditor',
      '/api/v1/evidence/sample?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&seed=dice',
    ],
    'own records': ['holder-tanabe', '/api/v1/own/records'],
    keys: ['auditor', '/api/v1/keys'],
  };
  question = await ocspRequestFor(service, issued.certificate);
});

afterAll(async () => {
  await service.close();
  folder.remove();
});

describe('the record of an answer', () => {
  it.each([
    'a request',
    'requests',
    'a certificate to collect',
    'a certificate',
    'serial numbers',
    'a record',
    'records',
    'provisions',
    'a proof',
    'counts',
    'disclosures',
    'CRLs',
    'an archived CRL',
    'a sample',
    'own records',
    'keys',
  ])('names the HTTP method of the request for %s, which names the record', async (asked) => {
    const [principal, path] = targets[asked] as readonly [string, string];
    const { token } = await service.app.principals.issueToken(service.principal(principal));
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(`${service.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
      });
      expect(answer.status).toBe(200);
      expect((await answer.bytes()).length > 0).toBe(method === 'GET');
      const [newest] = (await service.app.ledger.query({ recipient: principal, limit: 1 })).records;
      expect(newest).toMatchObject({ kind: 'provision', recipient: principal, method });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      // A list of records of two tenants has a record for each.
      expect(answer.headers.get('akashi-record')?.split(', ')).toContain(newest?.id);
    }
  });

  it.each(['bundle.json', 'bundle.html'])('is named by the %s of a disclosure', async (file) => {
    const holder = service.principal('holder-tanabe');
    const { id } = await service.app.disclosures.cases.open(holder, holder.id);
    const { token } = await service.app.principals.issueToken(holder);
    const answer = await fetch(`${service.url}/api/v1/disclosures/${id}/${file}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
    const [newest] = (await service.app.ledger.query({ channel: 'disclosure', limit: 1 })).records;
    expect(answer.headers.get('akashi-record')).toBe(newest?.id);
  });

  it.each([
    '/api/v1/exports/records.csv?kind=issuance',
    '/api/v1/evidence.ndjson?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z',
  ])('of the beginning is named by %s', async (path) => {
    const { token } = await service.app.principals.issueToken(service.principal('auditor'));
    const answer = await fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    await answer.bytes();
    const [begun] = (await service.app.ledger.query({ kind: 'export', limit: 1 })).records;
    expect(answer.headers.get('akashi-record')).toBe(begun?.id);
    const [told] = (await service.app.ledger.query({ recipient: 'auditor', limit: 1 })).records;
    expect(told).toMatchObject({ provided: { export: begun?.id } });
  });

  it('is named by an OCSP answer that no cache keeps, and by no other', async () => {
    const newest = async () => (await service.app.ledger.query({ channel: 'ocsp', limit: 1 })).records[0];
    const post = await fetch(`${service.url}/ocsp`, {
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request' },
      body: Buffer.from(question),
    });
    expect(post.headers.get('cache-control')).toMatch(/^private/);
    expect(post.headers.get('akashi-record')).toBe((await newest())?.id);
    for (const principal of [undefined, 'tax-portal']) {
      const path = encodeURIComponent(Buffer.from(question).toString('base64'));
      const named = principal && (await service.app.principals.issueToken(service.principal(principal)));
      const get = await fetch(`${service.url}/ocsp/${path}`, {
        headers: named ? { authorization: `Bearer ${named.token}` } : {},
      });
      expect(await newest()).toMatchObject({ recipient: principal ?? 'public', method: 'GET' });
      expect(get.headers.get('cache-control')).toMatch(/^public/);
      expect(get.headers.has('akashi-record')).toBe(false);
    }
    const error = await fetch(`${service.url}/ocsp`, {
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request' },
      body: 'nonsense',
    });
    expect(error.status).toBe(200);
    expect(error.headers.has('akashi-record')).toBe(false);
    const crl = await fetch(`${service.url}/crl/organisation-1/full.crl`);
    expect(crl.headers.get('cache-control')).toMatch(/^public/);
    expect(crl.headers.has('akashi-record')).toBe(false);
  });
});
