import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../functions/local/server.ts';
import { routes } from '../functions/routes/routes.ts';
import { Fault } from '../lib/fault.ts';
import type { Log } from '../lib/ports.ts';
import type { memoryObjects } from './acts.ts';
import { type Ground, openGround, openHouse } from './authority/house.ts';
import { opensslRequest, type Service } from './service.ts';
import { faultyBucket, faultyTable } from './store/faulty-table.ts';
import { tracesBelow } from './traces.ts';
import { allRecords } from './world.ts';

/** A person's data go into the request and the certificate, and appear nowhere else. */

const PERSON = {
  holderId: '2026ZQ7700001234',
  name: '齋藤 𠮷之助ウルリヒ',
  dateOfBirth: '1987-03-29',
  sex: '3',
  address: '常盤県瑞崎市東区弥生丁目百九番地ハイム𣘺本',
};
const REASON = '氏名に疑義があるため';
/** The values that identify the person; the sex alone does not. */
const SECRETS = [
  PERSON.holderId,
  '齋藤',
  '𠮷之助',
  'ウルリヒ',
  PERSON.dateOfBirth,
  '19870329',
  '弥生丁目',
  '𣘺本',
  REASON,
];

/** A text may have a value as it is, in JSON's escapes, or in base64. */
const tells = (text: string): readonly string[] => {
  const shown = text.replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const decoded = (text.match(/[A-Za-z0-9+/_-]{24,}={0,2}/g) ?? []).map((part) =>
    Buffer.from(part, 'base64').toString('utf8'),
  );
  return SECRETS.filter((secret) =>
    [shown, decodeURIComponent(encodeURIComponent(shown)), ...decoded].some((one) => one.includes(secret)),
  );
};

let ground: Ground;
let house: Service;
const lines: string[] = [];
const log: Log = (level, message, facts = {}) => lines.push(JSON.stringify({ level, message, ...facts }));
const problems: string[] = [];

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground);
});
afterAll(() => ground.close());

describe('personal data', () => {
  it('is found by this test in a text that has it', () => {
    expect(tells(JSON.stringify(PERSON)).length).toBeGreaterThan(4);
    expect(tells(`{"x":"${Buffer.from(PERSON.name).toString('base64')}"}`)).toContain('齋藤');
    expect(tells('{"name":"\\u9f4b\\u85e4"}')).toEqual(['齋藤']);
  });

  it('is in no log line, no record, no problem document and no name of a file, whatever goes wrong', async () => {
    const served = await serve({
      app: house.app,
      routes,
      host: '127.0.0.1',
      port: 0,
      tlsPort: 0,
      tls: await tlsOf(house),
      clock: house.now,
      log,
    });
    try {
      const url = `http://127.0.0.1:${served.port}`;
      const tokens = new Map<string, string>();
      const tokenOf = async (id: string): Promise<string> => {
        const known = tokens.get(id) ?? (await house.app.principals.issueToken(house.principal(id))).token;
        tokens.set(id, known);
        return known;
      };
      const call = async (id: string, method: string, path: string, body?: unknown) => {
        const answer = await fetch(`${url}${path}`, {
          method,
          headers: {
            authorization: `Bearer ${await tokenOf(id)}`,
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        });
        const text = await answer.text();
        if (answer.status >= 400) problems.push(text);
        return { status: answer.status, text };
      };
      const profile = 'person-signature';
      const csr = opensslRequest(ground.folder, 'holder');
      // Tools write the subject before the PEM block.
      const submission = {
        profile,
        csr: `Subject: ${PERSON.name}\n${csr}`,
        fields: PERSON,
        holder: 'holder-tanabe',
      };

      // A refusal, for one of the values or for anything else, does not repeat the values.
      for (const fields of [
        { ...PERSON, dateOfBirth: `${PERSON.dateOfBirth}T${PERSON.holderId}` },
        { ...PERSON, holderId: PERSON.name },
        { ...PERSON, sex: PERSON.name },
        { ...PERSON, name: PERSON.name.repeat(20) },
        { ...PERSON, address: `${PERSON.address}\u202e` },
        { ...PERSON, name: [PERSON.name] },
        { ...PERSON, name: { is: PERSON.name } },
        { holderId: PERSON.holderId, name: PERSON.name },
      ]) {
        expect(
          (await call('higashi-counter', 'POST', '/api/v1/requests', { ...submission, fields })).status,
        ).toBeGreaterThanOrEqual(400);
      }
      for (const body of [
        { ...submission, profile: 'nobody' },
        { ...submission, profile: PERSON.name },
        { ...submission, csr: csr.replaceAll('CERTIFICATE REQUEST', PERSON.name) },
        { ...submission, [PERSON.name]: PERSON.address },
        { ...submission, fields: { [PERSON.name]: PERSON.address } },
        `{"profile":"${profile}","fields":{"name":"${PERSON.name}"`,
      ]) {
        expect(
          (await call('higashi-counter', 'POST', '/api/v1/requests', body)).status,
        ).toBeGreaterThanOrEqual(400);
      }
      const { status, text } = await call('higashi-counter', 'POST', '/api/v1/requests', submission);
      expect(status).toBe(201);
      const { id } = JSON.parse(text) as { id: string };
      const examinations = `/api/v1/requests/${id}/examinations`;
      await call('higashi-counter', 'POST', '/api/v1/requests', submission);
      await call('higashi-counter', 'POST', examinations, { decision: 'approve', reason: REASON });
      await call('nishi-examiner', 'POST', examinations, { decision: 'approve', reason: REASON });
      expect(
        (await call('higashi-examiner', 'POST', examinations, { decision: 'approve', reason: REASON }))
          .status,
      ).toBe(200);
      expect((await call('operator-noda', 'POST', examinations, { decision: 'approve' })).status).toBe(200);
      const view = JSON.parse((await call('auditor', 'GET', `/api/v1/requests/${id}`)).text) as {
        state: string;
        certificate: { ca: string; serial: string };
      };
      expect(view.state).toBe('issued');
      const { ca, serial } = view.certificate;
      await call('higashi-counter', 'GET', `/api/v1/requests/${id}/certificate.pem`);
      await call('auditor', 'GET', `/api/v1/requests?office=mizusaki-higashi`);
      await call('higashi-chief', 'GET', `/api/v1/certificates/${ca}/${serial}`);
      await call('higashi-chief', 'POST', `/api/v1/certificates/${ca}/${serial}/revocation`, {
        reason: PERSON.name,
      });
      await call('higashi-chief', 'POST', `/api/v1/certificates/${ca}/${serial}/revocation`, {
        reason: 'keyCompromise',
      });
      await call('auditor', 'GET', `/api/v1/records?certificate=${encodeURIComponent(PERSON.name)}`);
      await call('auditor', 'GET', `/${encodeURIComponent(PERSON.name)}`);

      // A second request is rejected; for a third one the store and the CA's key fail.
      const other = { ...submission, csr: opensslRequest(ground.folder, 'other') };
      const second = JSON.parse((await call('higashi-counter', 'POST', '/api/v1/requests', other)).text) as {
        id: string;
      };
      await call('higashi-examiner', 'POST', `/api/v1/requests/${second.id}/examinations`, {
        decision: 'reject',
        reason: REASON,
      });
      await fail(opensslRequest(ground.folder, 'third'));
    } finally {
      await served.stop();
    }

    const records = await allRecords(house);
    expect(records.length).toBeGreaterThan(15);
    for (const record of records) expect(tells(JSON.stringify(record))).toEqual([]);
    expect(lines.length).toBeGreaterThan(20);
    for (const line of [...lines, ...house.logged.map((one) => JSON.stringify(one))])
      expect(tells(line), line).toEqual([]);
    expect(problems.length).toBeGreaterThan(15);
    for (const text of problems) expect(tells(text), text).toEqual([]);
    // Every row of the tables, and every object: in the files as they are.
    const { files, found } = tracesBelow(ground.folder, Object.fromEntries(SECRETS.map((one) => [one, one])));
    expect(found).toEqual([]);
    expect(files).toBeGreaterThan(10);
    for (const [key, body] of (ground.objects as ReturnType<typeof memoryObjects>).bodies)
      expect(tells(`${key} ${Buffer.from(body).toString()}`)).toEqual([]);
  });

  /** Lets stores and keys fail at each step, with the faults that adapters throw. */
  const fail = async (csr: string): Promise<void> => {
    const submission = { profile: 'person-signature', csr, fields: PERSON, holder: 'holder-tanabe' };
    const counter = house.principal('higashi-counter');
    for (let n = 1; n <= 6; n++) {
      const failing = await openHouse(ground, {
        table: (table) => faultyTable(table, new Map([[n, 'lost']])),
        bucket: (bucket) => faultyBucket(bucket, new Map([[1, 'lost']])),
        keys: (keys) => ({
          create: (id, algorithm) => keys.create(id, algorithm),
          open: async (id) =>
            id === 'signature-1' && n < 5
              ? {
                  ...(await keys.open(id)),
                  sign: () => Promise.reject(new Error(`cannot sign for ${PERSON.name}`)),
                }
              : keys.open(id),
        }),
      });
      const { registration } = failing.app;
      try {
        const { request } = await registration.submit(counter, submission, 'key-of-the-office');
        await registration.examine(house.principal('higashi-examiner'), request.id, {
          decision: 'approve',
          reason: REASON,
        });
        await registration.examine(house.principal('operator-noda'), request.id, { decision: 'approve' });
        await registration.recover();
        await failing.core.authority.recover();
      } catch (error) {
        if (Fault.is(error)) problems.push(`${error.message} ${JSON.stringify(error.facts)}`);
      }
      for (const one of failing.logged) lines.push(JSON.stringify(one));
    }
    expect(lines.some((line) => line.includes('not issued yet'))).toBe(true);
    expect(lines.some((line) => line.includes('not signed yet'))).toBe(true);
  };

  const tlsOf = async (service: Service) => {
    const { doorCredentials } = await import('../functions/local/credentials.ts');
    const folder = join(ground.folder, 'door');
    const door = await doorCredentials(
      service.core,
      folder,
      service.trustDomain,
      'http://localhost:8080',
      service.now,
    );
    expect(readFileSync(join(folder, 'localhost', 'cert.pem'), 'utf8')).toBe(door.cert);
    return { ...door, ca: [door.ca] };
  };
});
