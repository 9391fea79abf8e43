import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import type { OrderAct } from '../../lib/personal/personal.ts';
import type { Principal } from '../../lib/principal.ts';
import {
  at,
  auditor,
  failingPorts,
  kobayashi,
  LAPSE,
  OF_TOKIWA,
  openRoom,
  type Room,
  YAMADA_AGAIN,
  yamada,
} from './room.ts';

const HOLDER = 'holder-1';
const ITEM = 'request/1';
const COURT = 'court/2027-17';

let room: Room;
beforeEach(async () => {
  room = await openRoom();
  await room.keep(ITEM, HOLDER, { name: '山田太郎' });
});
afterEach(() => room[Symbol.asyncDispose]());

const order = (actor: Principal, act: OrderAct, reference = COURT, one = room) =>
  one.start().retention.order(actor, HOLDER, { act, reference, tenant: 'tokiwa' });

/** Two operators, one after the other. */
const ordered = async (act: OrderAct, reference = COURT) => {
  await order(yamada, act, reference);
  return order(kobayashi, act, reference);
};

const acts = async (one = room) => (await one.records('personal-data')).map(({ details }) => details.act);
const refused = (code: string) => ({ code });

describe('an order about a holder', () => {
  it('takes two operators: the first one asks, the second one asks for the same', async () => {
    const asked = await order(yamada, 'hold');
    const [asking] = await room.records('personal-data');
    expect(asked).toEqual({
      tenant: 'tokiwa',
      holder: HOLDER,
      held: false,
      changed: { act: 'asked', reference: COURT, by: yamada.id, at: asking?.time, record: asking?.id },
      awaiting: {
        act: 'hold',
        reference: COURT,
        askedBy: yamada.id,
        askedAt: asking?.time,
        lapsesAt: new Date(room.world.now + LAPSE).toISOString(),
      },
    });
    const done = await order(kobayashi, 'hold');
    const [, given] = await room.records('personal-data');
    expect(done).toEqual({
      tenant: 'tokiwa',
      holder: HOLDER,
      held: true,
      heldUnder: COURT,
      changed: { act: 'hold', reference: COURT, by: kobayashi.id, at: given?.time, record: given?.id },
    });
    expect(given).toMatchObject({
      actor: kobayashi.id,
      tenant: 'tokiwa',
      holder: HOLDER,
      details: {
        act: 'hold',
        reference: COURT,
        person: kobayashi.person,
        askedBy: yamada.id,
        askedByPerson: yamada.person,
        confirms: asking?.id,
      },
    });
  });

  it('is not given by one person under two ids, nor by one who asks twice', async () => {
    await order(yamada, 'hold');
    for (const same of [yamada, YAMADA_AGAIN, { ...kobayashi, person: yamada.person }]) {
      const view = await order(same, 'hold');
      expect([view.held, view.awaiting?.askedBy]).toEqual([false, yamada.id]);
    }
    expect(await acts()).toEqual(['asked']);
  });

  it('is the same that was asked for', async () => {
    await order(yamada, 'hold');
    for (const [act, reference] of [
      ['hold', 'court/2027-18'],
      ['erasure', COURT],
    ] as const)
      await expect(order(kobayashi, act, reference)).rejects.toMatchObject({
        code: 'confirmation-differs',
        facts: { awaiting: { act: 'hold', reference: COURT } },
      });
    expect(await acts()).toEqual(['asked']);
  });

  it('lapses, and is asked for anew', async () => {
    await order(yamada, 'hold');
    room.world.now += LAPSE;
    expect((await room.retention.standing(auditor, HOLDER, 'tokiwa')).awaiting).toBeUndefined();
    expect((await order(kobayashi, 'hold', 'other')).awaiting).toMatchObject({ askedBy: kobayashi.id });
    expect((await order(yamada, 'hold', 'other')).held).toBe(true);
    expect(await acts()).toEqual(['asked', 'asked', 'hold']);
  });

  it('is withdrawn by any operator, and then nothing awaits', async () => {
    await order(yamada, 'hold');
    expect(await room.retention.withdraw(OF_TOKIWA, HOLDER)).toMatchObject({
      held: false,
      changed: { act: 'withdrawn', by: OF_TOKIWA.id },
    });
    await expect(room.retention.withdraw(yamada, HOLDER, 'tokiwa')).rejects.toMatchObject(
      refused('nothing-awaited'),
    );
    expect((await order(kobayashi, 'hold')).held).toBe(false);
  });

  it('names a holder of the tenant, and a reference without words', async () => {
    for (const reference of ['', 'a b', '山田太郎', 'x'.repeat(65), 'a\n'])
      await expect(order(yamada, 'hold', reference)).rejects.toMatchObject({
        code: 'invalid-input',
        facts: { path: 'reference' },
      });
    const asked = { act: 'hold', reference: COURT } as const;
    const { retention } = room;
    await expect(retention.order(yamada, HOLDER, asked)).rejects.toMatchObject({ facts: { path: 'tenant' } });
    await expect(retention.order(yamada, 'nobody', { ...asked, tenant: 'tokiwa' })).rejects.toMatchObject(
      refused('unknown-holder'),
    );
    await expect(retention.standing(yamada, 'nobody', 'tokiwa')).rejects.toMatchObject(
      refused('unknown-holder'),
    );
    await expect(retention.order(OF_TOKIWA, HOLDER, { ...asked, tenant: 'minase' })).rejects.toMatchObject(
      refused('forbidden'),
    );
    for (const act of [
      () => retention.order(auditor, HOLDER, { ...asked, tenant: 'tokiwa' }),
      () => retention.withdraw(auditor, HOLDER, 'tokiwa'),
    ])
      await expect(act()).rejects.toMatchObject(refused('forbidden'));
    expect(await acts()).toEqual([]);
  });

  it('is listed for its tenant', async () => {
    await order(yamada, 'hold');
    await room.keep('request/2', 'holder-2', {}, { tenant: 'minase' });
    await room.retention.order(yamada, 'holder-2', { act: 'hold', reference: COURT, tenant: 'minase' });
    expect((await room.retention.orders(OF_TOKIWA)).map(({ holder }) => holder)).toEqual([HOLDER]);
    expect((await room.retention.orders(auditor)).map(({ tenant }) => tenant)).toEqual(['minase', 'tokiwa']);
  });
});

describe('a legal hold', () => {
  it('is answered with what is so where there is one already, under its own reference', async () => {
    await ordered('hold');
    const again = await order(yamada, 'hold', 'other');
    expect(again).toMatchObject({ held: true, heldUnder: COURT, changed: { act: 'hold' } });
    expect(again.awaiting).toBeUndefined();
    // An order that is asked for meanwhile does not change which hold keeps the data.
    await order(yamada, 'release', 'end-of-17');
    expect(await room.retention.withdraw(yamada, HOLDER, 'tokiwa')).toMatchObject({
      held: true,
      heldUnder: COURT,
    });
  });

  it('is released by two operators, and only where it stands', async () => {
    await expect(order(yamada, 'release')).rejects.toMatchObject(refused('wrong-state'));
    await ordered('hold');
    const released = await ordered('release', 'end-of-17');
    expect(released).toMatchObject({ held: false, changed: { act: 'release', reference: 'end-of-17' } });
    expect(released.heldUnder).toBeUndefined();
    expect(await acts()).toEqual(['asked', 'hold', 'asked', 'release']);
  });

  it('keeps an erasure from being ordered', async () => {
    await ordered('hold');
    await expect(order(yamada, 'erasure', 'other')).rejects.toMatchObject(refused('legal-hold'));
    expect((await room.data.find(ITEM)).state).toBe('kept');
  });

  it('keeps the data through the ends of months until it is released', async () => {
    await ordered('hold');
    room.world.now = at('2037-06-01T00:00:00Z');
    await room.retention.enforce();
    expect(await room.data.find(ITEM)).toMatchObject({ state: 'kept', month: '2037-06' });
    room.world.now = at('2039-02-01T00:00:00Z');
    await room.retention.enforce();
    expect(await room.data.find(ITEM)).toMatchObject({ state: 'kept', month: '2039-02' });
    await ordered('release', 'end-of-17');
    room.world.now = at('2039-03-01T00:00:00Z');
    await room.retention.enforce();
    expect(await room.data.find(ITEM)).toMatchObject({ state: 'ended', month: '2039-02' });
  });
});

describe('a store that fails at an order', () => {
  it('loses each write, or its answer: asked again, it is one order with its records', async () => {
    for (let n = 1; n <= 4; n++) {
      for (const failure of ['lost', 'appliedThenErrored'] as const) {
        await using one = await openRoom();
        await one.keep(ITEM, HOLDER, {});
        const { ports } = failingPorts(one, new Map([[n, failure]]));
        const process = one.start(ports).retention;
        const insist = async (actor: Principal) => {
          const asked = { act: 'hold', reference: COURT, tenant: 'tokiwa' } as const;
          try {
            return await process.order(actor, HOLDER, asked);
          } catch (error) {
            if (!Fault.is(error, 'store-unavailable')) throw error;
            return process.order(actor, HOLDER, asked);
          }
        };
        await insist(yamada);
        expect((await insist(kobayashi)).held, `${failure} at ${n}`).toBe(true);
        expect(await acts(one)).toEqual(['asked', 'hold']);
      }
    }
  });

  it('answers the one of two at once who was second that somebody was first', async () => {
    const both = await Promise.allSettled([order(yamada, 'hold', 'a'), order(kobayashi, 'hold', 'b')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'condition-failed', facts: { holder: HOLDER } },
    });
    expect(await acts()).toEqual(['asked']);
  });
});
