import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHolderOf } from '../../lib/authority/holder-of.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import type { Objects } from '../../lib/store/store.ts';
import { type Credential, type Json, openDoors, type Served } from '../functions/routes/enrolment/doors.ts';
import { serveService } from '../served-service.ts';
import { collectInto, FIELDS, opensslRequest, temporaryFolder } from '../service.ts';
import { putRow } from '../store/row-attacks.ts';
import { allRecords } from '../world.ts';

/* A holder signs in with the user-authentication certificate that was issued to it. */

const run = promisify(execFile);
const folder = temporaryFolder();
let service: Served;
let doors: ReturnType<typeof openDoors>;
let sato: Held;
let other: Held;

interface Held extends Credential {
  readonly ref: CertificateRef;
}

/** By three persons of the office in the east. */
const issueTo = async (holder: string, name: string, profile = 'person-authentication'): Promise<Held> => {
  const { registration } = service.app;
  const csr = opensslRequest(folder.path, name);
  const fields = FIELDS[profile] ?? {};
  const { request } = await registration.submit(service.principal('higashi-counter'), {
    profile,
    csr,
    fields,
    holder,
  });
  const approve = { decision: 'approve' } as const;
  await registration.examine(service.principal('higashi-examiner'), request.id, approve);
  const { certificate } = await registration.examine(service.principal('operator-noda'), request.id, approve);
  const paths = await collectInto(service, request.id, folder.path, name);
  const key = readFileSync(join(folder.path, `${name}.key`), 'utf8');
  return {
    id: holder,
    key: { csr, key, fingerprint: '' },
    pem: readFileSync(paths.certificate, 'utf8'),
    ref: certificate as CertificateRef,
  };
};

beforeAll(async () => {
  service = await serveService(folder.path);
  doors = openDoors(service);
  sato = await issueTo('h-sato', 'sato');
  other = await issueTo('h-kudo', 'kudo');
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const asked = (who: Credential, path: string, method = 'GET') => doors.ask(who, method, path);
const refused = async (who: Credential, path: string, method = 'GET') =>
  doors.refused(asked(who, path, method));

const provisionsTo = async (recipient: string) =>
  (await allRecords(service)).filter(
    (record) => record.kind === 'provision' && record.recipient === recipient,
  );

describe('with its own certificate a holder', () => {
  it('is known by stock clients at the TLS door', async () => {
    const base = `https://127.0.0.1:${service.tlsPort}`;
    const credential = ['--cert', join(folder.path, 'sato.pem'), '--key', join(folder.path, 'sato.key')];
    const { stdout } = await run('curl', ['-sk', ...credential, `${base}/api/v1/whoami`]);
    expect(JSON.parse(stdout)).toMatchObject({ id: 'h-sato', role: 'holder', door: 'certificate' });
    const question = join(folder.path, 'question');
    writeFileSync(question, 'GET /api/v1/own/certificates HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const shown = `-connect 127.0.0.1:${service.tlsPort} -cert sato.pem -key sato.key -quiet -ign_eof`;
    const answered = await run('sh', ['-c', `openssl s_client ${shown} < question 2>/dev/null`], {
      cwd: folder.path,
    });
    expect(answered.stdout).toContain('HTTP/1.1 200');
    expect(answered.stdout).toContain(sato.ref.serial);
  });

  it('reads who asked about it and how its certificates stand, and the record names the pseudonym and the door', async () => {
    const records = await doors.ok(200, asked(sato, '/api/v1/own/records'));
    expect(records.entries.length).toBeGreaterThan(0);
    const { certificates } = await doors.ok(200, asked(sato, '/api/v1/own/certificates'));
    expect(certificates).toEqual([
      expect.objectContaining({ ...sato.ref, profile: 'person-authentication', status: 'good' }),
    ]);
    const told = await provisionsTo('h-sato');
    expect(told.map((one) => one.kind === 'provision' && [one.channel, one.door])).toContainEqual([
      'own',
      'client-certificate',
    ]);
    expect(JSON.stringify(told)).not.toContain(String(FIELDS['person-authentication']?.holderId));
    const shown = await doors.ok(201, doors.ask(sato, 'POST', '/api/v1/disclosures', { holder: 'h-sato' }));
    expect(shown).toMatchObject({ holder: 'h-sato', requestedBy: 'h-sato' });
    expect(await refused(sato, '/api/v1/own/records?holder=h-kudo')).toBe('403 forbidden');
  });

  it('gets a token, which names the holder', async () => {
    const { token } = await doors.ok(200, asked(sato, '/token', 'POST'));
    const answer = await fetch(`${service.url}/api/v1/whoami`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const known: Json = await answer.json();
    expect(known).toMatchObject({ id: 'h-sato', role: 'holder', door: 'token' });
    const signedIn = (await provisionsTo('h-sato')).filter(
      (one) => one.kind === 'provision' && one.channel === 'sign-in',
    );
    expect(signedIn).toMatchObject([{ door: 'client-certificate' }]);
  });

  it('asks for nothing that is not for holders', async () => {
    const { ca, serial } = sato.ref;
    const paths = ['requests', 'holders', 'records', 'principals', `certificates/${ca}/${serial}`];
    for (const path of paths)
      expect([path, await refused(sato, `/api/v1/${path}`)]).toEqual([
        path,
        '401 client-certificate-invalid',
      ]);
    // A status is told all the same, and to the public.
    const ocsp = await run('openssl', [
      ...['ocsp', '-issuer', join(folder.path, 'sato-ca.pem'), '-cert', join(folder.path, 'sato.pem')],
      ...['-url', `${service.url}/ocsp`, '-noverify'],
    ]);
    expect(ocsp.stdout).toContain('good');
  });

  it('is the holder of the issuance, whatever the rows of the table say', async () => {
    const pk = `certificates/${sato.ref.ca}/${sato.ref.serial}`;
    const rows = await service.table.query({ pk, limit: 10 });
    for (const { sk, value } of rows.items)
      await putRow(service.table, { pk, sk }, { ...value, holder: 'h-kudo', office: 'x' });
    const held = await service.table.query({ pk: 'holder/h-kudo', limit: 10 });
    for (const { sk, value } of held.items) await putRow(service.table, { pk: 'holder/h-sato', sk }, value);
    expect(await doors.ok(200, asked(sato, '/api/v1/whoami'))).toMatchObject({ id: 'h-sato' });
    const { certificates } = await doors.ok(200, asked(sato, '/api/v1/own/certificates'));
    expect(certificates).toHaveLength(1);
  });
});

describe('a certificate is refused', () => {
  it('that is of another profile, or that another CA of the same name signed', async () => {
    const signature = await issueTo('h-sato', 'signature', 'person-signature');
    expect(await refused(signature, '/api/v1/whoami')).toBe('401 client-certificate-invalid');
    const ca = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const { stdout: issuer } = await run('openssl', [
      ...['x509', '-in', join(folder.path, 'sato-ca.pem'), '-noout', '-subject', '-nameopt', 'compat'],
    ]);
    const subject = issuer.trim().replace(/^subject=\s*/, '');
    const name = subject.startsWith('/') ? subject : `/${subject.replaceAll(', ', '/')}`;
    const cwd = { cwd: folder.path };
    await run('openssl', [...ca, '-keyout', 'fake.key', '-out', 'fake.pem', '-subj', name], cwd);
    const signs = ['x509', '-req', '-in', 'sato.csr', '-CA', 'fake.pem', '-CAkey', 'fake.key'];
    await run('openssl', [...signs, '-out', 'fake-sato.pem', '-days', '9', '-CAcreateserial'], cwd);
    const pem = readFileSync(join(folder.path, 'fake-sato.pem'), 'utf8');
    expect(await refused({ ...sato, pem }, '/api/v1/whoami')).toBe('401 client-certificate-invalid');
  });

  it('while its holder is suspended, and after the holder has ended', async () => {
    const { holders } = service.app.enrolment;
    const sakai = service.principal('operator-sakai');
    const { token } = await doors.ok(200, asked(other, '/token', 'POST'));
    await holders.suspend(sakai, 'h-kudo');
    expect(await refused(other, '/api/v1/own/records')).toBe('403 not-in-force');
    expect(await refused(other, '/token', 'POST')).toBe('403 not-in-force');
    const answer = await fetch(`${service.url}/api/v1/whoami`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(403);
    await holders.resume(sakai, 'h-kudo');
    expect(await doors.ok(200, asked(other, '/api/v1/whoami'))).toMatchObject({ id: 'h-kudo' });
    await holders.end(sakai, 'h-kudo');
    expect(await refused(other, '/api/v1/whoami')).toBe('403 not-in-force');
  });

  it('that is on hold or revoked, and others of the holder are not', async () => {
    const { authority } = service.app;
    const chief = service.principal('higashi-chief');
    const [held, revoked] = [await issueTo('h-sato', 'held'), await issueTo('h-sato', 'revoked')];
    await authority.hold(chief, held.ref);
    await authority.revoke(chief, revoked.ref, { reason: 'keyCompromise' });
    expect(await refused(held, '/api/v1/whoami')).toBe('401 client-certificate-revoked');
    expect(await refused(revoked, '/token', 'POST')).toBe('401 client-certificate-revoked');
    const { certificates } = await doors.ok(200, asked(sato, '/api/v1/own/certificates'));
    const statuses = Object.fromEntries(certificates.map((one: Json) => [one.serial, one.status]));
    expect(statuses).toMatchObject({
      [sato.ref.serial]: 'good',
      [held.ref.serial]: 'hold',
      [revoked.ref.serial]: 'revoked',
    });
  });
});

it('the act of the issuance binds the key, the bytes, the number and the profile', async () => {
  const ref = { ca: 'authentication-1', serial: '0a' };
  const [keyIdentity, tbsDigest] = ['a'.repeat(64), 'b'.repeat(64)];
  const closes = { act: '0-1', number: 1 };
  const body = { record: '0-2', closes, order: 'r', notAfter: 1 };
  const details = { order: 'r', profile: 'p', profileVersion: 1, notBefore: 'x', notAfter: 'x' };
  const record = {
    kind: 'issuance',
    id: '0-2',
    actor: 'x',
    holder: 'h-sato',
    certificates: [ref],
    details: { ...details, tbsDigest, keyIdentity, closes },
  };
  const holderIn = (change: { object?: object; record?: object; details?: object; signsIn?: boolean } = {}) =>
    openHolderOf({
      objects: {
        get: async () => ({ body: Buffer.from(JSON.stringify({ ...body, ...change.object })) }),
      } as unknown as Objects,
      outcome: async () =>
        ({
          ...record,
          details: { ...record.details, ...change.details },
          ...change.record,
        }) as unknown as LedgerRecord,
      trustDomain: {
        profiles: [{ id: 'p', ...(change.signsIn !== false && { signsIn: 'holder' }) }] as never,
      },
    })({ ref, keyIdentity, tbsDigest });
  expect(await holderIn()).toBe('h-sato');
  const others = [
    { object: { givenUp: true } },
    { object: { record: '0-3' } },
    { record: { certificates: [{ ...ref, serial: '0b' }] } },
    { record: { kind: 'submission' } },
    { details: { tbsDigest: 'c'.repeat(64) } },
    { details: { keyIdentity: 'c'.repeat(64) } },
    { details: { profile: 'q' } },
    { signsIn: false },
  ];
  for (const change of others) expect([change, await holderIn(change)]).toEqual([change, undefined]);
});
