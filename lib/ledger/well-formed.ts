import { DOORS } from '../principal.ts';
import type { Item } from '../store/store.ts';
import { isRefusedSignIn } from './accesses.ts';
import { CHANNELS, type LedgerRecord, type Provision, RECORD_KINDS } from './contract.ts';
import { cellBytes } from './counts.ts';
import { entryOf, recordText } from './entry.ts';
import { isRecordId, timeOfId } from './ids.ts';
import { MAX_CERTIFICATES_PER_RECORD, MAX_RECORD_CHARS, namedIn } from './rows.ts';

/**
 * What a record's row must look like before anybody reads a member of it. Somebody who can write to the table can put
 * anything there, and one such row must stop nothing: neither the sequencer nor a query, a total or a deletion.
 */

/** The last millisecond whose year has four digits: the names of days have no room for more. */
export const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Deeper values would exhaust the stack of whoever walks through them. The ledger's own have a depth of about five. */
const MAX_DEPTH = 32;
/** Totals of very many such records are still exact. */
const MAX_COUNT = 1_000_000_000;
/** With the name of a lane, a cell must fit into a key of the table. */
const MAX_CELL_BYTES = 1000;

type Check = (value: unknown) => boolean;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText: Check = (value) => typeof value === 'string';

const matches =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value);

const oneOf = (words: readonly string[]): Check => {
  const known = new Set<unknown>(words);
  return (value) => known.has(value);
};

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

/** Names stand in keys of the table. */
const isName = matches(/^[\x21-\x7e]{1,128}$/);

const isReference: Check = (value) => isObject(value) && isName(value.ca) && isName(value.serial);

const isReferences: Check = (value) =>
  Array.isArray(value) && value.length <= MAX_CERTIFICATES_PER_RECORD && value.every(isReference);

const isCount: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_COUNT;

/** Each has a pointer, as each certificate has. */
const isRequests: Check = (value) => Array.isArray(value) && value.every(isName);

const isSharedAnswer: Check = (value) => isObject(value) && hasMembers(value, SHARED_ANSWER);

const isShared: Check = (value) =>
  Array.isArray(value) &&
  value.length >= 2 &&
  value.length <= MAX_CERTIFICATES_PER_RECORD &&
  value.every(isSharedAnswer);

const isIndex: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;

type Checks = readonly (readonly [member: string, check: Check])[];

const EVERY: Checks = [
  ['kind', oneOf(RECORD_KINDS)],
  ['salt', isText],
  ['tenant', optional(isName)],
  ['office', optional(isName)],
  ['leaf', optional(isIndex)],
];

const PROVISION: Checks = [
  ['recipient', isName],
  ['unproven', optional(isText)],
  ['repeats', optional(isName)],
  ['door', optional(oneOf(DOORS))],
  ['channel', oneOf(CHANNELS)],
  ['method', isName],
  ['purpose', optional(isName)],
  ['legalBasis', optional(isText)],
  ['purposeAssumed', optional((value) => value === true)],
  ['day', optional(matches(/^\d{4}-\d{2}-\d{2}$/))],
  ['certificates', isReferences],
  ['requests', optional(isRequests)],
  ['provided', isObject],
  ['requestDigest', optional(isText)],
  ['responseDigest', optional(isText)],
  ['shared', optional(isShared)],
  ['count', isCount],
];

const SHARED_ANSWER: Checks = [
  ['requestDigest', optional(isText)],
  ['responseDigest', isText],
  ['count', isCount],
  ['impossible', optional(isCount)],
];

const ACT: Checks = [
  ['actor', isName],
  ['holder', optional(isName)],
  ['certificates', optional(isReferences)],
  ['details', isObject],
];

const hasMembers = (value: Readonly<Record<string, unknown>>, checks: Checks): boolean =>
  checks.every(([member, check]) => check(value[member]));

/**
 * A provision has the digest of its answer, or those of several. Where credentials were refused there was no answer about
 * anything, and the record has nothing else that an index would find it by.
 */
const isWholeProvision = (record: LedgerRecord & Provision): boolean => {
  const { responseDigest, shared, tenant, office, purpose } = record;
  if (!isRefusedSignIn(record)) {
    return (
      (responseDigest === undefined) !== (shared === undefined) &&
      namedIn(record) <= MAX_CERTIFICATES_PER_RECORD
    );
  }
  const others = [responseDigest, shared, tenant, office, purpose];
  return others.every((one) => one === undefined) && namedIn(record) === 0;
};

const isShallow = (value: unknown, depth: number): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  for (const member of Object.values(value)) if (!isShallow(member, depth - 1)) return false;
  return true;
};

/** A row's version, if a write can name it. */
export const isVersion = (version: number): boolean => Number.isSafeInteger(version) && version >= 1;

/** The record of a row; undefined where the row holds anything but the record of this id. */
export const readRecord = ({ sk, value }: Pick<Item, 'sk' | 'value'>): LedgerRecord | undefined => {
  const found: unknown = value;
  if (!isObject(found) || !isRecordId(sk) || found.id !== sk) return undefined;
  const ms = timeOfId(sk);
  if (ms > LAST_MS || found.time !== new Date(ms).toISOString()) return undefined;
  const isProvision = found.kind === 'provision';
  if (!hasMembers(found, EVERY) || !hasMembers(found, isProvision ? PROVISION : ACT)) return undefined;
  if (!isShallow(found, MAX_DEPTH)) return undefined;
  const record = found as unknown as LedgerRecord;
  if (record.kind === 'provision' && !isWholeProvision(record)) return undefined;
  // The other names of cells are short by the checks above.
  return isProvision || cellBytes(record) <= MAX_CELL_BYTES ? record : undefined;
};

/** The same of a staged row, whose record must fit into the writes that move it, and has no leaf. */
export const readStaged = (item: Item): LedgerRecord | undefined => readWithText(item)?.record;

/** The same with the record's entry in the log. */
export const readStagedEntry = (
  item: Item,
): { readonly record: LedgerRecord; readonly entry: Uint8Array } | undefined => {
  const found = readWithText(item);
  return found && { record: found.record, entry: entryOf(found.record, found.text) };
};

const readWithText = (item: Item): { readonly record: LedgerRecord; readonly text: string } | undefined => {
  const record = isVersion(item.version) ? readRecord(item) : undefined;
  if (record === undefined || record.leaf !== undefined) return undefined;
  const text = recordText(record);
  return text.length <= MAX_RECORD_CHARS ? { record, text } : undefined;
};
