import { hash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { FIELDS, openService, opensslRequest, type Service, temporaryFolder } from '../service.ts';
import { allRecords, ocspRequestFor } from '../world.ts';
import { certIdOf, encodeQuestion, nonce } from './asking.ts';
import { type Held, issueTo } from './office.ts';
import { serving } from './process.ts';

/** The service as a process of its own under a storm of questions: what it owes the others, and what it owes the dead. */

const folder = temporaryFolder();
const data = join(folder.path, 'data');
const CONNECTIONS = 32;
const held: Held[] = [];
let plain: Uint8Array[] = [];
let withNonce: Uint8Array[] = [];

const withService = async <T>(use: (service: Service) => Promise<T>): Promise<T> => {
  const service = await openService(data);
  try {
    return await use(service);
  } finally {
    await service.close();
  }
};

beforeAll(async () => {
  await withService(async (service) => {
    for (let n = 0; n < 8; n++) held.push(await issueTo(service, 'official-position', `order-${n}`));
    plain = await Promise.all(held.map(({ ref }) => ocspRequestFor(service, ref)));
    withNonce = await Promise.all(
      held.map(async ({ ref }) =>
        encodeQuestion({ certIds: [await certIdOf(service, ref)], extensions: [nonce(32)] }),
      ),
    );
  });
}, 60_000);
afterAll(() => folder.remove());

/** The whole answer, or undefined where the connection ended before it was there. */
const post = (url: string, body: Uint8Array, agent: http.Agent): Promise<Buffer | undefined> =>
  new Promise((resolve) => {
    const headers = { 'content-type': 'application/ocsp-request', 'content-length': body.length };
    const sent = http.request(`${url}/ocsp`, { method: 'POST', headers, agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('end', () =>
        resolve(response.complete && response.statusCode === 200 ? Buffer.concat(parts) : undefined),
      );
      response.once('error', () => resolve(undefined));
    });
    sent.once('error', () => resolve(undefined));
    sent.end(body);
  });

/** Asks over every connection as fast as it is answered, until it is told to stop. */
const storm = (url: string, onAnswer: (answer: Buffer) => void) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let stopped = false;
  const line = async (n: number): Promise<void> => {
    for (let i = n; !stopped; i++) {
      const questions = i % 2 === 0 ? plain : withNonce;
      const answer = await post(url, questions[i % questions.length] as Uint8Array, agent);
      if (answer) onAnswer(answer);
    }
  };
  const lines = Promise.all(Array.from({ length: CONNECTIONS }, (_, n) => line(n)));
  return {
    stop: async () => {
      stopped = true;
      await lines;
      agent.destroy();
    },
  };
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a service that is killed under load', () => {
  it('has a record of every answer that anybody received', { timeout: 60_000 }, async () => {
    const { url, child } = await serving(folder.path);
    const received = new Map<string, number>();
    let answers = 0;
    const stormy = storm(url, (answer) => {
      expect(decodeOcspResponse(answer).status).toBe('successful');
      const digest = hash('sha256', answer);
      received.set(digest, (received.get(digest) ?? 0) + 1);
      answers++;
    });
    await sleep(1_500);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await stormy.stop();

    expect(answers).toBeGreaterThan(100);
    // Answers without a nonce are given again: one digest, and yet a record for each time.
    expect(Math.max(...received.values())).toBeGreaterThan(1);
    const recorded = new Map<string, number>();
    await withService(async (service) => {
      for (const record of await allRecords(service)) {
        if (record.kind === 'provision')
          recorded.set(record.responseDigest, (recorded.get(record.responseDigest) ?? 0) + 1);
      }
    });
    const missing = [...received].filter(([digest, count]) => (recorded.get(digest) ?? 0) < count);
    expect(missing).toEqual([]);
  });
});

describe('a storm of questions', () => {
  interface Answered {
    readonly status: number;
    readonly body: { readonly id: string; readonly state: string; readonly certificate?: CertificateRef };
  }

  const asPrincipal = (tlsPort: number, id: string, method: string, path: string, value?: unknown) => {
    const file = (name: string) => readFileSync(join(folder.path, 'credentials', id, name));
    const tls = { key: file('key.pem'), cert: file('cert.pem'), ca: file('ca.pem') };
    return new Promise<Answered>((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const sent = https.request(
        {
          host: '127.0.0.1',
          servername: 'localhost',
          port: tlsPort,
          method,
          path,
          ...tls,
          ...(value ? { headers } : {}),
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          response.once('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
        },
      );
      sent.once('error', reject);
      sent.end(value === undefined ? undefined : JSON.stringify(value));
    });
  };

  it('starves neither issuance nor revocation, which shows in the answers at once', {
    timeout: 90_000,
  }, async () => {
    const csr = opensslRequest(folder.path, 'holder');
    const { url, tlsPort, child } = await serving(folder.path);
    let answers = 0;
    const stormy = storm(url, () => answers++);
    try {
      await sleep(500);
      const before = answers;
      expect(before).toBeGreaterThan(0);
      const began = performance.now();
      const profile = 'official-position';
      const submission = { profile, csr, fields: FIELDS[profile] };
      const submitted = await asPrincipal(tlsPort, 'higashi-counter', 'POST', '/api/v1/requests', submission);
      expect(submitted.status).toBe(201);
      const examine = (id: string) =>
        asPrincipal(tlsPort, id, 'POST', `/api/v1/requests/${submitted.body.id}/examinations`, {
          decision: 'approve',
        });
      await examine('higashi-examiner');
      const issued = await examine('operator-noda');
      expect(issued.body.state).toBe('issued');
      const { ca, serial } = issued.body.certificate as CertificateRef;
      const revoke = (ref: CertificateRef) =>
        asPrincipal(
          tlsPort,
          'operator-noda',
          'POST',
          `/api/v1/certificates/${ref.ca}/${ref.serial}/revocation`,
          {
            reason: 'superseded',
          },
        );
      expect((await revoke({ ca, serial })).status).toBeLessThan(300);
      // The storm asks about this one all the time, so its good answer was kept.
      expect((await revoke((held[0] as Held).ref)).status).toBeLessThan(300);
      const after = await post(url, plain[0] as Uint8Array, new http.Agent());
      const decoded = decodeOcspResponse(after as Buffer);
      expect(decoded.status === 'successful' && decoded.basic.responses[0]?.certStatus.status).toBe(
        'revoked',
      );
      // Five requests of the API, of which one signs a certificate.
      expect(performance.now() - began).toBeLessThan(15_000);
      expect(answers).toBeGreaterThan(before);
    } finally {
      await stormy.stop();
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
});
