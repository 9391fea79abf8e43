import { Fault } from '../../lib/fault.ts';
import type { Objects, Table } from '../../lib/store/store.ts';
import type { Failure } from '../store/faulty-table.ts';

/** Counts the writes to the tables and the objects together, and lets those fail that are planned by their number. */
export const failingStores = () => {
  const planned = new Map<number, Failure>();
  let count = 0;
  const failing = async <T>(act: () => Promise<T>): Promise<T> => {
    const failure = planned.get(++count);
    if (failure === 'lost') throw new Fault('store-unavailable', 'planned');
    const result = await act();
    if (failure) throw new Fault('store-unavailable', 'planned');
    return result;
  };
  const table = (real: Table): Table => ({
    get: (key) => real.get(key),
    query: (query) => real.query(query),
    write: (writes) => failing(() => real.write(writes)),
    close: () => real.close(),
  });
  return {
    planned,
    writes: (): number => count,
    beginAnew: (): void => {
      count = 0;
    },
    table,
    personal: table,
    objects: (real: Objects): Objects => ({ ...real, put: (...put) => failing(() => real.put(...put)) }),
  };
};
