import { createPrivateKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathMatcher } from '../../../functions/http/route.ts';
import { routes } from '../../../functions/routes/routes.ts';
import { encodeSigned, encodeTbsCertificate } from '../../../lib/pki/certificate.ts';
import { asDer } from '../../../lib/pki/der.ts';
import { decodeCertificate, encodePem } from '../../../lib/pki/pki.ts';
import { FIELDS, issueThroughOffice, opensslRequest, P256 } from '../../service.ts';
import { checkWorld } from '../../world.ts';
import {
  type Access,
  type Answer,
  type Doors,
  type Given,
  openDoors,
  type Provision,
  type Shown,
} from './who-looked.ts';

/** Every reading, every sign-in and every refusal of credentials says who, when, what and by which door. */
let doors: Doors;
let request: string;
let certificate: { readonly ca: string; readonly serial: string };
let waiting: string;
let disclosure: string;

const SECRETS = ['田辺 花子', '1990-02-17', '常盤県', 'higashi@example.jp'];

beforeAll(async () => {
  doors = await openDoors();
  const { service, folder } = doors;
  const issued = await issueThroughOffice(service, 'person-signature', opensslRequest(folder, 'person'));
  ({ id: request, certificate } = issued);
  waiting = (
    await service.app.registration.submit(service.principal('higashi-counter'), {
      profile: 'official-position',
      csr: opensslRequest(folder, 'seal', P256),
      fields: FIELDS['official-position'] ?? {},
    })
  ).request.id;
  const tanabe = service.principal('holder-tanabe');
  disclosure = (await service.app.disclosures.cases.open(tanabe, tanabe.id)).id;
}, 120_000);

afterAll(() => doors.close());

const tokenOf = async (principal: string): Promise<string> =>
  (await doors.service.app.principals.issueToken(doors.service.principal(principal))).token;

const recordOf = async (answer: Answer): Promise<Provision> => {
  expect(answer.status, answer.text).toBe(200);
  return (await doors.service.app.ledger.get(answer.record?.split(', ')[0] ?? '')) as Provision;
};

/** Who, what, where, and what its record says. */
const readings: readonly (readonly [string, string, () => string, () => Partial<Provision>])[] = [
  [
    'higashi-counter',
    'a request',
    () => `/api/v1/requests/${request}`,
    () => ({ requests: [request], certificates: [certificate] }),
  ],
  [
    'higashi-counter',
    'a list of requests',
    () => '/api/v1/requests',
    () => ({ requests: [waiting, request], certificates: [certificate] }),
  ],
  [
    'operator-noda',
    'requests of an office',
    () => '/api/v1/requests?office=mizusaki-higashi&state=submitted',
    () => ({ requests: [waiting] }),
  ],
  [
    'higashi-counter',
    'the issued certificate',
    () => `/api/v1/requests/${request}/certificate.pem`,
    () => ({ requests: [request], certificates: [certificate] }),
  ],
  [
    'higashi-examiner',
    'a certificate and its status',
    () => `/api/v1/certificates/${certificate.ca}/${certificate.serial}`,
    () => ({ requests: [request], certificates: [certificate] }),
  ],
  [
    'auditor',
    'the records of a certificate',
    () => `/api/v1/provisions?ca=${certificate.ca}&serial=${certificate.serial}`,
    () => ({ certificates: [certificate] }),
  ],
  [
    'auditor',
    'who looked at a request',
    () => `/api/v1/accesses?request=${request}`,
    () => ({ requests: [request] }),
  ],
  [
    'auditor',
    'a sample',
    () => '/api/v1/evidence/sample?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&seed=dice',
    () => ({ channel: 'evidence' }),
  ],
  ['auditor', 'totals', () => '/api/v1/counts?from=2026-01&to=2026-12', () => ({ channel: 'records' })],
  [
    'auditor',
    'serial numbers',
    () => `/api/v1/certificates/${certificate.ca}`,
    () => ({ channel: 'records' }),
  ],
  ['tax-portal', 'its own answers', () => '/api/v1/provisions', () => ({ channel: 'records' })],
  ['holder-tanabe', 'its own records', () => '/api/v1/own/records', () => ({ channel: 'own' })],
  ['holder-tanabe', 'its own certificates', () => '/api/v1/own/certificates', () => ({ channel: 'own' })],
  ['holder-tanabe', 'its delegates', () => '/api/v1/own/delegates', () => ({ channel: 'own' })],
  ['holder-tanabe', 'its disclosures', () => '/api/v1/disclosures', () => ({ channel: 'records' })],
  [
    'operator-noda',
    'a disclosure',
    () => `/api/v1/disclosures/${disclosure}`,
    () => ({ channel: 'records' }),
  ],
  [
    'holder-tanabe',
    'a bundle',
    () => `/api/v1/disclosures/${disclosure}/bundle.json`,
    () => ({ channel: 'disclosure' }),
  ],
];

describe('an answer to somebody', () => {
  it.each(readings)('to %s about %s has a record with its door', async (who, _, path, told) => {
    const byCertificate = await recordOf(await doors.ask(path(), { shown: doors.credentialsOf(who) }));
    expect(byCertificate).toMatchObject({ ...told(), recipient: who, door: 'client-certificate' });
    const byToken = await recordOf(await doors.ask(path(), { token: await tokenOf(who) }));
    expect(byToken).toMatchObject({ ...told(), recipient: who, door: 'token' });
  });

  it('is an access, whatever it is about', async () => {
    const found = new Set((await doors.accesses('auditor')).map(({ who, channel }) => `${who} ${channel}`));
    for (const channel of ['requests', 'certificate']) expect(found).toContain(`higashi-counter ${channel}`);
    for (const channel of ['records', 'evidence']) expect(found).toContain(`auditor ${channel}`);
    for (const channel of ['own', 'disclosure']) expect(found).toContain(`holder-tanabe ${channel}`);
  });

  it('is given for a file that was begun, even if it breaks off, and for the whole of it', async () => {
    const answer = await doors.ask('/api/v1/exports/records.ndjson?kind=issuance', {
      shown: doors.credentialsOf('auditor'),
    });
    const found = (await doors.accesses('auditor', 'officer=auditor')).filter(
      ({ channel }) => channel === 'export',
    );
    expect(found.map(({ result, door }) => [result, door])).toEqual([
      ['answered', 'client-certificate'],
      ['begun', 'client-certificate'],
    ]);
    expect(found.at(-1)?.id).toBe(answer.record);
  });

  it('names every request of a page that is larger than a record', async () => {
    const { service, folder, ask } = doors;
    const csr = (n: number): string => opensslRequest(folder, `many-${n}`, P256);
    const ids: string[] = [];
    for (let n = 0; n < 48; n++) {
      const { request: made } = await service.app.registration.submit(service.principal('nishi-counter'), {
        profile: 'official-position',
        csr: csr(n),
        fields: FIELDS['official-position'] ?? {},
      });
      ids.push(made.id);
    }
    const answer = await ask('/api/v1/requests?limit=50', { token: await tokenOf('nishi-counter') });
    const shown = JSON.parse(answer.text).requests.map(({ id }: { id: string }) => id);
    expect(new Set(shown)).toEqual(new Set(ids));
    const parts = (await Promise.all(
      (answer.record ?? '').split(', ').map((id) => service.app.ledger.get(id)),
    )) as Provision[];
    expect(parts).toHaveLength(2);
    expect(parts.flatMap(({ requests }) => requests)).toEqual(shown);
    for (const id of [shown[0], shown.at(-1)]) {
      expect(
        (await doors.accesses('auditor', `request=${id}`)).some(({ who }) => who === 'nishi-counter'),
      ).toBe(true);
    }
  });

  it('is recorded where a submission is repeated, because it shows the earlier request', async () => {
    const body = {
      profile: 'official-position',
      csr: opensslRequest(doors.folder, 'again', P256),
      fields: FIELDS['official-position'],
    };
    const given: Given = {
      method: 'POST',
      body,
      headers: { 'idempotency-key': 'k1' },
      token: await tokenOf('higashi-counter'),
    };
    const first = await doors.ask('/api/v1/requests', given);
    expect(first).toMatchObject({ status: 201, record: undefined });
    const { id } = JSON.parse(first.text);
    expect(await recordOf(await doors.ask('/api/v1/requests', given))).toMatchObject({
      channel: 'requests',
      requests: [id],
    });
  });
});

describe('a sign-in', () => {
  it('is a token that was issued', async () => {
    const answer = await doors.ask('/token', {
      method: 'POST',
      shown: doors.credentialsOf('higashi-counter'),
    });
    expect(await recordOf(answer)).toMatchObject({
      recipient: 'higashi-counter',
      office: 'mizusaki-higashi',
      channel: 'sign-in',
      door: 'client-certificate',
      provided: { expiresAt: expect.any(String) },
    });
    expect(JSON.stringify(await recordOf(answer))).not.toContain(JSON.parse(answer.text).token);
  });
});

const derOf = ({ cert }: Shown): Uint8Array => new X509Certificate(cert).raw;

/** A certificate like the principal's, signed by a key that no CA has. */
const forged = (principal: string): Shown => {
  const model = decodeCertificate(derOf(doors.credentialsOf(principal)));
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tbs = encodeTbsCertificate({
    ...model,
    subjectPublicKeyInfo: asDer(publicKey.export({ type: 'spki', format: 'der' })),
  });
  const signature = sign(
    'sha256',
    tbs,
    createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  );
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: encodePem('CERTIFICATE', encodeSigned(tbs, model.signature, signature)),
  };
};

describe('refused credentials', () => {
  /** The newest refusal after the call, which must be the only new record. */
  const refusalOf = async (given: Given, status = 401): Promise<Access> => {
    const before = new Set((await doors.accesses('auditor')).map(({ id }) => id));
    const answer = await doors.ask(`/api/v1/requests/${request}`, given);
    expect(answer.status, answer.text).toBe(status);
    const found = (await doors.accesses('auditor')).filter(
      ({ id, shown }) => !before.has(id) && shown.accesses === undefined,
    );
    expect(found).toHaveLength(1);
    return found[0] as Access;
  };

  it('of a token that is none', async () => {
    expect(await refusalOf({ token: 'x.y.z' })).toMatchObject({
      who: 'public',
      door: 'token',
      channel: 'sign-in',
      result: 'refused',
      code: 'token-invalid',
      requests: [],
      shown: {},
      count: 1,
    });
  });

  it('of a token whose time is up', async () => {
    const token = await tokenOf('higashi-counter');
    doors.service.advance(16 * 60_000);
    expect(await refusalOf({ token })).toMatchObject({ door: 'token', code: 'token-expired', shown: {} });
  });

  it('of another scheme', async () => {
    expect(await refusalOf({ headers: { authorization: 'Basic aGlnYXNoaTpzZWNyZXQ=' } })).toMatchObject({
      door: 'token',
      code: 'token-invalid',
    });
  });

  it('of a token that a proxy carried without TLS', async () => {
    const given = { token: await tokenOf('auditor'), headers: { via: '1.1 proxy' } };
    expect(await refusalOf(given, 403)).toMatchObject({ door: 'token', code: 'tls-required' });
  });

  it('of a certificate that this service did not issue: it names nobody', async () => {
    expect(await refusalOf({ shown: forged('auditor') })).toMatchObject({
      who: 'public',
      door: 'client-certificate',
      code: 'client-certificate-invalid',
      shown: {},
    });
  });

  it('of a revoked certificate, whose principal is named and is not the recipient', async () => {
    const { service } = doors;
    const shown = doors.credentialsOf('nishi-examiner');
    const { serialNumber } = decodeCertificate(derOf(shown));
    const ca = 'operations-1';
    await service.app.authority.revoke(
      service.principal('operator-noda'),
      { ca, serial: serialNumber },
      { reason: 'superseded' },
    );
    expect(await refusalOf({ shown })).toMatchObject({
      who: 'public',
      door: 'client-certificate',
      code: 'client-certificate-revoked',
      shown: { named: 'nishi-examiner' },
    });
  });

  it('of a good certificate beside a bad token: the token was refused', async () => {
    const given = { shown: doors.credentialsOf('auditor'), token: 'x.y.z' };
    expect(await refusalOf(given)).toMatchObject({ door: 'token', code: 'token-invalid', shown: {} });
  });

  it('of a token where only a certificate will do', async () => {
    const before = (await doors.accesses('auditor', 'officer=public')).length;
    const answer = await doors.ask('/token', { method: 'POST', token: await tokenOf('auditor') });
    expect(answer.status).toBe(401);
    expect((await doors.accesses('auditor')).find(({ result }) => result === 'refused')).toMatchObject({
      door: 'token',
      code: 'unauthenticated',
    });
    expect(before).toBe(0);
  });

  it('leave none where none came', async () => {
    const before = (await doors.accesses('auditor')).filter(({ result }) => result === 'refused').length;
    expect((await doors.ask(`/api/v1/requests/${request}`)).status).toBe(401);
    expect((await doors.accesses('auditor')).filter(({ result }) => result === 'refused')).toHaveLength(
      before,
    );
  });

  it('are found by their channel, and are no answers to the public', async () => {
    const token = await tokenOf('auditor');
    const list = async (query: string) =>
      JSON.parse((await doors.ask(`/api/v1/provisions?${query}`, { token })).text).records as Provision[];
    const refused = await list('recipient=public&channel=sign-in&limit=1000');
    expect(refused.length).toBeGreaterThan(5);
    for (const record of refused)
      expect(record).toMatchObject({ recipient: 'public', unproven: expect.any(String) });
    expect((await list('channel=sign-in&limit=1000')).length).toBeGreaterThan(refused.length);
    expect(
      (await list('recipient=public&limit=1000')).filter(({ channel }) => channel === 'sign-in'),
    ).toEqual([]);
  });
});

describe('the list of accesses', () => {
  it('of a request is who looked at it, through whatever operation', async () => {
    const found = await doors.accesses('auditor', `request=${request}`);
    expect(found.length).toBeGreaterThan(8);
    for (const access of found) expect(access.requests).toContain(request);
    expect(new Set(found.map(({ who }) => who))).toEqual(
      new Set(['higashi-counter', 'higashi-examiner', 'auditor']),
    );
  });

  it('of an officer, of a certificate, of a time, and of all of them together', async () => {
    const counter = await doors.accesses('auditor', 'officer=higashi-counter');
    expect(new Set(counter.map(({ who }) => who))).toEqual(new Set(['higashi-counter']));
    const of = `ca=${certificate.ca}&serial=${certificate.serial}`;
    const about = await doors.accesses('auditor', of);
    for (const access of about) expect(access.certificates).toContainEqual(certificate);
    const both = await doors.accesses('auditor', `${of}&officer=higashi-counter&request=${request}`);
    expect(both.map(({ id }) => id)).toEqual(
      counter
        .filter(({ requests, certificates }) => requests.includes(request) && certificates.length > 0)
        .map(({ id }) => id),
    );
    expect(await doors.accesses('auditor', 'to=2020-01-01T00:00:00Z')).toEqual([]);
  });

  it('comes in pages that lose nothing', async () => {
    const ids = async (limit: number, query: string) =>
      (await doors.accesses('auditor', query, limit))
        .filter(({ shown }) => shown.accesses === undefined)
        .map(({ id }) => id);
    for (const query of ['', `request=${request}`, 'officer=higashi-counter']) {
      expect(await ids(7, query), query).toEqual(await ids(1000, query));
    }
  });

  it('shows the responsible person the accesses of the own office alone', async () => {
    for (const query of ['', `request=${request}`, 'officer=auditor', 'officer=nishi-counter']) {
      for (const access of await doors.accesses('higashi-chief', query)) {
        expect(access.office, query).toBe('mizusaki-higashi');
      }
    }
    const own = await doors.accesses('higashi-chief', `request=${request}`);
    expect(own.some(({ who }) => who === 'higashi-counter')).toBe(true);
    expect(await doors.accesses('nishi-examiner', `request=${request}`)).toEqual([]);
    expect(await doors.accesses('higashi-chief', 'officer=nobody')).toEqual([]);
  });

  it('is not for others, and asks an auditor for names that exist', async () => {
    for (const who of ['operator-noda', 'higashi-examiner', 'tax-portal', 'holder-tanabe']) {
      expect((await doors.ask('/api/v1/accesses', { token: await tokenOf(who) })).status, who).toBe(403);
    }
    const answer = await doors.ask('/api/v1/accesses?officer=nobody', { token: await tokenOf('auditor') });
    expect(JSON.parse(answer.text).code).toBe('unknown-recipient');
  });

  it('is itself a look', async () => {
    const answer = await doors.ask(`/api/v1/accesses?request=${waiting}`, {
      token: await tokenOf('auditor'),
    });
    const found = await doors.accesses('auditor', `request=${waiting}`);
    const [first] = answer.record?.split(', ') ?? [];
    expect(found.find(({ id }) => id === first)).toMatchObject({
      who: 'auditor',
      channel: 'records',
    });
  });
});

it('no record and no log line has personal data', async () => {
  const { service } = doors;
  const page = await service.app.ledger.query({ accesses: true, limit: 1000 });
  const texts = [JSON.stringify(page.records), JSON.stringify(service.logged)];
  for (const text of texts) for (const secret of SECRETS) expect(text).not.toContain(secret);
});

it('the world is whole', () =>
  checkWorld(doors.service, { requests: [request, waiting], signed: [], answers: [], revoked: [] }));

/** What says nothing about a person, a certificate or a record. */
const UNRECORDED = ['listProfiles', 'getKeyList', 'listAmendments', 'getAmendment'];

it('every other operation that reads for named callers is tried here, or by an auditor (audits-are-recorded)', () => {
  const untried = routes.filter(
    ({ access, method, path }) =>
      Array.isArray(access) &&
      method === 'GET' &&
      !access.includes('auditor') &&
      !readings.some(([, , of]) => pathMatcher(path)(of().split('?')[0] ?? '')),
  );
  expect(untried.map(({ id }) => id).sort()).toEqual(
    [...UNRECORDED, 'getBatchCollection', 'getDisclosurePage'].sort(),
  );
});
