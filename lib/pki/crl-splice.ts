import { CertListEntries, type CertListEntryFields } from './crl-entries.ts';
import { TAG } from './der.ts';
import { DerCursor } from './der-cursor.ts';
import type { SerialHex } from './serial.ts';

interface Change {
  readonly serial: SerialHex;
  readonly octets: Uint8Array;
  readonly fields: CertListEntryFields | undefined;
}

/** This many entries take some milliseconds. Other work then gets its turn. */
const ENTRIES_IN_ONE_GO = 50_000;

/**
 * The same entries with `changes` applied: a change replaces the entry of its serial number or adds one, and undefined
 * removes the entry. `encoded` must be sorted by serial number as text, each number once; the result is sorted in the
 * same way. Gives way to its caller after every `ENTRIES_IN_ONE_GO` entries. Faults: as `CertListEntries.push`,
 * `malformed-der` and its kin.
 */
export const spliceEntries = function* (
  encoded: Uint8Array,
  changes: ReadonlyMap<SerialHex, CertListEntryFields | undefined>,
): Generator<void, CertListEntries, void> {
  const sorted = [...changes]
    .map(([serial, fields]): Change => ({ serial, fields, octets: Buffer.from(serial, 'hex') }))
    .sort((a, b) => Buffer.compare(a.octets, b.octets));
  const entries = new CertListEntries();
  const cursor = new DerCursor(encoded);
  /**
   * `next`: the change that comes next. `from`: where the run of unchanged entries begins. `staying`: how many they
   * are.
   */
  let next = 0;
  let from = 0;
  let staying = 0;
  const stay = (to: number): void => {
    entries.append(encoded.subarray(from, to), staying);
    staying = 0;
  };
  /** Visits the entry at the cursor and compares its serial number with that of the next change. */
  const visit = (): void => {
    const start = cursor.at;
    const end = cursor.enter(TAG.sequence, encoded.length);
    const serialEnd = cursor.enter(TAG.integer, end);
    const serialStart = encoded[cursor.at] === 0 ? cursor.at + 1 : cursor.at;
    cursor.at = end;
    for (;;) {
      const change = sorted[next];
      const order = change === undefined ? 1 : compare(change.octets, encoded, serialStart, serialEnd);
      if (change === undefined || order > 0) break;
      next++;
      stay(start);
      from = start;
      if (change.fields) entries.push(change.serial, change.fields);
      if (order < 0) continue;
      from = end;
      return;
    }
    staying++;
  };
  for (let seen = 1; cursor.at < encoded.length; seen++) {
    visit();
    if (seen % ENTRIES_IN_ONE_GO === 0) yield;
  }
  stay(encoded.length);
  for (const { serial, fields } of sorted.slice(next)) if (fields) entries.push(serial, fields);
  return entries;
};

/** Compares octets as `Buffer.compare` does, which is also the order of their hex. It makes no view of the second. */
const compare = (one: Uint8Array, other: Uint8Array, start: number, end: number): number => {
  const common = Math.min(one.length, end - start);
  for (let i = 0; i < common; i++) {
    const difference = (one[i] as number) - (other[start + i] as number);
    if (difference !== 0) return difference;
  }
  return one.length - (end - start);
};
