import { hash } from 'node:crypto';
import { wentThrough } from '../fault.ts';
import { textIn } from '../members.ts';
import type { Clock, Log } from '../ports.ts';
import { everyItem, type Item, type Key, type Table, type Value, type Write } from '../store/store.ts';
import { dayOf } from './ids.ts';
import { isVersion } from './well-formed.ts';

/**
 * Rows that the ledger did not write as they are found. Each is moved out of the way in one write, so that the work goes
 * on, and kept so that somebody can look into it:
 *
 *   set-aside  {day}/{digest}          what it was, why it was moved, when, its key, and its value as JSON text
 *   set-aside  {day}/{digest}/{part}   a further part of a long text, from part 1 on
 *
 * The digest is SHA-256 of the key and the value. The log gets one error line for each row, with the digest and never
 * with the content. Auditors see the list (`listSetAside`), and `akashi audit verify` names each row in it.
 */
const PK = 'set-aside';

export type AsideKind = 'staged' | 'unsequenced' | 'record' | 'tree' | 'total' | 'first';

/**
 * `malformed`         the row has not the form that the ledger gives it
 * `act-not-proven`    an act without the signature of its kind of key
 * `key-closed`        an act by a key that was closed before the act had its leaf
 * `record-missing`    a record waits for its leaf and is not there
 * `has-leaf`          the record has its leaf already and was put among the waiting again
 * `differs-from-leaf` the record is not the one that its leaf was made of
 * `replaced`          the row stood in the place of a record that was settled later
 * `not-signed`        the tree's row has no checkpoint that the log's key signed, or says something else than that
 */
export type AsideReason =
  | 'malformed'
  | 'act-not-proven'
  | 'key-closed'
  | 'record-missing'
  | 'has-leaf'
  | 'differs-from-leaf'
  | 'replaced'
  | 'not-signed';

/** What auditors see of a row that was set aside. */
export interface SetAside {
  readonly digest: string;
  /** RFC 3339 UTC. */
  readonly time: string;
  readonly what: string;
  readonly why: string;
}

/**
 * Resolves with whether the row was moved: not where somebody changed it since it was read. `alongside` are writes that
 * go with it.
 */
export type SettingAside = (
  what: AsideKind,
  why: AsideReason,
  item: Item,
  alongside?: readonly Write[],
) => Promise<boolean>;

/** With escapes and in UTF-8, so many characters fit into a row. */
const PART_CHARS = 100_000;

export const openSetAside = (deps: {
  readonly table: Table;
  readonly clock: Clock;
  readonly log: Log;
}): SettingAside => {
  const { table, clock, log } = deps;

  return async (what, why, item, alongside = []) => {
    const { pk, sk, version, value } = item;
    const text = jsonText(value);
    const digest = hash('sha256', `${JSON.stringify([pk, sk])}${text}`);
    const now = clock();
    const key: Key = { pk: PK, sk: `${dayOf(now)}/${digest}` };
    const parts = partsOf(text);
    const kept = { what, why, time: new Date(now).toISOString(), key: { pk, sk }, parts: parts.length };
    const puts = parts.map(
      (part, i): Write => ({
        put: i === 0 ? key : { pk: PK, sk: `${key.sk}/${i}` },
        value: i === 0 ? { ...kept, text: part } : { text: part },
        if: 'absent',
      }),
    );
    // Nobody can name the row in a write if its version is no version. It stays, and its readers pass over it.
    const moved: readonly Write[] = [
      ...(isVersion(version) ? [{ delete: { pk, sk }, if: { version } } as const] : []),
      ...alongside,
    ];
    if (!(await wentThrough(table.write([...moved, ...puts])))) {
      // The same row may have been set aside today already.
      const isKept = (await table.get(key)) !== undefined;
      if (!isKept || moved.length === 0 || !(await wentThrough(table.write(moved)))) return false;
    }
    log('error', 'A row of the ledger was set aside', { what, why, digest });
    return true;
  };
};

/** Rows that were set aside from one day to another (`2026-11-22`, UTC, both included), at most `limit`. */
export const listSetAside = async (
  table: Pick<Table, 'query'>,
  { from, to, limit }: { readonly from: string; readonly to: string; readonly limit: number },
): Promise<readonly SetAside[]> => {
  const found: SetAside[] = [];
  for await (const { sk, value } of everyItem(table, { pk: PK, from, to: `${to}~` })) {
    const digest = DIGEST.exec(sk)?.[1];
    if (digest === undefined) continue;
    if (found.length === limit) break;
    const kept: Partial<Record<string, unknown>> = (value as Value | null) ?? {};
    const word = (member: string): string => WORD.exec(textIn(kept[member]) ?? '')?.[0] ?? 'unknown';
    found.push({ digest, time: word('time'), what: word('what'), why: word('why') });
  }
  return found;
};

/** How many rows were set aside since the day before (UTC), as far as a thousand. */
export const recentlySetAside = async (table: Pick<Table, 'query'>, now: number): Promise<number> => {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  return (await listSetAside(table, { from: day(now - 86_400_000), to: day(now), limit: 1000 })).length;
};

const DIGEST = /^\d{4}-\d{2}-\d{2}\/([0-9a-f]{64})$/;

/** What the ledger writes: its own words, and times. Somebody may have written to these rows as well. */
const WORD = /^[a-z0-9TZ:.-]{1,32}$/;

const partsOf = (text: string): readonly string[] => {
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += PART_CHARS) parts.push(text.slice(at, at + PART_CHARS));
  return parts;
};

/** `JSON.stringify` for values of any depth: that function exhausts the stack where a value is very deep. */
const jsonText = (value: unknown): string => {
  const parts: string[] = [];
  const waiting: ({ readonly text: string } | { readonly value: unknown })[] = [{ value }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if ('text' in next) parts.push(next.text);
    else if (typeof next.value !== 'object' || next.value === null) parts.push(JSON.stringify(next.value));
    else {
      const isList = Array.isArray(next.value);
      parts.push(isList ? '[' : '{');
      waiting.push({ text: isList ? ']' : '}' });
      const members = Object.entries(next.value as object);
      for (let i = members.length - 1; i >= 0; i--) {
        const [name, member] = members[i] as [string, unknown];
        const before = `${i === 0 ? '' : ','}${isList ? '' : `${JSON.stringify(name)}:`}`;
        waiting.push({ value: member }, { text: before });
      }
    }
  }
  return parts.join('');
};
