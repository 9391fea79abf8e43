import { Fault } from '../../lib/fault.ts';
import type { Table, Write } from '../../lib/store/store.ts';

/** A table that does not answer to the writes of a test's choice. */
export const breakableTable = () => {
  const state: { breaks?: ((writes: readonly Write[]) => boolean) | undefined } = {};
  return {
    /** Without an argument it answers again. */
    breakAt: (breaks?: (writes: readonly Write[]) => boolean): void => {
      state.breaks = breaks;
    },
    table: (real: Table): Table => ({
      get: (key) => real.get(key),
      query: (query) => real.query(query),
      write: async (writes) => {
        if (state.breaks?.(writes)) throw new Fault('store-unavailable', 'planned');
        return real.write(writes);
      },
      close: () => real.close(),
    }),
  };
};

/** Whether a row with that key is put. */
export const puts =
  (matches: (pk: string, sk: string) => boolean) =>
  (writes: readonly Write[]): boolean =>
    writes.some((write) => 'put' in write && matches(write.put.pk, write.put.sk));
