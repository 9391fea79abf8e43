import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Fault, wentThrough } from '../../fault.ts';
import { type Item, type Key, MAX_WRITES } from '../../store/store.ts';
import { FULL_CRL, type PublishedCrl, type Status } from '../contract.ts';
import type { CrlDeps } from '../deps.ts';
import type { Issuer } from '../issuers.ts';
import { archiveKey } from './archive.ts';
import { assertClock, buildCrl } from './build.ts';
import { openListings } from './listings.ts';
import {
  type CurrentRow,
  currentWrite,
  deleteWrite,
  noteSigned,
  readCurrentCrl,
  readSigned,
  readUnrecorded,
  readUrgent,
  reserveNumber,
} from './rows.ts';
import type { Serving } from './serve.ts';

/**
 * Publishing a full CRL has five steps. A crash may follow each:
 *
 *   1. A CRL number is reserved. A crash leaves a number that no CRL has, which RFC 5280 5.2.3 allows.
 *   2. The register is read; the list is built, linted and signed; then a note with its digest is stored. A crash leaves
 *      nothing, or that note.
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
 * An urgent revocation is published right after it was recorded. That fails if the process dies or a store does not
 * answer. Then the row `urgent` has a version that the current CRL has not seen, and the CRL is due.
 */
export const openPublishing = (
  deps: CrlDeps,
  serving: Pick<Serving, 'current' | 'keep'>,
): Pick<Status, 'publish' | 'publishDue'> => {
  const { table, bucket, issuers, signCrl } = deps;
  const listings = openListings(deps);

  /**
   * Undefined where another CRL became current meanwhile whose number is lower than the one reserved here. The publisher
   * then begins again.
   */
  const attempt = async (ca: string, actor: string): Promise<PublishedCrl | undefined> => {
    const issuer = await issuers.byId(ca);
    // 1.
    const number = await reserveNumber(table, ca);
    const previous = await readCurrentCrl(table, ca);
    if (previous && previous.value.number > number) return serving.current(ca);
    // 2.
    const urgent = await readUrgent(table, ca);
    const { tbs, listing } = await buildCrl({ ...deps, listings }, issuer, number, previous?.value);
    const meanwhile = await readCurrentCrl(table, ca);
    if (meanwhile?.version !== previous?.version)
      return meanwhile && meanwhile.value.number > number ? serving.current(ca) : undefined;
    const der = await signCrl(ca, tbs, previous && BigInt(previous.value.number));
    const digest = await digestOf(der);
    await noteSigned(table, ca, { number, digest });
    // 3.
    await bucket.put(archiveKey(ca, number), der, { if: 'absent', contentType: 'application/pkix-crl' });
    // 4.
    const crl = { der, number: BigInt(number), thisUpdate: tbs.thisUpdate, nextUpdate: tbs.nextUpdate };
    const row = currentRow(issuer, crl, previous?.value, urgent);
    const signed = { row, entries: listing.entries.length, digest };
    if (await makeCurrent(deps, ca, signed, previous, actor)) {
      listings.keep(ca, number, der, listing);
      serving.keep(ca, crl);
      // 5.
      await settle(deps, ca, listing.changes);
      return crl;
    }
    // A CRL with a lower number may have been made from the register as it was before this call.
    const current = await readCurrentCrl(table, ca);
    return current && current.value.number > number ? crl : undefined;
  };

  const publish = async (ca: string, actor: string): Promise<PublishedCrl> => {
    for (;;) {
      const published = await attempt(ca, actor);
      if (published) return published;
    }
  };

  const publishDue = async (): Promise<readonly string[]> => {
    const published: string[] = [];
    const failures: unknown[] = [];
    for (const issuer of await issuers.all()) {
      try {
        if (!(await isDue(deps, issuer))) continue;
        await publish(issuer.id, 'service');
        published.push(issuer.id);
      } catch (error) {
        failures.push(error);
        deps.log('error', 'A CRL that is due could not be published; it is tried again', {
          ca: issuer.id,
          error: Fault.is(error) ? error.code : 'internal',
        });
      }
    }
    if (failures.length > 0) throw failures[0];
    return published;
  };

  return { publish, publishDue };
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

const currentRow = (
  issuer: Issuer,
  crl: PublishedCrl,
  previous: CurrentRow | undefined,
  urgent: number | undefined,
): CurrentRow => {
  const thisUpdate = crl.thisUpdate.getTime() / 1000;
  const isScheduled = !previous || thisUpdate >= previous.scheduled + issuer.crl.interval;
  return {
    number: Number(crl.number),
    thisUpdate,
    nextUpdate: crl.nextUpdate.getTime() / 1000,
    scheduled: isScheduled ? thisUpdate : previous.scheduled,
    ...(urgent !== undefined && { urgent }),
  };
};

/** A signed CRL: the row that would name it as the current one, and the rest of what its record has. */
interface SignedCrl {
  readonly row: CurrentRow;
  readonly entries: number;
  readonly digest: string;
}

/** Step 4. False where another CRL became current since `previous` was read. */
const makeCurrent = async (
  { table, recorder }: Pick<CrlDeps, 'table' | 'recorder'>,
  ca: string,
  { row, entries, digest }: SignedCrl,
  previous: Item<CurrentRow> | undefined,
  actor: string,
): Promise<boolean> => {
  const { number } = row;
  for (;;) {
    const current = await readCurrentCrl(table, ca);
    const overtaken = current?.version !== previous?.version;
    const note = await readSigned(table, ca, number);
    // The publisher of a CRL with a higher number found the note, and recorded this CRL with its own.
    if (overtaken && !note) return false;
    const unrecorded = overtaken ? [] : await readUnrecorded(table, ca, number);
    const { writes } = await recorder.prepare({
      kind: 'publication',
      actor,
      details: {
        ca,
        partition: FULL_CRL,
        number,
        entries,
        thisUpdate: new Date(row.thisUpdate * 1000).toISOString(),
        nextUpdate: new Date(row.nextUpdate * 1000).toISOString(),
        digest,
        ...(overtaken ? { overtaken: true } : { previous: current?.value.number ?? 0 }),
        ...(unrecorded.length > 0 && {
          left: unrecorded.map(({ value: { number, digest } }) => ({ number, digest })),
        }),
      },
    });
    const stored = await wentThrough(
      table.write([
        ...(overtaken ? [] : [currentWrite(ca, row, current)]),
        ...(note ? [deleteWrite(note)] : []),
        ...unrecorded.map(deleteWrite),
        ...writes,
      ]),
    );
    if (stored) return !overtaken;
  }
};

/** Step 5. Leftover rows only make the next CRL look again at a few serial numbers, so failing here is harmless. */
const settle = async (
  { table, register, log }: Pick<CrlDeps, 'table' | 'register' | 'log'>,
  ca: string,
  changes: readonly Key[],
): Promise<void> => {
  try {
    for (let i = 0; i < changes.length; i += MAX_WRITES) {
      // Another publisher may delete some of these rows too. Then this write fails and leaves the others to the next CRL.
      await wentThrough(table.write(register.settledWrites(changes.slice(i, i + MAX_WRITES))));
    }
  } catch (error) {
    log('warn', 'Changes that a CRL has seen could not be settled; the next one looks at them again', {
      ca,
      error: Fault.is(error) ? error.code : 'internal',
    });
  }
};

const isDue = async (
  { table, clock }: Pick<CrlDeps, 'table' | 'clock'>,
  { id: ca, certificate, crl }: Issuer,
): Promise<boolean> => {
  const now = clock() / 1000;
  // A CA past its end signs no more CRLs; its last one has the CA's notAfter as nextUpdate.
  if (now >= certificate.notAfter.getTime() / 1000) return false;
  const current = await readCurrentCrl(table, ca);
  // Checked at each turn, even if no CRL is due: none would be due for as long as the clock is behind.
  if (current) assertClock(clock, ca, current.value.thisUpdate);
  if (!current || now >= current.value.thisUpdate + crl.interval) return true;
  return ((await readUrgent(table, ca)) ?? 0) > (current.value.urgent ?? 0);
};
