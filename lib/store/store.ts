/**
 * The two ports behind which all state lives. Everything above them is written against these contracts, and
 * one contract suite (test/store) runs over every implementation.
 *
 * Durability: when a promise of `write` or `put` resolves, the change survives power loss (SQLite:
 * `synchronous=FULL`; files: fsync of file and folder; DynamoDB and S3: their own acknowledgement).
 * When it rejects with `condition-failed`, nothing was changed. When it rejects with anything else, the
 * change may or may not have happened: the caller reads before it repeats. Implementations never repeat a
 * write in a way that could report `condition-failed` for a write of their own that had gone through.
 *
 * Consistency: `get` and `query` see every write that was acknowledged before they were called.
 */

/** A row's address. `pk` groups rows that are read together; `sk` orders them, by UTF-8 bytes. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** JSON data; `undefined` properties are dropped. Bytes travel as base64 text, chosen by the owner of the row. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };
export type Value = { readonly [key: string]: Json | undefined };

export interface Item<V extends Value = Value> extends Key {
  /** 1 when the row was first put; each further put adds one. A row deleted and put again starts at 1. */
  readonly version: number;
  readonly value: V;
}

/** What must hold of the row as it stands for the write to happen. There is no unconditional write. */
export type Condition = 'absent' | { readonly version: number };

export type Write =
  | {
      readonly put: Key;
      readonly value: Value;
      readonly if: Condition;
      /** Unix seconds after which the store may delete the row by itself. It may lag; readers must not rely on it. */
      readonly expires?: number;
    }
  | { readonly delete: Key; readonly if: { readonly version: number } }
  | { readonly check: Key; readonly if: Condition };

export interface Query {
  readonly pk: string;
  /** Only keys that start with this. */
  readonly prefix?: string;
  /** Inclusive lower and exclusive upper bound of `sk`; combined with `prefix` by intersection. */
  readonly from?: string;
  readonly to?: string;
  readonly descending?: boolean;
  /** 1 to 1,000; a page may be shorter than this and still have a cursor. */
  readonly limit: number;
  /**
   * Opaque, from an earlier page of the same query. Rows put meanwhile behind the cursor are not seen, rows
   * before it are neither repeated nor skipped. A cursor of another query, or one altered, is `cursor-invalid`.
   */
  readonly cursor?: string;
}

export interface Page<V extends Value = Value> {
  readonly items: readonly Item<V>[];
  /** Absent when there is no more. */
  readonly cursor?: string;
}

export interface Table {
  get<V extends Value = Value>(key: Key): Promise<Item<V> | undefined>;
  query<V extends Value = Value>(query: Query): Promise<Page<V>>;
  /**
   * All or nothing, 1 to 100 writes of distinct keys. Faults: `condition-failed` with
   * `facts.index` (the first failing write) and `facts.key`; `value-too-large` above `MAX_VALUE_BYTES` of JSON,
   * before anything is written; `store-unavailable` when the outcome is not known.
   */
  write(writes: readonly Write[]): Promise<void>;
  close(): Promise<void>;
}

/** DynamoDB's item limit is 400 KB with keys and attribute names; this leaves room for them. */
export const MAX_VALUE_BYTES = 390 * 1024;
export const MAX_WRITES = 100;

export interface StoredObject {
  readonly body: Uint8Array;
  /** Opaque; equal exactly when the object was not replaced meanwhile. */
  readonly version: string;
}

export interface ObjectPage {
  readonly keys: readonly string[];
  readonly cursor?: string;
}

/**
 * Whole objects under slash-separated keys (`[A-Za-z0-9._-]` segments, none of them `.` or `..`).
 * Readers see an object whole, old or new, never a part.
 */
export interface Bucket {
  get(key: string): Promise<StoredObject | undefined>;
  /** Faults: `condition-failed`, `store-unavailable`. Resolves with the new version. */
  put(
    key: string,
    body: Uint8Array,
    options: { readonly if: 'absent' | { readonly version: string }; readonly contentType?: string },
  ): Promise<{ version: string }>;
  /** Keys that start with `prefix`, in UTF-8 byte order; `limit` 1 to 1,000. */
  list(prefix: string, options: { readonly limit: number; readonly cursor?: string }): Promise<ObjectPage>;
}
