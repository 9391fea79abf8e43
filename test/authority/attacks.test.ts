import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TASKS } from '../../functions/tasks/housekeeping.ts';
import { certificateKey } from '../../lib/authority/certificates.ts';
import { recordKey, stagedKey } from '../../lib/ledger/rows.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { listingPk, type RequestRow, requestKey } from '../../lib/registration/rows.ts';
import type { Value } from '../../lib/store/store.ts';
import { changeOffice } from '../demonstration-people.ts';
import { FIELDS, holderFor, issueThroughOffice, opensslRequest, type Service } from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';
import { allRecords, checkWorld, ocspStatus } from '../world.ts';
import { codeOf, composeHouse, DAY, type Ground, openGround, openHouse, withoutEnds } from './house.ts';

/*
 * Somebody can write to the table: they put back rows that were there before, delete rows, and make new ones. They hold no
 * key and no bucket. No certificate comes of it.
 */

const PROFILE = 'person-authentication';
const NOTHING = { requests: [], signed: [], answers: [], revoked: [] };

let ground: Ground;
let house: Service;
let csr: string;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  csr = opensslRequest(ground.folder, 'holder');
});
afterEach(() => ground.close());

const rowOf = async (id: string): Promise<RequestRow> =>
  (await ground.table.get<RequestRow>(requestKey(id)))?.value as RequestRow;

/** The request's row in another state, with the listing that recovery reads. */
const putBack = async (id: string, change: Partial<RequestRow>): Promise<void> => {
  const row = { ...(await rowOf(id)), ...change } as RequestRow;
  await putRow(ground.table, requestKey(id), row);
  for (const by of [{}, { tenant: row.tenant }, { office: row.office }]) {
    for (const state of [
      'submitted',
      'examined',
      'approved',
      'issued',
      'rejected',
      'withdrawn',
      'failed',
    ] as const) {
      const listing = { pk: listingPk({ ...by, state }), sk: id };
      const isListed = (await ground.table.get(listing)) !== undefined;
      if (isListed !== (state === row.state))
        await (isListed ? deleteRow(ground.table, listing) : putRow(ground.table, listing, {}));
    }
  }
};

const deleteCertificate = async (ref: CertificateRef): Promise<void> => {
  await deleteRow(ground.table, certificateKey(ref));
  await deleteRow(ground.table, { pk: `status/${ref.ca}/${ref.serial.at(-1)}`, sk: ref.serial });
};

const stateOf = async (id: string): Promise<string> =>
  (await house.app.registration.get(house.principal('auditor'), id)).state;

const issuances = async (order: string) =>
  (await allRecords(house)).filter((record) => record.kind === 'issuance' && record.details.order === order);

const submitted = async (profile = PROFILE): Promise<string> => {
  const { request } = await house.app.registration.submit(house.principal('higashi-counter'), {
    profile,
    csr,
    fields: FIELDS[profile] ?? {},
    ...holderFor(profile),
  });
  return request.id;
};

const examine = (service: Service, who: string, id: string, decision: 'approve' | 'reject' = 'approve') =>
  service.app.registration.examine(service.principal(who), id, {
    decision,
    ...(decision === 'reject' && { reason: '書類の不足' }),
  });

/** A new process, as after a restart; it finishes what is left. */
const restart = async (): Promise<Service> => {
  const fresh = await openHouse(ground);
  await codeOf(TASKS.recovery(fresh.core));
  return fresh;
};

describe('an issued request', () => {
  it('that is put back to approved becomes issued again, with the same certificate', async () => {
    const { id, certificate } = await issueThroughOffice(house, PROFILE, csr);
    await house.app.authority.revoke(house.principal('higashi-chief'), certificate, {
      reason: 'keyCompromise',
    });
    const signed = ground.signed.length;
    const { certificate: _, ...row } = await rowOf(id);
    await putRow(ground.table, requestKey(id), row);
    await putBack(id, { state: 'approved' });
    await restart();
    expect(await rowOf(id)).toMatchObject({ state: 'issued', certificate });
    expect(await issuances(id)).toHaveLength(1);
    expect(ground.signed.slice(signed).filter((one) => one.id === certificate.ca)).toEqual([]);
    expect((await ocspStatus(house, certificate)).status).toBe('revoked');
    await checkWorld(house, NOTHING);
  });

  it.each(['submitted', 'examined'] as const)(
    'that is put back to %s takes its end when somebody examines or withdraws it',
    async (state) => {
      const { id, certificate } = await issueThroughOffice(house, PROFILE, csr);
      const issued = await rowOf(id);
      const earlier: Partial<RequestRow> =
        state === 'submitted'
          ? {
              state,
              examinations: [],
              persons: issued.persons.slice(0, 1),
              records: issued.records.slice(0, 1),
            }
          : {
              state,
              examinations: issued.examinations.slice(0, 1),
              persons: issued.persons.slice(0, 2),
              records: issued.records.slice(0, 2),
            };
      const acts = [
        () => examine(house, state === 'submitted' ? 'higashi-chief' : 'operator-sakai', id),
        () => examine(house, state === 'submitted' ? 'higashi-chief' : 'operator-sakai', id, 'reject'),
        () => house.app.registration.withdraw(house.principal('higashi-counter'), id, '取下げ'),
      ];
      for (const act of acts) {
        await putBack(id, earlier);
        expect(await codeOf(act())).toBe('wrong-state');
        expect(await rowOf(id)).toMatchObject({ state: 'issued', certificate });
      }
      expect(await issuances(id)).toHaveLength(1);
      await checkWorld(house, NOTHING);
    },
  );

  it('whose revoked certificate lost its rows is not made good, and stays as it is', async () => {
    const { id, certificate } = await issueThroughOffice(house, PROFILE, csr);
    await house.app.authority.revoke(house.principal('higashi-chief'), certificate, {
      reason: 'keyCompromise',
    });
    const signed = ground.signed.length;
    await deleteCertificate(certificate);
    await putBack(id, { state: 'approved' });
    const fresh = await restart();
    expect(fresh.logged.filter(({ level }) => level === 'error')).toMatchObject([
      { facts: { request: id, error: 'issuance-rows-lost' } },
    ]);
    expect(await stateOf(id)).toBe('approved');
    expect(await codeOf(fresh.core.authority.chainPem(certificate))).toBe('unknown-certificate');
    expect((await ocspStatus(fresh, certificate)).status).toBe('unknown');
    ground.time.now += 2 * DAY;
    await restart();
    expect(await stateOf(id)).toBe('approved');
    expect(ground.signed.slice(signed).filter((one) => one.id === certificate.ca)).toHaveLength(0);
  });

  it('of which the approval is also removed is no more open', async () => {
    const { id, certificate } = await issueThroughOffice(house, PROFILE, csr);
    const { records } = await rowOf(id);
    await putBack(id, { state: 'approved', records: records.slice(0, 1) });
    await restart();
    expect(await rowOf(id)).toMatchObject({ state: 'issued', certificate });
    expect(await issuances(id)).toHaveLength(1);
  });

  it('whose row says that its approval lapsed is not open again', async () => {
    const { id, certificate } = await issueThroughOffice(house, PROFILE, csr);
    const { records, persons } = await rowOf(id);
    await putBack(id, {
      state: 'submitted',
      lapses: ['2026-11-22T09:00:00Z'],
      examinations: [],
      persons: persons.slice(0, 1),
      records: records.slice(0, 1),
    });
    // The row says round 2, and the bucket says that round 1 was used.
    expect(await codeOf(examine(house, 'higashi-examiner', id))).toBe('wrong-state');
    expect(await rowOf(id)).toMatchObject({ state: 'issued', certificate });
    await putBack(id, { state: 'approved', lapses: ['2026-11-22T09:00:00Z'] });
    await restart();
    expect(await issuances(id)).toHaveLength(1);
    await checkWorld(house, NOTHING);
  });
});

describe('examinations that nobody made', () => {
  /** Records as they stand in the log, with the members that only a key can make left to the forger. */
  const forge = async (
    id: string,
    where: typeof stagedKey,
    signature: 'none' | 'submission',
  ): Promise<void> => {
    const row = await rowOf(id);
    const submission = (await house.core.ledger.get(row.records[0] ?? '')) as unknown as {
      details: Value;
      signature: Value;
      time: string;
    };
    const ids = ['office', 'centre'].map((stage, i) => ({
      stage,
      id: (row.records[0] ?? '').slice(0, 16) + String(i).repeat(16),
    }));
    for (const { stage, id: record } of ids) {
      const { act: _, ...details } = submission.details;
      const person = stage === 'office' ? 'higashi-examiner' : 'operator-noda';
      const value = {
        id: record,
        time: submission.time,
        salt: '00'.repeat(16),
        kind: 'examination',
        actor: person,
        office: row.office,
        details: {
          ...details,
          stage,
          decision: 'approve',
          person,
          round: 1,
          certificateDigest: '11'.repeat(32),
        },
        ...(signature === 'submission' && { signature: submission.signature }),
      };
      await putRow(ground.table, where(record), value);
    }
    await putBack(id, {
      state: 'approved',
      records: [row.records[0] ?? '', ...ids.map((one) => one.id)],
      persons: [...row.persons, 'higashi-examiner', 'operator-noda'],
    });
  };

  it.each([
    ['settled', recordKey, 'none'],
    ['settled', recordKey, 'submission'],
    ['staged', stagedKey, 'none'],
  ] as const)('give no certificate: %s', async (_, where, signature) => {
    const id = await submitted();
    await forge(id, where, signature);
    const fresh = await restart();
    expect(fresh.logged).toMatchObject([{ level: 'error', facts: { error: 'approval-not-recorded' } }]);
    expect(await issuances(id)).toEqual([]);
  });
});

describe('examinations of a round that is not open', () => {
  it('give no certificate, though three persons made them', async () => {
    const id = await submitted();
    await putBack(id, { lapses: ['2026-11-22T09:00:00Z'] });
    await examine(house, 'higashi-examiner', id);
    expect((await examine(house, 'operator-noda', id)).state).toBe('approved');
    expect(house.logged.at(-1)).toMatchObject({ level: 'error', facts: { error: 'approval-not-recorded' } });
    // Nor where the row is set right: both acts say the round in which they were made.
    const { lapses: _, ...row } = await rowOf(id);
    await putRow(ground.table, requestKey(id), row);
    await restart();
    expect(await stateOf(id)).toBe('approved');
    expect(await issuances(id)).toEqual([]);
  });
});

describe('a certificate', () => {
  const rename = () => changeOffice(house, 'mizusaki-higashi', { O: 'Mizusaki Merged City' });
  const addressed = 'http://other.example';

  it('is the one that both examined: one that would differ at the second examination is refused', async () => {
    const id = await submitted('organisation-client');
    await examine(house, 'higashi-examiner', id);
    await rename();
    const { registration } = house.app;
    const operator = house.principal('operator-noda');
    expect(await codeOf(registration.examine(operator, id, { decision: 'approve' }))).toBe('unknown-profile');
    expect(await stateOf(id)).toBe('examined');
    await changeOffice(house, 'mizusaki-higashi', {});
    expect((await examine(house, 'operator-noda', id)).state).toBe('issued');
  });

  it('is the one that was submitted: the office examines no other', async () => {
    const id = await submitted('organisation-client');
    await rename();
    const { registration } = house.app;
    const officer = house.principal('higashi-examiner');
    expect(await codeOf(registration.examine(officer, id, { decision: 'approve' }))).toBe('unknown-profile');
  });

  it('has the addresses that were examined: one with others in the issuer row is not issued', async () => {
    const id = await submitted();
    await examine(house, 'higashi-examiner', id);
    const key = { pk: 'issuers', sk: 'authentication-1' };
    const issuer = (await ground.table.get<Value & { urls: Record<string, string> }>(key))?.value;
    if (!issuer) return expect.fail('no issuer');
    await putRow(ground.table, key, {
      ...issuer,
      urls: { ...issuer.urls, ocsp: `${addressed}/ocsp` },
    });
    const fresh = await openHouse(ground);
    // Refused, or issued with the right ones.
    await codeOf(examine(fresh, 'operator-noda', id));
    const { certificate } = await rowOf(id);
    const pem = certificate ? await fresh.core.authority.chainPem(certificate) : '';
    const [first = ''] = pem.split('-----END CERTIFICATE-----');
    expect(Buffer.from(first.replace(/-----.*-----/, ''), 'base64').toString('latin1')).not.toContain(
      addressed,
    );
  });
});

describe('a request that ended without a certificate', () => {
  it('(failed) is not issued when its rows are put back', async () => {
    const away = await openHouse(ground, { objects: withoutEnds });
    await expect(issueThroughOffice(away, PROFILE, csr)).rejects.toThrow('approved');
    const [request] = (await house.app.registration.list(house.principal('auditor'), { limit: 1 })).requests;
    const id = request?.id as string;
    const approved = await rowOf(id);
    const stricter = composeHouse(ground, {
      misread: (file) => {
        for (const profile of file.profiles)
          if (profile.id === PROFILE) Object.assign(profile, { publicKeys: ['rsa3072'] });
      },
    });
    await stricter.core.registration.recover();
    expect(await stateOf(id)).toBe('failed');
    await putBack(id, approved);
    await deleteRow(ground.table, { pk: `issuance/${id}`, sk: 'ref' });
    await restart();
    expect(await stateOf(id)).toBe('failed');
    expect(await issuances(id)).toEqual([]);
    await checkWorld(house, NOTHING);
  });

  it('(withdrawn, rejected) is not examined when its rows are put back', async () => {
    for (const end of ['withdrawn', 'rejected'] as const) {
      csr = opensslRequest(ground.folder, end);
      const id = await submitted();
      await examine(house, 'higashi-examiner', id);
      const examined = await rowOf(id);
      if (end === 'rejected') await examine(house, 'operator-noda', id, 'reject');
      else await house.app.registration.withdraw(house.principal('higashi-counter'), id, '取下げ');
      const { withdrawal: _, ...row } = await rowOf(id);
      await putRow(ground.table, requestKey(id), row);
      await putBack(id, examined);
      expect(await codeOf(examine(house, 'operator-sakai', id))).toBe('wrong-state');
      expect(await stateOf(id)).toBe(end);
      // A row that says round 2 does not leave the end behind.
      await putBack(id, { ...examined, lapses: ['2026-11-22T09:00:00Z'] });
      expect(await codeOf(examine(house, 'operator-sakai', id))).toBe('wrong-state');
      expect(await issuances(id)).toEqual([]);
    }
  });

  it('(withdrawn) takes the withdrawal with it, whatever round its row says', async () => {
    const id = await submitted();
    await examine(house, 'higashi-examiner', id);
    const examined = await rowOf(id);
    await putBack(id, { lapses: ['2026-11-22T09:00:00Z', '2026-11-22T09:00:00Z'] });
    await house.app.registration.withdraw(house.principal('higashi-counter'), id, '取下げ');
    const { lapses: _, withdrawal: __, ...row } = await rowOf(id);
    await putRow(ground.table, requestKey(id), row);
    await putBack(id, examined);
    expect(await codeOf(examine(house, 'operator-noda', id))).toBe('wrong-state');
    expect(await stateOf(id)).toBe('withdrawn');
  });

  it('(withdrawn while it was being issued) stays withdrawn, and the operator is told', async () => {
    const id = await submitted();
    await examine(house, 'higashi-examiner', id);
    const { records } = await rowOf(id);
    const closes = { act: records[0] ?? '', number: 1 };
    let meanwhile = 0;
    const slow = await openHouse(ground, {
      objects: (objects) => ({
        ...objects,
        put: async (key, body, options) => {
          // Somebody who read the request before it was approved has got as far as its end.
          if (key.startsWith('outcomes/') && meanwhile++ === 0) {
            const details = { act: 'withdrawn', request: id, person: 'higashi-counter' };
            const office = 'mizusaki-higashi';
            const draft = { kind: 'submission', actor: 'higashi-counter', office, details } as const;
            await house.core.ledger.conclude(draft, closes);
          }
          return objects.put(key, body, options);
        },
      }),
    });
    const signed = ground.signed.length;
    expect(await codeOf(examine(slow, 'operator-noda', id))).toBe('wrong-state');
    expect(await stateOf(id)).toBe('withdrawn');
    expect(await issuances(id)).toEqual([]);
    expect(ground.signed).toHaveLength(signed);
  });

  it('(lapsed) is issued after new examinations, and its first ones are not used again', async () => {
    const away = await openHouse(ground, { objects: withoutEnds });
    const id = await submitted();
    await examine(away, 'higashi-examiner', id);
    await examine(away, 'operator-noda', id);
    const approved = await rowOf(id);
    expect(approved.state).toBe('approved');
    // `P7D` where the file is silent.
    ground.time.now += 7 * DAY - 1;
    await away.core.registration.recover();
    expect(await stateOf(id)).toBe('approved');
    ground.time.now += 1;
    expect(await TASKS.recovery(house.core)).toEqual([]);
    expect(await stateOf(id)).toBe('submitted');
    for (const lapses of [[], ['2026-11-29T09:00:00Z'], ['2026-11-29T09:00:00Z', '2026-11-29T09:00:00Z']]) {
      await putBack(id, { ...approved, lapses });
      await restart();
      expect(await issuances(id)).toEqual([]);
    }
    await putBack(id, { ...approved, lapses: [] });
    await restart();
    expect(await stateOf(id)).toBe('submitted');
    await examine(house, 'higashi-examiner', id);
    expect((await examine(house, 'operator-noda', id)).state).toBe('issued');
    expect(await issuances(id)).toMatchObject([{ details: { closes: { number: 2 } } }]);
    await checkWorld(house, NOTHING);
  });
});
