import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recipientOf } from '../../lib/recipient.ts';
import { issueThroughOffice, opensslRequest, type Service } from '../service.ts';
import { type Audited, findings, openAudited } from './audited.ts';

/** Somebody who can write to the table hides that he looked, or that he tried. */
let audited: Audited;
let request: string;

const refuse = (service: Service) =>
  service.app.ledger.append({
    kind: 'provision',
    recipient: 'public',
    unproven: 'token-invalid',
    door: 'token',
    channel: 'sign-in',
    method: 'GET',
    certificates: [],
    provided: {},
    count: 1,
  });

beforeAll(async () => {
  audited = await openAudited(async (service, folder) => {
    ({ id: request } = await issueThroughOffice(
      service,
      'official-position',
      opensslRequest(folder, 'seal'),
    ));
    const counter = service.principal('higashi-counter');
    await service.app.registration.collect({ ...counter, door: 'token' }, request, 'GET');
    await service.app.ledger.append({
      kind: 'provision',
      ...recipientOf({ ...counter, door: 'client-certificate' }),
      channel: 'sign-in',
      method: 'POST',
      certificates: [],
      provided: {},
      responseDigest: '00'.repeat(32),
      count: 1,
    });
    await Promise.all([refuse(service), refuse(service), refuse(service)]);
  });
}, 120_000);

afterAll(() => audited.remove());

beforeEach(() => audited.restore());

describe('akashi audit verify, of accesses', () => {
  it('finds nothing where nothing was hidden', async () => {
    const ended = await audited.verify();
    expect(findings(ended)).toEqual([]);
    expect(ended.code, ended.err).toBe(0);
  });

  it.each([
    ['that a request was shown', () => `shown-request/${request}`, () => `request=${request}`],
    ['that credentials were refused', () => 'channel/sign-in/%', () => 'channel=sign-in'],
  ])('finds a query that hides %s', async (_, pk, query) => {
    audited.sql('DELETE FROM item WHERE pk LIKE ?', pk());
    const ended = await audited.verify();
    expect(ended.code).toBe(1);
    const found = findings(ended);
    expect(found.map(({ damage }) => damage)).toContain('query-incomplete');
    expect(found.some(({ facts }) => String(facts.query).includes(query()))).toBe(true);
  });
});
