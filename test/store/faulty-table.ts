import { Fault } from '../../lib/fault.ts';
import type { Bucket, Table } from '../../lib/store/store.ts';

/**
 * The two ways in which a write fails without the caller knowing: `lost` (not carried out) and `appliedThenErrored`
 * (carried out, answer lost). Both reject with `store-unavailable`. A test runs once per n and per failure, then
 * checks that the world is whole.
 */
export type Failure = 'lost' | 'appliedThenErrored';

/** Which writes fail: the first write is number 1. */
export type FailurePlan = ReadonlyMap<number, Failure>;

/** Counts every `write` that was asked for, failed ones included. */
export interface Faulty {
  readonly writes: number;
}

/** Only `write` is counted and fails; everything else goes to the table unchanged. */
export const faultyTable = (table: Table, plan: FailurePlan): Table & Faulty => {
  const fail = failing(plan);
  return {
    get writes() {
      return fail.count;
    },
    get: (key) => table.get(key),
    query: (query) => table.query(query),
    write: (writes) => fail.next(() => table.write(writes)),
    close: () => table.close(),
  };
};

/** Only `put` and `delete` are counted and fail; everything else goes to the bucket unchanged. */
export const faultyBucket = (bucket: Bucket, plan: FailurePlan): Bucket & Faulty => {
  const fail = failing(plan);
  return {
    get writes() {
      return fail.count;
    },
    get: (key) => bucket.get(key),
    list: (prefix, options) => bucket.list(prefix, options),
    put: (key, body, options) => fail.next(() => bucket.put(key, body, options)),
    delete: (key) => fail.next(() => bucket.delete(key)),
  };
};

/** `next` carries out a write, or lets it fail as planned. */
export const failing = (plan: FailurePlan) => {
  const state = {
    count: 0,
    next: async <T>(act: () => Promise<T>): Promise<T> => {
      state.count++;
      const failure = plan.get(state.count);
      if (failure === 'lost') throw unanswered();
      const result = await act();
      if (failure === 'appliedThenErrored') throw unanswered();
      return result;
    },
  };
  return state;
};

const unanswered = (): Fault =>
  new Fault('store-unavailable', 'The store did not answer (a failure that this test planned).');
