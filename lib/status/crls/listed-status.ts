import { setImmediate as nextTurn } from 'node:timers/promises';
import { Fault } from '../../fault.ts';
import { compareEntries, type EntryComparison, type SerialHex, serialsOfEntries } from '../../pki/pki.ts';
import { tryEach } from '../../try-each.ts';
import type { Status } from '../contract.ts';
import type { CrlDeps } from '../deps.ts';
import type { Issuer } from '../issuers.ts';
import type { StatusRow } from '../register.ts';
import type { Alarm } from './alarms.ts';
import type { Base, Bases } from './bases.ts';
import { isRow } from './forms.ts';
import { readCurrentCrl } from './rows.ts';
import { isSame, openClosingOf } from './verdicts.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const READ_AT_ONCE = 50;

/**
 * OCSP answers by status rows, and CRLs are made without them. Somebody may set the status row of a revoked certificate to
 * `good` and leave the row of its entry: then no CRL differs from the register, and OCSP says `good`.
 *
 * So the entries of each CA's newest CRL are compared with their status rows: by each process at first, and again a day after
 * it last did. Where they differ, the acts decide, and the rows follow them.
 */
export const openListedStatus = (
  deps: CrlDeps & { readonly alarm: Alarm; readonly bases: Bases },
): Pick<Status, 'followListed'> => {
  const { table, issuers, register, proven, compromiseOf, clock, alarm, bases } = deps;
  const closingOf = openClosingOf(deps);
  /** When this process last compared the whole list, by CA, in milliseconds. */
  const compared = new Map<string, number>();

  const follow = async (ca: string, serial: SerialHex): Promise<void> => {
    const ref = { ca, serial };
    const acted = await closingOf(ref);
    if (acted === undefined || typeof acted === 'string') return;
    // An act is there before its rows. What was read before may be older than the act.
    const row = (await register.lookup(ref))?.value;
    if (isClosed(row) && isSame(row, acted)) return;
    await alarm('The status row of a revoked certificate differs from its act; the row follows', ref);
    await proven.follow(ref);
  };

  const compare = async (ca: string, { entries }: Base): Promise<void> => {
    const comparison = compareEntries(entries);
    for (const serials of inParts(serialsOfEntries(entries))) {
      const rows = await Promise.all(serials.map((serial) => register.lookup({ ca, serial })));
      const differing = serials.filter((serial, at) => !saysEntry(comparison, serial, rows[at]?.value));
      for (const serial of differing) await follow(ca, serial);
      // A table in this process answers at once: without this turn an OCSP request would wait for the whole list.
      await nextTurn();
    }
  };

  const isDue = ({ id, certificate }: Issuer): boolean => {
    const now = clock();
    if (now >= certificate.notAfter.getTime()) return false;
    const age = now - (compared.get(id) ?? Number.NEGATIVE_INFINITY);
    return age < 0 || age >= DAY_MS;
  };

  const followIfDue = async (issuer: Issuer): Promise<void> => {
    const { id: ca } = issuer;
    if (!isDue(issuer)) return;
    const started = clock();
    // After a compromise of the CA no row makes an answer good, and the list has certificates that nobody revoked.
    if (!(await compromiseOf(ca))) {
      const base = await bases.newest(issuer, (await readCurrentCrl(table, ca))?.value.number ?? 0);
      if (base !== undefined) await compare(ca, base);
    }
    compared.set(ca, started);
  };

  return {
    followListed: async () =>
      tryEach(await issuers.all(), followIfDue, ({ id: ca }, error) => {
        deps.log(
          'error',
          'The status rows of revoked certificates could not be compared; it is tried again',
          {
            ca,
            error: Fault.is(error) ? error.code : 'internal',
          },
        );
      }),
  };
};

/** Somebody may have put a row that is no object. */
const isClosed = (row: StatusRow | null | undefined): row is Exclude<StatusRow, { state: 'good' }> =>
  isRow(row ?? null) && row?.state !== 'good';

const saysEntry = (
  comparison: EntryComparison,
  serial: SerialHex,
  row: StatusRow | null | undefined,
): boolean => isClosed(row) && comparison.next(serial, row) === 'same';

const inParts = function* (serials: Iterable<SerialHex>): Generator<readonly SerialHex[], void, void> {
  let part: SerialHex[] = [];
  for (const serial of serials) {
    if (part.push(serial) < READ_AT_ONCE) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
};
