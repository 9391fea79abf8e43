import type { Key, Write } from './store/store.ts';

/*
 * The index of all keys that were ever certified, or that a request waits with, over all CAs and purposes. Each key has one
 * row, under its identity (lib/keys/key-identity.ts):
 *
 *   used-keys/{first digit}  {identity}  UsedKeyRow
 *
 * Registration puts the row with a submission. An issuance puts it in the same write as the certificate's rows.
 * A row closes a door and opens none: a renewal rests on the record of the issuance that the row names.
 */

export type UsedKeyRow = {
  /** Id of the record of the newest issuance for the key. Absent where no certificate was issued for it. */
  readonly record?: string;
  /** The request that the key waits for. */
  readonly request?: string;
};

/** A key that a request may have. */
export type KeyClaim = {
  readonly identity: string;
  /** The issuance that the request renews, by its record's id, and the version that the key's row had. */
  readonly renews?: { readonly record: string; readonly version: number };
};

export const usedKeysPk = (digit: string): string => `used-keys/${digit}`;

export const usedKeyAt = (identity: string): Key => ({ pk: usedKeysPk(identity.slice(0, 1)), sk: identity });

/** The key waits for this request from here on. */
export const claimWrite = ({ identity, renews }: KeyClaim, request: string): Write => ({
  put: usedKeyAt(identity),
  value: { ...(renews && { record: renews.record }), request } satisfies UsedKeyRow,
  if: renews ? { version: renews.version } : 'absent',
});

/** The key waits for no request any more. `version` is that of its row. */
export const releaseWrite = ({ identity, renews }: KeyClaim, version: number): Write =>
  renews
    ? {
        put: usedKeyAt(identity),
        value: { record: renews.record } satisfies UsedKeyRow,
        if: { version },
      }
    : { delete: usedKeyAt(identity), if: { version } };
