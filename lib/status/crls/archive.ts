import { hash } from 'node:crypto';
import { Fault } from '../../fault.ts';
import { type Bucket, MAX_PAGE } from '../../store/store.ts';
import type { ArchivedCrl, ArchivePage } from '../contract.ts';

/** The archive of CRLs: `crl/{ca}/{number}.crl` in the bucket, every CRL ever signed. */

/** Twenty digits keep listings in the order of numbers. */
export const inOrder = (number: number): string => String(number).padStart(20, '0');

const folderOf = (ca: string): string => `crl/${ca}/`;

export const archiveKey = (ca: string, number: number): string => `${folderOf(ca)}${inOrder(number)}.crl`;

/**
 * A page ends after the file with which it reaches this many octets, so that it is answered in time however large the
 * CRLs are.
 */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;

const NAME = /^(\d{20})\.crl$/;

/** Undefined where the key is not that of a CRL of the CA. */
export const numberOfKey = (ca: string, key: string): number | undefined => {
  const folder = folderOf(ca);
  const digits = key.startsWith(folder) ? NAME.exec(key.slice(folder.length))?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
};

const viewOf = (name: string, body: Uint8Array): ArchivedCrl => {
  const number = NAME.exec(name)?.[1];
  return {
    ...(number !== undefined && { number: Number(number) }),
    name,
    digest: hash('sha256', body),
    bytes: body.length,
  };
};

/** The start of the next page: after the key `after`, in the store's list from its cursor `listed` on. */
interface Place {
  readonly listed?: string;
  readonly after: string;
}

const cursorOf = (ca: string, { listed, after }: Place): string =>
  Buffer.from(JSON.stringify([ca, after, ...(listed === undefined ? [] : [listed])])).toString('base64url');

const placeOf = (ca: string, cursor: string): Place => {
  try {
    const [of, after, listed]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (of === ca && typeof after === 'string' && (listed === undefined || typeof listed === 'string')) {
      const place: Place = { after, ...(listed !== undefined && { listed }) };
      if (cursorOf(ca, place) === cursor) return place;
    }
  } catch {
    // Not JSON, or no list: the same fault as below.
  }
  throw new Fault('cursor-invalid', 'The cursor is not one of this list; begin again without a cursor.');
};

/**
 * In the order of numbers. Every file is read, so each digest is that of the present bytes. Fault: `cursor-invalid`.
 */
export const listArchive = async (
  bucket: Pick<Bucket, 'get' | 'list'>,
  ca: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Promise<ArchivePage> => {
  const prefix = folderOf(ca);
  const crls: ArchivedCrl[] = [];
  let bytes = 0;
  let place: Place = cursor === undefined ? { after: '' } : placeOf(ca, cursor);
  for (;;) {
    const { keys, cursor: next } = await bucket.list(prefix, {
      limit: MAX_PAGE,
      ...(place.listed !== undefined && { cursor: place.listed }),
    });
    for (const key of keys) {
      if (key <= place.after) continue;
      if (crls.length === limit || bytes >= MAX_PAGE_BYTES) return { crls, cursor: cursorOf(ca, place) };
      const object = await bucket.get(key);
      if (!object) throw new Fault('store-unavailable', 'A CRL left the archive while it was read.', { key });
      crls.push(viewOf(key.slice(prefix.length), object.body));
      bytes += object.body.length;
      place = { ...place, after: key };
    }
    if (next === undefined) return { crls };
    place = { listed: next, after: place.after };
  }
};
