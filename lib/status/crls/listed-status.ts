import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuthorityCompromise } from '../../compromise.ts';
import { Fault } from '../../fault.ts';
import { type CertListEntryFields, compareEntries, type SerialHex, serialsOfEntries } from '../../pki/pki.ts';
import { tryEach } from '../../try-each.ts';
import type { Status } from '../contract.ts';
import { type CrlList, listsOf } from '../crl-lists.ts';
import type { CrlDeps } from '../deps.ts';
import type { Issuer } from '../issuers.ts';
import type { StatusRow } from '../register.ts';
import type { Alarm } from './alarms.ts';
import type { Base, Bases } from './bases.ts';
import { entryUnder } from './compromised-listing.ts';
import { isRow } from './forms.ts';
import { inParts } from './parts.ts';
import { readCurrentCrl } from './rows.ts';
import { alarmUnproven, isSame, openClosingOf } from './verdicts.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * OCSP answers by status rows, and CRLs are made without them. Somebody may set the status row of a revoked certificate to
 * `good` and leave the row of its entry: then no CRL differs from the register, and OCSP says `good`.
 *
 * So the entries of each list's newest CRL are compared with their status rows: by each process at first, and again a day after
 * it last did. The row of the CA's own certificate is compared in each run, because a compromise of the CA concerns all of its
 * certificates. Where a row differs, the acts decide, and the rows follow them.
 */
export const openListedStatus = (
  deps: CrlDeps & { readonly alarm: Alarm; readonly bases: Bases },
): Pick<Status, 'followListed'> => {
  const { table, issuers, register, proven, compromiseOf, clock, alarm, bases } = deps;
  const closingOf = openClosingOf(deps);
  /** When this process last compared the whole list, by its id, in milliseconds. */
  const compared = new Map<string, number>();

  const follow = async (ca: string, serial: SerialHex): Promise<void> => {
    const ref = { ca, serial };
    const acted = await closingOf(ref);
    if (acted === undefined) return;
    // An act is there before its rows. What was read before may be older than the act.
    const row = (await register.lookup(ref))?.value;
    const isGood = row !== undefined && isStatusRow(row) && row.state === 'good';
    if (typeof acted.closing === 'string') {
      if (row === undefined || isGood) return;
      if (acted.closing === 'never' || !(await proven.follow(ref))) await alarmUnproven(alarm, ref);
      return;
    }
    const isAsActed = row !== undefined && isStatusRow(row) && !isGood && isSame(row, acted.closing);
    if (isAsActed && row.since === acted.since) return;
    await alarm('The status row of a revoked certificate differs from its act; the row follows', ref);
    await proven.follow(ref);
  };

  const compare = async (
    ca: string,
    { entries }: Base,
    compromise: AuthorityCompromise | undefined,
  ): Promise<void> => {
    const comparison = compareEntries(entries);
    for await (const serials of inParts(serialsOfEntries(entries))) {
      const rows = await Promise.all(serials.map((serial) => register.lookup({ ca, serial })));
      const differing = serials.filter((serial, at) => {
        const entry = entryOf(rows[at]?.value, compromise);
        return entry === undefined || comparison.next(serial, entry) !== 'same';
      });
      for (const serial of differing) await follow(ca, serial);
      // A table in this process answers at once: without this turn an OCSP request would wait for the whole list.
      await nextTurn();
    }
  };

  const isDue = ({ id }: CrlList): boolean => {
    const age = clock() - (compared.get(id) ?? Number.NEGATIVE_INFINITY);
    return age < 0 || age >= DAY_MS;
  };

  const followIssuer = async (issuer: Issuer): Promise<void> => {
    const { id: ca, certificate } = issuer;
    const started = clock();
    if (started >= certificate.notAfter.getTime()) return;
    await follow(ca, certificate.serialNumber);
    const due = listsOf(issuer).filter(isDue);
    const compromise = due.length > 0 ? await compromiseOf(ca) : undefined;
    for (const list of due) {
      const base = await bases.newest(list, (await readCurrentCrl(table, list.id))?.value.number ?? 0);
      if (base !== undefined) await compare(ca, base, compromise);
      compared.set(list.id, started);
    }
  };

  return {
    followListed: async () =>
      tryEach(await issuers.all(), followIssuer, ({ id: ca }, error) => {
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

/** The entry that a certificate with this row has. Undefined for a row that is good or has no form: no entry says the same. */
const entryOf = (
  row: StatusRow | undefined,
  compromise: AuthorityCompromise | undefined,
): CertListEntryFields | undefined => {
  if (row === undefined || !isStatusRow(row)) return undefined;
  if (compromise) return entryUnder(row, compromise);
  return row.state === 'good' ? undefined : row;
};

/** Somebody may have put a row of another form. */
const isStatusRow = (row: StatusRow): boolean => row.state === 'good' || isRow(row);
