import { afterAll, describe, expect, it } from 'vitest';
import { stack } from '../../../functions/http/stack.ts';
import { routes } from '../../../functions/routes/routes.ts';
import type { App } from '../../../lib/app.ts';
import { OpensslCa } from '../../principals/openssl.ts';
import { EXAMPLES, PEOPLE, requestOf, testApp } from '../app.ts';

/** What callers see of a table that is behind its log. */

const openssl = new OpensslCa();
const operations = openssl.ca('operations-1');
afterAll(() => openssl[Symbol.dispose]());

const ask = async (id: string, change: (app: App) => Partial<App>, certificate?: Uint8Array) => {
  const app = testApp([{ ca: 'operations-1', certificate: operations.der }]);
  app.now = Date.now();
  const route = routes.find((one) => one.id === id);
  if (!route) throw new Error(`There is no route ${id}.`);
  const example = EXAMPLES[id] ?? { target: route.path };
  const answer = await stack(route)(
    { ...app.edge, app: { ...app, ...change(app) } },
    requestOf({
      method: route.method,
      path: example.target,
      headers: example.type ? { 'content-type': example.type } : {},
      body: Buffer.from(example.body ?? ''),
      client: { tls: true, ...(certificate ? { certificate } : {}) },
    }),
  );
  return { status: answer.status, body: JSON.parse(String(answer.body)) };
};

describe('health', () => {
  it.each<[string, () => ReturnType<App['tableStanding']['behind']>, object]>([
    ['level', async () => undefined, { status: 'ok' }],
    ['behind', async () => ({ table: 25, published: 36 }), { status: 'behind', leaves: 11 }],
    ['a store that fails', () => Promise.reject(new Error('no store')), { status: 'unknown' }],
    ['a store that hangs', () => new Promise(() => {}), { status: 'unknown' }],
  ])('is 200 with a table that is %s', async (_, behind, body) => {
    expect(await ask('health', () => ({ tableStanding: { behind } }))).toEqual({ status: 200, body });
  });
});

describe('a caller by certificate', () => {
  const officer = openssl.client('operations-1', { subject: `/serialNumber=${PEOPLE.operator.id}` }).der;

  it.each([
    ['revokeCertificate', 'objects'],
    ['holdCertificate', 'objects'],
    ['getRecovery', 'objects'],
    ['recoverTable', 'objects'],
    ['releaseCertificate', 'acts'],
    ['listRequests', 'rows'],
  ])('of %s is known by %s', async (id, by) => {
    const asked: unknown[] = [];
    await ask(
      id,
      ({ principals }) => ({
        principals: {
          ...principals,
          byCertificate: (der, knownBy) => {
            asked.push(knownBy);
            return principals.byCertificate(der);
          },
        },
      }),
      officer,
    );
    expect(asked).toEqual([by]);
  });
});

describe('the recovery', () => {
  it('is answered 202 while another operator has to confirm it', async () => {
    const officer = openssl.client('operations-1', { subject: `/serialNumber=${PEOPLE.operator.id}` }).der;
    const awaiting = {
      askedBy: 'operator-1',
      askedAt: '2026-11-22T10:00:00.000Z',
      lapsesAt: '2026-11-29T10:00:00.000Z',
    };
    const answer = await ask(
      'recoverTable',
      ({ recovery }) => ({
        recovery: {
          ...recovery,
          recover: async (_, sizes) => ({ ...sizes, lost: [], awaiting, first: true }),
        },
      }),
      officer,
    );
    expect(answer).toMatchObject({ status: 202, body: { table: 25, published: 36, awaiting } });
  });
});
