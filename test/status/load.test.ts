import { hash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../functions/local/limits.ts';
import { answersIn } from '../../lib/ledger/answers.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { FIELDS, openService, opensslRequest, type Service, temporaryFolder } from '../service.ts';
import { allRecords } from '../world.ts';
import { certIdOf, encodeQuestion, nonce } from './asking.ts';
import { type Held, issueTo } from './office.ts';
import { serving } from './process.ts';

/** The service as a process of its own under a storm of requests: records survive a kill, and other work goes on. */

const folder = temporaryFolder();
const data = join(folder.path, 'data');
const CONNECTIONS = 32;
const ROUNDS = 3;
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

/** Asks over every connection as fast as answers come, until it is stopped. */
const storm = (url: string, onAnswer: (answer: Buffer) => void, connections = CONNECTIONS) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  let stopped = false;
  const line = async (n: number): Promise<void> => {
    for (let i = n; !stopped; i++) {
      const questions = i % 2 === 0 ? plain : withNonce;
      const answer = await post(url, questions[i % questions.length] as Uint8Array, agent);
      if (answer) onAnswer(answer);
    }
  };
  const lines = Promise.all(Array.from({ length: connections }, (_, n) => line(n)));
  return {
    stop: async () => {
      stopped = true;
      await lines;
      agent.destroy();
    },
  };
};

/** Repeats a request until its status is told: in a storm the service may have no room for it at first. */
const postUntilAnswered = async (url: string, body: Uint8Array): Promise<Buffer> => {
  const agent = new http.Agent({ keepAlive: true });
  try {
    for (;;) {
      const answer = await post(url, body, agent);
      if (answer && decodeOcspResponse(answer).status !== 'tryLater') return answer;
      await sleep(20);
    }
  } finally {
    agent.destroy();
  }
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
        for (const { responseDigest } of record.kind === 'provision' ? answersIn(record) : [])
          recorded.set(responseDigest, (recorded.get(responseDigest) ?? 0) + 1);
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
    timeout: 180_000,
  }, async () => {
    const csrs = Array.from({ length: ROUNDS }, (_, n) => opensslRequest(folder.path, `holder-${n}`));
    const { url, tlsPort, child } = await serving(folder.path);
    let answers = 0;
    // More requests than the service answers at once.
    const stormy = storm(url, () => answers++, LIMITS.underWay.status + 100);
    const profile = 'official-position';
    const api = async (id: string, path: string, value: unknown): Promise<Answered['body']> => {
      const answer = await asPrincipal(tlsPort, id, 'POST', `/api/v1${path}`, value);
      // There is always room for it.
      expect([path, answer.status < 300, answer.body]).toEqual([path, true, answer.body]);
      return answer.body;
    };
    const revoke = ({ ca, serial }: CertificateRef) =>
      api('operator-noda', `/certificates/${ca}/${serial}/revocation`, { reason: 'superseded' });
    try {
      await sleep(1_000);
      for (const [round, csr] of csrs.entries()) {
        const before = answers;
        const began = performance.now();
        const { id } = await api('higashi-counter', '/requests', { profile, csr, fields: FIELDS[profile] });
        await api('higashi-examiner', `/requests/${id}/examinations`, { decision: 'approve' });
        const issued = await api('operator-noda', `/requests/${id}/examinations`, { decision: 'approve' });
        expect(issued.state).toBe('issued');
        await revoke(issued.certificate as CertificateRef);
        // The storm asks about this certificate all the time, so its good answer is kept.
        await revoke((held[round] as Held).ref);
        expect(performance.now() - began).toBeLessThan(30_000);
        for (const question of [plain[round], withNonce[round]]) {
          const after = await postUntilAnswered(url, question as Uint8Array);
          const decoded = decodeOcspResponse(after);
          expect(decoded.status === 'successful' && decoded.basic.responses[0]?.certStatus.status).toBe(
            'revoked',
          );
        }
        expect(answers).toBeGreaterThan(before);
      }
    } finally {
      await stormy.stop();
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
});
