import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CertificateRef } from '../lib/principal.ts';
import { credentialsOfAll } from './credentials.ts';
import { serveService } from './served-service.ts';
import {
  FIELDS,
  issueThroughOffice,
  opensslRequest,
  P256,
  type Service,
  temporaryFolder,
} from './service.ts';
import { allRecords, checkWorld } from './world.ts';

/**
 * The real service, behind its real doors, gets invalid input. Each input gets a clear refusal with a stable code,
 * nothing changes, the process lives on, and all stores agree in the end.
 */
const folder = temporaryFolder();
let service: Service & { readonly url: string; readonly tlsPort: number };

beforeAll(async () => {
  service = await serveService(join(folder.path, 'data'));
  await credentialsOfAll(service, join(folder.path, 'credentials'));
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly code: string | undefined;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** A principal of the demonstration: the call goes to the TLS door with its client certificate. */
  readonly as?: string;
  readonly credentials?: { readonly key: Buffer; readonly cert: Buffer };
}

const credentialsOf = (id: string) => ({
  key: readFileSync(join(folder.path, 'credentials', id, 'key.pem')),
  cert: readFileSync(join(folder.path, 'credentials', id, 'cert.pem')),
});

const ask = (
  path: string,
  { method = 'GET', headers = {}, body, as, credentials }: Asked = {},
): Promise<Answer> =>
  new Promise((done, failed) => {
    const shown = credentials ?? (as === undefined ? undefined : credentialsOf(as));
    const ca = readFileSync(join(folder.path, 'credentials', 'auditor', 'ca.pem'));
    const options = { method, headers: { ...headers }, path };
    const sent = shown
      ? httpsRequest({ ...options, host: '127.0.0.1', port: service.tlsPort, ca, ...shown })
      : httpRequest(service.url, options);
    sent.once('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('end', () => {
        const bytes = Buffer.concat(parts);
        const isProblem = response.headers['content-type'] === 'application/problem+json';
        const code = isProblem ? (JSON.parse(bytes.toString()).code as string) : undefined;
        done({ status: response.statusCode ?? 0, headers: response.headers, body: bytes, code });
      });
    });
    sent.once('error', failed);
    sent.end(body);
  });

const json = (value: unknown, as: string, headers: Readonly<Record<string, string>> = {}): Asked => ({
  method: 'POST',
  as,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

const submission = (csr: string, more: object = {}) => ({
  profile: 'official-position',
  csr,
  fields: FIELDS['official-position'],
  ...more,
});

/** Afterwards the ledger holds no more acts than before, and there is no new request. */
const changesNothing = async (work: () => Promise<void>): Promise<void> => {
  const count = async () => {
    const acts = (await allRecords(service)).filter(({ kind }) => kind !== 'provision').length;
    const auditor = service.principal('auditor');
    const { requests } = await service.app.registration.list(auditor, { limit: 100 });
    return { acts, requests: requests.length };
  };
  const before = await count();
  await work();
  expect(await count()).toEqual(before);
  expect((await ask('/healthz')).status).toBe(200);
};

describe('requests that cannot be', () => {
  const csr = (): string => opensslRequest(folder.path, 'once');

  it('a CSR whose signature does not verify, garbage, another label, trailing bytes, too much', () =>
    changesNothing(async () => {
      const good = csr();
      const der = Buffer.from(good.replace(/-----[^-]+-----|\s/g, ''), 'base64');
      const pem = (bytes: Uint8Array, label = 'CERTIFICATE REQUEST') =>
        `-----BEGIN ${label}-----\n${Buffer.from(bytes)
          .toString('base64')
          .replace(/(.{64})/g, '$1\n')}\n-----END ${label}-----\n`;
      const flipped = Buffer.from(der);
      flipped[flipped.length - 5] = (flipped[flipped.length - 5] as number) ^ 1;
      const cases: [string, string][] = [
        [pem(flipped), 'proof-of-possession-failed'],
        [pem(der, 'CERTIFICATE'), 'malformed-pem'],
        [pem(Buffer.concat([der, Buffer.of(0)])), 'trailing-data'],
        [pem(der.subarray(0, der.length - 3)), 'malformed-der'],
        ['no PEM at all', 'malformed-pem'],
      ];
      for (const [text, code] of cases) {
        const answer = await ask('/api/v1/requests', json(submission(text), 'higashi-counter'));
        expect(answer.code).toBe(code);
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
      }
      const large = await ask('/api/v1/requests', json(submission('x'.repeat(300_000)), 'higashi-counter'));
      expect(large).toMatchObject({ status: 413, code: 'body-too-large' });
    }));

  it('a key that is too small, of a curve that is not taken, or in use', async () => {
    const weak = (name: string, newkey: readonly string[]) => opensslRequest(folder.path, name, newkey);
    const first = csr();
    const accepted = await ask('/api/v1/requests', json(submission(first), 'higashi-counter'));
    expect(accepted.status).toBe(201);
    await changesNothing(async () => {
      const cases: [string, string][] = [
        [weak('rsa1024', ['-newkey', 'rsa:1024']), 'weak-key'],
        [weak('e3', ['-newkey', 'rsa:2048', '-pkeyopt', 'rsa_keygen_pubexp:3']), 'weak-key'],
        [weak('k1', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1']), 'unsupported-algorithm'],
        [first, 'duplicate-key'],
      ];
      for (const [text, code] of cases) {
        expect((await ask('/api/v1/requests', json(submission(text), 'higashi-examiner'))).code).toBe(code);
      }
    });
  });

  it('fields that the profile does not have, or that are not what they must be', () =>
    changesNothing(async () => {
      const text = opensslRequest(folder.path, 'fields');
      const bad = [
        { position: 'Mayor' },
        { ...FIELDS['official-position'], extra: 'x' },
        { ...FIELDS['official-position'], position: 'x'.repeat(65) },
        { ...FIELDS['official-position'], position: '市長' },
        { ...FIELDS['official-position'], mail: 'not mail' },
        { ...FIELDS['official-position'], positionJa: '市\u0000長' },
      ];
      for (const fields of bad) {
        const answer = await ask('/api/v1/requests', json(submission(text, { fields }), 'higashi-counter'));
        expect(answer.code).toBe('invalid-field');
      }
      const unknown = await ask(
        '/api/v1/requests',
        json(submission(text, { profile: 'ca' }), 'higashi-counter'),
      );
      expect(unknown.code).toBe('unknown-profile');
      const another = await ask(
        '/api/v1/requests',
        json(submission(text, { office: 'hatanoura' }), 'higashi-counter'),
      );
      expect(another.code).toBe('invalid-input');
    }));

  it('an idempotency key used for something else', async () => {
    const headers = { 'idempotency-key': 'counter-7-2026-11-22-0001' };
    const text = opensslRequest(folder.path, 'idempotent');
    const first = await ask('/api/v1/requests', json(submission(text), 'higashi-counter', headers));
    await changesNothing(async () => {
      const again = await ask('/api/v1/requests', json(submission(text), 'higashi-counter', headers));
      expect([first.status, again.status]).toEqual([201, 200]);
      expect(JSON.parse(again.body.toString()).id).toBe(JSON.parse(first.body.toString()).id);
      const other = submission(opensslRequest(folder.path, 'other'));
      expect((await ask('/api/v1/requests', json(other, 'higashi-counter', headers))).code).toBe(
        'idempotency-key-reused',
      );
    });
  });
});

describe('persons who may not', () => {
  let id: string;
  let issued: { ref: CertificateRef };

  beforeAll(async () => {
    const text = opensslRequest(folder.path, 'persons');
    const answer = await ask('/api/v1/requests', json(submission(text), 'higashi-counter'));
    id = JSON.parse(answer.body.toString()).id;
    const done = await issueThroughOffice(
      service,
      'person-signature',
      opensslRequest(folder.path, 'holder', P256),
    );
    issued = { ref: done.certificate };
  });

  it('examine what they submitted, or twice', async () => {
    const examine = (as: string) =>
      ask(`/api/v1/requests/${id}/examinations`, json({ decision: 'approve' }, as));
    expect((await examine('higashi-counter')).code).toBe('same-person');
    expect((await examine('operator-sakai')).code).toBe('wrong-state');
    expect((await examine('higashi-examiner')).status).toBe(200);
    await changesNothing(async () => {
      expect((await examine('higashi-chief')).code).toBe('wrong-state');
    });
  });

  it("see or touch another office's requests and certificates", () =>
    changesNothing(async () => {
      expect((await ask(`/api/v1/requests/${id}`, { as: 'nishi-counter' })).code).toBe('unknown-request');
      const path = `/api/v1/certificates/${issued.ref.ca}/${issued.ref.serial}`;
      expect((await ask(path, { as: 'nishi-counter' })).code).toBe('unknown-certificate');
      const revoke = await ask(`${path}/revocation`, json({ reason: 'keyCompromise' }, 'nishi-counter'));
      expect(revoke.code).toBe('unknown-certificate');
      const hold = await ask(`${path}/hold`, json({}, 'nishi-counter'));
      expect(hold.status).toBeGreaterThanOrEqual(400);
      for (const as of ['auditor', 'tax-portal', 'holder-tanabe']) {
        expect((await ask(`${path}/revocation`, json({ reason: 'superseded' }, as))).code).toBe('forbidden');
      }
    }));

  it('come without credentials, with a foreign certificate, or with a token that is not ours', () =>
    changesNothing(async () => {
      expect(await ask('/api/v1/requests')).toMatchObject({ status: 401, code: 'unauthenticated' });
      const key = join(folder.path, 'foreign.key');
      const cert = join(folder.path, 'foreign.pem');
      const args = ['req', '-x509', ...P256, '-nodes', '-keyout', key, '-out', cert, '-days', '1'];
      execFileSync('openssl', [...args, '-subj', '/CN=x/serialNumber=operator-noda'], { stdio: 'pipe' });
      const credentials = { key: readFileSync(key), cert: readFileSync(cert) };
      const foreign = await ask('/api/v1/requests', { credentials });
      expect(foreign).toMatchObject({ status: 401, code: 'client-certificate-invalid' });
      const { app } = service;
      const { token } = await app.principals.issueToken(service.principal('auditor'));
      const [header, payload, signature] = token.split('.') as [string, string, string];
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
      const raised = Buffer.from(JSON.stringify({ ...claims, sub: 'operator-noda' })).toString('base64url');
      const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
      for (const forged of [
        `${header}.${raised}.${signature}`,
        `${none}.${raised}.`,
        `${header}.${payload}.AAAA`,
        'x',
      ]) {
        const answer = await ask('/api/v1/provisions', { headers: { authorization: `Bearer ${forged}` } });
        expect(answer).toMatchObject({ status: 401, code: 'token-invalid' });
      }
      const headers = { authorization: `Bearer ${token}` };
      expect((await ask('/api/v1/provisions', { headers })).status).toBe(200);
      expect((await ask('/api/v1/crls/organisation-1/full', { method: 'POST', headers })).code).toBe(
        'forbidden',
      );
    }));

  it('come with a client certificate that was revoked a moment ago', async () => {
    const pem = readFileSync(join(folder.path, 'credentials', 'hatanoura-counter', 'cert.pem'));
    const text = execFileSync('openssl', ['x509', '-noout', '-serial'], { input: pem }).toString();
    const serial = text.trim().slice('serial='.length).toLowerCase();
    expect((await ask('/api/v1/requests', { as: 'hatanoura-counter' })).status).toBe(200);
    const path = `/api/v1/certificates/operations-1/${serial}/revocation`;
    expect((await ask(path, json({ reason: 'keyCompromise' }, 'operator-noda'))).status).toBe(200);
    expect(await ask('/api/v1/requests', { as: 'hatanoura-counter' })).toMatchObject({
      status: 401,
      code: 'client-certificate-revoked',
    });
  });
});

describe('bytes that are no HTTP, no JSON, no OCSP', () => {
  it('cursors that were tampered with', () =>
    changesNothing(async () => {
      for (const cursor of ['x', '..', 'e30', 'A'.repeat(5000)]) {
        const answer = await ask(`/api/v1/requests?cursor=${cursor}`, { as: 'higashi-counter' });
        expect(['cursor-invalid', 'invalid-input']).toContain(answer.code);
      }
    }));

  it('bodies of the wrong type, cut off, not UTF-8, deep, with the same member twice', () =>
    changesNothing(async () => {
      const post = (body: string | Uint8Array, type = 'application/json') =>
        ask('/api/v1/requests', {
          method: 'POST',
          as: 'higashi-counter',
          headers: { 'content-type': type },
          body,
        });
      expect((await post('{}', 'text/plain')).code).toBe('unsupported-media-type');
      expect((await post('{"profile":')).code).toBe('invalid-input');
      expect((await post(Buffer.from([0x7b, 0xff, 0x7d]))).code).toBe('invalid-input');
      expect((await post('['.repeat(10_000))).code).toBe('invalid-input');
      expect((await post('{"profile":"a","profile":"b"}')).code).toBe('invalid-input');
    }));

  it('OCSP requests that are none', () =>
    changesNothing(async () => {
      const headers = { 'content-type': 'application/ocsp-request' };
      for (const body of ['', 'x', Buffer.alloc(60_000, 0x30), Buffer.from('3003020101', 'hex')]) {
        const answer = await ask('/ocsp', { method: 'POST', headers, body });
        expect(answer.status).toBe(200);
        expect(answer.body.toString('hex')).toBe('30030a0101');
      }
      expect((await ask('/ocsp', { method: 'POST', headers, body: Buffer.alloc(70_000) })).code).toBe(
        'body-too-large',
      );
      expect((await ask('/ocsp', { method: 'PUT' })).status).toBe(405);
      expect((await ask('/ocsp/%%%')).status).toBe(400);
    }));

  it('half a request, and no HTTP at all', () =>
    changesNothing(async () => {
      const port = Number(new URL(service.url).port);
      const said = (bytes: string | Uint8Array): Promise<string> =>
        new Promise((done) => {
          let heard = '';
          const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
          socket.on('data', (part) => {
            heard += part.toString();
          });
          socket.once('close', () => done(heard));
          socket.once('error', () => done(heard));
        });
      expect(await said('\u0016\u0003\u0001 hello\r\n\r\n')).toContain('400');
      await said('POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
      expect(await said(`GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`)).toContain(
        '431',
      );
    }));
});

describe('after all that', () => {
  it('the world is whole', () => checkWorld(service, { requests: [], signed: [], answers: [], revoked: [] }));
});
