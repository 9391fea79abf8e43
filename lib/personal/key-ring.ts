import { Fault, wentThrough } from '../fault.ts';
import type { Clock } from '../ports.ts';
import type { Table } from '../store/store.ts';
import type { DataKeyId, DataKeys } from './contract.ts';
import type { Recorder } from './deps.ts';
import { actsOnKey, keyIdOf } from './months.ts';
import { madeKey } from './rows.ts';

export interface OpenKey {
  readonly id: DataKeyId;
  readonly key: Uint8Array;
}

export type NoKey = 'ended' | 'missing' | 'damaged';

/** The data keys that this process has open. */
export interface KeyRing {
  /** The key under which what ends in that month is put now; made where there is none. */
  current(tenant: string, month: string): Promise<OpenKey>;
  /** The key of searches among what ends in that year; made where there is none. */
  search(tenant: string, year: string): Promise<OpenKey>;
  /** `ended`: an act destroyed it. `missing`: there is none, and no act says why. `damaged`: it is not as it was put. */
  open(id: DataKeyId): Promise<Uint8Array | NoKey>;
  /** Whether an act closed the key for new items. */
  isClosed(id: DataKeyId): Promise<boolean>;
  /** Whether an act destroyed it. */
  isDestroyed(id: DataKeyId): Promise<boolean>;
  forget(id: DataKeyId): void;
}

/**
 * For so long a process goes on with a key that another one has destroyed. What is done after an act on a key that closes it for
 * new items waits for longer (ending.ts).
 */
export const KEPT_OPEN_MS = 60_000;

const MAX_OPEN = 4_096;
const MAX_GENERATIONS = 9_999;

interface Kept<T> {
  readonly value: Promise<T>;
  readonly until: number;
}

/** Remembers what `make` resolved with, for a time; a failure is not remembered. */
const remembered = <T>(clock: Clock, kept: Map<string, Kept<T>>, name: string, make: () => Promise<T>) => {
  const found = kept.get(name);
  if (found !== undefined && clock() < found.until) return found.value;
  if (kept.size >= MAX_OPEN) kept.clear();
  const value = make();
  kept.set(name, { value, until: clock() + KEPT_OPEN_MS });
  value.catch(() => {
    if (kept.get(name)?.value === value) kept.delete(name);
  });
  return value;
};

/** A damaged key keeps nobody from what is under the others. */
export const openIn = async (
  dataKeys: Pick<DataKeys, 'open'>,
  id: DataKeyId,
): Promise<Uint8Array | 'missing' | 'damaged'> => {
  try {
    return (await dataKeys.open(id)) ?? 'missing';
  } catch (error) {
    if (Fault.is(error, 'data-key-damaged')) return 'damaged';
    throw error;
  }
};

export const openKeyRing = ({
  personal,
  dataKeys,
  recorder,
  clock,
}: {
  readonly personal: Pick<Table, 'get' | 'write'>;
  readonly dataKeys: DataKeys;
  readonly recorder: Pick<Recorder, 'conclusion'>;
  readonly clock: Clock;
}): KeyRing => {
  const current = new Map<string, Kept<OpenKey>>();
  const opened = new Map<string, Kept<Uint8Array | NoKey>>();

  const actOn = async (id: DataKeyId, number: number): Promise<unknown> => {
    const end = await recorder.conclusion({ act: actsOnKey(id), number });
    return end?.record.kind === 'data-key' ? end.record.details.act : undefined;
  };

  const isClosed = async (id: DataKeyId): Promise<boolean> => (await actOn(id, 1)) !== undefined;

  const isDestroyed = async (id: DataKeyId): Promise<boolean> => {
    const first = await actOn(id, 1);
    return first === 'destroyed' || (first !== undefined && (await actOn(id, 2)) === 'destroyed');
  };

  /**
   * A key that an act closed is never made again, and neither is one that is missing or damaged: it may come back from a copy, and
   * what it sealed with it. The next generation takes its place.
   */
  const newest = async (tenant: string, month: string): Promise<OpenKey> => {
    for (let generation = 1; generation <= MAX_GENERATIONS; generation++) {
      const id = keyIdOf({ tenant, month, generation });
      const key = await usable(id);
      if (key) return { id, key };
    }
    throw new Fault('data-key-destroyed', 'This month has had too many keys.', { month });
  };

  /** Undefined where the next generation has to take its place. */
  const usable = async (id: DataKeyId): Promise<Uint8Array | undefined> => {
    if (await isClosed(id)) return undefined;
    try {
      const key = await dataKeys.open(id);
      if (key !== undefined) return key;
    } catch (error) {
      if (Fault.is(error, 'data-key-damaged')) return undefined;
      throw error;
    }
    const put = madeKey(id);
    if ((await personal.get(put)) !== undefined) return undefined;
    try {
      await wentThrough(personal.write([{ put, value: {}, if: 'absent' }]));
    } catch (error) {
      // Where the answer alone was lost, the row is there.
      if ((await personal.get(put)) === undefined) throw error;
    }
    return dataKeys.create(id);
  };

  const searchKey = async (tenant: string, year: string): Promise<OpenKey> => {
    const id = keyIdOf({ tenant, year });
    if (await isClosed(id)) {
      throw new Fault('data-key-destroyed', 'The search key of that year is destroyed already.', { year });
    }
    return { id, key: await dataKeys.create(id) };
  };

  return {
    current: (tenant, month) => remembered(clock, current, `${tenant}.${month}`, () => newest(tenant, month)),

    search: (tenant, year) => remembered(clock, current, `${tenant}.${year}`, () => searchKey(tenant, year)),

    open: (id) =>
      remembered(clock, opened, id, async () => {
        // A copy of the keys may have brought a destroyed one back, and a crash may have left a part of one.
        if (await isDestroyed(id)) return 'ended';
        return openIn(dataKeys, id);
      }),

    isClosed,
    isDestroyed,

    forget: (id) => {
      opened.delete(id);
      for (const [name, { value }] of current) {
        value.then(
          (key) => key.id === id && current.get(name)?.value === value && current.delete(name),
          () => {},
        );
      }
    },
  };
};
