import { Fault } from '../fault.ts';
import { keyIdentity } from '../keys/keys.ts';
import type { LedgerRecord } from '../ledger/ledger.ts';
import { textIn } from '../members.ts';
import type { CertificateRef } from '../principal.ts';
import { readRecordedAct } from '../recorded-act.ts';
import type { Item, Page, Write } from '../store/store.ts';
import type { SameKeyRule } from '../trust-domain/trust-domain.ts';
import { type KeyClaim, type UsedKeyRow, usedKeyAt, usedKeysPk } from '../used-key.ts';
import { DIGITS } from './certificates.ts';
import { openCompromisedKeys } from './compromised-keys.ts';
import type { UsedKeyPage } from './contract.ts';
import type { AuthorityDeps, Recorder } from './deps.ts';
import type { KnownKeyLists } from './key-lists.ts';

/** A key that somebody wants to have certified. */
export interface AskedKey {
  readonly subjectPublicKeyInfo: Uint8Array;
  /** Whose key it would be, as `keyHolderOf` names a holder. */
  readonly holder: string;
  readonly sameKey: SameKeyRule;
  /** The request that the key may wait for already. */
  readonly order?: string;
}

export interface UsedKeys {
  /**
   * Whether the key may be certified for this holder: by the objects of compromised keys, by the list in force of those
   * that others report, and by the row of the key. Faults:
   * `compromised-key`, `duplicate-key`.
   */
  claim(asked: AskedKey): Promise<KeyClaim>;
  /** Fault: `compromised-key`. */
  assertUsable(subjectPublicKeyInfo: Uint8Array): Promise<void>;
  /**
   * The write that is stored with the rows of a certificate: its issuance is the newest for the key. Fault: `duplicate-key`
   * where the key went to somebody else meanwhile.
   */
  issuedWrite(
    identity: string,
    issuance: { readonly record: string; readonly order: string; readonly renews?: string },
  ): Promise<Write>;
  list(page: { readonly limit: number; readonly cursor?: string }): Promise<UsedKeyPage>;
}

/**
 * Whose key a certificate's is: the holder that the request names by its pseudonym, else the office; for the service's own
 * certificates the principal, or the order where there is none.
 */
export const keyHolderOf = ({
  holder,
  office,
  keyHolder,
}: {
  readonly holder?: string | undefined;
  readonly office?: string | undefined;
  readonly keyHolder?: unknown;
}): string =>
  holder !== undefined
    ? `holder ${holder}`
    : office !== undefined
      ? `office ${office}`
      : `own ${textIn(keyHolder) ?? 'none'}`;

const taken = (keyIdentity: string): Fault =>
  new Fault('duplicate-key', 'Another request or certificate holds this public key; make a new key pair.', {
    keyIdentity,
  });

const isText = (value: unknown): value is string => typeof value === 'string';

/** The issuance that a key's row names, by its signed record. */
const issuanceOf = (recorder: Pick<Recorder, 'act'>, identity: string, record: unknown) =>
  readRecordedAct<LedgerRecord, 'issuance'>(recorder, isText(record) ? record : undefined, {
    kind: 'issuance',
    details: { keyIdentity: identity },
  });

/** The certificates of the key that the row of the key leads to, newest first. */
export const certificatesOfKey = async (
  { table, recorder }: Pick<AuthorityDeps, 'table' | 'recorder'>,
  identity: string,
): Promise<readonly CertificateRef[]> => {
  const found: CertificateRef[] = [];
  const seen = new Set<unknown>();
  const item = await table.get<UsedKeyRow>(usedKeyAt(identity));
  for (let record: unknown = item && rowOf(item).record; record !== undefined && !seen.has(record); ) {
    seen.add(record);
    const issuance = await issuanceOf(recorder, identity, record);
    found.push(...(issuance?.certificates ?? []));
    record = issuance?.details.renews;
  }
  return found;
};

export const openUsedKeys = (
  { table, objects, recorder }: Pick<AuthorityDeps, 'table' | 'objects' | 'recorder'>,
  keyLists: Pick<KnownKeyLists, 'assertNotListed'>,
): UsedKeys => {
  const compromised = openCompromisedKeys(objects);

  const assertUsable = async (subjectPublicKeyInfo: Uint8Array): Promise<void> => {
    await compromised.assertUsable(keyIdentity(subjectPublicKeyInfo));
    await keyLists.assertNotListed(subjectPublicKeyInfo);
  };

  return {
    assertUsable,

    claim: async ({ subjectPublicKeyInfo, holder, sameKey, order }) => {
      const identity = keyIdentity(subjectPublicKeyInfo);
      await assertUsable(subjectPublicKeyInfo);
      const item = await table.get<UsedKeyRow>(usedKeyAt(identity));
      if (item === undefined) return { identity };
      const { record, request } = rowOf(item);
      if (request !== undefined && request !== order) throw taken(identity);
      if (record === undefined && request === order && order !== undefined) return { identity };
      if (sameKey !== 'renewal') throw taken(identity);
      const earlier = await issuanceOf(recorder, identity, record);
      const isHolders =
        earlier && keyHolderOf({ ...earlier, keyHolder: earlier.details.keyHolder }) === holder;
      if (!isHolders) throw taken(identity);
      return { identity, renews: { record: earlier.id, version: item.version } };
    },

    issuedWrite: async (identity, { record, order, renews }) => {
      const item = await table.get<UsedKeyRow>(usedKeyAt(identity));
      const put = { put: usedKeyAt(identity), value: { record } satisfies UsedKeyRow } as const;
      if (item === undefined) return { ...put, if: 'absent' };
      const value = rowOf(item);
      const waits = value.request === order || (value.request === undefined && renews !== undefined);
      if (waits && value.record === renews) return { ...put, if: { version: item.version } };
      if (value.request === undefined && value.record === record) {
        return { ...put, if: { version: item.version } };
      }
      throw taken(identity);
    },

    list: async ({ limit, cursor }) => {
      const place = cursor === undefined ? undefined : placeOf(cursor);
      let from = place && `${place.sk}\0`;
      const keys: Item<UsedKeyRow>[] = [];
      for (let at = DIGITS.indexOf(place?.digit ?? '0'); at < DIGITS.length; at++) {
        const digit = DIGITS.charAt(at);
        for (;;) {
          const page: Page<UsedKeyRow> = await table.query<UsedKeyRow>({
            pk: usedKeysPk(digit),
            limit: limit - keys.length,
            ...(from !== undefined && { from }),
          });
          keys.push(...page.items);
          const last = page.items.at(-1)?.sk;
          if (keys.length === limit && last !== undefined) {
            return { keys: keys.map(viewOf), cursor: cursorOf(digit, last) };
          }
          if (page.cursor === undefined || last === undefined) break;
          from = `${last}\0`;
        }
        from = undefined;
      }
      return { keys: keys.map(viewOf) };
    },
  };
};

/** Somebody else may have written the row, and the page shows it all the same. */
const viewOf = (item: Item<UsedKeyRow>): UsedKeyPage['keys'][number] => {
  const { record, request } = rowOf(item);
  return {
    identity: item.sk,
    ...(record !== undefined && { record: textIn(record) ?? '' }),
    ...(request !== undefined && { request: textIn(request) ?? '' }),
  };
};

const rowOf = ({ value }: Item<UsedKeyRow>): UsedKeyRow => value ?? {};

/** The next page begins after this key of this partition. */
const cursorOf = (digit: string, sk: string): string =>
  Buffer.from(JSON.stringify([digit, sk])).toString('base64url');

const placeOf = (cursor: string): { readonly digit: string; readonly sk: string } => {
  try {
    const [digit, sk]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const isPlace = isText(digit) && isText(sk) && digit.length === 1 && DIGITS.includes(digit);
    if (isPlace && cursorOf(digit, sk) === cursor) return { digit, sk };
  } catch {
    // The cursor is not JSON, or not an array: refused below.
  }
  throw new Fault('cursor-invalid', 'The cursor is not one of this list; begin again without a cursor.');
};
