import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import type { Key, Table } from '../store/store.ts';

/**
 * Trust domain files, kept by their digest: those that were proposed, and the one that each was compared with. They are
 * never deleted: an id in a record is looked up in the file that was in force then.
 *
 *   trust-domain-file/{digest}  {part}  PartRow
 */
type PartRow = { readonly base64: string; readonly parts: number };

/** Three quarters of it are bytes of the file, and a row holds it with some room. */
const PART_BYTES = 270_000;
/** Pages end at a megabyte. */
const PAGE = 3;

const keyOf = (digest: string, part: number): Key => ({
  pk: `trust-domain-file/${digest}`,
  sk: String(part).padStart(4, '0'),
});

export const digestOf = (text: string): string => hash('sha256', text);

/** The same text gives the same rows, so a run that was interrupted is simply repeated. */
export const keepFile = async (table: Table, text: string): Promise<void> => {
  const bytes = Buffer.from(text);
  const digest = digestOf(text);
  const parts = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
  for (let part = 0; part < parts; part++) {
    const slice = bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
    const value: PartRow = { base64: slice.toString('base64'), parts };
    try {
      await table.write([{ put: keyOf(digest, part), value, if: 'absent' }]);
    } catch (error) {
      if (!Fault.is(error, 'condition-failed')) throw error;
    }
  }
};

/** Fault: `configuration-invalid` where what is kept is not the file of that digest. */
export const readFile = async (table: Table, digest: string): Promise<string> => {
  const slices: Buffer[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.query<PartRow>({
      pk: `trust-domain-file/${digest}`,
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    slices.push(...page.items.map(({ value }) => Buffer.from(value.base64, 'base64')));
    cursor = page.cursor;
  } while (cursor !== undefined);
  const text = Buffer.concat(slices).toString('utf8');
  if (digestOf(text) === digest) return text;
  throw new Fault(
    'trust-domain-changed',
    'The trust domain file that is kept is not the one of its digest.',
    {
      digest,
    },
  );
};
