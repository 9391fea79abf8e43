import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { askSigned, certIdOf, encodeQuestion, nonce } from './asking.ts';
import { type Held, issueTo } from './office.ts';

/** The thisUpdate of an answer if the store is slow, a revocation comes meanwhile, or a clock was wrong. */

const SECOND = 1000;
const DAY = 86_400 * SECOND;
let folder: ReturnType<typeof temporaryFolder>;
let service: Service;
let one: Held;
let another: Held;

/** Runs once while the status of `one` is read: before the store reads it, or after. */
let beforeRead: (() => void | Promise<void>) | undefined;
let afterRead: (() => void | Promise<void>) | undefined;
/** Runs once while the row of a responder is read. */
let responderRead: (() => void) | undefined;

beforeEach(async () => {
  folder = temporaryFolder();
  service = await openService(folder.path, {
    table: (table) => ({
      get: async (key) => {
        const ofOne = key.pk.startsWith('status/') && key.sk === one?.ref.serial;
        if (ofOne) await take('before');
        const item = await table.get(key);
        if (ofOne) await take('after');
        if (key.pk === 'responders') {
          responderRead?.();
          responderRead = undefined;
        }
        return item as never;
      },
      query: (query) => table.query(query),
      write: (writes) => table.write(writes),
      close: () => table.close(),
    }),
  });
  one = await issueTo(service, 'organisation-client', 'order-1');
  another = await issueTo(service, 'organisation-client', 'order-2');
}, 60_000);
afterEach(async () => {
  beforeRead = undefined;
  afterRead = undefined;
  await service.close();
  folder.remove();
});

const take = async (when: 'before' | 'after'): Promise<void> => {
  const act = when === 'before' ? beforeRead : afterRead;
  if (when === 'before') beforeRead = undefined;
  else afterRead = undefined;
  await act?.();
};

/** The recorded time of revocation, in seconds since the epoch. */
let recorded = 0;
const revokeSlowly = async (): Promise<void> => {
  service.advance(3 * SECOND);
  const { revocation } = await service.app.authority.revoke(service.principal('higashi-chief'), one.ref, {
    reason: 'superseded',
  });
  recorded = Date.parse(revocation?.revocationTime as string);
};

const KINDS = {
  'a plain answer': async () => ({ certIds: [await certIdOf(service, one.ref)] }),
  'an answer with a nonce': async () => ({
    certIds: [await certIdOf(service, one.ref)],
    extensions: [nonce(32)],
  }),
  'an answer about several': async () => ({
    certIds: [await certIdOf(service, another.ref), await certIdOf(service, one.ref)],
  }),
};

describe.each(Object.entries(KINDS))('%s', (_, question) => {
  const ask = async () => {
    const { basic } = await askSigned(service, one.ref.ca, await encodeQuestion(await question()));
    return { producedAt: basic.producedAt.getTime(), told: basic.responses.map((response) => response) };
  };
  const askOfOne = async () => {
    const { producedAt, told } = await ask();
    for (const { thisUpdate, certStatus } of told) {
      expect(thisUpdate.getTime()).toBeLessThanOrEqual(producedAt);
      expect(thisUpdate.getTime()).toBeGreaterThanOrEqual(producedAt - 300 * SECOND);
      if (certStatus.status === 'revoked')
        expect(thisUpdate.getTime()).toBeGreaterThanOrEqual(certStatus.revocationTime.getTime());
    }
    const last = told.at(-1);
    if (!last) throw new Error('nothing is answered');
    return { producedAt, certStatus: last.certStatus };
  };

  it('that is good has a thisUpdate before the status was read', async () => {
    afterRead = revokeSlowly;
    const { producedAt, certStatus } = await askOfOne();
    expect(certStatus.status).toBe('good');
    expect(producedAt).toBeLessThan(recorded);
    expect((await askOfOne()).certStatus.status).toBe('revoked');
  });

  it('that finds a new revocation has its recorded time, and a thisUpdate after that', async () => {
    beforeRead = revokeSlowly;
    const { producedAt, certStatus } = await askOfOne();
    expect(certStatus).toMatchObject({ status: 'revoked', revocationTime: new Date(recorded) });
    expect(producedAt).toBeGreaterThanOrEqual(recorded);
  });

  it('has no future time of a revocation that was recorded by a clock a day ahead', async () => {
    service.advance(DAY);
    await revokeSlowly();
    service.advance(-DAY);
    const { producedAt, certStatus } = await askOfOne();
    expect(certStatus).toMatchObject({ status: 'revoked', revocationTime: new Date(producedAt) });
    expect(producedAt).toBeLessThan(recorded);
    service.advance(DAY);
    expect((await askOfOne()).certStatus).toMatchObject({ revocationTime: new Date(recorded) });
  });

  it('is the same if the CAs are read again in the middle of it', async () => {
    service.advance(61 * SECOND);
    responderRead = () => service.advance(61 * SECOND);
    const { told } = await ask();
    expect(told.map(({ certStatus }) => certStatus.status)).toEqual(told.map(() => 'good'));
  });
});
