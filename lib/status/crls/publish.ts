import { createHash, hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Fault, wentThrough } from '../../fault.ts';
import { type Extension, findExtension, type TbsCertListDraft } from '../../pki/pki.ts';
import { type Item, type Key, MAX_WRITES, type Table, type Write } from '../../store/store.ts';
import type { Caller, PublishedCrl, Status } from '../contract.ts';
import type { CrlDeps } from '../deps.ts';
import type { Issuer } from '../issuers.ts';
import { archiveKey, inOrder, listArchive } from './archive.ts';
import { type Listing, openListings } from './listings.ts';

/**
 * Full CRLs. Publishing has five steps, each of which a crash may follow:
 *
 *   1. A CRL number is reserved. A crash leaves a number that no CRL has, which RFC 5280 5.2.3 allows.
 *   2. The register is read, the list is built, linted and signed; then its digest is noted. A crash leaves nothing, or
 *      that note.
 *   3. The CRL goes into the archive under its number. A crash leaves a signed CRL that nobody was given; the
 *      next publication has a higher number.
 *   4. The row that names the current CRL and the ledger's record of it are written together, and the note is deleted.
 *   5. The rows that said what had changed since the CRL before are deleted (listings.ts). A crash leaves them to the next.
 *
 * Of several publishers at once each goes on from the CRL that was current before it read the register, and makes its
 * own current only while that still is; so no current CRL knows less than one before it. Whoever was overtaken
 * by a higher number is done: that number was reserved later, and the register read after that. Whoever was overtaken by a
 * lower one begins again. The row only ever moves to a higher number. Whoever was overtaken after signing records that
 * CRL as well, as one that was never current.
 *
 * The record of a publication names the number that was current before it, so that numbers which no CRL has are told
 * from CRLs of which there is no record, and whatever notes an interrupted publication left: no CRL that was ever
 * signed is without its leaf for longer than until the next one.
 *
 * An urgent revocation is published right after it was recorded. Where that did not come off, because the process died
 * or a store did not answer, the row `urgent` has a version that the current CRL has not seen: the CRL is due.
 *
 *   crls/{ca}  number   NumberRow
 *   crls/{ca}  full     CurrentRow
 *   crls/{ca}  signed/{number}  SignedRow, from before the CRL is in the archive until it is recorded
 *   crls/{ca}  urgent   put anew with each revocation that a CRL must say at once (RFC 5280 5.3.1's compromises)
 *   crl/{ca}/{number}.crl in the bucket: every CRL ever signed
 */
type NumberRow = { readonly last: number };

type SignedRow = { readonly number: number; readonly digest: string };

type CurrentRow = {
  readonly number: number;
  /** Unix seconds. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /**
   * The thisUpdate of the last CRL that was regularly scheduled (RFC 5280 3.3), not made out of turn: each one since which
   * the interval has passed, whoever asked for it. Absent in rows of earlier versions, where it is that of the CRL itself.
   */
  readonly scheduled?: number;
  /** The version of the row `urgent` before the register was read; absent where there was no such row. */
  readonly urgent?: number;
};

const PARTITION = 'full';

const numberKey = (ca: string) => ({ pk: `crls/${ca}`, sk: 'number' });
const currentKey = (ca: string) => ({ pk: `crls/${ca}`, sk: PARTITION });

const urgentKey = (ca: string) => ({ pk: `crls/${ca}`, sk: 'urgent' });

const readUrgent = (table: Table, ca: string): Promise<Item | undefined> => table.get(urgentKey(ca));

/** Writes that make the CA's CRL due, to be stored in one write with a revocation that must not wait for its turn. */
export const crlDueWrites = async (table: Table, ca: string): Promise<readonly Write[]> => {
  const row = await readUrgent(table, ca);
  return [{ put: urgentKey(ca), value: {}, if: row ? { version: row.version } : 'absent' }];
};

/** What the CA's current CRL says of itself; undefined before the first one. */
export const readCurrentCrl = (table: Table, ca: string): Promise<Item<CurrentRow> | undefined> =>
  table.get<CurrentRow>(currentKey(ca));

/** Seconds by which the clocks of processes may differ. */
const CLOCK_TOLERANCE = 300;

const scheduledOf = ({ scheduled, thisUpdate }: CurrentRow): number => scheduled ?? thisUpdate;

const SIGNED = 'signed/';

const signedKey = (ca: string, number: number) => ({ pk: `crls/${ca}`, sk: `${SIGNED}${inOrder(number)}` });

/** Notes that one record takes in; more than these wait for the record after it. */
const MAX_LEFT = 50;

/** Octets that are hashed in one go: some milliseconds. */
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

const crlExtensions = (issuer: Issuer, number: number): readonly Extension[] => {
  const keyIdentifier = findExtension(issuer.certificate.extensions, 'subjectKeyIdentifier')?.keyIdentifier;
  if (!keyIdentifier)
    throw new Fault('authority-not-ready', 'The CA certificate has no subjectKeyIdentifier.');
  const fullName = issuer.urls.crl.map((value) => ({ kind: 'uniformResourceIdentifier', value }) as const);
  return [
    { id: 'authorityKeyIdentifier', critical: false, keyIdentifier },
    { id: 'cRLNumber', critical: false, number: BigInt(number) },
    // Due only where the list does not cover everything that the CA may issue (RFC 5280 5.2.5).
    ...(issuer.crl.onlyContainsUserCerts
      ? [
          {
            id: 'issuingDistributionPoint',
            critical: true,
            distributionPoint: { fullName },
            onlyContainsUserCerts: true,
          } as const,
        ]
      : []),
  ];
};

export const openCrls = (deps: CrlDeps): Pick<Status, 'crl' | 'publish' | 'publishDue' | 'archived'> => {
  const { table, bucket, issuers, register, recorder, signCrl, clock, log } = deps;
  const listings = openListings({ register, clock });

  const reserveNumber = async (ca: string): Promise<number> => {
    for (;;) {
      const row = await table.get<NumberRow>(numberKey(ca));
      const next = (row?.value.last ?? 0) + 1;
      const write: Write = {
        put: numberKey(ca),
        value: { last: next },
        if: row ? { version: row.version } : 'absent',
      };
      if (await wentThrough(table.write([write]))) return next;
    }
  };

  /**
   * A list that says it is older than the one before would be passed over by whoever orders them by time. Clocks of
   * several processes differ a little; one that is far behind the current CRL was set back, or made that one while it
   * was ahead, and somebody has to look at it.
   */
  const assertClock = (ca: string, previousUpdate: number): void => {
    const behind = previousUpdate - Math.floor(clock() / 1000);
    if (behind <= CLOCK_TOLERANCE) return;
    throw new Fault(
      'clock-behind',
      `The clock is ${behind} seconds behind the thisUpdate of the current CRL; no CRL is signed until it is right.`,
      { ca, behind },
    );
  };

  const build = async (
    issuer: Issuer,
    number: number,
    previous: CurrentRow | undefined,
  ): Promise<{ tbs: TbsCertListDraft; listing: Listing }> => {
    const previousUpdate = previous?.thisUpdate ?? 0;
    assertClock(issuer.id, previousUpdate);
    const started = Math.floor(clock() / 1000);
    // Another process's clock may be ahead of ours by a little; a list must not be older than what it lists, nor than
    // the list before it. It does not follow one that is far ahead: no other list would be signed until then.
    const from = Math.max(started, previousUpdate);
    const listing = await listings.read(
      issuer.id,
      previous && { number: previous.number, scheduled: scheduledOf(previous) },
      { from, until: started + CLOCK_TOLERANCE },
    );
    const thisUpdate = Math.max(from, listing.newest);
    const notAfter = issuer.certificate.notAfter.getTime() / 1000;
    const tbs = {
      signature: issuer.signatureAlgorithm,
      issuer: issuer.certificate.subject,
      thisUpdate: new Date(thisUpdate * 1000),
      nextUpdate: new Date(Math.min(thisUpdate + issuer.crl.nextUpdate, notAfter) * 1000),
      revokedCertificates: listing.entries,
      crlExtensions: crlExtensions(issuer, number),
    };
    return { tbs, listing };
  };

  /** What publications that were interrupted have signed, and no record says. */
  const readLeft = async (ca: string, below: number): Promise<readonly Item<SignedRow>[]> => {
    const { items } = await table.query<SignedRow>({
      pk: `crls/${ca}`,
      prefix: SIGNED,
      to: signedKey(ca, below).sk,
      limit: MAX_LEFT,
    });
    return items;
  };

  /** Step 4. False where another CRL became current since `previous` was read. */
  const makeCurrent = async (
    issuer: Issuer,
    crl: PublishedCrl,
    previous: Item<CurrentRow> | undefined,
    seen: { readonly entries: number; readonly urgent: number | undefined; readonly digest: string },
    actor: string,
  ): Promise<boolean> => {
    const { id: ca } = issuer;
    const number = Number(crl.number);
    const note = signedKey(ca, number);
    const details = {
      ca,
      partition: PARTITION,
      number,
      entries: seen.entries,
      thisUpdate: crl.thisUpdate.toISOString(),
      nextUpdate: crl.nextUpdate.toISOString(),
      digest: seen.digest,
    };
    const thisUpdate = crl.thisUpdate.getTime() / 1000;
    const scheduled = previous && scheduledOf(previous.value);
    const inTurn = scheduled === undefined || thisUpdate >= scheduled + issuer.crl.interval;
    const value: CurrentRow = {
      number,
      thisUpdate,
      nextUpdate: crl.nextUpdate.getTime() / 1000,
      scheduled: inTurn ? thisUpdate : scheduled,
      ...(seen.urgent !== undefined && { urgent: seen.urgent }),
    };
    for (;;) {
      const current = await readCurrent(ca);
      const overtaken = current?.version !== previous?.version;
      const noted = await table.get(note);
      // Whoever overtook us with a higher number has found the note, and recorded this CRL with its own.
      if (overtaken && !noted) return false;
      const left = overtaken ? [] : await readLeft(ca, number);
      const { writes } = recorder.prepare({
        kind: 'publication',
        actor,
        details: {
          ...details,
          ...(overtaken ? { overtaken: true } : { previous: current?.value.number ?? 0 }),
          ...(left.length > 0 && { left: left.map(({ value: { number, digest } }) => ({ number, digest })) }),
        },
      });
      try {
        await table.write([
          ...(overtaken
            ? []
            : [
                {
                  put: currentKey(ca),
                  value,
                  if: current ? ({ version: current.version } as const) : ('absent' as const),
                },
              ]),
          ...(noted ? [{ delete: note, if: { version: noted.version } }] : []),
          ...left.map(({ pk, sk, version }): Write => ({ delete: { pk, sk }, if: { version } })),
          ...writes,
        ]);
        return !overtaken;
      } catch (error) {
        if (!Fault.is(error, 'condition-failed')) throw error;
      }
    }
  };

  const readCurrent = (ca: string): Promise<Item<CurrentRow> | undefined> => readCurrentCrl(table, ca);

  /** Step 5. What is left of them costs the next list a look, so that nothing depends on it. */
  const settle = async (ca: string, changes: readonly Key[]): Promise<void> => {
    try {
      for (let i = 0; i < changes.length; i += MAX_WRITES) {
        // Of rows that another publisher deletes as well, those that are left are for the next list.
        await wentThrough(table.write(register.settledWrites(changes.slice(i, i + MAX_WRITES))));
      }
    } catch (error) {
      log('warn', 'Changes that a CRL has seen could not be settled; the next one looks at them again', {
        ca,
        error: Fault.is(error) ? error.code : 'internal',
      });
    }
  };

  const publish = async (ca: string, actor: string): Promise<PublishedCrl> => {
    for (;;) {
      const issuer = await issuers.byId(ca);
      const number = await reserveNumber(ca);
      const previous = await readCurrent(ca);
      // Overtaken: the current CRL's number was reserved after ours, so it has seen whatever ours would.
      if (previous && previous.value.number > number) return readPublished(ca);
      const urgent = (await readUrgent(table, ca))?.version;
      const { tbs, listing } = await build(issuer, number, previous?.value);
      const meanwhile = await readCurrent(ca);
      if (meanwhile?.version !== previous?.version) {
        if (meanwhile && meanwhile.value.number > number) return readPublished(ca);
        continue;
      }
      const previousNumber = previous && BigInt(previous.value.number);
      const der = await signCrl(ca, tbs, previousNumber);
      const digest = await digestOf(der);
      const signed: SignedRow = { number, digest };
      await table.write([{ put: signedKey(ca, number), value: signed, if: 'absent' }]);
      await bucket.put(archiveKey(ca, number), der, { if: 'absent', contentType: 'application/pkix-crl' });
      const crl = { der, number: BigInt(number), thisUpdate: tbs.thisUpdate, nextUpdate: tbs.nextUpdate };
      const seen = { entries: listing.entries.length, urgent, digest };
      if (await makeCurrent(issuer, crl, previous, seen, actor)) {
        listings.keep(ca, number, der, listing);
        kept.set(ca, crl);
        await settle(ca, listing.changes);
        return crl;
      }
      // One with a lower number may have been made of the register as it was before we were asked.
      if (((await readCurrent(ca))?.value.number ?? 0) > number) return crl;
    }
  };

  /** The current CRL's bytes, kept until a higher number is current. */
  const kept = new Map<string, PublishedCrl>();

  const readPublished = async (ca: string): Promise<PublishedCrl> => {
    const current = await readCurrent(ca);
    if (!current) throw new Fault('unknown-crl', 'This CA has not published a CRL yet.', { ca });
    const { number, thisUpdate, nextUpdate } = current.value;
    const known = kept.get(ca);
    if (known?.number === BigInt(number)) return known;
    const object = await bucket.get(archiveKey(ca, number));
    if (!object)
      throw new Fault('store-unavailable', 'The current CRL is missing from the archive.', { ca, number });
    const crl = {
      der: object.body,
      number: BigInt(number),
      thisUpdate: new Date(thisUpdate * 1000),
      nextUpdate: new Date(nextUpdate * 1000),
    };
    kept.set(ca, crl);
    return crl;
  };

  const crl = async (ca: string, partition: string, caller: Caller): Promise<PublishedCrl> => {
    await issuers.byId(ca);
    if (partition !== PARTITION) throw new Fault('unknown-crl', 'This CA has no CRL of that name.', { ca });
    const published = await readPublished(ca);
    await recorder.append({
      kind: 'provision',
      ...caller,
      channel: 'crl',
      certificates: [],
      provided: {
        ca,
        partition,
        number: Number(published.number),
        thisUpdate: published.thisUpdate.toISOString(),
        nextUpdate: published.nextUpdate.toISOString(),
      },
      responseDigest: hash('sha256', published.der),
      count: 1,
    });
    return published;
  };

  const isDue = async (issuer: Issuer): Promise<boolean> => {
    const now = clock() / 1000;
    // A CA past its end signs no more CRLs; its last one has the CA's notAfter as nextUpdate.
    if (now >= issuer.certificate.notAfter.getTime() / 1000) return false;
    const current = await readCurrent(issuer.id);
    // Said at each turn, whether or not anything is due: nothing would be due for as long as the clock is behind.
    if (current) assertClock(issuer.id, current.value.thisUpdate);
    if (!current || now >= current.value.thisUpdate + issuer.crl.interval) return true;
    return ((await readUrgent(table, issuer.id))?.version ?? 0) > (current.value.urgent ?? 0);
  };

  const publishDue = async (): Promise<readonly string[]> => {
    const published: string[] = [];
    const failures: unknown[] = [];
    for (const issuer of await issuers.all()) {
      try {
        if (!(await isDue(issuer))) continue;
        await publish(issuer.id, 'service');
        published.push(issuer.id);
      } catch (error) {
        failures.push(error);
        log('error', 'A CRL that is due could not be published; it is tried again', {
          ca: issuer.id,
          error: Fault.is(error) ? error.code : 'internal',
        });
      }
    }
    if (failures.length > 0) throw failures[0];
    return published;
  };

  return {
    crl,
    publish,
    publishDue,
    archived: async (ca, page) => {
      await issuers.byId(ca);
      return listArchive(bucket, ca, page);
    },
  };
};
