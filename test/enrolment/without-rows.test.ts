import { afterAll, beforeAll, expect, it } from 'vitest';
import { readApplicant } from '../../functions/tasks/principal-certificate.ts';
import type { Principal } from '../../lib/principal.ts';
import { codeOf, type Ground, openGround, openHouse } from '../authority/house.ts';
import { FIELDS, opensslRequest, type Service } from '../service.ts';
import { deleteRow } from '../store/row-attacks.ts';
import { allRecords } from '../world.ts';

/* Whose a holder or a certificate is, is decided by acts. Somebody who deletes the rows of enrolment changes nothing about it. */

let ground: Ground;
let house: Service;
let counter: Principal;
beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  counter = house.principal('higashi-counter');
}, 60_000);
afterAll(() => ground.close());

it('a holder stays of the tenant whose office enrolled it, without the row of that office', async () => {
  const submit = (by: Principal, name: string) =>
    house.app.registration.submit(by, {
      profile: 'person-authentication',
      csr: opensslRequest(ground.folder, name),
      fields: FIELDS['person-authentication'] ?? {},
      holder: 'h-of-tokiwa',
    });
  await submit(counter, 'own');
  const other = house.principal('okitsu-counter');
  expect(other.tenant).toBe('minase');
  expect(await codeOf(submit(other, 'before'))).toBe('invalid-input');
  await deleteRow(house.table, { pk: 'enrolled-office/mizusaki-higashi', sk: 'office' });
  expect(await codeOf(submit(other, 'after'))).toBe('invalid-input');
});

it("a principal's certificate names the tenant, without the row of the principal", async () => {
  await deleteRow(house.table, { pk: 'enrolled-principal/minase-kuroda', sk: 'principal' });
  const csr = opensslRequest(ground.folder, 'kuroda');
  const { principal: _, ...key } = await readApplicant(house.trustDomain, {
    principal: 'operator-sakai',
    csr,
  });
  const ref = await house.core.authority.issue({
    order: 'principal:minase-kuroda:0000000000000000',
    profile: house.trustDomain.operations.principal.id,
    fields: { principal: 'minase-kuroda', name: key.name },
    subjectPublicKeyInfo: key.subjectPublicKeyInfo,
    actor: 'operator-sakai',
    basis: [],
  });
  const issuance = (await allRecords(house)).find(
    ({ kind, certificates }) =>
      kind === 'issuance' && certificates?.some(({ serial }) => serial === ref.serial),
  );
  expect(issuance?.tenant).toBe('minase');
});
