import type { Ledger } from '../ledger/ledger.ts';
import type { Clock, Log, Random } from '../ports.ts';
import type { Objects, Table } from '../store/store.ts';
import type { DataKeys } from './contract.ts';

/** The part of the ledger that this room uses: what becomes of a key or of a person's data stands as an object. */
export type Recorder = Pick<Ledger, 'conclude' | 'conclusion' | 'newest'>;

export interface ItemsDeps {
  /** The table of its own. Its keys are names of items, months and keyed tokens. */
  readonly personal: Table;
  readonly dataKeys: DataKeys;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: Random;
}

export interface PersonalDeps extends ItemsDeps {
  /** The main table: for the records of acts. */
  readonly table: Pick<Table, 'write'>;
  readonly objects: Pick<Objects, 'list'>;
  readonly log: Log;
}
