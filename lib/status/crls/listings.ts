import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type CertListEntries,
  type CertListEntryFields,
  compareEntries,
  type SerialHex,
  spliceEntries,
} from '../../pki/pki.ts';
import type { Clock } from '../../ports.ts';
import type { Key } from '../../store/store.ts';
import { type CrlList, covers } from '../crl-lists.ts';
import type { CrlDeps } from '../deps.ts';
import type { Alarm } from './alarms.ts';
import type { Base } from './bases.ts';
import { isRow, isSerial } from './forms.ts';
import { type ListTime, openJudging } from './verdicts.ts';

/**
 * A CRL lists each certificate that is revoked or on hold. It leaves out a certificate that had expired before the last
 * regularly scheduled CRL was made: that CRL listed it beyond its expiry, as RFC 5280 3.3 requires.
 *
 * It is made from the CRL before it (the base, bases.ts). The register says where the two may differ, and the signed acts
 * decide what the new list says there (verdicts.ts); every other entry is copied. So a row alone puts nothing on a list
 * and takes nothing off it, and the acts of an entry are read once. Where the two may differ is found in one of two ways:
 *
 *   - The register is read whole and compared with the base: rows without an entry, rows that say something else than their
 *     entry, rows of expired certificates, entries without a row. Rows that have changed are among these.
 *   - A national list is long and changes little between two CRLs. So only the rows that have changed are looked at, if all
 *     of this holds: this process made the base and saw it become current; it is still the current CRL when the register is
 *     read, and when the new one becomes current (publish.ts checks both); this process last read the register whole less
 *     than a day ago.
 *
 * No change is missed in the second way, for this reason. Each change of the register writes, in the same write, a row with
 * the serial number (register.ts). A change row is deleted only after a CRL built from a later read of the register is
 * current; every current CRL since then was made from that one. So there is a row for each serial number on which the
 * current CRL and the register differ. A crash or a second publisher may leave a row too many, which only makes the next
 * CRL look at one more serial number. Somebody who deletes change rows delays entries by a day at most.
 *
 * The CA's own certificate is looked at each time. So a list may follow one of another scope: its entry enters or leaves. The
 * list of that certificate alone reads nothing of the register.
 */
export interface Listing {
  readonly entries: CertListEntries;
  /**
   * The time of the latest act that was read for this list or that an entry shows; Unix seconds, 0 where there is none.
   * One in the future, by a clock that was ahead, counts as of now.
   */
  readonly newest: number;
  /** The change rows, read before the register was. */
  readonly changes: readonly Key[];
  /** When the register was last read whole for this list, in milliseconds. */
  readonly readAt: number;
  /** Whether an entry has an earlier revocation time than its act, because the act's is in the future. */
  readonly clamped: boolean;
}

export interface Previous {
  readonly base: Base | undefined;
  /** Number of the current CRL, by its row. */
  readonly current: number | undefined;
  /** The thisUpdate of the last regularly scheduled CRL, in Unix seconds, or of one before it; 0 where none is proven. */
  readonly scheduled: number;
}

const MAX_BASE_AGE_MS = 24 * 60 * 60 * 1000;
/** With more changes than this, looking at each takes as long as reading the register whole. */
const MAX_CHANGES = 10_000;
const JUDGED_AT_ONCE = 50;

export interface Listings {
  /** The entries of the CRL after `previous`. */
  read(list: CrlList, previous: Previous, time: ListTime): Promise<Listing>;
  /** This process made the CRL of that number from that listing, and the CRL is the current one. */
  keep(list: CrlList, number: number, listing: Listing): void;
}

export const openListings = (
  deps: Pick<CrlDeps, 'register' | 'proven'> & { readonly clock: Clock; readonly alarm: Alarm },
): Listings => {
  const { register, clock, alarm } = deps;
  const judge = openJudging(deps);
  /** By list: the current CRL that this process made, and when it last read the register whole for it. */
  const made = new Map<string, { readonly number: number; readonly readAt: number }>();

  /** The serial numbers on which the whole register may differ from the base. */
  const compareWhole = async (
    ca: string,
    { base, scheduled }: Previous,
    changed: readonly SerialHex[],
  ): Promise<ReadonlySet<SerialHex>> => {
    const comparison = compareEntries(base?.entries ?? new Uint8Array());
    const differing = new Set(changed);
    let cursor: string | undefined;
    do {
      const page = await register.revoked(ca, cursor);
      for (const { sk, value } of page.items) {
        if (!isSerial(sk)) {
          await alarm('A row of revoked certificates has no serial number for its key', { ca });
          continue;
        }
        // A row without its form is passed over: an entry of that number then counts as one without a row.
        if (!isRow(value)) {
          differing.add(sk);
          continue;
        }
        const compared = comparison.next(sk, value);
        if (compared === 'same' && value.notAfter >= scheduled) continue;
        // It has left the list. A revocation since then has a change row.
        if (compared === 'absent' && value.notAfter < (base?.thisUpdate ?? 0)) continue;
        differing.add(sk);
      }
      cursor = page.cursor;
      // A table in this process answers at once: without this turn an OCSP request would wait for the whole list.
      await nextTurn();
    } while (cursor !== undefined);
    comparison.finish();
    for (const serial of comparison.passed) differing.add(serial);
    return differing;
  };

  const judgeAll = async (
    list: CrlList,
    serials: ReadonlySet<SerialHex>,
    { base, scheduled }: Previous,
    time: ListTime,
  ): Promise<Pick<Listing, 'entries' | 'newest' | 'clamped'>> => {
    const ca = list.issuer.id;
    const changed = new Map<SerialHex, CertListEntryFields | undefined>();
    let newest = 0;
    let clamped = false;
    const look = async (serial: SerialHex): Promise<void> => {
      if (!covers(list, serial)) {
        changed.set(serial, undefined);
        return;
      }
      const { verdict, since } = await judge({ ca, serial }, scheduled, time);
      newest = Math.max(newest, since > time.until ? time.from : since);
      if (verdict === 'as before') return;
      if (verdict === 'unlisted') {
        changed.set(serial, undefined);
        return;
      }
      clamped ||= verdict.clamped;
      changed.set(serial, verdict.entry);
      newest = Math.max(newest, verdict.entry.revocationTime);
    };
    const all = [...new Set(serials).add(list.issuer.certificate.serialNumber)];
    for (let i = 0; i < all.length; i += JUDGED_AT_ONCE) {
      await Promise.all(all.slice(i, i + JUDGED_AT_ONCE).map(look));
      await nextTurn();
    }
    for (const splicing = spliceEntries(base?.entries ?? new Uint8Array(), changed); ; await nextTurn()) {
      const step = splicing.next();
      if (step.done) return { entries: step.value, newest, clamped };
    }
  };

  /** When this process last read the register whole, if only changes have to be looked at now. */
  const readBefore = ({ id }: CrlList, { base, current }: Previous): number | undefined => {
    const known = made.get(id);
    if (known === undefined || known.number !== current || known.number !== base?.number) return undefined;
    const age = clock() - known.readAt;
    return age >= 0 && age < MAX_BASE_AGE_MS ? known.readAt : undefined;
  };

  return {
    read: async (list, previous, time) => {
      if (list.only === 'onlyContainsCACerts')
        return { ...(await judgeAll(list, new Set(), previous, time)), readAt: clock(), changes: [] };
      const ca = list.issuer.id;
      // Read before the register: a change made meanwhile has a row that is not among these.
      const { serials, keys } = await register.changed(ca, previous.scheduled, MAX_CHANGES);
      const changed = serials.filter(isSerial);
      const before = keys.length <= MAX_CHANGES ? readBefore(list, previous) : undefined;
      const readAt = before ?? clock();
      const differing = before === undefined ? await compareWhole(ca, previous, changed) : new Set(changed);
      return { ...(await judgeAll(list, differing, previous, time)), readAt, changes: keys };
    },

    keep: ({ id }, number, { readAt, clamped }) => {
      const newer = made.get(id);
      if (newer !== undefined && newer.number > number) return;
      if (clamped) made.delete(id);
      else made.set(id, { number, readAt });
    },
  };
};
