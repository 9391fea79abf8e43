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
 * A CRL lists each certificate that is revoked or on hold. It leaves out a certificate that had expired before the last
 * regularly scheduled CRL was made: that CRL listed it beyond its expiry, as RFC 5280 3.3 requires. The register alone
 * decides about entries. A national list is long and changes little between two CRLs. So the register is read whole, or
 * only where it has changed since the previous CRL (the base); all other entries are copied from the base.
 *
 * A base is used only if all of this holds:
 *   - this process made that CRL itself and saw it become current, so that no bytes from a store are ever signed again;
 *   - it gives the revocation time of every entry as the register does;
 *   - it is still the current CRL when the register is read, and when the new one becomes current. Its number shows
 *     that, since no other CRL of the CA has it. publish.ts checks both, for lists that were read whole too;
 *   - this process last read a list whole less than a day ago, and the base has at most `MAX_BASE_BYTES`.
 *
 * The new list then equals one made from the whole register, for this reason. Each change of the register writes, in
 * the same write, a row with the serial number (register.ts). A change row is deleted only after a CRL built from a
 * later read of the register is current; every current CRL since then was made from that one. So there is a row for
 * each serial number on which the current CRL and the register differ. A crash or a second publisher may leave a row
 * too many, which only makes the next CRL look at one more serial number. A process that dies loses its base, and the
 * next process reads the register whole.
 */
export interface Listing {
  readonly entries: CertListEntries;
  /** The latest revocation time that was read, except those in the future; Unix seconds, 0 where none was read. */
  readonly newest: number;
  /** The change rows, read before the register was. */
  readonly changes: readonly Key[];
  /** When the register was last read whole for this list, in milliseconds. */
  readonly readAt: number;
  /** Whether an entry has an earlier revocation time than the register, because the register's is in the future. */
  readonly clamped: boolean;
}

interface Base {
  readonly number: number;
  readonly der: Der;
  readonly readAt: number;
}

interface Previous {
  readonly number: number;
  /** The thisUpdate of the last regularly scheduled CRL, in Unix seconds. */
  readonly scheduled: number;
}

/**
 * When the list is made, in Unix seconds. Its thisUpdate will be `from`, or the latest revocation time up to `until` if
 * that is later. A clock that was ahead recorded a revocation time after `until`. With that time in the entry, clients
 * would take the certificate for good until then; with it as thisUpdate, they would refuse the list. So the entry is
 * dated `from`.
 */
export interface ListTime {
  readonly from: number;
  readonly until: number;
}

const isToCome = ({ revocationTime }: RevokedRow, { until }: ListTime): boolean => revocationTime > until;

const datedFrom = (row: RevokedRow, { from, until }: ListTime): RevokedRow => ({
  ...row,
  revocationTime: from,
  ...(row.invalidityDate !== undefined && row.invalidityDate > until && { invalidityDate: from }),
});

/** A base is kept in memory: 64 MiB, 1.3 million entries. */
const MAX_BASE_BYTES = 64 * 1024 * 1024;
const MAX_BASE_AGE_MS = 24 * 60 * 60 * 1000;
/** With more changes than this, looking at each takes as long as reading the register whole. */
const MAX_CHANGES = 10_000;
const READ_AT_ONCE = 50;

export interface Listings {
  /** The entries of the CRL after `previous`. */
  read(ca: string, previous: Previous | undefined, time: ListTime): Promise<Listing>;
  /** This process made the CRL of that number from that listing, and the CRL is the current one. */
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
          entries.push(sk, datedFrom(value, time));
          continue;
        }
        entries.push(sk, value);
        newest = Math.max(newest, value.revocationTime);
      }
      cursor = page.cursor;
      // A table in this process answers at once: without this turn an OCSP request would wait for the whole list.
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
      changed.set(serial, toCome ? datedFrom(listed, time) : listed);
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

  /** The previous CRL, if the next one may be made from it. */
  const baseOf = (ca: string, previous: Previous | undefined): Base | undefined => {
    const base = bases.get(ca);
    if (base === undefined || base.number !== previous?.number) return undefined;
    const age = clock() - base.readAt;
    return age >= 0 && age < MAX_BASE_AGE_MS ? base : undefined;
  };

  return {
    read: async (ca, previous, time) => {
      const scheduled = previous?.scheduled ?? 0;
      // Read before the register: a change made meanwhile has a row that is not among these.
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
