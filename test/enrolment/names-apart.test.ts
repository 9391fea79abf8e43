import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { principalAnswer } from '../../cli/enrolment/answers.ts';
import { principalText } from '../../cli/enrolment/principal-text.ts';
import type { PrincipalView } from '../../lib/enrolment/enrolment.ts';
import { NAMES_BEHIND } from '../../lib/enrolment/left-to-tasks.ts';
import { speaking } from '../../lib/messages/messages.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import { formatName } from '../../lib/pki/pki.ts';
import type { Principal } from '../../lib/principal.ts';
import { codeOf, DAY, type Ground, openGround, openHouse, personalDataOn } from '../authority/house.ts';
import type { Service } from '../service.ts';
import { auditOf } from '../world.ts';
import { enter, firstChief, type Member, newKey, officer, openMinami, ownCertificate } from './people.ts';
import { namedByActs, type PersonItem, watchedPersonItems } from './person-items.ts';

/* The names of persons stand apart, under an end that follows from the enrolment. */

/** Longer than a process goes on with a key that another one has destroyed. */
const KEYS_ARE_FORGOTTEN_MS = 61_000;

let ground: Ground;
let house: Service;
let sakai: Principal;
let noda: Principal;
let chief: Member;
const watched = watchedPersonItems();

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground, watched);
  [sakai, noda] = [house.principal('operator-sakai'), house.principal('operator-noda')];
  await openMinami(house);
  chief = await firstChief(house);
}, 60_000);
afterAll(() => ground.close());
beforeEach(() => {
  watched.isDown = false;
  watched.areKeysGone = false;
  house.logged.length = 0;
});

const people = () => house.app.enrolment.people;
const view = (id: string): Promise<PrincipalView> => people().get(noda, id);
const itemsOf = (id: string): readonly PersonItem[] => watched.all().filter((item) => item.id === id);
const itemNamed = ({ id, digest }: PersonItem): string => `principal/${id}/${digest}`;
const monthAfter = (years: number): string => {
  const now = new Date(house.now());
  return `${now.getUTCFullYear() + years}${now.toISOString().slice(4, 7)}`;
};
const mend = async (): Promise<void> => {
  house.advance(DAY);
  await house.core.mending.mend();
};
const member = async (id: string): Promise<Member> => {
  const { invitation } = await people().invite(chief.principal, id, officer(id, 'receive'));
  return enter(house, invitation, chief.principal);
};
const textOf = async (id: string): Promise<string> =>
  principalText(await speaking('en'), principalAnswer.parse(await view(id)));
const comesIn = ({ pem }: Member, by: 'rows' | 'acts') =>
  house.app.principals.byCertificate(ownCertificate(pem), by);

/** As where the folder of keys was not restored, or is restored now. */
const loseKeys = (areGone: boolean): void => {
  watched.areKeysGone = areGone;
  house.advance(KEYS_ARE_FORGOTTEN_MS);
};

describe('the names of a person', () => {
  it('are an item of the tenant that ends ten years after it was put', async () => {
    await member('clerk');
    expect(itemsOf('clerk')).toMatchObject([{ tenant: 'tokiwa', month: monthAfter(10) }]);
    await people().propose(sakai, 'inspector', { role: 'auditor', name: officer('inspector').name });
    expect(itemsOf('inspector')).toMatchObject([{ tenant: '_service' }]);
    expect((await view('clerk')).name).toEqual(officer('clerk').name);
  });

  it('are read by nobody who asks who calls', async () => {
    const before = watched.reads;
    for (const by of ['rows', 'acts'] as const)
      expect((await comesIn(chief, by)).name).toEqual({ ja: 'minami-chief', en: 'minami-chief' });
    expect(watched.reads).toBe(before);
    await view('minami-chief');
    expect(watched.reads).toBe(before + 1);
  });

  it('stay in the row where they are those of an organisation', async () => {
    await people().propose(sakai, 'museum', { role: 'relyingParty', name: officer('museum').name });
    expect(itemsOf('museum')).toEqual([]);
    expect((await view('museum')).awaiting?.name).toEqual(officer('museum').name);
  });

  it('go with the act that has others in their place', async () => {
    await member('renamed');
    const [first] = itemsOf('renamed');
    await people().change(chief.principal, 'renamed', officer('改名', 'receive'));
    expect(itemsOf('renamed')).toHaveLength(2);
    await mend();
    expect(itemsOf('renamed')).toHaveLength(1);
    expect(itemsOf('renamed')).not.toContainEqual(first);
    expect((await view('renamed')).name).toEqual(officer('改名').name);
  });

  it('go with a proposal and a change to come that are taken back', async () => {
    await member('stays');
    await people().propose(sakai, 'nobody', officer('nobody', 'receive'));
    const moment = new Date(house.now() + 2 * DAY).toISOString();
    await people().change(chief.principal, 'stays', officer('改名', 'receive'), moment);
    expect((await view('stays')).prepared?.name).toEqual(officer('改名').name);
    expect([itemsOf('nobody').length, itemsOf('stays').length]).toEqual([1, 2]);
    await people().withdraw(noda, 'nobody');
    await people().withdraw(chief.principal, 'stays');
    await mend();
    expect([itemsOf('nobody').length, itemsOf('stays').length]).toEqual([0, 1]);
    expect((await view('stays')).name).toEqual(officer('stays').name);
  });

  it('are not put twice by two changes at once, of which one is refused', async () => {
    await member('twice');
    const moment = new Date(house.now() + 2 * DAY).toISOString();
    const codes = await Promise.all(
      ['甲', '乙'].map((name) =>
        codeOf(people().change(chief.principal, 'twice', officer(name, 'receive'), moment)),
      ),
    );
    expect(codes.toSorted()).toEqual(['none', 'wrong-state']);
    expect(itemsOf('twice')).toHaveLength(2);
  });
});

describe('names that cannot be read', () => {
  it('keep nobody from signing in, being suspended or ending', async () => {
    const clerk = await member('cut-off');
    loseKeys(true);
    const missing = { personalData: { state: 'unreadable', code: 'data-key-missing' } };
    expect(await view('cut-off')).toMatchObject({ standing: 'active', ...missing });
    expect(await textOf('cut-off')).toContain('cannot be read now (data-key-missing)');
    const { items } = await people().list(chief.principal, { limit: 100 });
    expect(items.find(({ id }) => id === 'cut-off')).toMatchObject(missing);
    for (const by of ['rows', 'acts'] as const) expect((await comesIn(clerk, by)).id).toBe('cut-off');
    const { found } = await auditOf(house);
    expect(found).toContainEqual(
      expect.objectContaining({ enrolment: 'principal cut-off', shown: 'no name' }),
    );
    await mend();
    // One line for all of them.
    const errors = house.logged.filter(({ level }) => level === 'error');
    expect(errors.map(({ facts }) => facts)).toEqual([
      expect.objectContaining({ error: 'data-key-missing', first: 'auditor' }),
    ]);
    expect(await people().suspend(noda, 'cut-off')).toMatchObject({ standing: 'suspended', ...missing });
    expect(await people().end(noda, 'cut-off')).toMatchObject({ standing: 'ended', ...missing });
    expect(await codeOf(comesIn(clerk, 'rows'))).toBe('client-certificate-revoked');
  });

  it('keep a proposal and a certificate waiting until the key is back', async () => {
    await people().propose(sakai, 'waits', officer('waits', 'receive'));
    loseKeys(true);
    expect(await codeOf(people().confirm(noda, 'waits'))).toBe('data-key-missing');
    loseKeys(false);
    const { invitation = '' } = await people().confirm(noda, 'waits');
    const { csr, fingerprint } = newKey(ground.folder, 'waits');
    await people().bring(invitation, csr);
    loseKeys(true);
    expect(await codeOf(people().enrol(sakai, 'waits', fingerprint))).toBe('data-key-missing');
    expect((await people().bring(invitation, csr)).pem).toBeUndefined();
    loseKeys(false);
    expect(await people().recover()).toEqual(['waits']);
    const { pem = '' } = await people().bring(invitation, csr);
    const { subject } = decodeCertificate(ownCertificate(pem));
    expect(formatName(subject)).toContain(officer('waits').name.ja);
  });

  it('are given again where they are lost for good', async () => {
    await people().propose(sakai, 'lost', officer('lost', 'receive'));
    const [item] = itemsOf('lost');
    await personalDataOn({ ...ground, personal: house.personal }, house).remove(
      itemNamed(item as PersonItem),
    );
    expect(await codeOf(people().confirm(noda, 'lost'))).toBe('nothing-awaited');
    expect((await view('lost')).awaiting).toMatchObject({
      personalData: { state: 'unreadable', code: 'personal-data-damaged' },
    });
    await people().propose(sakai, 'lost', officer('lost', 'receive'));
    expect((await people().confirm(noda, 'lost')).principal.name).toEqual(officer('lost').name);
  });

  it('are those of nobody else, whatever was put in their place', async () => {
    await member('one');
    await member('other');
    const [one] = itemsOf('one');
    const [other] = itemsOf('other');
    const row = await ground.personal.get({ pk: itemNamed(other as PersonItem), sk: 'item' });
    const put = { pk: itemNamed(one as PersonItem), sk: 'item' };
    const version = (await ground.personal.get(put))?.version ?? 0;
    await ground.personal.write([{ put, value: row?.value ?? {}, if: { version } }]);
    const damaged = { personalData: { state: 'unreadable', code: 'personal-data-damaged' } };
    expect(await view('one')).toMatchObject(damaged);
    // Somebody who has the data keys too.
    const personal = personalDataOn({ ...ground, personal: house.personal }, house);
    await personal.remove(itemNamed(one as PersonItem));
    const value = { salt: '00', contents: { name: { ja: '偽', en: 'Forged' } } };
    const terms = { tenant: 'tokiwa', end: house.now() + DAY };
    await personal.change(itemNamed(one as PersonItem), () => ({ value, terms }));
    expect(await view('one')).toMatchObject(damaged);
    expect((await comesIn(chief, 'rows')).id).toBe('minami-chief');
  });
});

describe('a table of personal data that does not answer', () => {
  it('keeps an invitation back, and no suspension and no end', async () => {
    await member('closed');
    house.advance(40 * DAY);
    watched.isDown = true;
    const invites = people().invite(chief.principal, 'new', officer('new', 'receive'));
    expect(await codeOf(invites)).toBe('store-unavailable');
    expect(await codeOf(view('new'))).toBe('unknown-principal');
    expect((await people().suspend(noda, 'closed')).standing).toBe('suspended');
    expect((await people().end(noda, 'closed')).standing).toBe('ended');
    const ofEnd = monthAfter(10);
    house.advance(40 * DAY);
    expect(await codeOf(house.core.mending.mend())).toBe('store-unavailable');
    watched.isDown = false;
    const listed = (await house.table.query({ pk: NAMES_BEHIND, limit: 100 })).items.map(({ sk }) => sk);
    expect(listed).toContain('closed');
    await mend();
    expect((await house.table.query({ pk: NAMES_BEHIND, limit: 100 })).items).toEqual([]);
    expect(itemsOf('closed')).toMatchObject([{ month: ofEnd }]);
  });
});

it('has no name that no act has, or only earlier acts', async () => {
  await mend();
  const { now, earlier } = await namedByActs(house);
  expect(earlier.size).toBeGreaterThan(3);
  const there = watched.all();
  expect(there.length).toBeGreaterThan(10);
  expect(there.filter(({ digest }) => !now.has(digest))).toEqual([]);
});
