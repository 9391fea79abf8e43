import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import { decodeCertificateList } from '../../lib/pki/crl.ts';
import { readTrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { publishByRows } from '../cli/published-by-rows.ts';
import { type DomainFile, openService, type Service, temporaryFolder } from '../service.ts';
import { putRow } from '../store/row-attacks.ts';
import { allRecords, auditOf } from '../world.ts';
import { askSigned, certIdOf, encodeQuestion, nonce } from './asking.ts';
import { type Held, issueTo } from './office.ts';

/** Times that lie before the true time, because a relying party's clock may be behind ours. */

const CA = 'organisation-1';
const PROFILE = 'organisation-server';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let folder: ReturnType<typeof temporaryFolder>;
let service: Service;

type Terms = { readonly ca?: object; readonly profile?: object; readonly withNonce?: boolean };

const changed =
  ({ ca = {}, profile = {} }: Terms) =>
  ({ authorities, profiles }: DomainFile): void => {
    Object.assign(authorities.find(({ id }) => id === 'organisation') ?? {}, ca);
    Object.assign(profiles.find(({ id }) => id === PROFILE) ?? {}, { hold: 'releasable', ...profile });
  };

const open = async (terms: Terms = {}): Promise<void> => {
  await service?.close();
  folder?.remove();
  folder = temporaryFolder();
  service = await openService(folder.path, { domain: changed(terms) });
};

beforeEach(() => open(), 60_000);
afterEach(async () => {
  await service.close();
  folder.remove();
});

const seconds = (ms: number): number => Math.floor(ms / SECOND) * SECOND;
const chief = () => service.principal('higashi-chief');

const answerTo = async ({ ref }: Pick<Held, 'ref'>, withNonce = false) => {
  const certIds = [await certIdOf(service, ref)];
  const question = await encodeQuestion({ certIds, ...(withNonce && { extensions: [nonce(16)] }) });
  const asked = service.now();
  const { basic, answer } = await askSigned(service, ref.ca, question);
  const [single] = basic.responses as [(typeof basic.responses)[number]];
  return {
    asked,
    answer,
    status: single.certStatus,
    producedAt: basic.producedAt.getTime(),
    thisUpdate: single.thisUpdate.getTime(),
    nextUpdate: single.nextUpdate?.getTime() as number,
  };
};

const published = async () => {
  const made = service.now();
  const crl = await service.app.status.publish(CA, 'operator-noda');
  return {
    made,
    thisUpdate: crl.thisUpdate.getTime(),
    nextUpdate: crl.nextUpdate.getTime(),
    serials: decodeCertificateList(crl.der).revokedCertificates.map(({ serialNumber }) => serialNumber),
  };
};

const acts = {
  hold: (held: Held) => service.app.authority.hold(chief(), held.ref),
  release: (held: Held) => service.app.authority.release(chief(), held.ref),
  revoke: (held: Held) => service.app.authority.revoke(chief(), held.ref, { reason: 'superseded' }),
  raise: (held: Held) => service.app.authority.revoke(chief(), held.ref, { reason: 'keyCompromise' }),
};

/** Does it at the beginning of a second, and gives that second. */
const at = async (act: () => Promise<unknown>): Promise<number> => {
  service.advance(SECOND - (service.now() % SECOND));
  await act();
  return seconds(service.now());
};

describe('a certificate', () => {
  it('begins five minutes before it was issued, and is not longer than its profile allows', async () => {
    service.advance(HOUR);
    const now = seconds(service.now());
    const { certificate } = await issueTo(service, PROFILE, 'one');
    const begins = certificate.notBefore.getTime();
    expect(begins).toBeGreaterThanOrEqual(now - 5 * MINUTE);
    expect(begins).toBeLessThanOrEqual(seconds(service.now()) - 5 * MINUTE);
    const end = new Date(begins);
    const profile = service.trustDomain.profiles.find(({ id }) => id === PROFILE);
    end.setUTCMonth(end.getUTCMonth() + (profile?.validity.months ?? 0));
    expect(certificate.notAfter.getTime()).toBe(
      end.getTime() + (profile?.validity.seconds ?? 0) * SECOND - SECOND,
    );
  });

  it('does not begin before its CA, which is backdated as well, and so is its responder', async () => {
    await open({ profile: { backdate: 'PT1H' } });
    const ca = decodeCertificate(await service.app.authority.caCertificate(CA));
    const age = service.now() - ca.notBefore.getTime();
    expect(age).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(age).toBeLessThan(6 * MINUTE);
    const held = await issueTo(service, PROFILE, 'one');
    expect(held.certificate.notBefore).toEqual(ca.notBefore);
    const question = await encodeQuestion({ certIds: [await certIdOf(service, held.ref)] });
    const { responder } = await askSigned(service, CA, question);
    expect(service.now() - responder.notBefore.getTime()).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(responder.notBefore.getTime()).toBeGreaterThanOrEqual(ca.notBefore.getTime());
    service.advance(2 * HOUR);
    const later = await issueTo(service, PROFILE, 'two');
    expect(service.now() - later.certificate.notBefore.getTime()).toBeGreaterThanOrEqual(HOUR);
  });

  it('is refused by a CA that has ended, though a beginning before its end could be found', async () => {
    const { notAfter } = decodeCertificate(await service.app.authority.caCertificate(CA));
    service.advance(notAfter.getTime() + MINUTE - service.now());
    await expect(issueTo(service, PROFILE, 'late')).rejects.toMatchObject({ code: 'authority-expired' });
  });
});

describe('the setting', () => {
  const text = (terms: Terms): string => {
    const file = JSON.parse(service.trustDomainText) as DomainFile;
    changed(terms)(file);
    return JSON.stringify(file);
  };

  it.each(['PT1H1S', 'P1D', '', 'PT-5M', 'P1M', 5])(
    'is an hour at most, and a length of time: not %j',
    (given) => {
      for (const terms of [{ ca: { backdate: given } }, { profile: { backdate: given } }]) {
        expect(() => readTrustDomain(text(terms))).toThrow(
          expect.objectContaining({ code: 'trust-domain-invalid' }),
        );
      }
    },
  );

  it('is shorter than what it shortens', () => {
    const short = { profile: { validity: 'PT5M', backdate: 'PT5M' } };
    expect(() => readTrustDomain(text(short))).toThrow(/would end before it is issued/);
    const responder = {
      ca: { ocsp: { ...ocspOf(), validity: 'PT1H', nextUpdate: 'PT1M' }, backdate: 'PT1H' },
    };
    expect(() => readTrustDomain(text(responder))).toThrow(/would end before it is issued/);
  });

  const ocspOf = () =>
    (JSON.parse(service.trustDomainText) as DomainFile).authorities.find(({ id }) => id === 'organisation')
      ?.ocsp ?? {};

  it('of nothing keeps the true time everywhere', async () => {
    await open({ ca: { backdate: 'PT0S' }, profile: { backdate: 'PT0S' } });
    const before = seconds(service.now());
    const held = await issueTo(service, PROFILE, 'one');
    expect(held.certificate.notBefore.getTime()).toBeGreaterThanOrEqual(before);
    service.advance(HOUR);
    const { producedAt, thisUpdate } = await answerTo(held);
    expect(thisUpdate).toBe(producedAt);
    const crl = await published();
    expect(crl.thisUpdate).toBeGreaterThanOrEqual(seconds(crl.made));
  });
});

describe('an OCSP answer', () => {
  it.each([false, true])('is backdated, and holds as long as it did (nonce: %s)', async (withNonce) => {
    const held = await issueTo(service, PROFILE, 'one');
    service.advance(HOUR);
    const { asked, producedAt, thisUpdate, nextUpdate, answer } = await answerTo(held, withNonce);
    expect(producedAt).toBeGreaterThanOrEqual(seconds(asked));
    expect(thisUpdate).toBe(producedAt - 5 * MINUTE);
    expect(nextUpdate).toBe(producedAt + 15 * MINUTE);
    if (!withNonce) expect(answer.cacheable?.freshUntil).toBe(producedAt + 5 * MINUTE);
    const provided = (await allRecords(service)).find(({ kind }) => kind === 'provision');
    expect(provided).toMatchObject({
      provided: {
        producedAt: new Date(producedAt).toISOString(),
        thisUpdate: new Date(thisUpdate).toISOString(),
      },
    });
  });

  it.each([false, true])('is not before the last act that it shows (nonce: %s)', async (withNonce) => {
    service.advance(HOUR);
    const started = seconds(service.now());
    const held = await issueTo(service, PROFILE, 'one');
    const steps = ['hold', 'release', 'revoke', 'raise'] as const;
    let earliest = started;
    for (const step of [undefined, ...steps]) {
      if (step) {
        earliest = seconds(service.now());
        await acts[step](held);
      }
      const latest = seconds(service.now());
      service.advance(2 * MINUTE);
      const { thisUpdate, status, producedAt } = await answerTo(held, withNonce);
      expect(thisUpdate, step).toBeGreaterThanOrEqual(earliest);
      expect(thisUpdate, step).toBeLessThanOrEqual(latest);
      expect(producedAt).toBeGreaterThan(thisUpdate);
      if (status.status === 'revoked')
        expect(thisUpdate).toBeGreaterThanOrEqual(status.revocationTime.getTime());
    }
  });

  it('without a nonce is not before that of an answer with one: what was kept before is given no more', async () => {
    service.advance(HOUR);
    const held = await issueTo(service, PROFILE, 'one');
    service.advance(HOUR);
    const kept = await answerTo(held);
    service.advance(2 * MINUTE);
    const asked = await answerTo(held, true);
    expect(asked.thisUpdate).toBeGreaterThan(kept.thisUpdate);
    service.advance(MINUTE);
    expect((await answerTo(held)).thisUpdate).toBeGreaterThanOrEqual(asked.thisUpdate);
  });

  it('about several certificates is not before the last act on any of them', async () => {
    service.advance(HOUR);
    const [one, two] = [await issueTo(service, PROFILE, 'one'), await issueTo(service, PROFILE, 'two')];
    service.advance(HOUR);
    const held = await at(() => acts.hold(two));
    service.advance(MINUTE);
    const certIds = [await certIdOf(service, one.ref), await certIdOf(service, two.ref)];
    const { basic } = await askSigned(service, CA, await encodeQuestion({ certIds }));
    expect(basic.responses.map(({ thisUpdate }) => thisUpdate.getTime())).toEqual([held, held]);
  });

  it('of a compromised CA is not before the act that says so', async () => {
    service.advance(HOUR);
    const held = await issueTo(service, PROFILE, 'one');
    const { serialNumber: serial } = decodeCertificate(await service.app.authority.caCertificate(CA));
    const revoke = (reason: 'superseded' | 'cACompromise') => async () => {
      for (const id of ['operator-noda', 'operator-sakai'])
        await service.app.authority.revoke(service.principal(id), { ca: CA, serial }, { reason });
    };
    const first = await at(revoke('superseded'));
    service.advance(HOUR);
    const raised = await at(revoke('cACompromise'));
    service.advance(MINUTE);
    const { status, thisUpdate } = await answerTo(held);
    expect(status).toMatchObject({ status: 'revoked', revocationReason: 'cACompromise' });
    if (status.status === 'revoked')
      expect(Math.abs(status.revocationTime.getTime() - first)).toBeLessThanOrEqual(SECOND);
    expect(Math.abs(thisUpdate - raised)).toBeLessThanOrEqual(SECOND);
    const crl = await published();
    expect(Math.abs(crl.thisUpdate - raised)).toBeLessThanOrEqual(SECOND);
    expect(crl.serials).toContain(held.ref.serial);
  });

  it.each([undefined, 'now', 4_000_000_000, null])(
    'has its own time where the row says %j of the last act',
    async (since) => {
      const held = await issueTo(service, PROFILE, 'one');
      service.advance(HOUR);
      const key = { pk: `status/${CA}/${held.ref.serial.slice(-1)}`, sk: held.ref.serial };
      const { since: _, ...row } = (await service.table.get<Record<string, string>>(key))?.value ?? {};
      await putRow(service.table, key, { ...row, ...(since !== undefined && { since }) } as never);
      const { thisUpdate, producedAt } = await answerTo(held);
      expect(thisUpdate).toBe(producedAt);
    },
  );
});

describe('a CRL', () => {
  it('is backdated, holds as long as it did, and follows by the true time', async () => {
    service.advance(HOUR);
    const { made, thisUpdate, nextUpdate } = await published();
    expect(thisUpdate).toBeGreaterThanOrEqual(seconds(made) - 5 * MINUTE);
    expect(thisUpdate).toBeLessThanOrEqual(seconds(made) - 5 * MINUTE + 2 * SECOND);
    expect(nextUpdate).toBe(thisUpdate + 5 * MINUTE + 48 * HOUR);
    service.advance(24 * HOUR - 2 * MINUTE);
    expect(await service.app.status.publishDue()).not.toContain(CA);
    service.advance(2 * MINUTE + SECOND);
    expect(await service.app.status.publishDue()).toContain(CA);
  });

  it('is not before the newest act in it, a release that took an entry off included', async () => {
    service.advance(HOUR);
    const held = await issueTo(service, PROFILE, 'one');
    service.advance(HOUR);
    for (const step of ['hold', 'release', 'hold', 'revoke', 'raise'] as const) {
      const earliest = seconds(service.now());
      await acts[step](held);
      const latest = seconds(service.now());
      service.advance(2 * MINUTE);
      for (let again = 0; again < 2; again++) {
        const { thisUpdate, serials } = await published();
        expect(thisUpdate, step).toBeGreaterThanOrEqual(earliest);
        expect(thisUpdate, step).toBeLessThanOrEqual(latest);
        expect(serials.includes(held.ref.serial as never)).toBe(step !== 'release');
      }
      service.advance(HOUR);
    }
  });

  it('is regularly scheduled when an interval of true time has passed, whatever acts it shows', async () => {
    service.advance(HOUR);
    const held = await issueTo(service, PROFILE, 'one');
    const row = async () =>
      (await service.table.get<Record<string, number>>({ pk: `crls/${CA}/full`, sk: 'current' }))?.value ??
      {};
    service.advance(24 * HOUR);
    // A hold just before makes its thisUpdate later than that of the next one can be, an interval on.
    await acts.hold(held);
    await published();
    const first = await row();
    expect(first.scheduledAt).toBe(first.madeAt);
    expect(first.scheduled).toBe(first.thisUpdate);
    service.advance(24 * HOUR);
    await published();
    const second = await row();
    expect(second.scheduledAt).toBe(second.madeAt);
    expect((second.thisUpdate ?? 0) - (first.thisUpdate ?? 0)).toBeLessThan(24 * 3600);
    // Out of turn, and five minutes early.
    service.advance(24 * HOUR - 4 * MINUTE);
    await published();
    expect(await row()).toMatchObject({ scheduledAt: second.madeAt, scheduled: second.thisUpdate });
  });

  it('is not signed by a clock that is far behind the time at which the one before was made', async () => {
    service.advance(HOUR);
    await published();
    service.advance(-6 * MINUTE);
    await expect(published()).rejects.toMatchObject({ code: 'clock-behind' });
    service.advance(2 * MINUTE);
    await published();
  });
});

describe('in any order of acts', () => {
  const step = fc.record({
    what: fc.constantFrom('ask', 'ask with a nonce', 'publish', 'hold', 'release', 'revoke', 'raise'),
    after: fc.integer({ min: 0, max: 400 }),
  });

  it('no thisUpdate goes back, and none lies before what is shown', async () => {
    let orders = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        service.advance(HOUR);
        let acted = seconds(service.now());
        // A certificate of its own: an order that was issued before is issued no more.
        const held = await issueTo(service, PROFILE, `order-${orders++}`);
        let [answered, listed] = [0, 0];
        for (const { what, after } of steps) {
          service.advance(after * SECOND);
          if (what === 'publish') {
            const { thisUpdate, made } = await published();
            expect(thisUpdate).toBeGreaterThanOrEqual(listed);
            expect(thisUpdate).toBeGreaterThanOrEqual(seconds(made) - 5 * MINUTE);
            listed = thisUpdate;
          } else if (what === 'ask' || what === 'ask with a nonce') {
            const { thisUpdate, producedAt, asked } = await answerTo(held, what !== 'ask');
            expect(thisUpdate).toBeGreaterThanOrEqual(Math.max(answered, acted));
            if (what !== 'ask') expect(producedAt).toBeGreaterThanOrEqual(seconds(asked));
            expect(thisUpdate).toBeGreaterThanOrEqual(producedAt - 5 * MINUTE);
            answered = thisUpdate;
          } else {
            const before = seconds(service.now());
            const isDone = await acts[what](held).then(
              (outcome) => outcome === undefined || outcome.first,
              () => false,
            );
            if (isDone) acted = before;
          }
        }
      }),
      { numRuns: 12 },
    );
    // Everything that was done and told in between is lawful.
    // The other CAs publish nothing meanwhile.
    const { found } = await auditOf(service);
    expect(found.filter(({ damage }) => damage !== 'crl-stopped')).toEqual([]);
  }, 120_000);
});

describe('an audit', () => {
  const MINUTES_APART = 2 * MINUTE;
  let held: Held;
  beforeEach(async () => {
    service.advance(HOUR);
    held = await issueTo(service, PROFILE, 'one');
    service.advance(HOUR);
  });

  const damages = async (): Promise<readonly string[]> => [
    ...new Set((await auditOf(service)).found.map(({ damage }) => damage)),
  ];

  it('finds acts within five minutes, with answers and CRLs in between, clean', async () => {
    for (const step of ['hold', 'release', 'hold', 'revoke', 'raise'] as const) {
      await acts[step](held);
      service.advance(45 * SECOND);
      await answerTo(held);
      await answerTo(held, true);
      await published();
    }
    expect(await damages()).toEqual([]);
  });

  it('finds an answer after a revocation that hides it, though its thisUpdate lies before', async () => {
    const key = { pk: `status/${CA}/${held.ref.serial.slice(-1)}`, sk: held.ref.serial };
    const good = (await service.table.get(key))?.value;
    const revoked = await at(() => acts.revoke(held));
    const row = (await service.table.get(key))?.value;
    service.advance(MINUTES_APART);
    await putRow(service.table, key, { ...(good as object), since: 0 } as never);
    const { status, thisUpdate } = await answerTo(held, true);
    expect(status.status).toBe('good');
    expect(thisUpdate).toBeLessThan(revoked);
    await putRow(service.table, key, row as never);
    service.advance(HOUR);
    expect(await damages()).toEqual(['answer-differs']);
  });

  it('finds an answer that calls a certificate revoked before it was', async () => {
    const key = { pk: `status/${CA}/${held.ref.serial.slice(-1)}`, sk: held.ref.serial };
    const good = (await service.table.get(key))?.value;
    await putRow(service.table, key, {
      ...(good as object),
      ...{ state: 'revoked', revocationTime: Math.floor(service.now() / SECOND), reason: 'superseded' },
    } as never);
    expect((await answerTo(held, true)).status.status).toBe('revoked');
    await putRow(service.table, key, good as never);
    service.advance(MINUTES_APART);
    await acts.revoke(held);
    service.advance(HOUR);
    expect(await damages()).toEqual(['answer-differs']);
  });

  it('finds a CRL that leaves out a revocation, and one that lists what was released, made within the five minutes', async () => {
    const key = { pk: `revoked/${CA}`, sk: held.ref.serial };
    await acts.hold(held);
    const entry = (await service.table.get(key))?.value;
    const row = await service.table.get(key);
    await service.table.write([{ delete: key, if: { version: row?.version as number } }]);
    service.advance(MINUTES_APART);
    await publishByRows(service, CA);
    await putRow(service.table, key, entry as never);
    service.advance(HOUR);
    expect(await damages()).toContain('crl-incomplete');
    await acts.release(held);
    service.advance(MINUTES_APART);
    await putRow(service.table, key, entry as never);
    await publishByRows(service, CA);
    service.advance(HOUR);
    expect(await damages()).toContain('crl-excess');
  });
});
