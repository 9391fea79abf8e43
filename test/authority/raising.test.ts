import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateKey } from '../../lib/authority/certificates.ts';
import { Fault } from '../../lib/fault.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import { decodeCertificateList } from '../../lib/pki/crl.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import { newCsr } from '../registration/csr.ts';
import { FIELDS, type Service } from '../service.ts';
import { allRecords, checkWorld, ocspStatus } from '../world.ts';
import { codeOf, DAY, type Ground, openGround, openHouse, SECOND } from './house.ts';

/** A report about a certificate that is revoked already. */

let ground: Ground;
let house: Service;
let chief: Principal;
let sakai: Principal;
let noda: Principal;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  [chief, sakai, noda] = ['higashi-chief', 'operator-sakai', 'operator-noda'].map((id) =>
    house.principal(id),
  ) as [Principal, Principal, Principal];
});
afterEach(() => ground.close());

let orders = 0;
const issue = async (profile = 'person-signature'): Promise<CertificateRef> =>
  house.core.authority.issue({
    order: `order-${orders++}`,
    profile,
    office: 'mizusaki-higashi',
    fields: FIELDS[profile] ?? {},
    subjectPublicKeyInfo: (await generateSoftwareKey('ecdsa-p256-sha256')).subjectPublicKeyInfo,
    actor: 'operator-noda',
  });

const ofTheCa = async (): Promise<CertificateRef> => {
  const found = (await allRecords(house)).find(
    (record) =>
      record.kind === 'issuance' &&
      record.details.profile === 'ca' &&
      record.certificates?.[0]?.ca === 'signature-1',
  );
  return found?.certificates?.[0] as CertificateRef;
};

const actsOn = async ({ ca, serial }: CertificateRef) =>
  (await allRecords(house)).toReversed().flatMap((record) => {
    const isOfStatus =
      record.kind === 'revocation' || record.kind === 'hold' || record.kind === 'confirmation';
    return isOfStatus && record.certificates?.some((ref) => ref.ca === ca && ref.serial === serial)
      ? [record]
      : [];
  });

const listedNow = async ({ ca, serial }: CertificateRef) => {
  const { der } = await house.app.status.crl(ca, 'full', { recipient: 'public', method: 'GET' });
  return decodeCertificateList(der).revokedCertificates.find(({ serialNumber }) => serialNumber === serial);
};

const FIRST = '2026-11-22T09:00:00Z';
const SUPERSEDED = { reason: 'superseded' } as const;
const COMPROMISE = { reason: 'keyCompromise', invalidityDate: '2026-11-22T08:58:00Z' } as const;

describe('a later report of compromise', () => {
  it('raises the reason and keeps the time, in the record, the view, OCSP and a CRL at once', async () => {
    const ref = await issue();
    const { authority } = house.app;
    await authority.revoke(chief, ref, SUPERSEDED);
    expect(await ocspStatus(house, ref)).toMatchObject({ revocationReason: 'superseded' });
    ground.time.now += DAY;
    const revocation = { status: 'revoked', revocationTime: FIRST, ...COMPROMISE };
    expect(await authority.revoke(chief, ref, COMPROMISE)).toEqual({ revocation, first: true, raised: true });

    expect(await ocspStatus(house, ref)).toEqual({
      status: 'revoked',
      revocationTime: new Date(FIRST),
      revocationReason: 'keyCompromise',
    });
    expect(await listedNow(ref)).toMatchObject({
      revocationDate: new Date(FIRST),
      reasonCode: 'keyCompromise',
      invalidityDate: new Date(COMPROMISE.invalidityDate),
    });
    expect((await authority.certificate(chief, ref)).revocation).toEqual(revocation);
    const [first, second] = await actsOn(ref);
    expect(second).toMatchObject({
      kind: 'revocation',
      actor: chief.id,
      details: {
        ...COMPROMISE,
        revocationTime: FIRST,
        before: 'revoked',
        raises: first?.id,
        closes: { number: 2 },
      },
    });
    await checkWorld(house, {
      requests: [],
      signed: [],
      answers: [],
      revoked: [`${ref.ca} ${ref.serial}`],
    });
    const counts = (await house.app.reporting.counts('2026-11', '2026-11'))[0]?.counts ?? [];
    const outcomes = counts.flatMap(({ cell }) => (cell.kind === 'revocation' ? [cell.outcome] : []));
    expect(outcomes.sort()).toEqual(['raised', 'superseded']);
  });

  it('keeps the beginning of a hold that became the revocation', async () => {
    const ref = await issue();
    await house.app.authority.hold(chief, ref);
    ground.time.now += DAY;
    await house.app.authority.revoke(chief, ref, SUPERSEDED);
    const { revocation } = await house.app.authority.revoke(chief, ref, COMPROMISE);
    expect(revocation?.revocationTime).toBe(FIRST);
  });

  it('with an earlier date moves the invalidity date, and with a later one never', async () => {
    const ref = await issue();
    const { authority } = house.app;
    await authority.revoke(chief, ref, COMPROMISE);
    const earlier = { ...COMPROMISE, invalidityDate: '2026-11-22T08:57:00Z' };
    expect((await authority.revoke(chief, ref, earlier)).raised).toBe(true);
    expect((await listedNow(ref))?.invalidityDate).toEqual(new Date(earlier.invalidityDate));
    const later = { ...COMPROMISE, invalidityDate: '2026-11-22T08:59:00Z' };
    expect(await codeOf(authority.revoke(chief, ref, later))).toBe('already-revoked');
    expect((await listedNow(ref))?.invalidityDate).toEqual(new Date(earlier.invalidityDate));
    expect(await actsOn(ref)).toHaveLength(2);
  });

  it('whose date is later than the known one raises the reason, and is recorded with its own date', async () => {
    const ref = await issue();
    const { authority } = house.app;
    await authority.revoke(chief, ref, { ...SUPERSEDED, invalidityDate: '2026-11-22T08:56:00Z' });
    const { revocation } = await authority.revoke(chief, ref, COMPROMISE);
    expect(revocation).toMatchObject({ reason: 'keyCompromise', invalidityDate: '2026-11-22T08:56:00Z' });
    expect((await actsOn(ref)).at(-1)?.details).toMatchObject({ reported: COMPROMISE.invalidityDate });
    expect(await authority.revoke(chief, ref, COMPROMISE)).toEqual({ revocation, first: false });
  });

  it('by rows that are put back is followed again', async () => {
    const ref = await issue();
    await house.app.authority.revoke(chief, ref, SUPERSEDED);
    const key = { pk: `status/${ref.ca}/${ref.serial.slice(-1)}`, sk: ref.serial };
    const before = await ground.table.get(key);
    await house.app.authority.revoke(chief, ref, COMPROMISE);
    const now = await ground.table.get(key);
    await ground.table.write([
      { put: key, value: before?.value as never, if: { version: now?.version as number } },
    ]);
    expect((await house.app.authority.revoke(chief, ref, COMPROMISE)).first).toBe(false);
    expect(await ocspStatus(house, ref)).toMatchObject({ revocationReason: 'keyCompromise' });
  });
});

describe('what changes nothing', () => {
  it('is refused with what stands: a lesser reason, another one, a hold, a release', async () => {
    const { authority } = house.app;
    const ref = await issue();
    await authority.revoke(noda, ref, COMPROMISE);
    const revocation = { status: 'revoked', revocationTime: FIRST, ...COMPROMISE };
    const tries = [
      () => authority.revoke(chief, ref, SUPERSEDED),
      () => authority.revoke(chief, ref, { ...SUPERSEDED, invalidityDate: '2026-11-22T08:56:00Z' }),
      () => authority.hold(chief, ref),
      () => authority.release(chief, ref),
    ];
    for (const attempt of tries) {
      const refused = await attempt().catch((error: unknown) => error);
      expect(Fault.is(refused, 'already-revoked') && refused.facts).toEqual({ revocation });
    }
    expect(await actsOn(ref)).toHaveLength(1);
    const other = await issue();
    await authority.revoke(chief, other, SUPERSEDED);
    expect(await codeOf(authority.revoke(chief, other, { reason: 'privilegeWithdrawn' }))).toBe(
      'already-revoked',
    );
  });

  it('is a success where it repeats what was done, also by the one whose answer was lost', async () => {
    const { authority } = house.app;
    const ref = await issue();
    await authority.revoke(chief, ref, SUPERSEDED);
    const { revocation } = await authority.revoke(noda, ref, COMPROMISE);
    for (const [actor, asked] of [
      [noda, COMPROMISE],
      [sakai, COMPROMISE],
      [sakai, { reason: 'keyCompromise' }],
      [chief, SUPERSEDED],
    ] as const) {
      expect(await authority.revoke(actor, ref, asked)).toEqual({ revocation, first: false });
    }
    expect(await codeOf(authority.revoke(sakai, ref, SUPERSEDED))).toBe('already-revoked');
  });
});

describe('where it takes two operators', () => {
  it('raising takes two as well, and may be taken back', async () => {
    const { authority } = house.app;
    const ref = await ofTheCa();
    await authority.revoke(sakai, ref, SUPERSEDED);
    await authority.revoke(noda, ref, SUPERSEDED);
    ground.time.now += 60 * SECOND;
    const terms = { reason: 'cACompromise', invalidityDate: FIRST } as const;
    const { awaiting } = await authority.revoke(sakai, ref, terms);
    expect(awaiting).toMatchObject({ ...terms, status: 'revoked', raises: true });
    expect(await authority.revoke(sakai, ref, terms)).toEqual({ awaiting, first: false });
    expect(await ocspStatus(house, ref)).toMatchObject({ revocationReason: 'superseded' });
    expect(await codeOf(authority.revoke(noda, ref, { reason: 'cACompromise' }))).toBe(
      'confirmation-differs',
    );
    await authority.withdrawRevocation(noda, ref);
    expect((await authority.revoke(sakai, ref, terms)).awaiting?.raises).toBe(true);
    const done = await authority.revoke(noda, ref, terms);
    expect(done).toMatchObject({
      first: true,
      raised: true,
      revocation: { ...terms, revocationTime: FIRST },
    });
    const [, first, , , asking, second] = await actsOn(ref);
    expect(second?.details).toMatchObject({ raises: first?.id, confirms: asking?.id, askedBy: sakai.id });
    expect(await codeOf(authority.revoke(noda, ref, { reason: 'keyCompromise' }))).toBe('already-revoked');
  });

  it('a CA reported first as keyCompromise rises to cACompromise', async () => {
    const { authority } = house.app;
    const ref = await ofTheCa();
    for (const reason of ['keyCompromise', 'cACompromise'] as const) {
      for (const operator of [sakai, noda]) await authority.revoke(operator, ref, { reason });
    }
    expect(await ocspStatus(house, ref)).toMatchObject({ revocationReason: 'cACompromise' });
  });
});

describe('a date before the first certificate of the key and the request for it', () => {
  const refusedFirst = async (ref: CertificateRef, invalidityDate: string, by: Principal = chief) => {
    const report = { reason: 'keyCompromise', invalidityDate } as const;
    const refused = await house.app.authority.revoke(by, ref, report).catch((error: unknown) => error);
    return Fault.is(refused, 'invalid-input') && refused.facts;
  };
  const revokedSince = async (ref: CertificateRef, invalidityDate: string) => {
    await house.app.authority.revoke(chief, ref, { reason: 'keyCompromise', invalidityDate });
    return (await listedNow(ref))?.invalidityDate;
  };

  it('is refused where the service made the key, from its issuance on', async () => {
    const ca = await ofTheCa();
    expect(await refusedFirst(ca, '2026-11-22T08:59:59Z', sakai)).toEqual({
      path: 'invalidityDate',
      first: '2026-11-22T09:00:00Z',
    });
    expect(await actsOn(ca)).toEqual([]);
  });

  it('is refused before the notBefore of the certificate, with the earliest time that is taken', async () => {
    const ref = await issue();
    for (const date of ['0000-01-01T00:00:00Z', '1989-12-31T23:59:59Z', '2026-11-22T08:54:59Z']) {
      expect(await refusedFirst(ref, date)).toEqual({
        path: 'invalidityDate',
        first: '2026-11-22T08:55:00Z',
      });
    }
    expect(await actsOn(ref)).toEqual([]);
    expect(await revokedSince(ref, '2026-11-22T08:55:00Z')).toEqual(new Date('2026-11-22T08:55:00Z'));
  });

  it('is refused in a report that would raise a revocation', async () => {
    const ref = await issue();
    await house.app.authority.revoke(chief, ref, COMPROMISE);
    expect(await refusedFirst(ref, '2026-11-22T08:54:59Z')).toMatchObject({ path: 'invalidityDate' });
    expect(await actsOn(ref)).toHaveLength(1);
  });

  it('counts from the submission, by its signed record, whatever a row says', async () => {
    const { registration } = house.app;
    const { request } = await registration.submit(house.principal('higashi-counter'), {
      profile: 'person-signature',
      csr: await newCsr(),
      fields: FIELDS['person-signature'] ?? {},
      holder: 'holder-tanabe',
    });
    ground.time.now += 3 * DAY;
    await registration.examine(house.principal('higashi-examiner'), request.id, { decision: 'approve' });
    const done = await registration.examine(noda, request.id, { decision: 'approve' });
    const ref = done.certificate as CertificateRef;
    const key = certificateKey(ref);
    const row = await ground.table.get(key);
    const value = { ...(row?.value as object), notBefore: 0, record: 'none' } as never;
    await ground.table.write([{ put: key, value, if: { version: row?.version as number } }]);
    expect(await refusedFirst(ref, '2026-11-22T08:59:59Z')).toMatchObject({ first: FIRST });
    expect(await revokedSince(ref, FIRST)).toEqual(new Date(FIRST));
  });

  it('does not count from a request for the key that came to nothing', async () => {
    const { registration } = house.app;
    const submission = {
      profile: 'person-signature',
      csr: await newCsr(),
      fields: FIELDS['person-signature'] ?? {},
      holder: 'holder-tanabe',
    };
    const counter = house.principal('higashi-counter');
    const earlier = await registration.submit(counter, submission);
    await registration.withdraw(counter, earlier.request.id, 'mistyped');
    ground.time.now += 3 * DAY;
    const { request } = await registration.submit(counter, submission);
    await registration.examine(house.principal('higashi-examiner'), request.id, { decision: 'approve' });
    const done = await registration.examine(noda, request.id, { decision: 'approve' });
    const ref = done.certificate as CertificateRef;
    // No certificate verified a signature of the key before this one did.
    const first = '2026-11-25T08:55:00Z';
    expect(await refusedFirst(ref, FIRST)).toMatchObject({ first });
    expect(await revokedSince(ref, first)).toEqual(new Date(first));
  });

  it('counts from the first certificate of a key that was certified again', async () => {
    const other = await openGround();
    try {
      house = await openHouse(other, {
        domain: ({ profiles }) => {
          const profile = profiles.find(({ id }) => id === 'person-signature');
          Object.assign(profile ?? {}, { sameKey: 'renewal' });
        },
      });
      const { subjectPublicKeyInfo } = await generateSoftwareKey('ecdsa-p256-sha256');
      const certify = (order: string) =>
        house.core.authority.issue({
          order,
          profile: 'person-signature',
          office: 'mizusaki-higashi',
          holder: 'holder-tanabe',
          fields: FIELDS['person-signature'] ?? {},
          subjectPublicKeyInfo,
          actor: 'operator-noda',
        });
      await certify('first');
      other.time.now += 30 * DAY;
      const ref = await certify('second');
      const first = '2026-11-22T08:55:00Z';
      expect(await refusedFirst(ref, '2026-11-22T08:54:59Z')).toMatchObject({ first });
      expect(await revokedSince(ref, first)).toEqual(new Date(first));
    } finally {
      await other.close();
    }
  });
});
