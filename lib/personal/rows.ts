import { createCipheriv, hash } from 'node:crypto';
import { membersIn, textIn, textsIn } from '../members.ts';
import type { Key } from '../store/store.ts';
import type { DataKeyId, ItemName } from './contract.ts';
import { endOfMonth, parseKeyId } from './months.ts';
import { type SealedRow, secretOf } from './sealing.ts';

/**
 * The rows of the table of personal data.
 *
 *   {item}                          item    the item, sealed; or what says why it is gone
 *   month/{tenant}/{month}/{digit}  {item}  the items that end in that month, by the last character of their names
 *   search/{token}                  {id}    what is found by a keyed token; its item
 *   data-keys/{tenant}              {key}   the data keys of months that were made and not destroyed
 *   search-years/{tenant}           {year}  the years in which searchable data of the tenant end
 *   ended                   {tenant}/{month} the months whose keys are destroyed and whose rows are not all deleted
 */
export type ErasedRow = {
  /** Id of the record of the order by which the data of the item's holder were erased. */
  readonly erased: string;
};

/** The item ended with its month, and a later run took its row. What the key says is believed where an act destroyed that. */
export type EndedRow = {
  readonly ended: DataKeyId;
};

/** The mark of an item that is gone. Without it nobody could tell the item from one that somebody deleted. */
export type GoneRow = ErasedRow | EndedRow;

export type ItemRow = SealedRow | GoneRow;

export const itemKey = (name: ItemName): Key => ({ pk: name, sk: 'item' });

/** In the main table: an item that was staged with the rows that refer to it. */
export const stagedPk = (digit: string): string => `personal-staged/${digit}`;

/** Items of a month are spread, so that no partition takes all writes of a month. */
export const DIGITS = '0123456789abcdef';

const digitOf = (name: ItemName): string => {
  const last = name.at(-1) ?? '0';
  return DIGITS.includes(last) ? last : '0';
};

export const stagedItemKey = (name: ItemName): Key => ({ pk: stagedPk(digitOf(name)), sk: name });

export const monthPk = (tenant: string, month: string, digit: string): string =>
  `month/${tenant}/${month}/${digit}`;

export const monthKey = (tenant: string, month: string, name: ItemName): Key => ({
  pk: monthPk(tenant, month, digitOf(name)),
  sk: name,
});

export const searchPk = (token: string): string => `search/${token}`;
export const searchKey = (token: string, id: string): Key => ({ pk: searchPk(token), sk: id });
export const yearsPk = (tenant: string): string => `search-years/${tenant}`;
/** Put before the key is made: where there is a row and no key, the key is lost, and is not made anew. */
export const madeKey = (id: DataKeyId): Key => ({ pk: `data-keys/${id.split('.')[0] ?? ''}`, sk: id });
export const ENDED = 'ended';

const TOKEN_BYTES = 16;

/**
 * The same term has the same token in the lists of one office, among what ends in one year; and no other one. A token is one block
 * of AES-256 over half of the term's SHA-256, so that one call of the cipher makes all tokens of an item.
 */
export const tokensOf = (key: Uint8Array, office: string, terms: readonly string[]): readonly string[] => {
  if (terms.length === 0) return [];
  const blocks = terms.map((term) => hash('sha256', `${office}\0${term}`, 'buffer').subarray(0, TOKEN_BYTES));
  const cipher = createCipheriv('aes-256-ecb', secretOf(key), null).setAutoPadding(false);
  const tokens = cipher.update(Buffer.concat(blocks));
  return terms.map((_, n) => tokens.toString('base64url', n * TOKEN_BYTES, (n + 1) * TOKEN_BYTES));
};

/** Empty where it is no key of a month. */
export const monthOfKey = (id: DataKeyId): string => {
  const name = parseKeyId(id);
  return name && 'month' in name ? name.month : '';
};

/** Somebody else may have written the row. */
export const asSealed = (value: unknown): SealedRow | undefined => {
  const { key, nonce, sealed, former, office, id, tokens } = membersIn(value);
  const name = parseKeyId(key);
  if (name === undefined || !('month' in name)) return undefined;
  if (textIn(nonce) === undefined || textIn(sealed) === undefined) return undefined;
  const where = textIn(office) !== undefined && textIn(id) !== undefined;
  const before = textsIn(former).filter((one) => isOfMonths(one, name.tenant));
  const row = { key, nonce, sealed, ...(before.length > 0 && { former: before }) } as SealedRow;
  if (!where) return row;
  return {
    ...row,
    office: textIn(office) as string,
    id: textIn(id) as string,
    tokens: textsIn(tokens).flatMap((token) => token ?? []),
  };
};

const isOfMonths = (id: unknown, tenant: string): boolean => {
  const name = parseKeyId(id);
  return name !== undefined && 'month' in name && name.tenant === tenant;
};

/** A key of a month that is over is due to be destroyed anyway. */
export const formerKeys = (
  before: ItemRow | undefined,
  now: DataKeyId,
  at: number,
): Pick<SealedRow, 'former'> => {
  const row = asSealed(before);
  const all = row === undefined ? [] : [...new Set([...(row.former ?? []), row.key])];
  const former = all.filter((id) => id !== now && at < endOfMonth(monthOfKey(id)));
  return former.length > 0 ? { former } : {};
};

/** The rows that list the item. */
export const listsOf = (name: ItemName, value: ItemRow): readonly Key[] => {
  const row = asSealed(value);
  const of = parseKeyId(row?.key);
  if (row === undefined || of === undefined || !('month' in of)) return [];
  const { id, tokens = [] } = row;
  return [
    monthKey(of.tenant, of.month, name),
    ...(id === undefined ? [] : tokens.map((token) => searchKey(token, id))),
  ];
};
