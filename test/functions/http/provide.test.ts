import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  issueThroughOffice,
  opensslRequest,
  type Service,
  serveService,
  temporaryFolder,
} from '../../service.ts';

const folder = temporaryFolder();
let service: Service & { readonly url: string };
/** A path to ask for and the principal who asks, by the kind of answer. */
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
  };
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
  ])('names the HTTP method of the request for %s', async (asked) => {
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
    }
  });
});
