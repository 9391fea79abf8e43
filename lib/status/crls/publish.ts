import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Fault, wentThrough } from '../../fault.ts';
import type { Item } from '../../store/store.ts';
import { tryEach } from '../../try-each.ts';
import { AUTHORITY_CRL, FULL_CRL, type PublishedCrl, type Status } from '../contract.ts';
import { type CrlList, listOf, listsOf, partitionsShowing } from '../crl-lists.ts';
import type { CrlDeps } from '../deps.ts';
import type { Alarm } from './alarms.ts';
import { archiveKey } from './archive.ts';
import type { Base, Bases } from './bases.ts';
import { assertClock, buildCrl } from './build.ts';
import { openProvingCurrent, type ProvenCurrent } from './current.ts';
import { openListings } from './listings.ts';
import { currentRow, makeCurrent, type ProvenBefore, settle } from './making-current.ts';
import { isArchived, newestArchived } from './newest.ts';
import {
  awaitsUrgent,
  type CurrentRow,
  deleteWrite,
  noteSigned,
  readCurrentCrl,
  readSigned,
  readUrgent,
  reserveNumber,
  type SignedRow,
} from './rows.ts';
import type { Serving } from './serve.ts';
import { openClosingOf } from './verdicts.ts';

/** Publishers that come in between are few. Somebody who writes to the table could come in between for ever. */
const MAX_ATTEMPTS = 20;

/**
 * Publishing a CRL has five steps. A crash may follow each:
 *
 *   1. A CRL number is reserved, above the newest in the archive. A crash leaves a number that no CRL has, which RFC 5280
 *      5.2.3 allows.
 *   2. The base and the register are read; the list is built, linted and signed; then a note with its digest is stored. A
 *      crash leaves nothing, or that note.
 *   3. The CRL goes into the archive under its number. A crash leaves a signed CRL that nobody was given; the next
 *      publication has a higher number.
 *   4. One write stores the row that names the current CRL and the ledger's record of it, and deletes the note.
 *   5. The rows with the changes since the CRL before are deleted (listings.ts). A crash leaves them to the next
 *      publication.
 *
 * Several publishers may work at once. Each starts from the CRL that was current before it read the register, and makes
 * its own CRL current only if that one is still current. So no current CRL lacks a change that an earlier one had. The
 * row only ever moves to a higher number. A publisher may find that another CRL became current meanwhile:
 *   - If that CRL has a higher number, the publisher is done: the other number was reserved later, and the register was
 *     read after that.
 *   - If it has a lower number, the publisher begins again.
 *   - If the publisher had signed its own CRL by then, it records that CRL as well, as one that was never current.
 *
 * The record of a publication names the number that was current before it, so an auditor can tell an unused number from
 * a CRL without a record. The record also includes the notes that interrupted publications left, so a signed CRL lacks
 * its leaf only until the next publication.
 *
 * No row is believed here: somebody may put back, forge or delete it. The CRL that a new one follows is the newest in the
 * archive (bases.ts). The row of the current CRL counts if it says what the signed record of a publication says
 * (current.ts). Any other is replaced by the next CRL, which is due at once.
 *
 * An urgent revocation is published right after it was recorded. That fails if the process dies or a store does not
 * answer. Then the row `urgent` has a version that the current CRL has not seen, and the CRL is due.
 */
export const openPublishing = (
  deps: CrlDeps & { readonly alarm: Alarm; readonly bases: Bases },
  serving: Pick<Serving, 'current' | 'keep'>,
): Pick<Status, 'publish' | 'publishShowing' | 'publishDue'> => {
  const { table, bucket, issuers, signCrl, alarm, bases } = deps;
  const listings = openListings(deps);
  const closingOf = openClosingOf(deps);
  const provenCurrent = openProvingCurrent(deps);

  /** Whether a CRL with a higher number than this one is current. A row may name a number that no CRL has. */
  const isOvertaken = async (
    { id }: CrlList,
    row: Item<CurrentRow> | undefined,
    number: number,
  ): Promise<boolean> =>
    row !== undefined && row.value.number > number && isArchived(bucket, id, row.value.number);

  /** What the next CRL follows. */
  const readBefore = async (list: CrlList, row: Item<CurrentRow> | undefined): Promise<ProvenBefore> => {
    const proven = await provenCurrent(list, row);
    if (row !== undefined && proven === undefined) {
      await alarm('The row of the current CRL does not say what the record of a publication says', {
        list: list.id,
      });
    }
    const base = await bases.newest(list, row?.value.number ?? 0);
    return {
      proven,
      base,
      current: row?.value.number,
      scheduled: proven?.scheduled ?? 0,
      thisUpdate: Math.max(base?.thisUpdate ?? 0, proven?.thisUpdate ?? 0),
      madeAt: Math.max(base?.thisUpdate ?? 0, proven?.madeAt ?? 0),
    };
  };

  /** A number is reserved for one publisher. So a note under it, without its CRL, is one that somebody has put there. */
  const noteInPlace = async (list: CrlList, note: SignedRow): Promise<boolean> => {
    const { id } = list;
    if (await noteSigned(table, id, note)) return true;
    if (await isArchived(bucket, id, note.number)) return false;
    await alarm('A row is in the place of a note of a signed CRL; it is deleted', { list: id });
    const other = await readSigned(table, id, note.number);
    if (other) await wentThrough(table.write([deleteWrite(other)]));
    return noteSigned(table, id, note);
  };

  /**
   * Whether this list leaves out the CA's own certificate for the first time, and `authority` does not show the newest act on
   * it. Then `authority` is published first, so that a revoked CA is on a current list all the time (RFC 5280 5.2.5).
   */
  const leavesOwnBehind = async ({ issuer, only }: CrlList, base: Base | undefined): Promise<boolean> => {
    if (only !== 'onlyContainsUserCerts' || !base?.isWhole) return false;
    const acted = await closingOf({ ca: issuer.id, serial: issuer.certificate.serialNumber });
    const shown = await bases.newest(listOf(issuer, AUTHORITY_CRL), 0);
    return acted === undefined || shown === undefined || shown.thisUpdate < acted.since;
  };

  /** Undefined where the publisher has to begin again: another came in between, and no CRL with a higher number is current. */
  const attempt = async (list: CrlList, actor: string): Promise<PublishedCrl | undefined> => {
    const { id, issuer } = list;
    // 1.
    const hint = (await readCurrentCrl(table, id))?.value.number ?? 0;
    const number = await reserveNumber({ table, alarm }, id, await newestArchived(bucket, id, hint));
    const previous = await readCurrentCrl(table, id);
    if (await isOvertaken(list, previous, number)) return serving.current(id);
    // 2.
    const urgent = await readUrgent(table, id);
    const before = await readBefore(list, previous);
    if (before.base !== undefined && before.base.number >= number) return undefined;
    if (await leavesOwnBehind(list, before.base)) await publishList(listOf(issuer, AUTHORITY_CRL), actor);
    const { tbs, listing, madeAt } = await buildCrl({ ...deps, listings }, list, number, before);
    const meanwhile = await readCurrentCrl(table, id);
    if (meanwhile?.version !== previous?.version)
      return (await isOvertaken(list, meanwhile, number)) ? serving.current(id) : undefined;
    const der = await signCrl(issuer.id, tbs, before.base && BigInt(before.base.number));
    const digest = await digestOf(der);
    if (!(await noteInPlace(list, { number, digest }))) return undefined;
    // 3.
    const archived = bucket.put(archiveKey(id, number), der, {
      if: 'absent',
      contentType: 'application/pkix-crl',
    });
    if (!(await wentThrough(archived))) return undefined;
    bases.keep(list, number, der);
    // 4.
    const crl = { der, number: BigInt(number), thisUpdate: tbs.thisUpdate, nextUpdate: tbs.nextUpdate };
    const row = currentRow(issuer, crl, madeAt, before, urgent);
    const previousNumber = before.proven?.number ?? before.base?.number ?? 0;
    const signed = { row, entries: listing.entries.length, digest, previousNumber };
    if (await makeCurrent(deps, list, signed, previous, actor)) {
      listings.keep(list, number, listing);
      serving.keep(id, crl);
      // 5.
      await settle(deps, issuer.id, listing.changes);
      return crl;
    }
    // A CRL with a lower number may have been made from the register as it was before this call.
    return (await isOvertaken(list, await readCurrentCrl(table, id), number)) ? crl : undefined;
  };

  const publishList = async (list: CrlList, actor: string): Promise<PublishedCrl> => {
    const { stopped, id: ca } = list.issuer;
    if (stopped && isLast(list, await provenCurrent(list, await readCurrentCrl(table, list.id)))) {
      throw new Fault('authority-stopped', 'The key of this CA is stopped, and its last CRL is published.', {
        ca,
      });
    }
    for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
      const published = await attempt(list, actor);
      if (published) return published;
    }
    throw new Fault('store-unavailable', 'Others kept taking the number of the CRL; try again.', { ca });
  };

  const publish = async (ca: string, actor: string, partition = FULL_CRL): Promise<PublishedCrl> =>
    publishList(listOf(await issuers.byId(ca), partition), actor);

  const publishShowing: Status['publishShowing'] = async ({ ca, serial }, actor) => {
    const issuer = await issuers.byId(ca);
    for (const partition of partitionsShowing(issuer, serial))
      await publishList(listOf(issuer, partition), actor);
  };

  const isDue = async (list: CrlList): Promise<boolean> => {
    const { id, only } = list;
    const { certificate, crl, stopped } = list.issuer;
    const now = deps.clock() / 1000;
    // A CA past its end signs no more CRLs; its last one has the CA's notAfter as nextUpdate.
    if (now >= certificate.notAfter.getTime() / 1000) return false;
    const row = await readCurrentCrl(table, id);
    const current = await provenCurrent(list, row);
    // A row that is not proven is made again with the next CRL.
    if (row === undefined || current === undefined) return true;
    // Checked at each turn, even if no CRL is due: none would be due for as long as the clock is behind.
    assertClock(deps.clock, list.issuer.id, current.madeAt);
    if (stopped) return !isLast(list, current);
    // The trust domain has another choice now.
    if (current.only !== only) return true;
    if (now >= current.madeAt + crl.interval) return true;
    if (await awaitsUrgent(table, id, row.value)) return true;
    // A publication was interrupted, or somebody has put back the row of an earlier CRL.
    return (await newestArchived(bucket, id, current.number)) > current.number;
  };

  const publishDue = async (): Promise<readonly string[]> => {
    const published = new Set<string>();
    const publishIfDue = async (list: CrlList): Promise<void> => {
      if (!(await isDue(list))) return;
      await publishList(list, 'service');
      published.add(list.issuer.id);
    };
    await tryEach((await issuers.all()).flatMap(listsOf), publishIfDue, ({ issuer, partition }, error) => {
      deps.log('error', 'A CRL that is due could not be published; it is tried again', {
        ca: issuer.id,
        partition,
        error: Fault.is(error) ? error.code : 'internal',
      });
    });
    return [...published];
  };

  return { publish, publishShowing, publishDue };
};

/** Octets that are hashed in one turn of the event loop, which takes some milliseconds. */
const HASHED_AT_ONCE = 4 * 1024 * 1024;

/** SHA-256, hex. */
const digestOf = async (der: Uint8Array): Promise<string> => {
  const digest = createHash('sha256');
  for (let at = 0; at < der.length; at += HASHED_AT_ONCE) {
    if (at > 0) await nextTurn();
    digest.update(der.subarray(at, at + HASHED_AT_ONCE));
  }
  return digest.digest('hex');
};

/** Whether the current CRL holds until the CA's end. */
const isLast = ({ issuer }: CrlList, current: ProvenCurrent | undefined): boolean =>
  current !== undefined && current.nextUpdate * 1000 >= issuer.certificate.notAfter.getTime();
