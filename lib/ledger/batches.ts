import { Fault, wentThrough } from '../fault.ts';
import { type Bucket, MAX_PAGE } from '../store/store.ts';
import { decodeEntries, encodeEntries } from '../tlog/tlog.ts';
import { parseEntry } from './entry.ts';

/**
 * Which entries become the next leaves, and in which order, is decided in the bucket. Somebody who can write to the table
 * alone can neither make a batch nor take one away.
 *
 *   log-batches/{first}   the entries that become leaves from this index on, as an entry bundle (C2SP tlog-tiles)
 *
 * A batch holds ids, digests and kinds. It is put if absent, and deleted only when a published checkpoint covers it and
 * its records have their leaves (sequencer.ts).
 */
const PREFIX = 'log-batches/';

const pathOf = (first: number): string => `${PREFIX}${first.toString().padStart(16, '0')}`;

/** Puts the batch. Resolves with whether it was absent. */
export const putBatch = (
  bucket: Pick<Bucket, 'put'>,
  first: number,
  entries: readonly Uint8Array[],
): Promise<boolean> =>
  wentThrough(
    bucket.put(pathOf(first), encodeEntries(entries), {
      if: 'absent',
      contentType: 'application/octet-stream',
    }),
  );

/** Fault: `log-inconsistent` where the object is no batch. */
export const readBatch = async (
  bucket: Pick<Bucket, 'get'>,
  first: number,
): Promise<readonly Uint8Array[] | undefined> => {
  const object = await bucket.get(pathOf(first));
  if (object === undefined) return undefined;
  try {
    const entries = decodeEntries(object.body, countIn(object.body));
    for (const entry of entries) parseEntry(entry);
    if (entries.length > 0) return entries;
  } catch (cause) {
    if (!Fault.is(cause, 'malformed-tile')) throw cause;
  }
  throw new Fault('log-inconsistent', 'An object that should be a batch of the log is none.', {
    path: pathOf(first),
  });
};

const countIn = (bytes: Uint8Array): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = 0; at + 2 <= bytes.length; at += 2 + view.getUint16(at)) count++;
  return count;
};

export const deleteBatch = (bucket: Pick<Bucket, 'delete'>, first: number): Promise<void> =>
  bucket.delete(pathOf(first));

/** The first index of every batch that is there, in order. */
export const listBatches = async (bucket: Pick<Bucket, 'list'>): Promise<readonly number[]> => {
  const found: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await bucket.list(PREFIX, { limit: MAX_PAGE, ...(cursor !== undefined && { cursor }) });
    found.push(...page.keys.map((key) => Number(key.slice(PREFIX.length))).filter(Number.isSafeInteger));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};
