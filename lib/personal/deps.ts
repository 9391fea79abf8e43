import type { Ledger } from '../ledger/ledger.ts';
import type { Clock, Log, Random } from '../ports.ts';
import type { Objects, Table } from '../store/store.ts';
import type { DataKeys } from './contract.ts';

/** The part of the ledger that this room uses: what becomes of a key or of a person's data stands as an object. */
export type Recorder = Pick<Ledger, 'conclude' | 'conclusion' | 'newest'>;

export interface ItemsDeps {
  /** The main table: an item is staged there with the rows that refer to it. */
  readonly table: Pick<Table, 'get' | 'query' | 'write'>;
  /** The table of its own. Its keys are names of items, months and keyed tokens. */
  readonly personal: Table;
  readonly dataKeys: DataKeys;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: Random;
  /** Work that goes on after the answer. Absent where nothing runs after it: then the work is done first. */
  readonly background?: ((work: () => Promise<void>) => void) | undefined;
}

export interface PersonalDeps extends ItemsDeps {
  readonly objects: Pick<Objects, 'list'>;
  readonly log: Log;
}
