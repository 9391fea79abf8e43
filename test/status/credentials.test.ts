import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { credentialsOfAll } from '../credentials.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { serveService } from '../served-service.ts';
import { type Service, temporaryFolder } from '../service.ts';
import { allRecords } from '../world.ts';
import { certIdOf, encodeQuestion } from './asking.ts';
import { credentialOf, type Held, issueTo } from './office.ts';

/**
 * Callers of OCSP over TLS. Every caller gets an answer. Its record says what the service knows: the proven caller, that
 * no credentials came, or why credentials were refused.
 */

const DAY = 86_400_000;
const folder = temporaryFolder();
let service: Service & { readonly url: string; readonly tlsPort: number };
let one: Held;
let token: string;

beforeAll(async () => {
  service = await serveService(join(folder.path, 'data'));
  await credentialsOfAll(service, join(folder.path, 'credentials'));
  one = await issueTo(service, 'official-position', 'order-1');
  ({ token } = await service.app.principals.issueToken(service.principal('procurement')));
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const file = (id: string, name: string) => readFileSync(join(folder.path, 'credentials', id, name));

interface Shown {
  readonly as?: string;
  readonly authorization?: string;
  readonly body?: Uint8Array;
  readonly method?: 'GET' | 'POST';
}

/** Asks over a connection of its own, and gives the status and the newest record. */
const ask = async ({ as, authorization, body, method = 'POST' }: Shown) => {
  const der = Buffer.from(body ?? (await ocspRequestFor(service, one.ref)));
  const answer = await new Promise<{ status: number; body: Buffer }>((resolve, reject) => {
    const sent = https.request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        port: service.tlsPort,
        ca: file('auditor', 'ca.pem'),
        method,
        path: method === 'POST' ? '/ocsp' : `/ocsp/${encodeURIComponent(der.toString('base64'))}`,
        headers: {
          ...(method === 'POST' && { 'content-type': 'application/ocsp-request' }),
          ...(authorization && { authorization }),
        },
        ...(as !== undefined && { key: file(as, 'key.pem'), cert: file(as, 'cert.pem') }),
        agent: false,
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }));
      },
    );
    sent.once('error', reject);
    sent.end(method === 'POST' ? der : undefined);
  });
  expect(answer.status).toBe(200);
  expect(decodeOcspResponse(answer.body).status).toBe('successful');
  const [record] = await allRecords(service);
  if (record?.kind !== 'provision') throw new Error('the newest record is not of an answer');
  return record;
};

describe.each(['POST', 'GET'] as const)('by %s', (method) => {
  it('a caller without credentials is public, and the record has no `unproven`', async () => {
    const record = await ask({ method });
    expect(record.recipient).toBe('public');
    expect(record).not.toHaveProperty('unproven');
  });

  it('a certificate or a token names the caller', async () => {
    expect(await ask({ method, as: 'tax-portal' })).toMatchObject({ recipient: 'tax-portal', method });
    const named = await ask({ method, authorization: `Bearer ${token}` });
    expect(named.recipient).toBe('procurement');
    expect(named).not.toHaveProperty('unproven');
  });

  it.each<[string, Omit<Shown, 'method'>, string]>([
    ['a token that is none', { authorization: 'Bearer abc.def.ghi' }, 'token-invalid'],
    ['credentials of another scheme', { authorization: 'Basic dGF4LXBvcnRhbDp4' }, 'token-invalid'],
  ])('%s is told in the record', async (_, shown, unproven) => {
    expect(await ask({ method, ...shown })).toMatchObject({ recipient: 'public', unproven });
  });

  it("a token of one beside another's certificate proves neither", async () => {
    expect(await ask({ method, as: 'tax-portal', authorization: `Bearer ${token}` })).toMatchObject({
      recipient: 'public',
      unproven: 'token-invalid',
    });
  });
});

describe('credentials that were valid once', () => {
  it('and are revoked now are noted in the record', async () => {
    const holder = 'nishi-counter';
    expect((await ask({ as: holder })).recipient).toBe(holder);
    const serial = new X509Certificate(file(holder, 'cert.pem')).serialNumber.toLowerCase();
    const ref = { ca: 'operations-1', serial };
    await service.app.authority.revoke(service.principal('operator-noda'), ref, { reason: 'superseded' });
    expect(await ask({ as: holder })).toMatchObject({
      recipient: 'public',
      unproven: 'client-certificate-revoked',
    });
  });

  it('do not replace the signature of a request, and are noted beside its signer', async () => {
    const portal = await credentialOf(service, 'tax-portal');
    const body = await encodeQuestion({
      certIds: [await certIdOf(service, one.ref)],
      requestorName: portal.certificate.subject,
      signed: { signer: portal.signer, certs: [portal.certificate.der] },
    });
    expect(await ask({ as: 'nishi-counter', body })).toMatchObject({
      recipient: 'tax-portal',
      unproven: 'client-certificate-revoked',
    });
  });

  it('and have expired are noted in the record', async () => {
    service.advance(400 * DAY);
    await service.core.authority.renewResponders();
    expect(await ask({ as: 'tax-portal' })).toMatchObject({
      recipient: 'public',
      unproven: 'client-certificate-expired',
    });
    expect(await ask({ authorization: `Bearer ${token}` })).toMatchObject({
      recipient: 'public',
      unproven: 'token-expired',
    });
  });
});
