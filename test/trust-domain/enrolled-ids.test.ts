import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  codeOf,
  fileOf,
  type Ground,
  type HouseFile,
  openGround,
  openHouse,
  SECOND,
} from '../authority/house.ts';
import type { Service } from '../service.ts';

/** An id that was enrolled never comes into the trust domain's file, whatever became of the enrolment. */

type Change = (file: HouseFile) => void;

const ARRIVAL = { id: 'library', name: { ja: '図書館', en: 'Library' } };
const withPrincipal: Change = (file) => {
  file.operators.push(structuredClone(ARRIVAL));
};

let ground: Ground;
let house: Service;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
});
afterEach(() => ground.close());

const operators = () => [house.principal('operator-sakai'), house.principal('operator-noda')] as const;

const enrolLibrary = async (): Promise<void> => {
  const [sakai, noda] = operators();
  const { people } = house.app.enrolment;
  await people.propose(sakai, 'library', { role: 'relyingParty', name: ARRIVAL.name });
  await people.confirm(noda, 'library');
  await people.end(sakai, 'library');
};

const propose = (change: Change) => {
  house.advance(SECOND);
  return house.app.amendments.propose(operators()[0], fileOf(change));
};

it('is refused when it is proposed, for a principal that has ended', async () => {
  await enrolLibrary();
  await expect(propose(withPrincipal)).rejects.toMatchObject({
    code: 'amendment-invalid',
    facts: { issues: [{ path: expect.stringContaining('operators.') }] },
  });
});

it('is refused when it is approved, where somebody was enrolled meanwhile', async () => {
  const { id } = await propose(withPrincipal);
  await enrolLibrary();
  const [, noda] = operators();
  expect(await codeOf(house.app.amendments.approve(noda, id))).toBe('amendment-invalid');
});

it('is refused when it is applied, and the file in force stays', async () => {
  const { id } = await propose(withPrincipal);
  const [, noda] = operators();
  await house.app.amendments.approve(noda, id);
  await enrolLibrary();
  house.advance(SECOND);
  expect(await codeOf(openHouse(ground, { domain: withPrincipal }))).toBe('amendment-invalid');
  const again = await openHouse(ground);
  expect((await again.app.amendments.get(id)).state).toBe('approved');
  expect((await again.app.amendments.reject(noda, id)).state).toBe('rejected');
});
