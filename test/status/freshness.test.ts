import http from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doorCredentials } from '../../functions/local/credentials.ts';
import { type Served, serve } from '../../functions/local/server.ts';
import { routes } from '../../functions/routes/routes.ts';
import type { App } from '../../lib/app.ts';
import type { Der } from '../../lib/pki/der.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { serveService } from '../served-service.ts';
import { PUBLIC_URL, type Service, temporaryFolder } from '../service.ts';
import { openAnother } from './another.ts';
import { certIdOf, encodeQuestion, nonce } from './asking.ts';
import { issueTo } from './office.ts';

/**
 * An answer that begins after the acknowledgement of a change of status is never older than the change. This holds for
 * both of two services over one store, for every way to ask, for many requests at once, and for kept answers.
 */

const folder = temporaryFolder();
let service: Service & { readonly url: string };
/** Another service over the same store, with a memory of its own. */
let second: { readonly app: App; readonly served: Served };
let doors: readonly string[] = [];
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

beforeAll(async () => {
  service = await serveService(join(folder.path, 'data'));
  const { core, app } = await openAnother(service);
  const door = await doorCredentials(
    core,
    join(folder.path, 'door'),
    service.trustDomain,
    PUBLIC_URL,
    service.now,
  );
  const served = await serve({
    app,
    routes,
    host: '127.0.0.1',
    port: 0,
    tlsPort: 0,
    tls: { key: door.key, cert: door.cert, ca: [door.ca] },
    clock: service.now,
    log: () => {},
  });
  second = { app, served };
  doors = [service.url, `http://127.0.0.1:${served.port}`];
}, 60_000);
afterAll(async () => {
  agent.destroy();
  await second.served.stop();
  await service.close();
  folder.remove();
});

type Status = 'good' | 'revoked';
const WAYS = ['post', 'get', 'conditional', 'nonce', 'several'] as const;
type Way = (typeof WAYS)[number];

/** Numbers the events in the order in which this test sees them. */
let instant = 0;
interface Change {
  readonly begun: number;
  readonly to: Status;
  acknowledged?: number;
}
interface Watched {
  readonly ref: CertificateRef;
  readonly certId: Der;
  readonly changes: Change[];
  /** The ETag of the certificate's answer by GET without a nonce, and the status behind it. */
  readonly tags: Map<string, Status>;
  lastTag: string | undefined;
  held: boolean;
  ended: boolean;
  changing: Promise<void>;
}

const watch = async (order: string): Promise<Watched> => {
  const { ref } = await issueTo(service, 'official-position', order);
  const certId = await certIdOf(service, ref);
  const now = instant++;
  return {
    ref,
    certId,
    changes: [{ begun: now, acknowledged: now, to: 'good' }],
    tags: new Map(),
    lastTag: undefined,
    held: false,
    ended: false,
    changing: Promise.resolve(),
  };
};

/** The statuses that an answer may have if it began and ended at these instants. */
const allowed = ({ changes }: Watched, began: number, ended: number): ReadonlySet<Status> => {
  const before = changes.findLastIndex(
    ({ acknowledged }) => acknowledged !== undefined && acknowledged <= began,
  );
  return new Set(changes.slice(before).flatMap(({ begun, to }) => (begun <= ended ? [to] : [])));
};

const exchange = (door: string, path: string, headers: http.OutgoingHttpHeaders, body?: Uint8Array) =>
  new Promise<{ status: number; etag: string | undefined; body: Buffer }>((resolve, reject) => {
    const sent = http.request(
      `${door}${path}`,
      { method: body ? 'POST' : 'GET', headers, agent },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            etag: response.headers.etag,
            body: Buffer.concat(parts),
          }),
        );
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });

const statusesIn = (body: Buffer): Status[] => {
  const answer = decodeOcspResponse(body);
  if (answer.status !== 'successful') throw new Error(answer.status);
  return answer.basic.responses.map(({ certStatus }) => certStatus.status as Status);
};

const POSTED = { 'content-type': 'application/ocsp-request' };

const ask = async (door: string, way: Way, one: Watched, all: readonly Watched[]): Promise<number> => {
  const asked = way === 'several' ? all : [one];
  const der = await encodeQuestion({
    certIds: asked.map(({ certId }) => certId),
    ...(way === 'nonce' && { extensions: [nonce(16)] }),
  });
  const byAddress = way === 'get' || way === 'conditional';
  const path = byAddress ? `/ocsp/${encodeURIComponent(Buffer.from(der).toString('base64'))}` : '/ocsp';
  const tag = way === 'conditional' ? one.lastTag : undefined;
  const began = instant++;
  const { status, etag, body } = await exchange(
    door,
    path,
    byAddress ? (tag === undefined ? {} : { 'if-none-match': tag }) : POSTED,
    byAddress ? undefined : der,
  );
  const ended = instant++;
  const told = status === 304 ? [one.tags.get(tag as string) as Status] : statusesIn(body);
  if (byAddress && status === 200 && etag !== undefined) {
    one.tags.set(etag, told[0] as Status);
    one.lastTag = etag;
  }
  for (const [i, watched] of asked.entries())
    expect([...allowed(watched, began, ended)], `${way}, ${status}`).toContain(told[i]);
  return status;
};

/** Changes a status: holds and releases in turn, and a revocation in the end, by either service. */
const change = (app: App, one: Watched, revoke: boolean): Promise<void> => {
  one.changing = one.changing.then(async () => {
    if (one.ended) return;
    const operator = service.principal('operator-noda');
    const { authority } = app;
    const act = revoke ? 'revoke' : one.held ? 'release' : 'hold';
    const made: Change = { begun: instant++, to: act === 'release' ? 'good' : 'revoked' };
    one.changes.push(made);
    if (act === 'revoke') await authority.revoke(operator, one.ref, { reason: 'keyCompromise' });
    else await authority[act](operator, one.ref);
    made.acknowledged = instant++;
    one.held = act === 'hold';
    one.ended = act === 'revoke';
  });
  return one.changing;
};

const CERTIFICATES = 3;
const actions = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      certificate: fc.nat(CERTIFICATES - 1),
      door: fc.nat(1),
      way: fc.constantFrom(...WAYS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      certificate: fc.nat(CERTIFICATES - 1),
      door: fc.nat(1),
      revoke: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    }),
  },
);
/** All actions of a round run at once. The next round begins when all of them are answered. */
const rounds = fc.array(fc.array(actions, { minLength: 1, maxLength: 24 }), { minLength: 2, maxLength: 8 });

describe('status', () => {
  it('is never older than a change that was acknowledged', { timeout: 120_000 }, async () => {
    let runs = 0;
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(rounds, async (plan) => {
        runs++;
        const all: Watched[] = [];
        for (let n = 0; n < CERTIFICATES; n++) all.push(await watch(`order-${runs}-${n}`));
        for (const round of plan) {
          await Promise.all(
            round.map(async (action) => {
              const one = all[action.certificate] as Watched;
              if (action.kind === 'change')
                return change(action.door === 0 ? service.app : second.app, one, action.revoke);
              const status = await ask(doors[action.door] as string, action.way, one, all);
              seen.set(status, (seen.get(status) ?? 0) + 1);
            }),
          );
        }
        // After all actions both services give the status that was acknowledged last.
        for (const door of doors)
          for (const one of all)
            for (const way of ['conditional', 'get', 'post'] as const) await ask(door, way, one, all);
      }),
      { numRuns: 40 },
    );
    // The run asked often enough, and some clients got 304 because their answer was still valid.
    expect(seen.get(200)).toBeGreaterThan(500);
    expect(seen.get(304)).toBeGreaterThan(20);
  });
});
