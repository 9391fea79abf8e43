import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedService, serveService } from '../served-service.ts';
import { temporaryFolder } from '../service.ts';
import { akashi, type Ended } from './in-process.ts';

/* What `akashi authority` says of a CA, at the door of a service. */

const CA = 'organisation-1';
const DAY = 86_400_000;

const folder = temporaryFolder();
let service: ServedService;
beforeAll(async () => {
  service = await serveService(folder.path);
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

const as = async (who: string, ...words: readonly string[]): Promise<Ended> => {
  const { token } = await service.app.principals.issueToken(service.principal(who));
  return akashi(['authority', ...words, '--url', service.url, '--token', token]);
};

describe('akashi authority', () => {
  it('says how the CA, its CRL and each of its responders stand', async () => {
    const { code, out } = await as('operator-sakai', CA, '--language', 'en');
    const { certificate, crls, responders } = await service.app.status.authorityState({}, CA);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^authority +${CA}\ncertificate +${certificate.serial}\n`));
    expect(out).toMatch(/^status +good$/m);
    expect(out).toMatch(/^CRL full +up to date\n {2}number +\d+\n {2}entries +0\n/m);
    expect(out).toContain(crls[0]?.due ?? 'no time');
    for (const { algorithm, serial } of responders)
      expect(out).toMatch(new RegExp(`^responder ${algorithm} +up to date\n {2}serial +${serial}\n`, 'm'));
    // What needs nobody is not said.
    expect(out).not.toMatch(/^(findings|key|tenant|urgent) /m);
  });

  it('says so in Japanese, and as one value of JSON', async () => {
    const japanese = await as('auditor', CA, '--language', 'ja');
    expect(japanese.out).toMatch(/^CRL full +最新$/m);
    expect(japanese.out).toMatch(/^レスポンダ ecdsa-p256-sha256 +最新$/m);
    const { out } = await as('auditor', CA, '--json');
    expect(JSON.parse(out)).toEqual(await service.app.status.authorityState({}, CA));
  });

  it('says what is late, and what is out of date', async () => {
    service.advance(DAY + 3_700_000);
    const late = await as('operator-sakai', CA, '--language', 'en');
    expect(late.out).toMatch(/^CRL full +late: the next one should have been made$/m);
    expect((await as('operator-sakai', CA, '--language', 'ja')).out).toContain('遅延');
    service.advance(DAY);
    const ended = await as('operator-sakai', CA, '--language', 'en');
    expect(ended.out).toMatch(/^CRL full +out of date: verifiers refuse it$/m);
  });

  it('is refused to officers, and for a CA that is not there', async () => {
    expect(await as('higashi-chief', CA)).toMatchObject({
      code: 1,
      err: expect.stringContaining('forbidden'),
    });
    const unknown = await as('operator-sakai', 'nobody-1');
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('unknown-authority') });
  });
});
