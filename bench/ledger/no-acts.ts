import type { LedgerDeps, SequencerDeps } from '../../lib/ledger/ledger.ts';

const refuse = (): Promise<never> => Promise.reject(new Error('This benchmark records answers and no acts.'));

/** What `openLedger` asks for beside its table, its clock and its chance, for benchmarks that record answers only. */
export const noActs: Pick<LedgerDeps, 'acts' | 'objects' | 'bucket' | 'log'> = {
  acts: { sign: refuse, verify: refuse },
  objects: { get: refuse, put: refuse, list: refuse },
  bucket: { get: refuse },
  log: () => {},
};

/** What `openSequencer` asks for beside its stores and its key. */
export const noClosing: Pick<SequencerDeps, 'acts' | 'recoveries' | 'clock' | 'elapsed' | 'log'> = {
  acts: { verify: refuse, keys: async () => [], closeKey: refuse },
  recoveries: {
    read: async () => ({ confirmed: [], next: { act: 'table-behind', number: 1 }, writes: [] }),
    unfinished: async () => undefined,
  },
  clock: Date.now,
  elapsed: () => performance.now(),
  log: () => {},
};
