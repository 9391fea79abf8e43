import { hash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Fault, wentThrough } from '../fault.ts';
import { everyItem, type Key, type Table } from '../store/store.ts';

/**
 * Trust domain files by their digest: every file that was proposed, and the file that it was compared with. They are
 * never deleted, because an id in a record is looked up in the file that was in force then.
 *
 *   trust-domain-file/{digest}  {part}  PartRow
 */
type PartRow = {
  /** base64 of a slice of the file, compressed by gzip on its own. */
  readonly gzip: string;
};

/** Bytes of the file in one part. They fit into a row even where gzip cannot compress them. */
const PART_BYTES = 270_000;
/** How many parts are written at the same time. */
const AT_ONCE = 8;

const keyOf = (digest: string, part: number): Key => ({
  pk: `trust-domain-file/${digest}`,
  sk: String(part).padStart(4, '0'),
});

export const digestOf = (text: string): string => hash('sha256', text);

const keepPart = async (table: Table, key: Key, slice: Uint8Array): Promise<void> => {
  const value: PartRow = { gzip: gzipSync(slice).toString('base64') };
  if (await wentThrough(table.write([{ put: key, value, if: 'absent' }]))) return;
  const there = await table.get<PartRow>(key);
  if (!there || Buffer.compare(unpacked(there.value), slice) === 0) return;
  // The row is damaged: this write repairs it.
  await table.write([{ put: key, value, if: { version: there.version } }]);
};

/** A text always has the same parts, so an interrupted run can be repeated. */
export const keepFile = async (table: Table, text: string): Promise<void> => {
  const bytes = Buffer.from(text);
  const digest = digestOf(text);
  const parts = Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, part) => part);
  for (let at = 0; at < parts.length; at += AT_ONCE) {
    await Promise.all(
      parts
        .slice(at, at + AT_ONCE)
        .map((part) =>
          keepPart(table, keyOf(digest, part), bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES)),
        ),
    );
  }
};

const damaged = (digest: string): Fault =>
  new Fault('configuration-invalid', 'A trust domain file that is kept in the table is damaged.', { digest });

/** The row was not written by this service: the text gets another digest, and is refused. */
const unpacked = ({ gzip }: PartRow): Uint8Array => {
  try {
    return gunzipSync(Buffer.from(gzip, 'base64'));
  } catch {
    return new Uint8Array();
  }
};

/** Fault: `configuration-invalid` where the stored text does not have that digest. */
export const readFile = async (table: Table, digest: string): Promise<string> => {
  const slices: Uint8Array[] = [];
  for await (const { value } of everyItem<PartRow>(table, { pk: `trust-domain-file/${digest}` })) {
    slices.push(unpacked(value));
  }
  const text = Buffer.concat(slices).toString('utf8');
  if (digestOf(text) === digest) return text;
  throw damaged(digest);
};
