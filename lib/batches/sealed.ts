import { hash } from 'node:crypto';
import type { RequestRow, RowProblem } from '../bulk/bulk.ts';
import { type Bilingual, Fault, Phrase } from '../fault.ts';
import type { Found, ItemName, PersonalData } from '../personal/personal.ts';
import type { Json, Value } from '../store/store.ts';
import type { BatchRow } from './rows.ts';

/*
 * What a file says, sealed apart from the rows, because it names persons:
 *
 *   batch/{id}/part/{number}           a part, as it came
 *   batch/{id}/file                    what is said of the file as a whole
 *   batch/{id}/pack/{number}           some of its rows
 *   batch/{id}/results/{step}/{pack}   what a step found wrong with rows of the pack
 *   batch/{id}/words/{words}           the words of an act
 */

/** The file is needed until its rows are corrected and its certificates collected. The requests have their own data. */
const KEPT_MS = 90 * 86_400_000;

/** A summary of the whole file. */
export interface FileSummary {
  /** SHA-256 of the file, hex; of each pack of its rows. A file that was refused has none. */
  readonly digest: string;
  readonly packs: readonly string[];
  /** Only a file that cannot be read has these. */
  readonly problems?: readonly RowProblem[];
  /** The value that more than half of the rows have, by field. */
  readonly usual: Readonly<Record<string, string>>;
  /** The rows that have other values, those with most of them first. */
  readonly differing: readonly number[];
}

/** Rows that are worked on together. */
export interface Pack {
  /** SHA-256, hex. */
  readonly digest: string;
  readonly rows: readonly RequestRow[];
}

/** A problem that a step found in a row. */
export interface RowResult {
  readonly number: number;
  readonly state: 'refused' | 'set-aside';
  readonly code: string;
  readonly problems: readonly RowProblem[];
}

export interface Sealed {
  putPart(id: string, batch: BatchRow, number: number, bytes: Uint8Array): Promise<void>;
  /** Fault: that of an item that cannot be read. */
  part(id: string, batch: BatchRow, number: number): Promise<Uint8Array>;
  /** The parts are in the packs from then on. */
  removePart(id: string, number: number): Promise<void>;
  putFile(id: string, batch: BatchRow, file: FileSummary): Promise<void>;
  file(id: string, batch: BatchRow): Promise<Found<FileSummary>>;
  /** Resolves with the SHA-256 of the pack, hex. */
  putPack(id: string, batch: BatchRow, pack: number, rows: readonly RequestRow[]): Promise<string>;
  pack(id: string, batch: BatchRow, pack: number): Promise<Found<Pack>>;
  putResults(
    id: string,
    batch: BatchRow,
    step: string,
    pack: number,
    results: readonly RowResult[],
  ): Promise<void>;
  /** Empty where the step found nothing wrong with them. */
  results(id: string, batch: BatchRow, step: string, pack: number): Promise<readonly RowResult[]>;
  putReason(id: string, batch: BatchRow, words: string, reason: string): Promise<void>;
  reason(id: string, batch: BatchRow, words: string): Promise<string | undefined>;
}

/** Whose file it is, as its creation said. A row of the table that says otherwise shows nobody anything. */
type About = { readonly tenant: string; readonly office: string };

const isAbout = ({ about }: Value, { tenant, office }: BatchRow): boolean => {
  const said = about as Partial<About> | undefined;
  return said?.tenant === tenant && said.office === office;
};

export const openSealed = (personal: Pick<PersonalData, 'change' | 'find' | 'remove'>): Sealed => {
  /** The newest value stays. */
  const put = async (
    name: ItemName,
    { tenant, office, createdAt }: BatchRow,
    value: Value,
  ): Promise<void> => {
    const end = Date.parse(createdAt) + KEPT_MS;
    const about: About = { tenant, office };
    await personal.change(name, () => ({ value: { ...value, about }, terms: { tenant, end } }));
  };

  const find = async <T>(name: ItemName, batch: BatchRow, read: (value: Value) => T): Promise<Found<T>> => {
    const found = await personal.find<Value>(name);
    if (found.state !== 'kept') return found;
    return isAbout(found.value, batch)
      ? { ...found, value: read(found.value) }
      : { state: 'unreadable', code: 'personal-data-damaged' };
  };

  return {
    putPart: (id, batch, number, bytes) =>
      put(partName(id, number), batch, { bytes: Buffer.from(bytes).toString('base64') }),
    part: async (id, batch, number) => {
      const name = partName(id, number);
      const found = await find(name, batch, (value) => foundOf<{ readonly bytes: string }>(value).bytes);
      return Buffer.from(kept(found, name), 'base64');
    },
    removePart: (id, number) => personal.remove(partName(id, number)),
    putFile: (id, batch, file) => put(fileName(id), batch, keptOf(file)),
    file: (id, batch) => find(fileName(id), batch, (value) => foundOf<FileSummary>(value)),
    putPack: async (id, batch, pack, rows) => {
      const value = keptOf({ rows });
      await put(packName(id, pack), batch, value);
      return digestOf(value.rows);
    },
    pack: (id, batch, pack) =>
      find(packName(id, pack), batch, (value) => ({
        digest: digestOf(value.rows),
        rows: foundOf<{ readonly rows: readonly RequestRow[] }>(value).rows,
      })),
    putResults: (id, batch, step, pack, results) =>
      put(resultsName(id, step, pack), batch, keptOf({ results })),
    results: async (id, batch, step, pack) => {
      const found = await find(resultsName(id, step, pack), batch, (value) =>
        foundOf<{ readonly results: readonly RowResult[] }>(value),
      );
      return found.state === 'kept' ? found.value.results : [];
    },
    putReason: (id, batch, words, reason) => put(reasonName(id, words), batch, { reason }),
    reason: async (id, batch, words) => {
      const found = await find(
        reasonName(id, words),
        batch,
        (value) => foundOf<{ readonly reason: string }>(value).reason,
      );
      return found.state === 'kept' ? found.value : undefined;
    },
  };
};

const digestOf = (rows: Json | undefined): string => hash('sha256', JSON.stringify(rows) ?? '');

const partName = (id: string, number: number): ItemName => `batch/${id}/part/${number}`;
const fileName = (id: string): ItemName => `batch/${id}/file`;
const packName = (id: string, pack: number): ItemName => `batch/${id}/pack/${pack}`;
const resultsName = (id: string, step: string, pack: number): ItemName =>
  `batch/${id}/results/${step}/${pack}`;
const reasonName = (id: string, words: string): ItemName => `batch/${id}/words/${words}`;

/** One digest for all packs of a file. */
export const digestOfPacks = ({ packs }: Pick<FileSummary, 'packs'>): string =>
  hash('sha256', JSON.stringify(packs));

/** The value, or the fault of one that ended or cannot be read. */
export const kept = <T>(found: Found<T>, item: string): T => {
  if (found.state === 'kept') return found.value;
  if (found.state === 'ended')
    throw new Fault('personal-data-ended', 'The retention of these personal data has ended.', { item });
  throw new Fault(
    found.state === 'unreadable' ? found.code : 'personal-data-damaged',
    'These personal data are missing or not as they were written; restore the table of personal data from a backup.',
    { item },
  );
};

/*
 * Phrases are kept with their values, so that they can be said in the language of whoever asks later. No column has such a name.
 */

type KeptPhrase = { readonly $phrase: string; readonly $with: readonly Json[] };

const keptPhrase = ({ template, values }: Phrase): KeptPhrase => ({
  $phrase: template,
  $with: values.map((value) =>
    value instanceof Phrase
      ? keptPhrase(value)
      : typeof value === 'bigint'
        ? String(value)
        : (value as string | number | { readonly [key: string]: string }),
  ),
});

const isKeptPhrase = (value: object): value is KeptPhrase =>
  '$phrase' in value && typeof value.$phrase === 'string' && '$with' in value && Array.isArray(value.$with);

const keptOf = (value: unknown): Value => mapped(value) as Value;

const mapped = (value: unknown): Json | undefined => {
  if (value instanceof Phrase) return keptPhrase(value);
  if (Array.isArray(value)) return value.map((item) => mapped(item) ?? null);
  if (typeof value !== 'object' || value === null) return value as Json | undefined;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapped(item)]));
};

const foundOf = <T>(value: Json): T => restored(value) as T;

const restored = (value: Json | undefined): unknown => {
  if (Array.isArray(value)) return value.map(restored);
  if (typeof value !== 'object' || value === null) return value;
  if (isKeptPhrase(value)) {
    const values = value.$with.map((one) => restored(one) as string | number | Phrase | Bilingual);
    return new Phrase(value.$phrase, values);
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, restored(item)]));
};
