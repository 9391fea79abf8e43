import { Fault, wentThrough } from '../fault.ts';
import type { Closing, LedgerRecord } from '../ledger/ledger.ts';
import { unixSeconds } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import { type UsedKeyRow, usedKeyAt } from '../used-key.ts';
import type { AuthorityCore } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import { type IssuedAs, readIssuedAs } from './issued-as.ts';
import { openIssuedObjects } from './issued-objects.ts';
import { openStatusRows, type StatusRowDeps } from './status-rows.ts';

/**
 * Brings erased revocations and holds back. Each stands in the bucket before its rows, so a row that somebody deleted or put
 * back, and a record that was erased before it had its leaf, are made again from there.
 *
 * After a recovery of a table that was behind its log, a run goes back to the table's last leaf, and admits lost certificates.
 *
 * A compromise that comes back makes the CRL due; the task that publishes follows soon.
 */
export const openClosings = (
  deps: Omit<StatusRowDeps, 'publishCrls'> &
    Pick<AuthorityDeps, 'recoveries' | 'issuers' | 'clock' | 'followEnrolment'>,
): Pick<AuthorityCore, 'followClosings'> => {
  const { table, register, recorder, recoveries, issuers, followEnrolment, clock, log } = deps;
  const issued = openIssuedObjects(deps.objects);
  const { follow } = openStatusRows({ ...deps, publishCrls: async () => {} });

  const issuedAsOf = async (ref: CertificateRef): Promise<IssuedAs | undefined> => {
    try {
      return await readIssuedAs(deps, ref);
    } catch (error) {
      if (!Fault.is(error, 'unknown-certificate')) throw error;
      return undefined;
    }
  };

  /** Resolves with whether rows or records were missing. Log lines name the act: a serial number names a person. */
  const restore = async (ref: CertificateRef, { record }: Closing): Promise<boolean> => {
    const issuedAs = await issuedAsOf(ref);
    if (issuedAs === undefined) {
      const message = 'A closed certificate has lost all its rows; restore the table from a backup';
      log('error', message, { record });
      return false;
    }
    let isMended = false;
    await follow(ref, issuedAs, () => {
      isMended = true;
    });
    if (isMended)
      log('error', 'A revocation or a hold was missing in the table, and was restored', { record });
    return isMended;
  };

  /**
   * Admits the certificates again whose rows a table lost that was put back: in the state that their acts give,
   * and with the records of their issuances. Their own rows stay lost, and no other certificate gets their numbers.
   */
  const admitLost = async (): Promise<void> => {
    let admitted = 0;
    for await (const ref of issued.all()) {
      const status = await register.lookup(ref);
      // One that was closed in the lost time has its rows again, and may lack the record of its issuance.
      if (status?.value.state === 'good') continue;
      const object = await issued.read(ref);
      if (object === undefined || object.givenUp) continue;
      const { order, notAfter, closes, record, key } = object;
      const end = await recorder.conclusion(closes);
      const writes = end?.record.id === record ? end.writes : [];
      if (writes.length > 0) await wentThrough(table.write(writes));
      if (key !== undefined) await noteKey(key, record);
      if (status) continue;
      // An act may have closed it: then these rows are its first ones.
      const standing = await follow(ref, { request: order, notAfter });
      // Without an act and without the record of its issuance, nothing is known but that it was issued before now.
      const since = standing.since ?? unixSeconds(end?.record.time ?? new Date(clock()).toISOString());
      const admission = register.admitWrites(ref, { request: order, notAfter, since });
      if (await register.lookup(ref)) admitted++;
      else if (await wentThrough(table.write(admission))) admitted++;
    }
    log('error', 'Certificates that the table had lost were admitted again', { certificates: admitted });
  };

  /** The key of a lost certificate is used as well. Record ids sort by time, and the row names the newest issuance. */
  const noteKey = async (identity: string, record: string): Promise<void> => {
    const put = usedKeyAt(identity);
    const row = await table.get<UsedKeyRow>(put);
    if (row?.value.record !== undefined && row.value.record >= record) return;
    const value: UsedKeyRow = { record };
    await wentThrough(table.write([{ put, value, if: row ? { version: row.version } : 'absent' }]));
  };

  /** A hold that was released in the lost time is still in the rows. */
  const releaseHeld = async (): Promise<void> => {
    for (const ca of await issuers.ids()) {
      let cursor: string | undefined;
      do {
        const page = await register.revoked(ca, cursor);
        for (const { sk, value } of page.items) {
          if (value.reason !== 'certificateHold') continue;
          const ref = { ca, serial: sk };
          const issuedAs = await issuedAsOf(ref);
          if (issuedAs) await follow(ref, issuedAs);
        }
        cursor = page.cursor;
      } while (cursor !== undefined);
    }
  };

  /** The act itself; undefined where it never became the end. */
  const actOf = async ({ record, closes }: Closing): Promise<LedgerRecord | undefined> => {
    const end = await recorder.conclusion(closes);
    return end?.record.id === record ? end.record : undefined;
  };

  return {
    followClosings: async () => {
      const looked = new Set<string>();
      const restored: string[] = [];
      const due = await recoveries.due();
      if (due.length > 0) {
        await admitLost();
        await releaseHeld();
      }
      await recorder.followClosings(async (closing) => {
        const act = await actOf(closing);
        if (act === undefined) return;
        const ref = act.certificates?.[0];
        const name = ref ? `${ref.ca}/${ref.serial}` : closing.closes.act;
        // One look follows all acts on the certificate, or on the enrolment.
        if (looked.has(name)) return;
        looked.add(name);
        const isMended = ref ? await restore(ref, closing) : await followEnrolment(act);
        if (isMended) restored.push(closing.record);
      }, sinceOf(due));
      for (const recovery of due) await recoveries.finish(recovery);
      return restored;
    },
  };
};

/** The time of the oldest last leaf; empty where a table had no leaf; undefined where no table was behind. */
const sinceOf = (recoveries: readonly { readonly since?: string }[]): string | undefined =>
  recoveries.map(({ since }) => since ?? '').sort()[0];
