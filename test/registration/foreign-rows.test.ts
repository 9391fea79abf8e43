import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateItem } from '../../lib/authority/authority.ts';
import { requestItem } from '../../lib/registration/registration.ts';
import { type RequestRow, requestKey } from '../../lib/registration/rows.ts';
import { type Ground, openGround, openHouse } from '../authority/house.ts';
import { FIELDS, issueThroughOffice, opensslRequest, type Service } from '../service.ts';

/*
 * Somebody who can write to the table, and is an officer of another office and tenant, changes whose a request is. What is sealed
 * and what was signed say it, so the officer sees and gets nothing.
 */

let ground: Ground;
let house: Service;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
});
afterEach(() => ground.close());

const edit = async (id: string, change: (row: RequestRow) => RequestRow): Promise<void> => {
  const item = await ground.table.get<RequestRow>(requestKey(id));
  if (item === undefined) throw new Error('no row');
  const { version, value } = item;
  await ground.table.write([{ put: requestKey(id), value: change(value), if: { version } }]);
};

describe('a request whose row says another office and tenant', () => {
  it('shows its data to nobody there, and is neither examined nor withdrawn', async () => {
    const { request } = await house.app.registration.submit(house.principal('higashi-counter'), {
      profile: 'person-signature',
      csr: opensslRequest(ground.folder, 'one'),
      holder: 'holder-one',
      fields: FIELDS['person-signature'] ?? {},
    });
    await edit(request.id, (row) => ({ ...row, office: 'okitsu', tenant: 'minase' }));
    const foreign = house.principal('okitsu-examiner');
    const { registration } = house.app;
    const shown = await registration.get(foreign, request.id);
    expect(shown).toMatchObject({ personalData: { state: 'unreadable', code: 'personal-data-damaged' } });
    expect(shown.fields).toBeUndefined();
    expect(JSON.stringify(shown)).not.toContain('田辺');
    for (const decision of ['approve', 'reject'] as const)
      await expect(
        registration.examine(foreign, request.id, { decision, reason: '不備' }),
      ).rejects.toMatchObject({ code: 'submission-not-recorded' });
    await expect(registration.withdraw(foreign, request.id, '誤り')).rejects.toMatchObject({
      code: 'submission-not-recorded',
    });
  });

  it('gives no other request’s certificate', async () => {
    const victim = await issueThroughOffice(
      house,
      'person-signature',
      opensslRequest(ground.folder, 'victim'),
    );
    const own = await issueThroughOffice(house, 'person-signature', opensslRequest(ground.folder, 'own'));
    const counter = house.principal('higashi-counter');
    const pem = (await house.app.registration.collect(counter, own.id, 'GET')).pem;
    await edit(own.id, (row) => ({ ...row, certificate: victim.certificate }));
    await expect(house.app.registration.collect(counter, own.id, 'GET')).rejects.toMatchObject({
      code: 'unknown-certificate',
    });
    await edit(own.id, (row) => ({ ...row, certificate: own.certificate }));
    expect((await house.app.registration.collect(counter, own.id, 'GET')).pem).toBe(pem);
  });

  it('keeps its data where its holder is another one’s, whoever is erased', async () => {
    const { id, certificate } = await issueThroughOffice(
      house,
      'person-signature',
      opensslRequest(ground.folder, 'kept'),
    );
    const { registration, authority, personalRetention } = house.app;
    const row = (await ground.table.get<RequestRow>(requestKey(id)))?.value as RequestRow;
    await ground.table.write([
      { put: { pk: 'requests/tenant/tokiwa/holder/holder-b', sk: id }, value: {}, if: 'absent' },
    ]);
    const { certificate: _, ...without } = row;
    await edit(id, () => ({ ...without, holder: 'holder-b', state: 'withdrawn' }));
    const asked = { act: 'erasure', reference: 'R-1', tenant: 'tokiwa' } as const;
    await personalRetention.order(house.principal('operator-sakai'), 'holder-b', asked);
    await personalRetention.order(house.principal('operator-noda'), 'holder-b', asked);
    await edit(id, () => row);
    await personalRetention.enforce();
    const shown = await registration.get(house.principal('higashi-counter'), id);
    expect(shown.fields?.name).toBe(FIELDS['person-signature']?.name);
    expect((await authority.certificate(house.principal('higashi-counter'), certificate)).pem).toBeDefined();
    expect(house.logged.some(({ facts }) => facts.item === requestItem(id))).toBe(true);
  });

  it('keeps the certificate of another holder that a row names, although it does not count any more', async () => {
    const other = await issueThroughOffice(house, 'person-signature', opensslRequest(ground.folder, 'other'));
    const { registration, authority, personalRetention } = house.app;
    const counter = house.principal('higashi-counter');
    const { request } = await registration.submit(counter, {
      profile: 'person-signature',
      csr: opensslRequest(ground.folder, 'ordered'),
      holder: 'holder-b',
      fields: FIELDS['person-signature'] ?? {},
    });
    await registration.withdraw(counter, request.id, '誤り');
    await authority.revoke(house.principal('higashi-chief'), other.certificate, {
      reason: 'cessationOfOperation',
    });
    await edit(request.id, (row) => ({ ...row, certificate: other.certificate }));
    const asked = { act: 'erasure', reference: 'R-2', tenant: 'tokiwa' } as const;
    await personalRetention.order(house.principal('operator-sakai'), 'holder-b', asked);
    await personalRetention.order(house.principal('operator-noda'), 'holder-b', asked);
    expect((await registration.get(counter, request.id)).personalData).toEqual({ state: 'ended' });
    expect((await authority.certificate(counter, other.certificate)).pem).toBeDefined();
    const left = certificateItem(other.certificate);
    expect(house.logged.some(({ facts }) => facts.item === left)).toBe(true);
  });
});
