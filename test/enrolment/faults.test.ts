import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPeople } from '../../functions/local/demonstration-people.ts';
import { Fault } from '../../lib/fault.ts';
import type { Principal } from '../../lib/principal.ts';
import { codeOf, type Ground, openGround, openHouse } from '../authority/house.ts';
import type { Service } from '../service.ts';
import type { Failure } from '../store/faulty-table.ts';
import { auditOf, checkWorld } from '../world.ts';
import { failingStores } from './failing-stores.ts';
import { firstChief, MINAMI, newKey, type OwnKey, officer, openMinami, ownCertificate } from './people.ts';
import { namedByActs, watchedPersonItems } from './person-items.ts';

/* Each write of each step is lost, or carried out without an answer. Asking again leads to the same end. */

const stores = failingStores();
const watched = watchedPersonItems();

let ground: Ground;
let house: Service;
let sakai: Principal;
let noda: Principal;
let chief: Principal;
const anyKey = (): OwnKey => newKey(ground.folder, `key-${ids++}`);
beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground, {
    ...stores,
    personal: (real) => stores.personal(watched.personal(real)),
  });
  [sakai, noda] = [house.principal('operator-sakai'), house.principal('operator-noda')];
  await openMinami(house);
  chief = (await firstChief(house)).principal;
}, 60_000);
afterAll(() => ground.close());

/** Asks until there is an answer. What an earlier call did without an answer may be refused now. */
const insist = async <T>(act: () => Promise<T>, ...done: readonly string[]): Promise<T | undefined> => {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (Fault.is(error) && attempt > 0 && done.includes(error.code)) return undefined;
      if (!Fault.is(error, 'store-unavailable')) throw error;
    }
  }
  throw new Error('the store never answered');
};

let ids = 0;
const STEPS = ['open', 'change', 'end-office', 'enter', 'lose', 'name', 'suspend', 'resume', 'end'] as const;
type Step = (typeof STEPS)[number];

interface Life {
  readonly id: string;
  readonly steps: Readonly<Record<Step, () => Promise<unknown>>>;
  /** Brought last. */
  key: OwnKey;
  pem?: string | undefined;
}

const openLife = (): Life => {
  const { offices, people } = house.app.enrolment;
  const id = `one-${ids++}`;
  const bring = async (invitation: string): Promise<void> => {
    life.key = anyKey();
    await insist(() => people.bring(invitation, life.key.csr));
    await insist(() => people.enrol(chief, id, life.key.fingerprint));
    life.pem = (await insist(() => people.bring(invitation, life.key.csr)))?.pem;
  };
  const invite = async (...duties: Parameters<typeof officer>[1][]): Promise<void> => {
    const invited = await insist(() => people.invite(chief, id, officer(id, ...duties)));
    await bring(invited?.invitation ?? '');
  };
  const change = async (kana: string): Promise<void> => {
    await insist(() => offices.propose(sakai, id, { ...MINAMI, kana }));
    await insist(() => offices.confirm(noda, id), 'nothing-awaited');
  };
  const life: Life = {
    id,
    key: { csr: '', key: '', fingerprint: '' },
    steps: {
      open: () => change('みなみ'),
      change: () => change('きた'),
      'end-office': () => insist(() => offices.end(noda, id, 'minami'), 'wrong-state'),
      enter: () => invite('receive'),
      lose: () => invite('receive', 'examine'),
      name: async () => {
        await insist(() => people.propose(sakai, id, officer(`${id} 二`, 'examine'), { invites: true }));
        await bring((await insist(() => people.confirm(noda, id)))?.invitation ?? '');
      },
      suspend: () => insist(() => people.suspend(chief, id), 'wrong-state'),
      resume: () => insist(() => people.resume(chief, id), 'wrong-state'),
      end: () => insist(() => people.end(noda, id)),
    },
  };
  return life;
};

const known = async ({ pem }: Life, by: 'rows' | 'acts'): Promise<string> =>
  codeOf(house.app.principals.byCertificate(ownCertificate(pem ?? ''), by));

/** What everybody sees after the steps, by rows and by acts. */
const checkLife = async (life: Life, steps: readonly Step[]): Promise<void> => {
  const { offices, people } = house.app.enrolment;
  const { id } = life;
  if (steps[0] === 'open') {
    const view = await offices.get(noda, id);
    const isEnded = steps.includes('end-office');
    const kana = steps.includes('change') ? 'きた' : 'みなみ';
    expect(view).toMatchObject({ standing: isEnded ? 'ended' : 'open', kana, name: MINAMI.name });
    expect(view.awaiting).toBeUndefined();
    return;
  }
  const last = steps.at(-1);
  const standing = last === 'end' ? 'ended' : last === 'suspend' ? 'suspended' : 'active';
  const view = await people.get(noda, id);
  expect(view).toMatchObject({ standing, key: life.key.fingerprint });
  expect(view.name).toBeDefined();
  const code = { active: 'none', suspended: 'not-in-force', ended: 'client-certificate-revoked' }[standing];
  expect([await known(life, 'rows'), await known(life, 'acts')]).toEqual([code, code]);
};

const LIVES: readonly (readonly Step[])[] = [
  ['open'],
  ['open', 'change'],
  ['open', 'end-office'],
  ['enter'],
  ['enter', 'lose'],
  ['enter', 'name'],
  ['enter', 'suspend'],
  ['enter', 'suspend', 'resume'],
  ['enter', 'end'],
];

/** Lists have everybody once, nothing is left to do, and an audit finds nothing. */
const checkAll = async (): Promise<void> => {
  const { offices, people } = house.app.enrolment;
  expect(await people.recover()).toEqual([]);
  const names = async (
    list: (cursor?: string) => Promise<{ items: readonly { id: string }[]; cursor?: string }>,
  ) => {
    const found: string[] = [];
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = await list(cursor);
      found.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    }
    return found;
  };
  const all = await names((cursor) => people.list(noda, { limit: 100, ...(cursor && { cursor }) }));
  expect(new Set(all).size).toBe(all.length);
  const { principals } = await readPeople();
  const own = all.filter((id) => !principals.some((one) => one.id === id));
  expect(await names((cursor) => people.list(chief, { limit: 100, ...(cursor && { cursor }) }))).toEqual(own);
  const open = await names((cursor) => offices.list(noda, { limit: 100, ...(cursor && { cursor }) }));
  expect(new Set(open).size).toBe(open.length);
  expect(await house.core.mending.mend()).toEqual([]);
  // Names that were put before an act which failed end with their month. Nothing else is left of names that are no longer so.
  const { earlier } = await namedByActs(house);
  expect(earlier.size).toBeGreaterThan(5);
  expect(watched.all().filter(({ digest }) => earlier.has(digest))).toEqual([]);
  await checkWorld(house, { requests: [], signed: [], answers: [], revoked: [] });
  expect((await auditOf(house)).found).toEqual([]);
};

describe('a store that fails', () => {
  it.each(LIVES.map((steps) => [steps.join(', '), steps] as const))(
    'at any write of the last of these: %s',
    async (_, steps) => {
      const last = steps.at(-1) as Step;
      for (let n = 1, most = 1; n <= most; n++) {
        for (const failure of ['lost', 'appliedThenErrored'] as const) {
          const life = openLife();
          for (const step of steps.slice(0, -1)) await life.steps[step]();
          stores.beginAnew();
          stores.planned.set(n, failure);
          await life.steps[last]();
          stores.planned.clear();
          if (n === 1) most = Math.max(most, stores.writes() - 1);
          await checkLife(life, steps);
        }
      }
    },
    120_000,
  );

  it('at any writes at all', async () => {
    const failure = fc.constantFrom<Failure>('lost', 'appliedThenErrored');
    const plan = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), failure), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...LIVES), plan, async (steps, failures) => {
        const life = openLife();
        stores.beginAnew();
        for (const [n, how] of failures) stores.planned.set(n, how);
        for (const step of steps) await life.steps[step]();
        stores.planned.clear();
        await checkLife(life, steps);
      }),
      { numRuns: 20 },
    );
  }, 120_000);

  it('leaves a world in which nothing is wrong', checkAll, 120_000);
});

describe('two at once', () => {
  it('one confirmation counts', async () => {
    const { offices, people } = house.app.enrolment;
    await offices.propose(sakai, 'twice', MINAMI);
    const third = { ...noda, id: 'third', person: 'third' };
    const codes = await Promise.all([
      codeOf(offices.confirm(noda, 'twice')),
      codeOf(offices.confirm(third, 'twice')),
    ]);
    expect(codes.toSorted()).toEqual(['none', 'nothing-awaited']);
    await people.propose(sakai, 'both', officer('both', 'receive'));
    const both = await Promise.all([
      codeOf(people.confirm(noda, 'both')),
      codeOf(people.confirm(third, 'both')),
    ]);
    expect(both.toSorted()).toEqual(['none', 'nothing-awaited']);
  });

  it('a suspension and the confirmation of a key leave somebody suspended, or both in turn', async () => {
    const { people } = house.app.enrolment;
    for (let i = 0; i < 5; i++) {
      const id = `race-${i}`;
      const { invitation } = await people.invite(chief, id, officer(id, 'receive'));
      const key = anyKey();
      await people.bring(invitation, key.csr);
      const [suspended, enrolled] = await Promise.all([
        codeOf(people.suspend(noda, id)),
        codeOf(people.enrol(chief, id, key.fingerprint)),
      ]);
      expect(suspended).toBe('none');
      expect(['none', 'nothing-awaited', 'wrong-state']).toContain(enrolled);
      expect((await people.get(noda, id)).standing).toBe('suspended');
      expect(await codeOf(house.app.enrolment.people.enrol(chief, id, key.fingerprint))).toBe(
        'nothing-awaited',
      );
    }
  });

  it('of two invitations, the later one opens', async () => {
    const { people } = house.app.enrolment;
    const terms = officer('invited', 'receive');
    const [one, other] = await Promise.all([
      people.invite(chief, 'invited', terms),
      people.invite(chief, 'invited', terms),
    ]);
    const { csr } = anyKey();
    const codes = [
      await codeOf(people.bring(one.invitation, csr)),
      await codeOf(people.bring(other.invitation, csr)),
    ];
    expect(codes.toSorted()).toEqual(['invitation-invalid', 'none']);
  });
});
