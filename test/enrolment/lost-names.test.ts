import { afterAll, beforeAll, expect, it } from 'vitest';
import { officeAnswer, principalAnswer } from '../../cli/enrolment/answers.ts';
import { officeText } from '../../cli/enrolment/office-text.ts';
import { principalText } from '../../cli/enrolment/principal-text.ts';
import type { OfficeView, PrincipalTerms, PrincipalView } from '../../lib/enrolment/enrolment.ts';
import { speaking } from '../../lib/messages/messages.ts';
import type { Principal } from '../../lib/principal.ts';
import { codeOf, type Ground, openGround, openHouse } from '../authority/house.ts';
import type { Service } from '../service.ts';
import { deleteRow } from '../store/row-attacks.ts';
import { auditOf } from '../world.ts';
import { failingStores } from './failing-stores.ts';
import { enter, firstChief, MINAMI, officer, openMinami } from './people.ts';

/*
 * Names of organisations are in rows only. A process that dies between an act and its row loses them. The same terms, given again,
 * bring them. Names of persons are put before the act, so no crash loses them.
 */

const stores = failingStores();

let ground: Ground;
let house: Service;
let sakai: Principal;
let noda: Principal;
let chief: Principal;
let ids = 0;

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground, stores);
  [sakai, noda] = [house.principal('operator-sakai'), house.principal('operator-noda')];
  await openMinami(house);
  chief = (await firstChief(house)).principal;
}, 60_000);
afterAll(() => ground.close());

const WAIT_MS = 60_000;
const SHOWN_AS_LOST = 'lost; give the same terms again, with the names';

const clerk = (name: string): PrincipalTerms => officer(name, 'receive');
const people = () => house.app.enrolment.people;
const moment = (): string => new Date(house.now() + WAIT_MS).toISOString();
/** As the commands show it, which take it in JSON. */
const shownOf = async (view: PrincipalView): Promise<string> =>
  principalText(await speaking('en'), principalAnswer.parse(view));

const enrolled = async (id: string): Promise<void> => {
  const { invitation } = await people().invite(chief, id, clerk('before'));
  await enter(house, invitation, chief);
};

type Named = Pick<OfficeView, 'name'> | undefined;

interface Case {
  readonly loses: boolean;
  readonly before?: (id: string) => Promise<void>;
  /** The moment of a prepared act is the same both times. */
  readonly give: (id: string, at: string) => Promise<unknown>;
  /** The state whose names were given; undefined where no act has it. */
  readonly named: (id: string) => Promise<Named>;
  readonly text: (id: string) => Promise<string>;
  readonly after?: (id: string) => Promise<void>;
}

const principal = (id: string): Promise<PrincipalView> => people().get(noda, id);

const CASES: Readonly<Record<string, Case>> = {
  'the proposal of an office': {
    loses: true,
    give: (id) => house.app.enrolment.offices.propose(sakai, id, { ...MINAMI, name: clerk(id).name }),
    named: async (id) => (await house.app.enrolment.offices.get(noda, id)).awaiting,
    text: async (id) =>
      officeText(await speaking('en'), officeAnswer.parse(await house.app.enrolment.offices.get(noda, id))),
    after: async (id) => {
      expect((await house.app.enrolment.offices.confirm(noda, id)).name).toEqual(clerk(id).name);
    },
  },
  'the proposal of a relying party': {
    loses: true,
    give: (id) => people().propose(sakai, id, { role: 'relyingParty', name: clerk(id).name }),
    named: async (id) => (await principal(id)).awaiting,
    text: async (id) => shownOf(await principal(id)),
  },
  'the proposal of an auditor': {
    loses: false,
    give: (id) => people().propose(sakai, id, { role: 'auditor', name: clerk(id).name }),
    named: async (id) => (await principal(id)).awaiting,
    text: async (id) => shownOf(await principal(id)),
  },
  'an invitation': {
    loses: false,
    give: (id) => people().invite(chief, id, clerk(id)),
    named: principal,
    text: async (id) => shownOf(await principal(id)),
  },
  'a change at once': {
    loses: false,
    before: enrolled,
    give: (id) => people().change(chief, id, clerk(id)),
    named: principal,
    text: async (id) => shownOf(await principal(id)),
  },
  'a change for a moment to come': {
    loses: false,
    before: enrolled,
    give: (id, at) => people().change(chief, id, clerk(id), at),
    named: async (id) => (await principal(id)).prepared,
    text: async (id) => shownOf(await principal(id)),
    after: async (id) => {
      const earlier = clerk('earlier');
      expect(await codeOf(people().change(chief, id, earlier, moment()))).toBe('wrong-state');
      house.advance(WAIT_MS);
      expect(await people().bringIntoForce()).toEqual([id]);
      expect((await principal(id)).name).toEqual(clerk(id).name);
      expect((await people().notices(chief, { limit: 10 })).items).toEqual([]);
    },
  },
};

const isLost = (text: string): boolean => text.includes(SHOWN_AS_LOST);

/** All acts have their turn where nothing says that a part of the walk is done. */
const mend = async (): Promise<void> => {
  await deleteRow(house.table, { pk: 'enrolment-walk', sk: 'walk' });
  await house.core.mending.mend();
};

/** How many writes the step takes. */
const counted = async ({ before, give }: Case): Promise<number> => {
  const id = `one-${ids++}`;
  await before?.(id);
  stores.beginAnew();
  await give(id, moment());
  const writes = stores.writes();
  house.advance(WAIT_MS);
  await people().bringIntoForce();
  return writes;
};

it.each(Object.entries(CASES))('%s, given again, has its names', async (_, one) => {
  const { loses, before, give, named, text, after } = one;
  let losses = 0;
  for (let n = await counted(one); n > 0; n--) {
    for (const failure of ['lost', 'appliedThenErrored'] as const) {
      const id = `one-${ids++}`;
      await before?.(id);
      const at = moment();
      stores.beginAnew();
      stores.planned.set(n, failure);
      // The table of personal data asks whether a write without an answer went through.
      expect(['none', 'store-unavailable']).toContain(await codeOf(give(id, at)));
      stores.planned.clear();
      await mend();
      const isThere = (await codeOf(named(id))) === 'none' && (await named(id)) !== undefined;
      if (isThere && isLost(await text(id))) {
        losses++;
        // What mends the rows makes no names up.
        expect((await named(id))?.name).toBeUndefined();
      }
      const again = await codeOf(give(id, at));
      // Prepared is prepared, where the answer alone was lost.
      expect(['none', 'wrong-state']).toContain(again);
      expect((await named(id))?.name).toEqual(clerk(id).name);
      expect(isLost(await text(id))).toBe(false);
      await after?.(id);
    }
  }
  expect(losses > 0).toBe(loses);
  expect((await auditOf(house)).found).toEqual([]);
});
