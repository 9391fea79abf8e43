import { hash } from 'node:crypto';
import { Fault } from '../../fault.ts';
import type { Caller } from '../../principal.ts';
import type { PublishedCrl, Status } from '../contract.ts';
import { listId, listOf } from '../crl-lists.ts';
import type { CrlDeps } from '../deps.ts';
import { archiveKey, listArchive } from './archive.ts';
import { isCurrentCrl, isTime } from './forms.ts';
import { readCurrentCrl } from './rows.ts';

/** CRLs as they are handed out, each with its record. */
export interface Serving extends Pick<Status, 'crl' | 'archived' | 'archivedCrl'> {
  /** The list's current CRL. Faults: `unknown-crl`, and `store-unavailable` where the archive does not have it. */
  current(list: string): Promise<PublishedCrl>;
  /** This process has just made that CRL current: its bytes need not be read from the archive. */
  keep(list: string, crl: PublishedCrl): void;
}

export const openServing = (deps: Pick<CrlDeps, 'table' | 'bucket' | 'issuers' | 'recorder'>): Serving => {
  const { table, bucket, issuers, recorder } = deps;
  /** The current CRL's bytes, by list, until a higher number is current. */
  const kept = new Map<string, PublishedCrl>();

  const current = async (list: string): Promise<PublishedCrl> => {
    const row = await readCurrentCrl(table, list);
    if (!row) throw new Fault('unknown-crl', 'This CA has not published a CRL yet.', { list });
    const { number, thisUpdate, nextUpdate } = row.value;
    if (!isCurrentCrl(row.value) || !isTime(nextUpdate)) {
      throw new Fault('store-unavailable', 'The row of the current CRL is damaged; the next CRL mends it.', {
        list,
      });
    }
    const known = kept.get(list);
    if (known?.number === BigInt(number)) return known;
    const object = await bucket.get(archiveKey(list, number));
    if (!object)
      throw new Fault('store-unavailable', 'The current CRL is missing from the archive.', { list, number });
    const crl = {
      der: object.body,
      number: BigInt(number),
      thisUpdate: new Date(thisUpdate * 1000),
      nextUpdate: new Date(nextUpdate * 1000),
    };
    kept.set(list, crl);
    return crl;
  };

  const crl = async (ca: string, partition: string, caller: Caller): Promise<PublishedCrl> => {
    const issuer = await issuers.byId(ca);
    const published = await current(listOf(issuer, partition).id);
    await recorder.append({
      kind: 'provision',
      ...caller,
      ...(issuer.tenant !== undefined && { tenant: issuer.tenant }),
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

  return {
    crl,
    current,
    keep: (list, crl) => {
      kept.set(list, crl);
    },
    archived: async (ca, page) => {
      await issuers.byId(ca);
      return listArchive(bucket, ca, page);
    },
    archivedCrl: async (ca, partition, number) => {
      await issuers.byId(ca);
      const object = await bucket.get(archiveKey(listId(ca, partition), number));
      if (!object)
        throw new Fault('unknown-crl', 'The archive has no CRL of that number.', { ca, partition, number });
      return object.body;
    },
  };
};
