import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import type { RequestState } from '../../lib/registration/registration.ts';
import { type Failure, type FailurePlan, faultyTable } from '../store/faulty-table.ts';
import { openTemporaryTable } from '../store/temporary.ts';
import { newCsr } from './csr.ts';
import { allRecords, bringTo, checkTable, fakeIssuer, NAME, openOffice, REASON } from './office.ts';
import { PEOPLE } from './people.ts';

type Office = ReturnType<typeof openOffice>;

const { tanaka, sato, abe, yamada } = PEOPLE;
const csrs = await Promise.all([newCsr(), newCsr(), newCsr()]);

/** Acts as a careful client: repeats after no answer, and accepts that the request has moved on already. */
const insist = async <T>(act: () => Promise<T>): Promise<T | undefined> => {
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (Fault.is(error, 'wrong-state')) return undefined;
      if (!Fault.is(error, 'store-unavailable')) throw error;
    }
  }
  throw new Error('the store never answered');
};

/**
 * One request to its certificate, one to its rejection and one to its certificate with office approval, which was switched on
 * after the office had examined it. The store fails as planned.
 */
const live = async ({ registration, issuer, advance }: Office): Promise<void> => {
  const submit = async (index: number): Promise<string> => {
    const submission = { profile: 'seal', csr: csrs[index] as string, fields: { CN: NAME } };
    const answer = await insist(() => registration.submit(tanaka, submission, `key-${index}`));
    return answer?.request.id as string;
  };
  const id = await submit(0);
  await insist(() => registration.examine(sato, id, { decision: 'approve' }));
  await insist(() => registration.examine(yamada, id, { decision: 'approve' }));
  const other = await submit(1);
  await insist(() => registration.examine(sato, other, { decision: 'reject', reason: REASON }));
  const third = await submit(2);
  await insist(() => registration.examine(sato, third, { decision: 'approve' }));
  issuer.askOfficeApproval(true);
  await insist(() => registration.examine(yamada, third, { decision: 'approve' }));
  await insist(() => registration.examine(abe, third, { decision: 'approve' }));
  await insist(() => registration.examine(yamada, third, { decision: 'approve' }));
  for (const one of [id, third]) {
    for (let turn = 0; turn < 10 && (await registration.get(tanaka, one)).state === 'approved'; turn++) {
      advance(3_600_000);
      await insist(() => registration.recover());
    }
  }
  await insist(() => registration.collect(tanaka, id, 'GET'));
};

const survive = async (plan: FailurePlan): Promise<number> => {
  await using store = await openTemporaryTable();
  const table = faultyTable(store.table, plan);
  const issuer = fakeIssuer();
  const office = openOffice(table, issuer);
  await live(office);
  const states: RequestState[] = [...(await checkTable(store.table, office)).values()];
  expect(states).toEqual(['issued', 'rejected', 'issued']);
  expect(issuer.orders.size).toBe(2);
  const records = await allRecords(store.table);
  // An answer may be lost after its record was stored, so there may be more records than answers.
  expect(records.filter(({ kind }) => kind === 'provision').length).toBeGreaterThanOrEqual(1);
  return table.writes;
};

describe('a store that fails', () => {
  it('loses each write, or its answer: still one request, one key, one record for each act', async () => {
    const writes = await survive(new Map());
    expect(writes).toBe(26);
    for (let n = 1; n <= writes; n++) {
      for (const failure of ['lost', 'appliedThenErrored'] as const) {
        expect(await survive(new Map([[n, failure]]))).toBeGreaterThanOrEqual(writes);
      }
    }
  });

  it('does not keep the caller from an answer if the write was carried out', async () => {
    await using store = await openTemporaryTable();
    const issuer = fakeIssuer();
    // Another process has made this month's data key.
    await bringTo(openOffice(store.table, issuer).registration, 'issued');
    const every = new Map(Array.from({ length: 20 }, (_, n) => [n + 1, 'appliedThenErrored'] as const));
    const table = faultyTable(store.table, every);
    const office = openOffice(table, issuer);
    const { registration } = office;
    const submission = { profile: 'seal', csr: csrs[0] as string, fields: { CN: NAME } };
    const { request } = await registration.submit(tanaka, submission);
    await registration.examine(sato, request.id, { decision: 'approve' });
    expect((await registration.examine(yamada, request.id, { decision: 'approve' })).state).toBe('issued');
    expect(table.writes).toBeGreaterThanOrEqual(7);
    await checkTable(store.table, office);
  });

  it('may fail at any writes, in either way', async () => {
    const failure = fc.constantFrom<Failure>('lost', 'appliedThenErrored');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), failure), { maxLength: 6 }),
        async (plan) => {
          await survive(new Map(plan));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('may fail at reads as well, after a write that was carried out', async () => {
    await using store = await openTemporaryTable();
    // The first write is that of the data key.
    const faulty = faultyTable(store.table, new Map([[2, 'appliedThenErrored']]));
    let blind = true;
    const office = openOffice({
      get: async (key) => {
        if (blind && faulty.writes > 1) throw new Fault('store-unavailable', 'The store did not answer.');
        return faulty.get(key);
      },
      query: (query) => faulty.query(query),
      write: (writes) => faulty.write(writes),
      close: () => faulty.close(),
    });
    const submission = { profile: 'seal', csr: csrs[0] as string, fields: { CN: NAME } };
    await expect(office.registration.submit(tanaka, submission, 'k')).rejects.toMatchObject({
      code: 'store-unavailable',
    });
    blind = false;
    expect((await office.registration.submit(tanaka, submission, 'k')).replayed).toBe(true);
    expect((await checkTable(store.table, office)).size).toBe(1);
  });
});
