import { CertListEntries, type CertListEntryFields } from './crl-entries.ts';
import { TAG } from './der.ts';
import { DerCursor } from './der-cursor.ts';
import type { SerialHex } from './serial.ts';

/** How the fields of a certificate compare with its entry: the entry says the same or something else, or there is none. */
export type Compared = 'same' | 'differs' | 'absent';

export interface EntryComparison {
  /** Serial numbers must come in ascending order as text. Faults: as `CertListEntries.push`, `malformed-der` and its kin. */
  next(serial: string, fields: CertListEntryFields): Compared;
  /** Call it after the last serial number. */
  finish(): void;
  /** The entries that were passed over: no fields came for their serial numbers. */
  readonly passed: readonly SerialHex[];
}

/**
 * Compares encoded entries with the fields that they should have. `encoded` is sorted by serial number as text, each number
 * once. An entry that says the same costs one comparison of octets, and no value is made for it.
 */
export const compareEntries = (encoded: Uint8Array): EntryComparison => {
  const scratch = new CertListEntries();
  const cursor = new DerCursor(encoded);
  const { length } = encoded;
  const passed: SerialHex[] = [];
  return {
    passed,

    next: (serial, fields) => {
      while (cursor.at < length) {
        const start = cursor.at;
        const end = cursor.enter(TAG.sequence, length);
        if (scratch.isEncoded(serial, fields, encoded, start, end)) {
          cursor.at = end;
          return 'same';
        }
        const of = cursor.serial(end);
        if (of > serial) {
          cursor.at = start;
          return 'absent';
        }
        cursor.at = end;
        if (of === serial) return 'differs';
        passed.push(of);
      }
      return 'absent';
    },

    finish: () => {
      while (cursor.at < length) {
        const end = cursor.enter(TAG.sequence, length);
        passed.push(cursor.serial(end));
        cursor.at = end;
      }
    },
  };
};

/** The serial numbers of encoded entries, in their order. Faults: `malformed-der` and its kin, `malformed-serial`. */
export const serialsOfEntries = function* (encoded: Uint8Array): Generator<SerialHex, void, void> {
  const cursor = new DerCursor(encoded);
  while (cursor.at < encoded.length) {
    const end = cursor.enter(TAG.sequence, encoded.length);
    yield cursor.serial(end);
    cursor.at = end;
  }
};
