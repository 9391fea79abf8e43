import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doorCredentials } from '../../functions/local/credentials.ts';
import { type CertificateRow, readCertificate } from '../../lib/authority/certificates.ts';
import { Fault } from '../../lib/fault.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import type { Value } from '../../lib/store/store.ts';
import { issueThroughOffice, opensslRequest, PUBLIC_URL, type Service } from '../service.ts';
import { credentialOf } from '../status/office.ts';
import { faultyTable } from '../store/faulty-table.ts';
import { allRecords, ocspStatus } from '../world.ts';
import { codeOf, FAILURES, type Ground, insist, openGround, openHouse, SECOND } from './house.ts';

/** Certificates that the service itself depends on are revoked by two operators, never by one. */

let ground: Ground;
let house: Service;
let sakai: Principal;
let noda: Principal;
let ca: CertificateRef;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  sakai = house.principal('operator-sakai');
  noda = house.principal('operator-noda');
  ca = await ownOf('ca', 'organisation-1');
});
afterEach(() => ground.close());

const ownOf = async (profile: string, of: string, service = house): Promise<CertificateRef> => {
  const found = (await allRecords(service)).find(
    (record) =>
      record.kind === 'issuance' && record.details.profile === profile && record.certificates?.[0]?.ca === of,
  );
  return found?.certificates?.[0] as CertificateRef;
};

const actsOn = async ({ ca: of, serial }: CertificateRef, service = house) =>
  (await allRecords(service))
    .toReversed()
    .flatMap((record) =>
      record.kind !== 'provision' &&
      record.kind !== 'issuance' &&
      record.kind !== 'ceremony' &&
      record.certificates?.some((ref) => ref.ca === of && ref.serial === serial)
        ? [{ id: record.id, kind: record.kind, actor: record.actor, details: record.details }]
        : [],
    );

const LAPSE_SECONDS = 7 * 86_400;

const REASON = { reason: 'cACompromise' } as const;

describe('a certificate of the service itself', () => {
  it.each(['ca', 'ocsp-responder', 'service'])('of the profile %s takes two operators', async (profile) => {
    await doorCredentials(house.core, `${ground.folder}/door`, house.trustDomain, PUBLIC_URL, house.now);
    const ref = await ownOf(profile, profile === 'service' ? 'operations-1' : 'signature-1');
    const { authority } = house.app;
    // Only certificates of CAs are revoked for cACompromise.
    const terms = profile === 'ca' ? REASON : ({ reason: 'keyCompromise' } as const);
    expect(await authority.revoke(sakai, ref, terms)).toEqual({
      first: true,
      awaiting: {
        status: 'revoked',
        ...terms,
        askedBy: 'operator-sakai',
        askedAt: '2026-11-22T09:00:00Z',
        lapsesAt: '2026-11-29T09:00:00Z',
      },
    });
    expect((await ocspStatus(house, ref)).status).toBe('good');
    expect((await authority.certificate(noda, ref)).status).toBe('good');

    ground.time.now += 3600 * SECOND;
    const { revocation, first } = await authority.revoke(noda, ref, terms);
    expect([first, revocation]).toEqual([
      true,
      { status: 'revoked', ...terms, revocationTime: '2026-11-22T10:00:00Z' },
    ]);
    const view = await authority.certificate(noda, ref);
    expect([view.status, view.awaiting]).toEqual(['revoked', undefined]);
    expect(await authority.revoke(sakai, ref, terms)).toEqual({ revocation, first: false });
    const [asking] = await actsOn(ref);
    const name = `status.${ref.ca}.${ref.serial}`;
    expect(await actsOn(ref)).toEqual([
      {
        id: asking?.id,
        kind: 'confirmation',
        actor: 'operator-sakai',
        details: {
          act: 'asked',
          status: 'revoked',
          ...terms,
          lapsesAt: '2026-11-29T09:00:00Z',
          person: sakai.person,
          closes: { act: name, number: 1 },
        },
      },
      {
        id: expect.any(String),
        kind: 'revocation',
        actor: 'operator-noda',
        details: {
          ...terms,
          revocationTime: '2026-11-22T10:00:00Z',
          before: 'good',
          term: 86_400,
          confirms: asking?.id,
          askedBy: 'operator-sakai',
          askedByPerson: sakai.person,
          askedAt: '2026-11-22T09:00:00Z',
          person: noda.person,
          closes: { act: name, number: 2 },
        },
      },
    ]);
  });

  it('is not revoked by one person under two ids', async () => {
    const { authority } = house.app;
    const { awaiting } = await authority.revoke(sakai, ca, REASON);
    ground.time.now += 60 * SECOND;
    expect(await authority.revoke(sakai, ca, REASON)).toEqual({ awaiting, first: false });
    const other: Principal = { ...sakai, id: 'operator-sakai-2' };
    expect(await authority.revoke(other, ca, REASON)).toEqual({ awaiting, first: false });
    expect(await actsOn(ca)).toHaveLength(1);
    expect((await authority.certificate(noda, ca)).awaiting).toEqual(awaiting);
  });

  it('is revoked with the terms of the first call, and with no others', async () => {
    const { authority } = house.app;
    ground.time.now = Date.parse('2026-11-26T09:00:00Z');
    const { awaiting } = await authority.revoke(sakai, ca, {
      ...REASON,
      invalidityDate: '2026-11-24T00:00:00Z',
    });
    for (const operator of [sakai, noda]) {
      for (const terms of [
        REASON,
        { reason: 'superseded', invalidityDate: '2026-11-24T00:00:00Z' } as const,
        { ...REASON, invalidityDate: '2026-11-24T00:00:01Z' },
      ]) {
        const refused = await authority.revoke(operator, ca, terms).catch((error: unknown) => error);
        expect(Fault.is(refused, 'confirmation-differs') && refused.facts.awaiting).toEqual(awaiting);
      }
    }
    expect((await ocspStatus(house, ca)).status).toBe('good');
    expect(await actsOn(ca)).toHaveLength(1);
    const { revocation } = await authority.revoke(noda, ca, {
      ...REASON,
      invalidityDate: '2026-11-24T00:00:00Z',
    });
    expect(revocation?.invalidityDate).toBe('2026-11-24T00:00:00Z');
  });

  it('forgets the first call after seven days', async () => {
    const { authority } = house.app;
    await authority.revoke(sakai, ca, REASON);
    ground.time.now += LAPSE_SECONDS * SECOND;
    expect((await authority.certificate(noda, ca)).awaiting).toBeUndefined();
    const late = await authority.revoke(noda, ca, REASON);
    expect([late.first, late.awaiting?.askedBy]).toEqual([true, 'operator-noda']);
    expect((await authority.certificate(noda, ca)).status).toBe('good');
    expect((await authority.revoke(sakai, ca, REASON)).revocation?.status).toBe('revoked');
  });

  it('is confirmed until the last second', async () => {
    await house.app.authority.revoke(sakai, ca, REASON);
    ground.time.now += (LAPSE_SECONDS - 1) * SECOND;
    expect((await house.app.authority.revoke(noda, ca, REASON)).revocation?.status).toBe('revoked');
  });

  it('lets either operator take the first call back, which is recorded; then it begins anew', async () => {
    const { authority } = house.app;
    expect(await codeOf(authority.withdrawRevocation(noda, ca))).toBe('nothing-awaited');
    for (const operator of [sakai, noda]) {
      await authority.revoke(sakai, ca, REASON);
      await authority.withdrawRevocation(operator, ca);
      expect((await authority.certificate(noda, ca)).awaiting).toBeUndefined();
    }
    expect((await actsOn(ca)).map(({ actor, details }) => `${actor} ${details.act}`)).toEqual([
      'operator-sakai asked',
      'operator-sakai withdrawn',
      'operator-sakai asked',
      'operator-noda withdrawn',
    ]);
    expect((await authority.revoke(noda, ca, REASON)).first).toBe(true);
    expect((await ocspStatus(house, ca)).status).toBe('good');
    // To officers there is no such certificate.
    const chief = house.principal('higashi-chief');
    expect(await codeOf(authority.withdrawRevocation(chief, ca))).toBe('unknown-certificate');
  });

  it('asked for at once by many is asked for once; confirmed at once by many is revoked once', async () => {
    const other = await openHouse(ground);
    const either = (i: number): Service => (i % 2 === 0 ? house : other);
    const asked = await Promise.all(
      Array.from({ length: 6 }, (_, i) => either(i).app.authority.revoke(sakai, ca, REASON)),
    );
    expect(asked.filter(({ first }) => first)).toHaveLength(1);
    const done = await Promise.all(
      Array.from({ length: 6 }, (_, i) => either(i).app.authority.revoke(noda, ca, REASON)),
    );
    expect(done.filter(({ first }) => first)).toHaveLength(1);
    for (const { revocation } of done) expect(revocation?.status).toBe('revoked');
    expect((await actsOn(ca)).map(({ kind }) => kind).sort()).toEqual(['confirmation', 'revocation']);
  });

  it('writes that are lost, or carried out without an answer, leave it asked for once and revoked once', async () => {
    for (let n = 1; n <= 2; n++) {
      for (const failure of FAILURES) {
        const own = await openGround();
        try {
          const good = await openHouse(own);
          const ref = await ownOf('ca', 'organisation-1', good);
          const { authority } = (
            await openHouse(own, { table: (table) => faultyTable(table, new Map([[n, failure]])) })
          ).app;
          await insist(() => authority.revoke(sakai, ref, { reason: 'superseded' }));
          expect((await authority.certificate(noda, ref)).status).toBe('good');
          await insist(() => authority.revoke(noda, ref, { reason: 'superseded' }));
          expect((await authority.certificate(noda, ref)).status).toBe('revoked');
          const kinds = (await actsOn(ref, good)).map(({ kind }) => kind);
          expect(kinds.sort()).toEqual(['confirmation', 'revocation']);
        } finally {
          await own.close();
        }
      }
    }
  });
});

describe('a certificate that is not the service itself', () => {
  it('of a principal is revoked by one operator, so that a lost credential is stopped at once', async () => {
    const { ref } = await credentialOf(house, 'higashi-counter');
    const { revocation } = await house.app.authority.revoke(noda, ref, { reason: 'keyCompromise' });
    expect(revocation?.status).toBe('revoked');
  });
});

describe('a hold of a certificate of the service itself', () => {
  it('takes two operators if its profile allows a hold', async () => {
    const own = await openGround();
    try {
      const lenient = await openHouse(own, {
        domain: (file) => {
          for (const profile of file.profiles) if (profile.id === 'service') profile.hold = 'releasable';
        },
      });
      await doorCredentials(lenient.core, `${own.folder}/door`, lenient.trustDomain, PUBLIC_URL, lenient.now);
      const ref = await ownOf('service', 'operations-1', lenient);
      const { authority } = lenient.app;
      expect((await authority.hold(sakai, ref)).awaiting).toMatchObject({
        status: 'hold',
        reason: 'certificateHold',
      });
      // The call that confirms a hold does not revoke.
      expect(await codeOf(authority.revoke(noda, ref, { reason: 'superseded' }))).toBe(
        'confirmation-differs',
      );
      expect((await authority.certificate(noda, ref)).status).toBe('good');
      expect((await authority.hold(noda, ref)).revocation?.status).toBe('hold');
      expect((await actsOn(ref, lenient)).map(({ kind }) => kind)).toEqual(['confirmation', 'hold']);
    } finally {
      await own.close();
    }
  });
});

describe('who may act on a certificate', () => {
  /** Changes the certificate's row, as somebody could who can write to the table. */
  const alter = async (ref: CertificateRef, change: (row: CertificateRow) => object): Promise<void> => {
    const { pk, sk, version, value } = await readCertificate(house.table, ref);
    await house.table.write([{ put: { pk, sk }, value: change(value) as Value, if: { version } }]);
  };
  const awaits = async (ref: CertificateRef): Promise<boolean> =>
    (await house.app.authority.revoke(sakai, ref, { reason: 'superseded' })).awaiting !== undefined;

  it.each<[string, (row: CertificateRow) => object]>([
    ['has another profile', (row) => ({ ...row, profile: 'organisation-server' })],
    ['names no record', ({ record: _, ...row }) => row],
    ['names a record that there is not', (row) => ({ ...row, record: 'ab'.repeat(16) })],
  ])('of the service itself is two operators though its row %s', async (_, change) => {
    const responder = await ownOf('ocsp-responder', 'organisation-1');
    await alter(responder, change);
    expect(await awaits(responder)).toBe(true);
  });

  it("is not decided by the record of another one's issuance", async () => {
    const { ref } = await credentialOf(house, 'higashi-counter');
    const { record } = (await readCertificate(house.table, ref)).value;
    await alter(ca, (row) => ({ ...row, record }));
    expect(await awaits(ca)).toBe(true);
  });

  it('is the office for which it was issued, whatever its row says', async () => {
    const { certificate } = await issueThroughOffice(
      house,
      'official-position',
      opensslRequest(ground.folder, 'seal'),
    );
    await alter(certificate, (row) => ({ ...row, office: 'mizusaki-nishi' }));
    const { authority } = house.app;
    const reason = { reason: 'superseded' } as const;
    expect(await codeOf(authority.revoke(house.principal('nishi-counter'), certificate, reason))).toBe(
      'unknown-certificate',
    );
    const { first } = await authority.revoke(house.principal('higashi-counter'), certificate, reason);
    expect(first).toBe(true);
    expect((await actsOn(certificate)).map(({ kind }) => kind)).toEqual(['revocation']);
  });
});
