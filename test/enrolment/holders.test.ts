import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listPk, namedPk } from '../../lib/enrolment/listings.ts';
import type { Act } from '../../lib/enrolment/reading.ts';
import { rowKey } from '../../lib/enrolment/rows.ts';
import { Fault } from '../../lib/fault.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Value } from '../../lib/store/store.ts';
import { codeOf, type Ground, openGround, openHouse } from '../authority/house.ts';
import { FIELDS, opensslRequest, type Service } from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';
import { allRecords, auditOf } from '../world.ts';
import { failingStores } from './failing-stores.ts';

/* A submission enrols the holder that it names, and each office sees its own holders. */

const stores = failingStores();

let ground: Ground;
let house: Service;
let sakai: Principal;
let higashi: Record<'counter' | 'examiner' | 'chief', Principal>;
let nishi: Principal;
let csrs = 0;

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground, stores);
  sakai = house.principal('operator-sakai');
  higashi = {
    counter: house.principal('higashi-counter'),
    examiner: house.principal('higashi-examiner'),
    chief: house.principal('higashi-chief'),
  };
  nishi = house.principal('nishi-examiner');
}, 60_000);
afterAll(() => ground.close());

const holders = () => house.app.enrolment.holders;

/** A submission that can be repeated. */
const submission = (holder: string) => ({
  profile: 'person-authentication',
  csr: opensslRequest(ground.folder, `request-${csrs++}`),
  fields: FIELDS['person-authentication'] ?? {},
  holder,
});
const submit = (by: Principal, holder: string) => house.app.registration.submit(by, submission(holder));

const actsOn = async (holder: string): Promise<readonly Act[]> =>
  (await allRecords(house)).flatMap((record) =>
    record.kind === 'enrolment' && record.details.id === holder ? [record as Act] : [],
  );

const idsOf = async (by: Principal, office?: string): Promise<readonly string[]> =>
  (await holders().list(by, { limit: 100, ...(office !== undefined && { office }) })).items.map(
    ({ id }) => id,
  );

/** Whether the holder can sign in: with a token, by rows and by acts. */
const signsIn = async (id: string): Promise<readonly string[]> => {
  const { principals } = house.app;
  const { token } = await principals.issueToken({ ...sakai, id });
  return Promise.all([codeOf(principals.byToken(token, 'rows')), codeOf(principals.byToken(token, 'acts'))]);
};

/** The demonstration's holders, whom the first office's submissions named. */
const NAMED = ['holder-minami', 'holder-tanabe'];

describe('a submission', () => {
  it('enrols the pseudonym once, without a name, and a second office is recorded by an act of its own', async () => {
    await submit(higashi.counter, 'h-one');
    await submit(higashi.counter, 'h-one');
    const [enrolled, ...others] = await actsOn('h-one');
    expect(others).toEqual([]);
    const time = enrolled?.time ?? '';
    expect(enrolled).toMatchObject({ actor: 'higashi-counter', office: 'mizusaki-higashi' });
    expect(enrolled?.details).toEqual({
      act: 'holder-enrolled',
      subject: 'principal',
      id: 'h-one',
      person: higashi.counter.person,
      state: { standing: 'active', role: 'holder', person: 'h-one', from: time },
      closes: { act: 'principal.h-one', number: 1 },
    });
    expect(await signsIn('h-one')).toEqual(['none', 'none']);

    expect(await codeOf(holders().get(nishi, 'h-one'))).toBe('unknown-holder');
    ground.time.now += 60_000;
    await submit(nishi, 'h-one');
    expect((await actsOn('h-one')).map(({ details: { act } }) => act).sort()).toEqual([
      'holder-enrolled',
      'holder-named',
    ]);
    const [first, second] = [
      await holders().get(higashi.examiner, 'h-one'),
      await holders().get(nishi, 'h-one'),
    ];
    expect(first).toEqual({ id: 'h-one', standing: 'active', since: time });
    // Neither office learns when or by whom the other one named the holder.
    expect(Object.keys(second)).toEqual(['id', 'standing', 'since']);
    expect(Date.parse(second.since)).toBeGreaterThan(Date.parse(first.since));
    expect(await holders().get(sakai, 'h-one')).toMatchObject({
      number: 1,
      changed: { by: 'higashi-counter' },
    });
  });

  it('is refused where the id is not a holder’s, and enrols nobody', async () => {
    await house.app.enrolment.people.propose(sakai, 'proposed-1', {
      role: 'auditor',
      name: { ja: '監査', en: 'Audit' },
    });
    const before = (await allRecords(house)).length;
    const taken = [
      'operator-noda',
      'nishi-counter',
      'tax-portal',
      'proposed-1',
      'public',
      'officer',
      'former',
    ];
    for (const id of taken)
      expect([id, await codeOf(submit(higashi.counter, id))]).toEqual([id, 'invalid-input']);
    expect(await codeOf(submit(higashi.counter, '123456789012'))).toBe('invalid-field');
    expect(await codeOf(submit(higashi.counter, 'Tanabe Hanako'))).toBe('invalid-field');
    expect((await allRecords(house)).length).toBe(before);
    // Whom operators enrolled as a holder is one already.
    await submit(higashi.counter, 'holder-tanabe');
    expect(
      (await actsOn('holder-tanabe')).filter(({ details: { act } }) => act === 'holder-enrolled'),
    ).toEqual([]);
    // And nobody becomes anything else under a holder's id.
    const officer = { role: 'auditor', name: { ja: '人', en: 'One' } } as const;
    expect(await codeOf(house.app.enrolment.people.propose(sakai, 'h-one', officer))).toBe('wrong-state');
  });

  it('lists of an office have its own holders, page by page, and the list of everybody else has none', async () => {
    for (const id of ['h-two', 'h-three']) await submit(higashi.counter, id);
    await submit(nishi, 'h-four');
    expect(await idsOf(higashi.counter)).toEqual([...['h-one', 'h-three', 'h-two'], ...NAMED]);
    expect(await idsOf(nishi)).toEqual(['h-four', 'h-one']);
    expect(await idsOf(sakai, 'mizusaki-nishi')).toEqual(['h-four', 'h-one']);
    expect(await idsOf(sakai)).toEqual([...['h-four', 'h-one', 'h-three', 'h-two'], ...NAMED]);
    expect(await codeOf(holders().list(nishi, { limit: 10, office: 'mizusaki-higashi' }))).toBe('forbidden');
    const page = await holders().list(higashi.counter, { limit: 1 });
    expect(page.items.map(({ id }) => id)).toEqual(['h-one']);
    const next = await holders().list(higashi.counter, { limit: 1, cursor: page.cursor ?? '' });
    expect(next.items.map(({ id }) => id)).toEqual(['h-three']);
    const { items } = await house.app.enrolment.people.list(sakai, { limit: 100 });
    const others = items.map(({ id }) => id);
    expect(others).toContain('proposed-1');
    expect(others.filter((id) => id.startsWith('h-'))).toEqual([]);
  });
});

describe('a holder', () => {
  it('is suspended, resumed and ended by the responsible person of an office that named it, or an operator', async () => {
    expect(await codeOf(holders().suspend(higashi.counter, 'h-one'))).toBe('forbidden');
    expect(await codeOf(holders().suspend(nishi, 'h-two'))).toBe('unknown-holder');
    expect(await codeOf(holders().suspend(sakai, 'nobody'))).toBe('unknown-holder');
    expect(await codeOf(holders().end(sakai, 'proposed-1'))).toBe('unknown-holder');
    expect(await codeOf(holders().resume(nishi, 'h-one'))).toBe('wrong-state');

    expect(await holders().suspend(nishi, 'h-one')).toMatchObject({ standing: 'suspended' });
    expect(await signsIn('h-one')).toEqual(['not-in-force', 'not-in-force']);
    expect(await codeOf(submit(higashi.counter, 'h-one'))).toBe('not-in-force');
    expect(await holders().resume(higashi.chief, 'h-one')).toMatchObject({ standing: 'active' });
    expect(await signsIn('h-one')).toEqual(['none', 'none']);

    await holders().suspend(sakai, 'h-two');
    await holders().resume(sakai, 'h-two');
    const ended = await holders().end(higashi.chief, 'h-two');
    expect(await holders().end(higashi.chief, 'h-two')).toEqual(ended);
    expect(await signsIn('h-two')).toEqual(['not-in-force', 'not-in-force']);
    expect(await codeOf(submit(higashi.counter, 'h-two'))).toBe('not-in-force');
    expect(await codeOf(holders().resume(sakai, 'h-two'))).toBe('wrong-state');
    expect((await auditOf(house)).found).toEqual([]);
  });

  it('is enrolled once, whichever write of its first submission fails', async () => {
    let most = 1;
    for (let n = 1; n <= most; n++) {
      for (const failure of ['lost', 'appliedThenErrored'] as const) {
        const id = `h-fault-${n}-${failure.toLowerCase()}`;
        const once = submission(id);
        const key = `key-${id}`;
        stores.beginAnew();
        stores.planned.set(n, failure);
        for (let attempt = 0, isOver = false; attempt < 5 && !isOver; attempt++) {
          try {
            await house.app.registration.submit(nishi, once, key);
            isOver = true;
          } catch (error) {
            if (!Fault.is(error, 'store-unavailable')) throw error;
          }
        }
        most = Math.max(most, stores.writes() - 1);
        stores.planned.clear();
        expect((await actsOn(id)).map(({ details: { act } }) => act)).toEqual(['holder-enrolled']);
        expect(await holders().get(nishi, id)).toMatchObject({ standing: 'active' });
        expect(await idsOf(sakai)).toContain(id);
      }
    }
    expect((await auditOf(house)).found).toEqual([]);
  });
});

describe('somebody who writes to the table', () => {
  const valueAt = async (pk: string, sk: string): Promise<Value> =>
    (await ground.table.get({ pk, sk }))?.value as Value;

  it('shows no office the holder of another one, and opens nothing', async () => {
    const own = await valueAt(namedPk('mizusaki-nishi'), 'h-four');
    await putRow(ground.table, { pk: namedPk('mizusaki-higashi'), sk: 'h-four' }, own);
    expect(await codeOf(holders().get(higashi.chief, 'h-four'))).toBe('unknown-holder');
    expect(await codeOf(holders().end(higashi.chief, 'h-four'))).toBe('unknown-holder');
    expect(await idsOf(higashi.chief)).not.toContain('h-four');

    // The row of a suspended holder as it was before.
    const { pk, sk } = rowKey('principal', 'h-three');
    const before = await valueAt(pk, sk);
    await holders().suspend(sakai, 'h-three');
    await putRow(ground.table, { pk, sk }, before);
    expect((await signsIn('h-three'))[1]).toBe('not-in-force');
    expect(await codeOf(submit(higashi.counter, 'h-three'))).toBe('not-in-force');
    await house.core.mending.mend();
    expect(await signsIn('h-three')).toEqual(['not-in-force', 'not-in-force']);
  });

  it('and deletes the rows of a holder finds them made again by the next submission', async () => {
    for (const key of [
      rowKey('principal', 'h-four'),
      { pk: listPk('principal', { role: 'holder' }), sk: 'h-four' },
      { pk: namedPk('mizusaki-nishi'), sk: 'h-four' },
    ])
      await deleteRow(ground.table, key);
    expect(await codeOf(holders().get(nishi, 'h-four'))).toBe('unknown-holder');
    await submit(nishi, 'h-four');
    expect(await holders().get(nishi, 'h-four')).toMatchObject({ standing: 'active' });
    expect(await idsOf(sakai)).toContain('h-four');
    expect((await actsOn('h-four')).length).toBe(1);
  });
});

it('the function that takes submissions can make nobody but a holder, whatever it signs and puts', async () => {
  const { ledger } = house.core;
  const from = new Date(house.now()).toISOString();
  const holder = { standing: 'active', role: 'holder', from };
  const states: readonly (readonly [string, number, Value])[] = [
    ['forged-1', 1, { ...holder, person: 'forged-1', role: 'operator' }],
    ['forged-2', 1, { ...holder, person: 'operator-sakai' }],
    ['forged-3', 1, { ...holder, person: 'forged-3', duties: ['examine'], office: 'mizusaki-higashi' }],
    // It brings back a holder who has ended.
    ['h-two', ((await holders().get(sakai, 'h-two')).number as number) + 1, { ...holder, person: 'h-two' }],
  ];
  for (const [id, number, state] of states) {
    const details = { act: 'holder-enrolled', subject: 'principal', id, person: 'x', state };
    await ledger.conclude(
      { kind: 'enrolment', actor: 'higashi-counter', office: 'mizusaki-higashi', details },
      { act: `principal.${id}`, number },
    );
    expect([id, (await signsIn(id))[1]]).toEqual([id, 'act-object-invalid']);
  }
});
