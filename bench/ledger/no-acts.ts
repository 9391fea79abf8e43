import type { LedgerDeps } from '../../lib/ledger/ledger.ts';

const refuse = (): Promise<never> => Promise.reject(new Error('This benchmark records answers and no acts.'));

/** What `openLedger` asks for beside its table, its clock and its chance, for benchmarks that record answers only. */
export const noActs: Pick<LedgerDeps, 'acts' | 'objects' | 'bucket'> = {
  acts: { sign: refuse, verify: refuse },
  objects: { get: refuse, put: refuse },
  bucket: { get: refuse },
};
