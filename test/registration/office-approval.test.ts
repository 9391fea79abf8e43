import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { stagedKey } from '../../lib/ledger/rows.ts';
import { type RequestRow, requestKey } from '../../lib/registration/rows.ts';
import type { Table } from '../../lib/store/store.ts';
import { openTemporaryTable } from '../store/temporary.ts';
import { allRecords, bringTo, checkTable, openOffice, REASON } from './office.ts';
import { PEOPLE } from './people.ts';

/* The second examination at the office, which the profile or the office asks for. */

const { tanaka, sato, abe, mori, suzuki, yamada, kobayashi } = PEOPLE;
const approve = { decision: 'approve' } as const;
const reject = { decision: 'reject', reason: REASON } as const;

type Draft = { -readonly [K in keyof RequestRow]: RequestRow[K] } & { records: string[] };

const rowOf = async (table: Table, id: string): Promise<RequestRow> =>
  (await table.get<RequestRow>(requestKey(id)))?.value as RequestRow;

/** Somebody who can write to the table changes the request's row. */
const forge = async (table: Table, id: string, change: (row: Draft) => void): Promise<void> => {
  const item = await table.get<RequestRow>(requestKey(id));
  if (!item) throw new Error(`no row of ${id}`);
  const value = structuredClone(item.value) as unknown as Draft;
  change(value);
  await table.write([{ put: requestKey(id), value, if: { version: item.version } }]);
};

const codeOf = async (act: Promise<{ readonly state: string }>): Promise<string> => {
  try {
    return (await act).state;
  } catch (error) {
    return Fault.is(error) ? error.code : `not a Fault: ${String(error)}`;
  }
};

const open = (table: Table) => {
  const office = openOffice(table);
  const { registration, issuer } = office;
  const listed = async (who: 'abe' | 'yamada', state: 'examined-once' | 'examined') =>
    (await registration.list(PEOPLE[who], { state, limit: 10 })).requests.map(({ id }) => id);
  return { ...office, listed, ask: issuer.askOfficeApproval };
};

/** A request that four persons approved, and that waits for its key store. */
const approvedByFour = async (table: Table) => {
  const office = open(table);
  office.ask(true);
  office.issuer.fail(new Fault('store-unavailable', 'The key store did not answer.'));
  const id = await bringTo(office.registration, 'submitted');
  for (const who of [sato, abe, yamada]) await office.registration.examine(who, id, approve);
  office.logged.length = 0;
  return { office, id, row: await rowOf(table, id) };
};

const refusal = (request: string) => [
  {
    message: 'An approved request is not issued yet; it is taken up again',
    facts: expect.objectContaining({ request, error: 'approval-not-recorded' }),
  },
];

describe('with office approval', () => {
  it('four persons lead to a certificate, and each finds what waits in one list', async () => {
    await using store = await openTemporaryTable();
    const { registration, issuer, listed, ask, ...office } = open(store.table);
    ask(true);
    const id = await bringTo(registration, 'submitted');
    expect((await registration.examine(mori, id, approve)).state).toBe('examined-once');
    expect([await listed('abe', 'examined-once'), await listed('yamada', 'examined')]).toEqual([[id], []]);
    expect(await codeOf(registration.examine(mori, id, approve))).toBe('same-person');
    expect(await codeOf(registration.examine(sato, id, approve))).toBe('forbidden');
    expect(await codeOf(registration.examine(yamada, id, approve))).toBe('wrong-state');
    expect((await registration.examine(abe, id, approve)).state).toBe('examined');
    expect([await listed('abe', 'examined-once'), await listed('yamada', 'examined')]).toEqual([[], [id]]);
    const { examinations } = await registration.examine(yamada, id, approve);
    expect(examinations.map(({ stage, by }) => [stage, by])).toEqual([
      ['office', mori.id],
      ['office-approval', abe.id],
      ['centre', yamada.id],
    ]);
    const { records } = await rowOf(store.table, id);
    expect(issuer.orders.get(id)?.order.basis).toEqual(records);
    expect(records).toHaveLength(4);
    const bound = (await allRecords(store.table)).flatMap((record) =>
      record.kind === 'examination' ? [record.details.officeApproval] : [],
    );
    // Only the centre's says it.
    expect(bound.filter((one) => one === true)).toHaveLength(1);
    await checkTable(store.table, { ...office, issuer });
  });

  it('the second examiner or the centre may reject it, and the office may withdraw it', async () => {
    await using store = await openTemporaryTable();
    const { registration, ask, ...office } = open(store.table);
    ask(true);
    const ends: unknown[] = [];
    for (const end of [
      (id: string) => registration.examine(abe, id, reject),
      (id: string) => registration.withdraw(suzuki, id, REASON),
      (id: string) => registration.examine(yamada, id, reject),
    ]) {
      const id = await bringTo(registration, 'examined-once');
      const { state, examinations } = await end(id);
      ends.push([state, examinations.at(-1)?.stage]);
      expect(await codeOf(registration.examine(abe, id, approve))).toBe('wrong-state');
    }
    expect(ends).toEqual([
      ['rejected', 'office-approval'],
      ['withdrawn', 'office'],
      ['rejected', 'centre'],
    ]);
    await checkTable(store.table, office);
  });

  it('an approval that lapsed is examined by both again', async () => {
    await using store = await openTemporaryTable();
    const { office, id } = await approvedByFour(store.table);
    office.advance(8 * 86_400_000);
    await office.registration.recover();
    expect(await codeOf(office.registration.examine(yamada, id, approve))).toBe('wrong-state');
    const states: string[] = [];
    for (const who of [sato, abe, kobayashi])
      states.push(await codeOf(office.registration.examine(who, id, approve)));
    expect(states).toEqual(['examined-once', 'examined', 'issued']);
  });
});

describe('office approval that is switched while a request is under way', () => {
  it('on: the centre does not examine it, and the office finds it in the list of the second examiner', async () => {
    await using store = await openTemporaryTable();
    const { registration, listed, ask, ...office } = open(store.table);
    const [tried, approvedFirst, rejected] = [
      await bringTo(registration, 'examined'),
      await bringTo(registration, 'examined'),
      await bringTo(registration, 'examined'),
    ];
    ask(true);
    await expect(registration.examine(yamada, tried, approve)).rejects.toMatchObject({
      code: 'wrong-state',
      facts: { state: 'examined', duty: 'approve' },
    });
    expect(await listed('abe', 'examined-once')).toEqual([tried]);
    expect(await codeOf(registration.examine(sato, tried, approve))).toBe('same-person');
    expect(await codeOf(registration.examine(abe, tried, approve))).toBe('examined');
    expect(await codeOf(registration.examine(abe, approvedFirst, approve))).toBe('examined');
    expect(await codeOf(registration.examine(abe, approvedFirst, approve))).toBe('wrong-state');
    expect(await codeOf(registration.examine(abe, rejected, reject))).toBe('rejected');
    expect(await codeOf(registration.examine(yamada, tried, approve))).toBe('issued');
    expect(await codeOf(registration.examine(yamada, approvedFirst, approve))).toBe('issued');
    await checkTable(store.table, office);
  });

  it('off: it is no longer needed, whether it was given or not', async () => {
    await using store = await openTemporaryTable();
    const { registration, ask, ...office } = open(store.table);
    ask(true);
    const [once, twice, refused, further] = [
      await bringTo(registration, 'examined-once'),
      await bringTo(registration, 'examined-once'),
      await bringTo(registration, 'examined-once'),
      await bringTo(registration, 'examined-once'),
    ];
    await registration.examine(abe, twice, approve);
    ask(false);
    expect(await codeOf(registration.examine(yamada, once, approve))).toBe('issued');
    expect(await codeOf(registration.examine(yamada, twice, approve))).toBe('issued');
    expect(await codeOf(registration.examine(yamada, refused, reject))).toBe('rejected');
    expect(await codeOf(registration.examine(abe, further, approve))).toBe('examined');
    await checkTable(store.table, office);
  });

  it('after the centre has approved: nothing changes', async () => {
    for (const isAsked of [true, false]) {
      await using store = await openTemporaryTable();
      const { registration, issuer, ask } = open(store.table);
      ask(!isAsked);
      issuer.fail(new Fault('store-unavailable', 'The key store did not answer.'));
      const id = await bringTo(registration, 'submitted');
      for (const who of isAsked ? [sato, yamada] : [sato, abe, yamada])
        await registration.examine(who, id, approve);
      ask(isAsked);
      expect(await registration.recover()).toEqual([id]);
    }
  });

  it('makes no second examination of one that was meant as the first', async () => {
    await using store = await openTemporaryTable();
    const office = open(store.table);
    office.ask(true);
    const id = await bringTo(office.registration, 'submitted');
    let isFirst = true;
    const slow = openOffice(
      {
        close: async () => {},
        get: (key) => store.table.get(key),
        query: (query) => store.table.query(query),
        write: async (writes) => {
          if (isFirst) {
            isFirst = false;
            await office.registration.examine(sato, id, approve);
          }
          return store.table.write(writes);
        },
      },
      office.issuer,
    );
    expect(await codeOf(slow.registration.examine(mori, id, approve))).toBe('wrong-state');
    expect((await office.registration.get(tanaka, id)).state).toBe('examined-once');
    await checkTable(store.table, office);
  });
});

describe('a row that somebody changed', () => {
  it.each<[string, (row: Draft) => void]>([
    ['that leaves the second examination out', (row) => row.records.splice(2, 1)],
    ['that has the first one twice', (row) => row.records.splice(2, 1, row.records[1] ?? '')],
    [
      'that has them in another order',
      (row) => row.records.splice(1, 2, ...row.records.slice(1, 3).reverse()),
    ],
    ['that says a fourth one took place', (row) => row.records.push(row.records[3] ?? '')],
  ])('%s gives no certificate; put back, it does', async (_, change) => {
    await using store = await openTemporaryTable();
    const { office, id, row } = await approvedByFour(store.table);
    await forge(store.table, id, change);
    expect(await office.registration.recover()).toEqual([]);
    expect(office.issuer.orders.size).toBe(0);
    expect(office.logged).toEqual(refusal(id));
    await forge(store.table, id, (value) => Object.assign(value, row));
    office.advance(3_600_000);
    expect(await office.registration.recover()).toEqual([id]);
  });

  it.each([0, 1, 2, 3])('needs the record of each act: act %i', async (act) => {
    await using store = await openTemporaryTable();
    const { office, id, row } = await approvedByFour(store.table);
    await store.table.write([{ delete: stagedKey(row.records[act] ?? ''), if: { version: 1 } }]);
    expect(await office.registration.recover()).toEqual([]);
    expect(office.issuer.orders.size).toBe(0);
    expect(office.logged).toEqual(refusal(id));
  });

  it('to say that the office approved it is refused at the centre', async () => {
    await using store = await openTemporaryTable();
    const { registration, issuer, ask } = open(store.table);
    ask(true);
    const id = await bringTo(registration, 'examined-once');
    const examination = {
      stage: 'office-approval',
      by: abe.id,
      at: '2026-11-22T00:01:00Z',
      ...approve,
    } as const;
    for (const more of [[], ['none'], [(await rowOf(store.table, id)).records[1] ?? '']]) {
      await forge(store.table, id, (row) => {
        row.state = 'examined';
        row.examinations = [...row.examinations.slice(0, 1), examination];
        row.records = [...row.records.slice(0, 2), ...more];
      });
      expect(await codeOf(registration.examine(yamada, id, approve))).toBe('approval-not-recorded');
    }
    expect(issuer.orders.size).toBe(0);
  });

  it('to hide who has acted gives no certificate', async () => {
    await using store = await openTemporaryTable();
    const { registration, issuer, logged, ask } = open(store.table);
    ask(true);
    const id = await bringTo(registration, 'submitted');
    await registration.examine(mori, id, approve);
    await forge(store.table, id, (row) => {
      row.persons = ['tanaka'];
    });
    expect(await codeOf(registration.examine(mori, id, approve))).toBe('examined');
    expect(await codeOf(registration.examine(yamada, id, approve))).toBe('approved');
    expect(issuer.orders.size).toBe(0);
    expect(logged).toEqual(refusal(id));
  });
});
