import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../lib/app.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { keepAnswers, type SignedAnswer } from '../../lib/status/kept-answers.ts';
import type { Responder } from '../../lib/status/responders.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { allRecords } from '../world.ts';
import { openAnother } from './another.ts';
import { PUBLIC } from './asking.ts';
import { type Held, issueTo } from './office.ts';

/** Answers that are signed once and given again, only as long as they are true. */

const folder = temporaryFolder();
let service: Service;
let one: Held;
let orders = 0;

beforeAll(async () => {
  service = await openService(folder.path);
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const issueOne = async (): Promise<Held> => {
  one = await issueTo(service, 'official-position', `order-${++orders}`);
  return one;
};

const ask = async (app: Pick<App, 'status'> = service.app) => {
  const answer = await app.status.ocsp(await ocspRequestFor(service, one.ref), PUBLIC);
  const decoded = decodeOcspResponse(answer.der);
  if (decoded.status !== 'successful') throw new Error(decoded.status);
  const [single] = decoded.basic.responses;
  return { answer, bytes: Buffer.from(answer.der).toString('hex'), status: single?.certStatus.status };
};

const operator = () => service.principal('operator-noda');

describe('an answer', () => {
  it('is given again, each time with a record of its own', async () => {
    await issueOne();
    const first = await ask();
    const before = (await allRecords(service)).length;
    for (let i = 0; i < 3; i++) expect((await ask()).bytes).toBe(first.bytes);
    const records = await allRecords(service);
    expect(records).toHaveLength(before + 3);
    const [last] = records;
    expect(last).toMatchObject({
      kind: 'provision',
      certificates: [one.ref],
      provided: { answers: ['good'] },
      responseDigest: first.answer.cacheable?.digest,
    });
  });

  it('is signed anew when its max-age ends, and has that max-age from the start', async () => {
    await issueOne();
    const first = await ask();
    const { freshUntil } = first.answer.cacheable as NonNullable<typeof first.answer.cacheable>;
    const response = decodeOcspResponse(first.answer.der);
    if (response.status !== 'successful') throw new Error(response.status);
    const { producedAt } = response.basic;
    // The profile's maxAge is five minutes where answers live for fifteen.
    expect(freshUntil - producedAt.getTime()).toBe(300_000);
    service.advance(295_000);
    expect((await ask()).bytes).toBe(first.bytes);
    service.advance(6_000);
    const second = await ask();
    expect(second.bytes).not.toBe(first.bytes);
    expect(second.answer.cacheable?.freshUntil).toBeGreaterThan(freshUntil);
  });

  it('is not given again if the clock was set back before its thisUpdate', async () => {
    await issueOne();
    service.advance(7_200_000);
    const first = await ask();
    service.advance(-3_600_000);
    const second = await ask();
    expect(second.bytes).not.toBe(first.bytes);
    expect(second.answer.cacheable?.thisUpdate.getTime()).toBeLessThanOrEqual(service.now());
    service.advance(-3_600_000);
  });

  it.each(['revoke', 'hold', 'release'] as const)(
    'is not given again after %s was acknowledged',
    async (act) => {
      await issueOne();
      const { authority } = service.app;
      if (act === 'release') await authority.hold(operator(), one.ref);
      const before = await ask();
      expect((await ask()).bytes).toBe(before.bytes);
      if (act === 'revoke') await authority.revoke(operator(), one.ref, { reason: 'keyCompromise' });
      else await authority[act](operator(), one.ref);
      expect((await ask()).status).toBe(act === 'release' ? 'good' : 'revoked');
      expect(before.status).not.toBe((await ask()).status);
    },
  );

  it('is not given again after another process has acknowledged a revocation', async () => {
    await issueOne();
    const { app: other } = await openAnother(service);
    const before = await ask(other);
    expect((await ask(other)).bytes).toBe(before.bytes);
    await service.app.authority.revoke(operator(), one.ref, { reason: 'superseded' });
    expect((await ask(other)).status).toBe('revoked');
  });

  it('that begins after the acknowledgement is never good, while others keep asking', async () => {
    await issueOne();
    let stop = false;
    const storm = Array.from({ length: 8 }, async () => {
      while (!stop) await ask();
    });
    await ask();
    await service.app.authority.revoke(operator(), one.ref, { reason: 'keyCompromise' });
    const after = await Promise.all(Array.from({ length: 50 }, () => ask()));
    stop = true;
    await Promise.all(storm);
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set(['revoked']));
  });
});

describe('the memory of answers', () => {
  const responder = {} as Responder;
  const answerOf = (octets: number, more: Partial<SignedAnswer> = {}): SignedAnswer => ({
    der: new Uint8Array(octets),
    digest: '',
    producedAt: new Date(0),
    thisUpdate: new Date(0),
    nextUpdate: new Date(0),
    freshUntil: 1000,
    responder,
    version: 1,
    request: new Uint8Array(100),
    told: {
      certificates: [],
      tenants: [],
      answers: ['good'],
      reasons: [undefined],
      impossible: 0,
      validity: { producedAt: '', thisUpdate: '', nextUpdate: '' },
      requestDigest: '',
      responseDigest: '',
    },
    ...more,
  });
  const certId = (n: number) => Uint8Array.of(n >> 8, n & 0xff);

  it('is bounded, and forgets the oldest first', () => {
    const kept = keepAnswers(10_000);
    for (let n = 0; n < 100; n++) kept.keep(certId(n), answerOf(1000));
    const found = Array.from({ length: 100 }, (_, n) => n).filter(
      (n) => kept.find(certId(n), responder, 1, 0) !== undefined,
    );
    expect(found).toEqual([95, 96, 97, 98, 99].filter((n) => found.includes(n)));
    expect(found.length).toBeGreaterThan(3);
  });

  it('counts an answer that takes the place of an older one once', () => {
    const kept = keepAnswers(10_000);
    kept.keep(certId(1), answerOf(1000));
    for (let n = 0; n < 100; n++) kept.keep(certId(2), answerOf(1000));
    expect(kept.find(certId(1), responder, 1, 0)).toBeDefined();
  });

  it('gives no answer of another row version, of another responder, or past its time', () => {
    const kept = keepAnswers();
    kept.keep(certId(1), answerOf(10));
    expect(kept.find(certId(1), responder, 1, 999)).toBeDefined();
    expect(kept.find(certId(1), responder, 2, 999)).toBeUndefined();
    expect(kept.find(certId(1), {} as Responder, 1, 999)).toBeUndefined();
    expect(kept.find(certId(1), responder, 1, 1000)).toBeUndefined();
    expect(kept.find(certId(1), responder, 1, -1)).toBeUndefined();
  });
});
