import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { stagedKey } from '../../lib/ledger/rows.ts';
import type { RequestState } from '../../lib/registration/registration.ts';
import { type RequestRow, requestKey } from '../../lib/registration/rows.ts';
import type { Objects, Table } from '../../lib/store/store.ts';
import { faultyTable } from '../store/faulty-table.ts';
import { openTemporaryTable } from '../store/temporary.ts';
import { bringTo, checkTable, fakeIssuer, LAPSE_MS, openOffice, REASON } from './office.ts';
import { PEOPLE } from './people.ts';

/** How requests end: by one object each, before any row says so. */

const { tanaka, suzuki, sato, yamada } = PEOPLE;
const HOUR = 3_600_000;
const approve = { decision: 'approve' } as const;
const reject = { decision: 'reject', reason: REASON } as const;

const rowOf = async (table: Table, id: string): Promise<RequestRow> =>
  (await table.get<RequestRow>(requestKey(id)))?.value as RequestRow;

/** The request as it was: only its own row is put back, and its listings stay. */
const putBack = async (table: Table, id: string, row: RequestRow): Promise<void> => {
  const version = (await table.get(requestKey(id)))?.version ?? 0;
  await table.write([{ put: requestKey(id), value: row, if: { version } }]);
};

const codeOf = async (act: Promise<unknown>): Promise<string> => {
  try {
    await act;
    return 'none';
  } catch (error) {
    return Fault.is(error) ? error.code : `not a Fault: ${String(error)}`;
  }
};

/** The issuer whose bucket fails at the next put of an end, in one of two ways. */
const withBucket = (failure: 'lost' | 'appliedThenErrored') => {
  const issuer = fakeIssuer();
  const { objects } = issuer.acts;
  let due = true;
  const failing: Objects = {
    ...objects,
    put: async (key, body, options) => {
      if (!due || !key.startsWith('outcomes/')) return objects.put(key, body, options);
      due = false;
      if (failure === 'appliedThenErrored') await objects.put(key, body, options);
      throw new Fault('store-unavailable', 'The bucket did not answer.');
    },
  };
  return { ...issuer, acts: { ...issuer.acts, objects: failing } };
};

const ENDS = [
  ['withdrawn', (office, id) => office.registration.withdraw(tanaka, id, REASON)],
  ['rejected', (office, id) => office.registration.examine(yamada, id, reject)],
] as const satisfies readonly [
  RequestState,
  (office: ReturnType<typeof openOffice>, id: string) => Promise<{ state: RequestState }>,
][];

describe.each(ENDS)('a request that is %s', (state, end) => {
  it.each(['lost', 'appliedThenErrored'] as const)(
    'while the bucket fails (%s) is not acknowledged, and is done when it is asked for again',
    async (failure) => {
      await using store = await openTemporaryTable();
      const office = openOffice(store.table, withBucket(failure));
      const id = await bringTo(office.registration, 'examined');
      expect(await codeOf(end(office, id))).toBe('store-unavailable');
      expect((await rowOf(store.table, id)).state).toBe('examined');
      expect(await end(office, id)).toMatchObject({ state });
      await checkTable(store.table, office);
    },
  );

  it('and whose rows were lost takes its end from the next person, who is told', async () => {
    await using store = await openTemporaryTable();
    const issuer = fakeIssuer();
    const office = openOffice(store.table, issuer);
    const id = await bringTo(office.registration, 'examined');
    const crashed = openOffice(faultyTable(store.table, new Map([[1, 'lost']])), issuer);
    expect(await codeOf(end(crashed, id))).toBe('store-unavailable');
    expect((await rowOf(store.table, id)).state).toBe('examined');
    expect(await codeOf(office.registration.examine(yamada, id, approve))).toBe('wrong-state');
    expect((await checkTable(store.table, office)).get(id)).toBe(state);
    expect(issuer.orders.size).toBe(0);
  });

  it('takes its end again where only its own row was put back', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const id = await bringTo(office.registration, 'examined');
    const before = await rowOf(store.table, id);
    await end(office, id);
    await putBack(store.table, id, before);
    expect(await codeOf(office.registration.examine(yamada, id, approve))).toBe('wrong-state');
    expect((await checkTable(store.table, office)).get(id)).toBe(state);
  });

  it('is not ended where the ledger lacks its submission', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const id = await bringTo(office.registration, 'examined');
    const { records } = await rowOf(store.table, id);
    const key = stagedKey(records[0] ?? '');
    const submission = (await store.table.get(key))?.value ?? {};
    await store.table.write([
      { put: key, value: { ...submission, salt: '00'.repeat(16) }, if: { version: 1 } },
    ]);
    expect(await codeOf(end(office, id))).toBe('submission-not-recorded');
    await store.table.write([{ delete: key, if: { version: 2 } }]);
    expect(await codeOf(end(office, id))).toBe('submission-not-recorded');
    expect(await codeOf(office.registration.examine(yamada, id, approve))).toBe('submission-not-recorded');
    expect((await rowOf(store.table, id)).state).toBe('examined');
  });
});

describe('two ends at once', () => {
  it.each([
    ['a rejection', reject, 'rejected'],
    ['the approval that issues', approve, 'issued'],
  ] as const)('a withdrawal and %s: one is put, and the other is told', async (_, examination, end) => {
    for (let turn = 0; turn < 8; turn++) {
      await using store = await openTemporaryTable();
      const issuer = fakeIssuer();
      const [one, two] = [openOffice(store.table, issuer), openOffice(store.table, issuer)];
      const id = await bringTo(one.registration, 'examined');
      const outcomes = await Promise.all([
        codeOf(one.registration.withdraw(tanaka, id, REASON)),
        codeOf(two.registration.examine(yamada, id, examination)),
      ]);
      expect(outcomes.toSorted()).toEqual(['none', 'wrong-state']);
      const states = await checkTable(store.table, one);
      expect(states.get(id)).toBe(outcomes[0] === 'none' ? 'withdrawn' : end);
    }
  });
});

describe('an approval that is not used in time', () => {
  const waiting = async (table: Table, issuer = fakeIssuer()) => {
    const office = openOffice(table, issuer);
    issuer.fail(new Fault('store-unavailable', 'The key store did not answer.'));
    const id = await bringTo(office.registration, 'approved');
    office.logged.length = 0;
    return { office, issuer, id };
  };

  it('lapses: the request is submitted again, and the same persons may examine it again', async () => {
    await using store = await openTemporaryTable();
    const { office, issuer, id } = await waiting(store.table);
    office.advance(LAPSE_MS);
    expect(await office.registration.recover()).toEqual([]);
    expect(issuer.orders.size).toBe(0);
    const lapsed = await office.registration.get(tanaka, id);
    expect(lapsed).toMatchObject({ state: 'submitted', examinations: [], lapses: [expect.any(String)] });
    expect(office.logged).toMatchObject([{ facts: { request: id } }]);
    const { records } = await office.ledger.query({ limit: 1 });
    expect(records[0]).toMatchObject({
      kind: 'submission',
      actor: 'service',
      details: { act: 'lapsed', request: id, round: 1 },
    });
    expect(await codeOf(office.registration.examine(tanaka, id, approve))).toBe('same-person');
    await office.registration.examine(sato, id, approve);
    expect((await office.registration.examine(yamada, id, approve)).state).toBe('issued');
    expect(issuer.orders.get(id)?.order.closes.number).toBe(2);
  });

  it('lapses as often as it is not used, and a lapsed request can be withdrawn or rejected', async () => {
    await using store = await openTemporaryTable();
    const { office, issuer, id } = await waiting(store.table);
    for (let round = 1; round <= 3; round++) {
      office.advance(LAPSE_MS);
      await office.registration.recover();
      expect((await office.registration.get(tanaka, id)).lapses).toHaveLength(round);
      issuer.fail(new Fault('store-unavailable', 'The key store did not answer.'));
      await office.registration.examine(suzuki, id, approve);
      expect((await office.registration.examine(yamada, id, approve)).state).toBe('approved');
    }
    office.advance(LAPSE_MS);
    await office.registration.recover();
    expect((await office.registration.withdraw(tanaka, id, REASON)).state).toBe('withdrawn');
    expect(issuer.orders.size).toBe(0);
  });

  it('counts from the time of the signed record, to the millisecond, and not from what a row says', async () => {
    await using store = await openTemporaryTable();
    const { office, issuer, id } = await waiting(store.table);
    const row = await rowOf(store.table, id);
    const examinations = row.examinations.map((one) => ({ ...one, at: '2036-01-01T00:00:00Z' }));
    await putBack(store.table, id, { ...row, examinations });
    office.advance(LAPSE_MS);
    await office.registration.recover();
    expect((await rowOf(store.table, id)).state).toBe('submitted');
    expect(issuer.orders.size).toBe(0);
  });

  it('is not open again where its rows are put back', async () => {
    await using store = await openTemporaryTable();
    const { office, issuer, id } = await waiting(store.table);
    const approved = await rowOf(store.table, id);
    office.advance(LAPSE_MS);
    await office.registration.recover();
    for (const lapses of [
      undefined,
      ['2026-11-22T00:00:00Z'],
      ['2026-11-22T00:00:00Z', '2026-11-22T00:00:00Z'],
    ]) {
      await putBack(store.table, id, { ...approved, ...(lapses && { lapses }) });
      await store.table.write([{ put: { pk: 'requests/state/approved', sk: id }, value: {}, if: 'absent' }]);
      office.advance(HOUR * 24);
      expect(await office.registration.recover()).toEqual([]);
      expect(issuer.orders.size).toBe(0);
      const listing = await store.table.get({ pk: 'requests/state/approved', sk: id });
      if (listing)
        await store.table.write([{ delete: { pk: listing.pk, sk: id }, if: { version: listing.version } }]);
    }
  });

  it('never lapses once its use is recorded', async () => {
    await using store = await openTemporaryTable();
    const issuer = fakeIssuer();
    const office = openOffice(store.table, issuer);
    // Issued, and the answer was lost: the end stands, and the row still says `approved`.
    issuer.fail('appliedThenErrored');
    const id = await bringTo(office.registration, 'approved');
    office.advance(LAPSE_MS * 2);
    expect(await office.registration.recover()).toEqual([id]);
    expect((await rowOf(store.table, id)).state).toBe('issued');
    expect((await office.registration.get(tanaka, id)).lapses).toBeUndefined();
    await checkTable(store.table, office);
  });

  it('lapses or is used where two processes come to it at once, and never both', async () => {
    for (let turn = 0; turn < 8; turn++) {
      await using store = await openTemporaryTable();
      const { office, issuer, id } = await waiting(store.table);
      // The clock of the other process is behind, so to it the approval is still good.
      const behind = openOffice(store.table, issuer);
      office.advance(LAPSE_MS);
      await Promise.all([office.registration.recover(), behind.registration.recover()]);
      const { state } = await rowOf(store.table, id);
      expect(['submitted', 'issued']).toContain(state);
      expect(issuer.orders.size).toBe(state === 'issued' ? 1 : 0);
    }
  });
});
