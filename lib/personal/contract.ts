import type { Value, Write } from '../store/store.ts';

/*
 * What names a person stands apart from everything else: in a table of its own, each item under a data key of its tenant and of
 * the month in which it ends. Everything else knows the item by its name, which is a pseudonym. When the key is destroyed, the
 * item is gone, wherever copies of its row are.
 */

/**
 * The id of a data key: `{tenant}.{month}.{generation}`, such as `tokiwa.2037-04.1`; of a search key: `{tenant}.{year}.search`.
 * Where there is no tenant the first part is `_service`. Characters of `[a-z0-9._-]`.
 */
export type DataKeyId = string;

/**
 * Where data keys are: 32 bytes each, apart from what is backed up. Faults: `store-unavailable`; `data-key-damaged` where a key
 * cannot be opened as it was put.
 */
export interface DataKeys {
  /** Makes the key, or opens the one that is there: whoever is first made it. The caller knows that it was never destroyed. */
  create(id: DataKeyId): Promise<Uint8Array>;
  /** Undefined where there is none. */
  open(id: DataKeyId): Promise<Uint8Array | undefined>;
  /** Durable when it resolves. Does nothing where there is none. */
  destroy(id: DataKeyId): Promise<void>;
  /** The ids of all keys, in byte order. */
  list(): AsyncIterable<DataKeyId>;
}

/** `request/{id}` or `certificate/{ca}/{serial}` or `principal/{id}/{digest}`: ids, and never a name. */
export type ItemName = string;

/** The texts by which a search finds an item, and the office that may search. */
export interface Searched {
  /** The office in whose lists it is found. */
  readonly office: string;
  /** What a search gives; ids sort by time. */
  readonly id: string;
  readonly texts: readonly string[];
}

export interface Terms {
  /** Absent where it is of no tenant. */
  readonly tenant?: string | undefined;
  /** Milliseconds since the epoch. The item is kept to the end of that month (UTC). */
  readonly end: number;
  readonly searched?: Searched;
  /** Whose data they are. An order about somebody else does not take them, whatever rows say. */
  readonly holder?: string;
}

export type UnreadableCode = 'data-key-missing' | 'data-key-damaged' | 'personal-data-damaged';

/**
 * `ended`: its `key` was destroyed, in its `month`, or an order erased it, by the act of this `record`. `unreadable`: its key is
 * missing or another one, or the item is not as it was put.
 */
export type Found<V> =
  | { readonly state: 'kept'; readonly value: V; readonly month: string }
  | {
      readonly state: 'ended';
      readonly month?: string;
      readonly key?: DataKeyId;
      readonly record?: string;
    }
  | { readonly state: 'unreadable'; readonly code: UnreadableCode }
  | { readonly state: 'absent' };

/** Why the data of a request or a certificate are not shown: their time has ended, or they cannot be read now. */
export type PersonalDataState =
  | { readonly state: 'ended'; readonly month?: string }
  | { readonly state: 'unreadable'; readonly code: string };

export interface SearchPage {
  readonly ids: readonly string[];
  readonly cursor?: string;
}

/**
 * An item on its way. `writes` go into the main table together with the rows that refer to it, so that one commit makes both
 * durable; what they hold is sealed. `settle` then moves it to its own table. Where a crash comes between, whoever needs the item
 * first moves it, or the task that recovers.
 */
export interface StagedItem {
  readonly writes: readonly Write[];
  settle(): Promise<void>;
}

/** Items by their names. */
export interface PersonalData {
  /** A new item, sealed and not put yet. */
  stage(name: ItemName, value: Value, terms: Terms): Promise<StagedItem>;
  /**
   * Puts what `change` makes of the item, under its terms; undefined leaves it as it is. An item that is absent or has ended is
   * given as undefined. Where another change is first, it reads again. Resolves with what the item is then. Faults:
   * `data-key-missing`, `data-key-damaged`, `personal-data-damaged`.
   */
  change<V extends Value>(
    name: ItemName,
    change: (value: V | undefined) => { readonly value: V; readonly terms: Terms } | undefined,
  ): Promise<V | undefined>;
  /** Moves what interrupted runs left staged. Resolves with how many items that were. */
  recover(): Promise<number>;
  /** Deletes the rows of the item. Does nothing where there are none. */
  remove(name: ItemName): Promise<void>;
  find<V extends Value>(name: ItemName): Promise<Found<V>>;
  /** Faults: `personal-data-ended`, `data-key-missing`, `data-key-damaged`, `personal-data-damaged`; each names the item. */
  read<V extends Value>(name: ItemName): Promise<V>;
  /**
   * Newest first. `text`: the beginning of a value, or two characters that stand in it. Faults: `invalid-input`,
   * `cursor-invalid`. One look-up for each year in which data of the tenant end.
   */
  search(
    where: { readonly tenant: string; readonly office: string },
    query: { readonly text: string; readonly limit: number; readonly cursor?: string },
  ): Promise<SearchPage>;
}

/** The data of one tenant that end in one month. */
export interface MonthView {
  readonly tenant?: string;
  /** `2037-04`. */
  readonly month: string;
  /** `open`: the month is not over. `over`: the key is due to be destroyed. `ended`: an act destroyed it. */
  readonly state: 'open' | 'over' | 'ended';
  /** RFC 3339 UTC: from when on the key may be destroyed. */
  readonly endsAt: string;
  /** RFC 3339 UTC. This and the following of ended months only. */
  readonly destroyedAt?: string;
  /** Id of the record of the act. */
  readonly record?: string;
  /** RFC 3339 UTC: until then copies of the data keys may still open copies of the data. */
  readonly copiesUntil?: string;
}

export interface EndedMonth {
  readonly tenant?: string;
  readonly month: string;
  /** RFC 3339 UTC. */
  readonly destroyedAt: string;
  /** Id of the record of the act. */
  readonly record: string;
  /** RFC 3339 UTC: until then copies of the data keys may still open copies of the data. */
  readonly copiesUntil: string;
  /** False where the key was destroyed before. */
  readonly first: boolean;
}

/** The standing of a holder's data: a legal hold keeps them, an order erases them, or neither. */
export interface OrderView {
  readonly tenant: string;
  readonly holder: string;
  readonly held: boolean;
  /** The reference of the hold: the name of the order at the court or office that gave it. */
  readonly heldUnder?: string;
  /** The newest act. Absent where there is none. */
  readonly changed?: {
    /** `asked`, `withdrawn`, what was ordered, or `erased`, once an erasure is complete. */
    readonly act: string;
    readonly reference?: string;
    readonly by: string;
    /** RFC 3339 UTC. */
    readonly at: string;
    /** Id of the record of the act. */
    readonly record: string;
  };
  readonly awaiting?: {
    readonly act: OrderAct;
    readonly reference: string;
    readonly askedBy: string;
    readonly askedAt: string;
    readonly lapsesAt: string;
  };
  /** RFC 3339 UTC: the data of an ordered erasure are gone from the table, and their keys are not destroyed yet. */
  readonly erasingSince?: string;
  /** RFC 3339 UTC. Of a complete erasure: until then copies of the data keys may still open copies of the data. */
  readonly copiesUntil?: string;
}

export type OrderAct = 'hold' | 'release' | 'erasure';
