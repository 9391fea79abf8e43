/**
 * The two ports behind which all state lives. Everything above them is written against these contracts, and one
 * contract suite (test/store) runs over every implementation.
 *
 * Durability: when a promise of `write`, `put` or `delete` resolves, the change survives power loss (SQLite:
 * `synchronous=FULL`; files: fsync of file and folder; DynamoDB and S3: their own acknowledgement). When it rejects
 * with `condition-failed`, `value-too-large` or `store-request-invalid`, nothing was changed. When it rejects with
 * `store-unavailable`, the change may or may not have happened: the caller reads before it repeats. An implementation
 * never reports `condition-failed` for a write of its own that went through at an earlier attempt; where it cannot
 * tell, it reports `store-unavailable`.
 *
 * Consistency: `get` and `query` see every write that was acknowledged before they were called.
 *
 * Every method rejects with `store-unavailable` when the store cannot answer, and with `store-request-invalid` when the
 * caller breaks a limit named here. Each limit is the narrowest one among the implementations, and all of them enforce
 * it (limits.ts). So code that runs on one machine also runs at scale.
 */

/**
 * A row's address. `pk` groups rows that are read together; `sk` orders them, by UTF-8 bytes. Neither is empty; both
 * are well-formed Unicode (no lone surrogate; NUL is allowed) of at most `MAX_PK_BYTES` and `MAX_SK_BYTES` in UTF-8.
 * Cursors and the facts of `condition-failed` contain keys, so keys hold ids and digests and no personal data.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * JSON data, as `JSON.stringify` writes it: `undefined` properties are dropped. Bytes are text whose encoding the owner
 * of the row chooses, such as base64.
 */
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
  /** As it was put. Where somebody else wrote the row and the value is no JSON: `{ unreadable }`, its bytes in base64. */
  readonly value: V;
}

/** The present row must meet this condition, or the write fails. There is no unconditional write. */
export type Condition = 'absent' | { readonly version: number };

export type Write =
  | {
      readonly put: Key;
      readonly value: Value;
      /** `value` as `JSON.stringify` writes it, if the caller had to make it anyway. */
      readonly json?: string;
      readonly if: Condition;
      /**
       * Unix seconds after which the store may delete the row by itself. The store may be days late; until then the row
       * exists in every respect. Each put sets it anew: without it the row stays.
       */
      readonly expires?: number;
    }
  | { readonly delete: Key; readonly if: { readonly version: number } }
  | { readonly check: Key; readonly if: Condition };

export interface Query {
  readonly pk: string;
  /**
   * Only keys that start with this; at most `MAX_SK_BYTES - 1` bytes, since a longer prefix could match only one key.
   */
  readonly prefix?: string;
  /**
   * Inclusive lower and exclusive upper bound of `sk`. With `prefix`, a key must satisfy both. No match is no fault.
   */
  readonly from?: string;
  readonly to?: string;
  readonly descending?: boolean;
  /** 1 to `MAX_PAGE`; a page may be shorter than this and still have a cursor (pages end at about 1 MB). */
  readonly limit: number;
  /**
   * Opaque, from an earlier page of the same query; only `limit` may differ. The next page continues after the last row
   * of the earlier one. It does not see rows put meanwhile in the part already read, and sees the others; no row that
   * stayed is repeated or skipped. A cursor of another query, or an altered one, is `cursor-invalid`.
   */
  readonly cursor?: string;
}

export interface Page<V extends Value = Value> {
  readonly items: readonly Item<V>[];
  /**
   * Absent when there are no more rows. After a page that was cut by size, it may be present although no row follows.
   */
  readonly cursor?: string;
}

export interface Table {
  get<V extends Value = Value>(key: Key): Promise<Item<V> | undefined>;
  query<V extends Value = Value>(query: Query): Promise<Page<V>>;
  /**
   * All or nothing, 1 to `MAX_WRITES` writes of distinct keys, whose values are read before the call returns.
   * Faults: `condition-failed` with `facts.index` (the first failing write) and `facts.key`; `value-too-large`
   * above `MAX_VALUE_BYTES` of JSON in one value or `MAX_WRITE_BYTES` in all; `store-unavailable` when the outcome
   * is not known.
   */
  write(writes: readonly Write[]): Promise<void>;
  /**
   * Present where the writes of several callers share a commit. `ask` is called right before the next commit, and a write that it
   * requests at once is part of that commit. So callers can put what they have into the same row and still wait for no longer
   * than for a write of their own. `ask` throws nothing.
   */
  beforeCommit?(ask: () => void): void;
  /** Resolves when the writes requested before it are settled. Later calls are `store-unavailable`. */
  close(): Promise<void>;
}

/** DynamoDB's limits of key length, in UTF-8 bytes. */
export const MAX_PK_BYTES = 2048;
export const MAX_SK_BYTES = 1024;
/** UTF-8 bytes of one value's JSON. DynamoDB's item limit is 400 KB with keys and attribute names; this leaves room. */
export const MAX_VALUE_BYTES = 390 * 1024;
/**
 * DynamoDB's limits of one transaction: 100 items and 4 MB. This leaves room for the keys and attribute names of 100
 * items.
 */
export const MAX_WRITES = 100;
export const MAX_WRITE_BYTES = 3584 * 1024;
/** Rows or keys in one page. */
export const MAX_PAGE = 1000;

export interface StoredObject {
  readonly body: Uint8Array;
  /** Opaque; it changes whenever the bytes change. It may stay the same when the same bytes are put again. */
  readonly version: string;
}

export interface ObjectPage {
  readonly keys: readonly string[];
  /** Absent when there is no more. */
  readonly cursor?: string;
}

/**
 * Whole objects under slash-separated keys: segments of `[A-Za-z0-9._-]`, 1 to 255 characters, none of them `.` or
 * `..`, at most `MAX_OBJECT_KEY_BYTES` together. A key must not also be the folder of another one (`a` beside `a/b`):
 * files refuse that as `store-request-invalid`; S3 cannot detect it. Readers see an object whole, old or new, never a
 * part.
 */
export interface Bucket {
  get(key: string): Promise<StoredObject | undefined>;
  /**
   * Faults: `condition-failed`, `store-unavailable`. Resolves with the new version. `contentType` is for stores that
   * are read over HTTP; the file store does not keep it.
   */
  put(
    key: string,
    body: Uint8Array,
    options: { readonly if: 'absent' | { readonly version: string }; readonly contentType?: string },
  ): Promise<{ version: string }>;
  /**
   * Succeeds if the object is already absent. If the outcome is unknown, delete again. Use it only for keys that are
   * never put again, since a late delete would remove the new object as well.
   */
  delete(key: string): Promise<void>;
  /**
   * Keys that start with `prefix` (any beginning of a key, or empty), in byte order; `limit` 1 to `MAX_PAGE`. A cursor
   * is valid for its prefix only; otherwise it works as in `Query`.
   */
  list(prefix: string, options: { readonly limit: number; readonly cursor?: string }): Promise<ObjectPage>;
}

/**
 * Objects that are put once, and that nobody changes or deletes afterwards. They hold ids, serial numbers, times, salted
 * digests and signatures, and no personal data.
 */
export type Objects = Pick<Bucket, 'get' | 'list'> & {
  put(key: string, body: Uint8Array, options: { readonly if: 'absent' }): Promise<unknown>;
};

/** S3's limit of a key's length. */
export const MAX_OBJECT_KEY_BYTES = 1024;

/**
 * Keeps a file that is too large for an answer until its requester has fetched it.
 *
 * A file exists whole or not at all, and nobody can make it stay for longer than a day. It can be fetched only by its
 * URL, which is valid for `ADDRESS_SECONDS` and cannot be guessed.
 */
export interface HandOver {
  /**
   * Resolves with the URL when the file is durable. Memory does not grow with the file. Rejects with the error of
   * `bytes`, or with `store-unavailable`; then nothing of the file stays.
   */
  file(bytes: AsyncIterable<Uint8Array>, about: About): Promise<string>;
}

/** Headers that come with the file when it is fetched. */
export interface About {
  readonly contentType: string;
  readonly contentDisposition: string;
}

/** Long enough to follow a redirect, and to try again once; a download that has begun may take longer. */
export const ADDRESS_SECONDS = 300;
