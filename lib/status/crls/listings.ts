import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CertListEntries,
  type CertListEntryFields,
  type Der,
  encodedEntriesOf,
  type SerialHex,
  spliceEntries,
} from '../../pki/pki.ts';
import type { Clock } from '../../ports.ts';
import type { Key } from '../../store/store.ts';
import type { Register, RevokedRow } from '../register.ts';

/**
 * What a CRL lists: everything revoked or on hold, but for certificates that had expired before the last CRL was made
 * that was regularly scheduled, which one listed them beyond their expiry, as RFC 5280 3.3 wants it. The register alone
 * says so. It is read
 * whole, or, since a national list is long and changes little between two CRLs, only where it has changed since the
 * previous CRL (the base), whose other entries are taken over as they are.
 *
 * A base is taken only
 *   - where this process made that CRL itself and saw it become current, so that nothing which a store was given to keep
 *     is ever signed again;
 *   - where it tells every revocation as the register does;
 *   - where it is still the current one (by its number, which no other CRL of the CA has) when the register is read, and
 *     still is when the new one becomes current: publish.ts asks for both, of lists that were read whole too;
 *   - within a day of the last list that this process read whole, and up to a size.
 *
 * Then the new list is what the whole register says. Each change of the register writes, in one write with it, a row
 * that says where (register.ts). Such a row is deleted only after a CRL is current whose publisher had read the row first
 * and the register then; every current CRL since is made of that one. So for each serial number of which the current CRL
 * does not say what the register says, there is a row. A row too many, after a crash or of two publishers, costs a look
 * at a serial number. A process that dies takes its base with it, and the next one reads the register whole.
 */
export interface Listing {
  readonly entries: CertListEntries;
  /** The latest of their revocations, or of those that were read, Unix seconds; 0 without any. */
  readonly newest: number;
  /** The rows that said what has changed, read before the register was. */
  readonly changes: readonly Key[];
  /** When the register was last read whole for it, in milliseconds. */
  readonly readAt: number;
  /** Whether it tells another time of a revocation than the register, which has one that is still to come. */
  readonly clamped: boolean;
}

interface Base {
  readonly number: number;
  readonly der: Der;
  readonly readAt: number;
}

/** Of a CRL, that it is, and when the last regularly scheduled one was made, in Unix seconds. */
interface Previous {
  readonly number: number;
  readonly scheduled: number;
}

/**
 * The time of the list that is to be made, in Unix seconds: it will be of `from` or, if that is later, of the latest
 * revocation up to `until`. One that is later still was recorded by a clock that was ahead. Clients would take the
 * certificate for good until then, or the list for one to come, so it is told as of `from`.
 */
export interface ListTime {
  readonly from: number;
  readonly until: number;
}

const isToCome = ({ revocationTime }: RevokedRow, { until }: ListTime): boolean => revocationTime > until;

const asToldAt = (row: RevokedRow, { from, until }: ListTime): RevokedRow => ({
  ...row,
  revocationTime: from,
  ...(row.invalidityDate !== undefined && row.invalidityDate > until && { invalidityDate: from }),
});

/** A base is kept in memory: 64 MiB, 1.3 million entries. */
const MAX_BASE_BYTES = 64 * 1024 * 1024;
const ANEW_AFTER_MS = 24 * 60 * 60 * 1000;
/** From so many on, one look at each takes as long as to read the register whole. */
const MAX_CHANGES = 10_000;
const READ_AT_ONCE = 50;

export interface Listings {
  /** What the CRL after `previous` lists. */
  read(ca: string, previous: Previous | undefined, time: ListTime): Promise<Listing>;
  /** The CRL of that number, made of that listing by this process, is the current one. */
  keep(ca: string, number: number, der: Der, listing: Listing): void;
}

export const openListings = ({ register, clock }: { register: Register; clock: Clock }): Listings => {
  const bases = new Map<string, Base>();

  const readWhole = async (
    ca: string,
    scheduled: number,
    time: ListTime,
  ): Promise<Omit<Listing, 'changes'>> => {
    const entries = new CertListEntries();
    const readAt = clock();
    let newest = 0;
    let clamped = false;
    let cursor: string | undefined;
    do {
      const page = await register.revoked(ca, cursor);
      for (const { sk, value } of page.items) {
        if (value.notAfter < scheduled) continue;
        if (isToCome(value, time)) {
          clamped = true;
          entries.push(sk, asToldAt(value, time));
          continue;
        }
        entries.push(sk, value);
        newest = Math.max(newest, value.revocationTime);
      }
      cursor = page.cursor;
      // A table in this process answers at once, and whoever asks for a status would wait for the whole list.
      await nextTurn();
    } while (cursor !== undefined);
    return { entries, newest, readAt, clamped };
  };

  const readChanged = async (
    ca: string,
    base: Base,
    serials: readonly SerialHex[],
    scheduled: number,
    time: ListTime,
  ): Promise<Omit<Listing, 'changes'>> => {
    const changed = new Map<SerialHex, CertListEntryFields | undefined>();
    let newest = 0;
    let clamped = false;
    const look = async (serial: SerialHex): Promise<void> => {
      const row: RevokedRow | undefined = await register.listed({ ca, serial });
      const listed = row && row.notAfter >= scheduled ? row : undefined;
      const toCome = listed !== undefined && isToCome(listed, time);
      clamped ||= toCome;
      changed.set(serial, toCome ? asToldAt(listed, time) : listed);
      if (!toCome) newest = Math.max(newest, listed?.revocationTime ?? 0);
    };
    for (let i = 0; i < serials.length; i += READ_AT_ONCE) {
      await Promise.all(serials.slice(i, i + READ_AT_ONCE).map(look));
      await nextTurn();
    }
    for (const splicing = spliceEntries(encodedEntriesOf(base.der), changed); ; await nextTurn()) {
      const step = splicing.next();
      if (step.done) return { entries: step.value, newest, readAt: base.readAt, clamped };
    }
  };

  /** The previous CRL, where the next one may be made of it. */
  const baseOf = (ca: string, previous: Previous | undefined): Base | undefined => {
    const base = bases.get(ca);
    if (base === undefined || base.number !== previous?.number) return undefined;
    const age = clock() - base.readAt;
    return age >= 0 && age < ANEW_AFTER_MS ? base : undefined;
  };

  return {
    read: async (ca, previous, time) => {
      const scheduled = previous?.scheduled ?? 0;
      // Before the register is read: what changes meanwhile has a row that is not among these.
      const { serials, keys } = await register.changed(ca, scheduled, MAX_CHANGES);
      const base = keys.length <= MAX_CHANGES ? baseOf(ca, previous) : undefined;
      if (base === undefined) bases.delete(ca);
      const read = await (base
        ? readChanged(ca, base, serials, scheduled, time)
        : readWhole(ca, scheduled, time));
      return { ...read, changes: keys };
    },
    keep: (ca, number, der, { readAt, clamped }) => {
      const newer = bases.get(ca);
      if (newer !== undefined && newer.number > number) return;
      if (der.length <= MAX_BASE_BYTES && !clamped) bases.set(ca, { number, der, readAt });
      else bases.delete(ca);
    },
  };
};
