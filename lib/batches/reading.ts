import { createHash, hash } from 'node:crypto';
import {
  type BulkProfile,
  type OpenFile,
  openFile,
  type RequestRow,
  type RowProblem,
  requestsOf,
} from '../bulk/bulk.ts';
import { Fault, phrase } from '../fault.ts';
import type { BatchesDeps } from './deps.ts';
import { saidWithoutNumbers, withoutNumbers } from './numbers.ts';
import type { BatchRow } from './rows.ts';
import { kept, type Sealed } from './sealed.ts';
import { isPassing } from './trying.ts';

/** Rows that are worked on together. Sealed they are one row of the store. */
const PACK_ROWS = 100;
/** Bytes of JSON. Sealed, and twice in base64, a pack with one more row of the largest size fits into a row of the store. */
const PACK_BYTES = 120 * 1024;

/** A field with more values than these has no usual one, so that memory does not grow with the file. */
const MAX_VALUES = 5_000;

/** The outcome of reading a file. */
export type ReadFile =
  | { readonly problems: readonly RowProblem[] }
  | { readonly read: NonNullable<BatchRow['read']> };

/** The value of each field as one text. */
const textsOf = (row: RequestRow): readonly (readonly [field: string, text: string])[] =>
  'submission' in row
    ? Object.entries(row.submission.fields).map(([field, value]) => [field, [value].flat().join('\n')])
    : [];

/** Counts which values rows have. */
const openUsual = () => {
  const counts = new Map<string, Map<string, number>>();
  let rows = 0;
  return {
    count: (row: RequestRow): void => {
      if (!('submission' in row)) return;
      rows++;
      for (const [field, text] of textsOf(row)) {
        const values = counts.get(field) ?? new Map<string, number>();
        counts.set(field, values);
        if (values.has(text) || values.size < MAX_VALUES) values.set(text, (values.get(text) ?? 0) + 1);
      }
    },
    /** The values that more than half of the rows have. */
    found: (): Readonly<Record<string, string>> =>
      Object.fromEntries(
        [...counts].flatMap(([field, values]) => {
          const usual = [...values].find(([, count]) => count * 2 > rows);
          return usual === undefined ? [] : [[field, usual[0]] as const];
        }),
      ),
  };
};

/** The fields of the row whose values are not the usual ones; one that is left out is another value, too. */
export const differing = (row: RequestRow, usual: Readonly<Record<string, string>>): readonly string[] => {
  if (!('submission' in row)) return [];
  const texts = new Map(textsOf(row));
  return Object.entries(usual).flatMap(([field, text]) => (texts.get(field) === text ? [] : [field]));
};

/** Divides a file into packs of rows. Again, it gives the same ones. */
export const openReading = (
  { profileOf, actorOf }: Pick<BatchesDeps, 'profileOf' | 'actorOf'>,
  sealed: Sealed,
) => {
  /** The parts in their order, and nothing but what was announced. */
  const pieces = async function* (
    id: string,
    batch: BatchRow,
    isWhole: { digest: string },
  ): AsyncGenerator<Uint8Array> {
    const whole = createHash('sha256');
    for (const [index, expected] of batch.parts.entries()) {
      const bytes = await sealed.part(id, batch, index + 1);
      if (hash('sha256', bytes) !== expected)
        throw new Fault('personal-data-damaged', 'A part of a file is not as it was sent.', {
          batch: id,
          part: index + 1,
        });
      whole.update(bytes);
      // Lets others have their turn: a part of nothing but blank lines takes long.
      await new Promise((resolve) => setImmediate(resolve));
      yield bytes;
    }
    isWhole.digest = whole.digest('hex');
  };

  const differingRows = async (
    id: string,
    batch: BatchRow,
    packs: number,
    usual: Readonly<Record<string, string>>,
  ) => {
    if (Object.keys(usual).length === 0) return [];
    const found: { readonly number: number; readonly fields: number }[] = [];
    for (let pack = 0; pack < packs; pack++)
      for (const row of kept(await sealed.pack(id, batch, pack), id).rows) {
        const fields = differing(row, usual).length;
        if (fields > 0) found.push({ number: row.number, fields });
      }
    return found.sort((a, b) => b.fields - a.fields || a.number - b.number).map(({ number }) => number);
  };

  /** The fault where the person who sends the file is not in force any more: another one sends it anew. */
  const profileFor = async ({ createdBy, profile }: BatchRow): Promise<BulkProfile | Fault | undefined> => {
    try {
      const actor = await actorOf(createdBy);
      return actor && (await profileOf(actor, profile));
    } catch (error) {
      if (Fault.is(error) && !isPassing(error)) return error;
      throw error;
    }
  };

  return async (id: string, batch: BatchRow): Promise<ReadFile> => {
    const profile = await profileFor(batch);
    if (profile === undefined)
      return refuse(id, batch, [
        { phrase: phrase`The office may not ask for certificates of this profile any more.` },
      ]);
    if (Fault.is(profile)) return refuse(id, batch, [{ phrase: profile.phrase }]);
    const { format, encoding } = batch;
    const isWhole = { digest: '' };
    const file: OpenFile = await openFile(pieces(id, batch, isWhole), {
      format,
      ...(encoding !== undefined && { encoding }),
    });

    const usual = openUsual();
    const packs: number[] = [];
    const digests: string[] = [];
    let rows = 0;
    let unreadable = 0;
    let held: RequestRow[] = [];
    let bytes = 0;
    const put = async (): Promise<void> => {
      const [first] = held;
      if (first === undefined) return;
      digests.push(await sealed.putPack(id, batch, packs.length, held));
      packs.push(first.number);
      held = [];
      bytes = 0;
    };
    for await (const read of requestsOf(file, profile)) {
      const row = withoutNumbers(read, profile);
      if (row.number === 0 && 'problems' in row) return refuse(id, batch, row.problems);
      const size = Buffer.byteLength(JSON.stringify(row));
      if (held.length === PACK_ROWS || bytes + size > PACK_BYTES) await put();
      held.push(row);
      bytes += size;
      rows++;
      if ('problems' in row) unreadable++;
      usual.count(row);
    }
    await put();
    // Where rows were too many, the end of the file was not read yet.
    if (isWhole.digest === '') for await (const _ of pieces(id, batch, isWhole));
    if (isWhole.digest !== batch.digest)
      return refuse(id, batch, [
        { phrase: phrase`The parts do not make the file that was announced: its SHA-256 is another one.` },
      ]);
    if (rows === 0)
      return refuse(id, batch, [
        { phrase: phrase`The file has nothing below its header: no row asks for a certificate.` },
      ]);
    const found = usual.found();
    await sealed.putFile(id, batch, {
      digest: batch.digest,
      packs: digests,
      usual: found,
      differing: await differingRows(id, batch, packs.length, found),
    });
    return { read: { encoding: file.encoding, encodingBy: file.encodingBy, rows, unreadable, packs } };
  };

  async function refuse(id: string, batch: BatchRow, problems: readonly RowProblem[]): Promise<ReadFile> {
    const said = saidWithoutNumbers(problems);
    await sealed.putFile(id, batch, { digest: '', packs: [], problems: said, usual: {}, differing: [] });
    return { problems: said };
  }
};
