import { hash } from 'node:crypto';
import { Fault } from '../../fault.ts';
import { type Bucket, MAX_PAGE } from '../../store/store.ts';
import type { ArchivedCrl, ArchivePage } from '../contract.ts';

/** The archive of CRLs: `crl/{ca}/{partition}/{number}.crl` in the bucket, every CRL ever signed. */

/** Twenty digits keep listings in the order of numbers. */
export const inOrder = (number: number): string => String(number).padStart(20, '0');

/** The folder of a CA, or of one of its lists by the list's id. */
const folderOf = (of: string): string => `crl/${of}/`;

/** `list` is the list's id: `{ca}/{partition}`. */
export const archiveKey = (list: string, number: number): string => `${folderOf(list)}${inOrder(number)}.crl`;

/**
 * A page ends after the file with which it reaches this many octets, so that it is answered in time however large the
 * CRLs are.
 */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;

const NAME = /^([a-z0-9-]{1,64})\/(\d{20})\.crl$/;

/** Undefined where the key is not that of a CRL of the list. */
export const numberOfKey = (list: string, key: string): number | undefined => {
  const ca = folderOf(list.slice(0, list.indexOf('/')));
  const [, partition, digits] = key.startsWith(ca) ? (NAME.exec(key.slice(ca.length)) ?? []) : [];
  return partition !== undefined && key.startsWith(folderOf(list)) ? Number(digits) : undefined;
};

const viewOf = (name: string, body: Uint8Array): ArchivedCrl => {
  const [, partition, number] = NAME.exec(name) ?? [];
  return {
    ...(partition !== undefined && { partition, number: Number(number) }),
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
 * The CRLs by partition, in the order of numbers. Every file is read, so each digest is that of the present bytes. Fault:
 * `cursor-invalid`.
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
