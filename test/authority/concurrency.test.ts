import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import { decodeCertificateList } from '../../lib/pki/crl.ts';
import { REVOCATION_REASONS } from '../../lib/pki/pki.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import { FIELDS, issueThroughOffice, opensslRequest, type Service } from '../service.ts';
import { allRecords, checkWorld, ocspStatus } from '../world.ts';
import { codeOf, type Ground, openGround, openHouse } from './house.ts';

/** Two processes on one table, each with many callers. */

let ground: Ground;
let one: Service;
let two: Service;
let chief: Principal;
beforeEach(async () => {
  ground = await openGround();
  one = await openHouse(ground);
  two = await openHouse(ground);
  chief = one.principal('higashi-chief');
});
afterEach(() => ground.close());

const either = (i: number): Service => (i % 2 === 0 ? one : two);

let orders = 0;
const issue = async (profile: string): Promise<CertificateRef> =>
  one.core.authority.issue({
    order: `order-${orders++}`,
    profile,
    office: 'mizusaki-higashi',
    fields: FIELDS[profile] ?? {},
    subjectPublicKeyInfo: (await generateSoftwareKey('ecdsa-p256-sha256')).subjectPublicKeyInfo,
    actor: 'operator-noda',
  });

const kindsOf = async (ref: CertificateRef): Promise<readonly string[]> => {
  const records = await allRecords(one);
  // Oldest first.
  return records
    .toReversed()
    .flatMap((record) =>
      record.kind !== 'provision' && record.certificates?.some(({ serial }) => serial === ref.serial)
        ? [record.kind]
        : [],
    );
};

const listed = (der: Uint8Array): readonly string[] =>
  decodeCertificateList(der).revokedCertificates.map(({ serialNumber }) => serialNumber as string);

const acknowledged = (...refs: readonly CertificateRef[]) => ({
  requests: [],
  signed: [],
  answers: [],
  revoked: refs.map(({ ca, serial }) => `${ca} ${serial}`),
});

/** cACompromise is for certificates of CAs only. */
const REASONS = REVOCATION_REASONS.filter((reason) => reason !== 'cACompromise');

describe('twenty revocations at once with different reasons', () => {
  it('end with the highest reason; every other caller got its own reason, or the truth', async () => {
    const ref = await issue('person-signature');
    ground.time.now += 1;
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const reason = REASONS[i % REASONS.length] as (typeof REASONS)[number];
        try {
          return { reason, ...(await either(i).app.authority.revoke(chief, ref, { reason })) };
        } catch (error) {
          if (!Fault.is(error, 'already-revoked')) throw error;
          return undefined;
        }
      }),
    );
    const done = answers.filter((answer) => answer !== undefined);
    const times = new Set(done.map(({ revocation }) => revocation?.revocationTime));
    expect(times.size).toBe(1);
    // A repetition of an earlier revocation by the same person may be told what it was raised to.
    for (const { reason, revocation, first } of done) {
      if (first) expect(revocation?.reason).toBe(reason);
      else expect([reason, 'keyCompromise']).toContain(revocation?.reason);
    }
    const firsts = done.filter(({ first }) => first);
    const winner = firsts.find(({ revocation }) => revocation?.reason === 'keyCompromise');
    expect(firsts.length).toBeLessThanOrEqual(2);
    expect(await kindsOf(ref)).toEqual(['issuance', ...firsts.map(() => 'revocation')]);
    const status = await ocspStatus(two, ref);
    if (status.status !== 'revoked') throw new Error(status.status);
    expect(status.revocationReason ?? 'unspecified').toBe(winner?.revocation?.reason);
    await checkWorld(one, acknowledged(ref));
  });
});

describe('hold, release and revocation at once', () => {
  it('leave the status that the records say, in the order of the records', async () => {
    const ref = await issue('organisation-client');
    const acts = Array.from({ length: 24 }, async (_, i) => {
      const { authority } = one.app;
      const act = [
        () => authority.hold(chief, ref),
        () => authority.release(chief, ref),
        () => authority.hold(chief, ref),
        ...(i > 12 ? [() => authority.revoke(chief, ref, { reason: 'superseded' })] : []),
      ][i % (i > 12 ? 4 : 3)] as () => Promise<unknown>;
      try {
        await act();
      } catch (error) {
        if (!Fault.is(error, 'not-on-hold') && !Fault.is(error, 'already-revoked')) throw error;
      }
    });
    await Promise.all(acts);
    const kinds = await kindsOf(ref);
    // All by one process: the clock stands still, so acts of two processes have no order. A release is followed by a
    // hold, a hold by a release or the revocation, and a revocation by nothing.
    expect(kinds.join(' ')).toMatch(/^issuance( hold release)*( hold)? revocation$/);
    await checkWorld(one, acknowledged(ref));
  });
});

describe('several publishers of one CRL at once', () => {
  it('give it rising numbers, and the current one lists every revocation acknowledged before each call', async () => {
    const refs = await Promise.all(Array.from({ length: 12 }, () => issue('person-signature')));
    const ca = refs[0]?.ca as string;
    const numbers = new Set<bigint>();
    await Promise.all(
      refs.map(async (ref, i) => {
        await either(i).app.authority.revoke(chief, ref, { reason: 'superseded' });
        const published = await either(i).app.status.publish(ca, 'operator-noda');
        // The CRL that this caller got lists the caller's own revocation, and so does the current CRL.
        expect(listed(published.der)).toContain(ref.serial);
        numbers.add(published.number);
        const current = await either(i + 1).app.status.crl(ca, 'full', {
          recipient: 'public',
          method: 'GET',
        });
        expect(listed(current.der)).toContain(ref.serial);
        expect(current.number >= published.number).toBe(true);
      }),
    );
    expect(numbers.size).toBeGreaterThan(1);
    const publications = (await allRecords(one)).flatMap((record) =>
      record.kind === 'publication' && record.details.ca === ca ? [record.details.number] : [],
    );
    expect(new Set(publications).size).toBe(publications.length);
    await checkWorld(two, acknowledged(...refs));
  });

  it('of urgent revocations leave no CRL that is still due', async () => {
    const refs = await Promise.all(Array.from({ length: 6 }, () => issue('person-signature')));
    await Promise.all(
      refs.map((ref, i) => either(i).app.authority.revoke(chief, ref, { reason: 'keyCompromise' })),
    );
    const crl = await one.app.status.crl('signature-1', 'full', { recipient: 'public', method: 'GET' });
    expect(new Set(listed(crl.der))).toEqual(new Set(refs.map(({ serial }) => serial)));
    expect([...one.logged, ...two.logged].filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('the three persons of a request', () => {
  it('must be three even if one person sends all acts at once', async () => {
    const csr = opensslRequest(ground.folder, 'holder');
    const counter = one.principal('higashi-counter');
    const { request } = await one.app.registration.submit(counter, {
      profile: 'person-authentication',
      csr,
      fields: FIELDS['person-authentication'] ?? {},
      holder: 'holder-tanabe',
    });
    const examiners = [
      'higashi-counter',
      'higashi-examiner',
      'higashi-chief',
      'operator-noda',
      'operator-sakai',
    ];
    const outcomes = await Promise.all(
      [...examiners, ...examiners].map(async (id, i) => [
        id,
        await codeOf(
          either(i).app.registration.examine(one.principal(id), request.id, { decision: 'approve' }),
        ),
      ]),
    );
    const through = outcomes.filter(([, code]) => code === 'none').map(([id]) => id as string);
    expect(through.filter((id) => id.startsWith('higashi')).length).toBe(1);
    expect(through.filter((id) => id.startsWith('operator')).length).toBeLessThanOrEqual(1);
    const { examinations } = await one.app.registration.get(one.principal('auditor'), request.id);
    const persons = [counter.person, ...examinations.map(({ by }) => one.principal(by).person)];
    expect(new Set(persons).size).toBe(persons.length);
    expect(persons[1]).not.toBe('higashi-counter');
    for (const [id, code] of outcomes.filter(([, code]) => code !== 'none')) {
      expect(['wrong-state', 'same-person'], `${id}`).toContain(code);
    }
  });

  it('are compared as persons: one who is both officer and operator examines once', async () => {
    const own = await openGround();
    try {
      const house = await openHouse(own, {
        people: ({ principals }) => {
          const at = principals.findIndex(({ id }) => id === 'higashi-counter');
          principals[at] = { ...(principals[at] as (typeof principals)[number]), person: 'operator-noda' };
        },
      });
      const csr = opensslRequest(own.folder, 'holder');
      await expect(issueThroughOffice(house, 'person-authentication', csr)).rejects.toMatchObject({
        code: 'same-person',
      });
      expect(
        (await allRecords(house)).some((record) => record.kind === 'issuance' && record.office !== undefined),
      ).toBe(false);
    } finally {
      await own.close();
    }
  });
});
