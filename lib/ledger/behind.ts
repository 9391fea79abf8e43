import { Fault, wentThrough } from '../fault.ts';
import type { Clock } from '../ports.ts';
import type { Bucket, Key, Table } from '../store/store.ts';
import { type Behind, tableBehind } from './behind-fault.ts';
import type { ActDraft, Ledger, RecordDraft, RecordKind } from './contract.ts';
import type { Recoveries } from './recoveries.ts';
import { readPublishedSize } from './tree.ts';
import { readTree } from './tree-row.ts';

/*
 * A table is behind its log where the published checkpoint, which is read first, is larger than the tree's row, which is read
 * after it: the table is a copy of an earlier time, beside the untouched bucket. The sequencer compares them in each run, and
 * keeps one row meanwhile:
 *
 *   log  behind  BehindRow
 *
 * The row closes and opens nothing. OCSP goes by it, for the sake of speed. An act that opens something compares the
 * checkpoint with the tree's row itself. A table stays behind until what was lost is recorded and brought back as far as the
 * bucket has it (recovery.ts).
 *
 * Somebody who writes to the table can copy the published checkpoint into the tree's row. He gains what he could do with the
 * rows before: each decision rests on its own acts and objects.
 */
export const BEHIND_KEY: Key = { pk: 'log', sk: 'behind' };

export type BehindRow = Behind & {
  /** RFC 3339: when it was noticed. */
  readonly since: string;
};

/** A process answers by what it found for so long at most. */
const KEPT_MS = 5_000;

/** What a look found, for some seconds. A clock that was set back ends it. */
const kept = <T>(clock: Clock, read: () => Promise<T>, isKept: (value: T) => boolean): (() => Promise<T>) => {
  let found: Promise<T> | undefined;
  let readAt = 0;
  return () => {
    const now = clock();
    if (found !== undefined && now >= readAt && now < readAt + KEPT_MS) return found;
    const fresh = read();
    const forget = (): void => {
      if (found === fresh) found = undefined;
    };
    fresh.then((value) => isKept(value) || forget(), forget);
    found = fresh;
    readAt = now;
    return fresh;
  };
};

/** The row as it stands; undefined where there is none. Sizes are 0 in a row of another form, which closes as well. */
export const readBehind = async (table: Pick<Table, 'get'>): Promise<BehindRow | undefined> => {
  const item = await table.get(BEHIND_KEY);
  if (item === undefined) return undefined;
  const { table: size, published, since } = (item.value ?? {}) as Partial<Record<string, unknown>>;
  const sizeOf = (value: unknown): number => (Number.isSafeInteger(value) ? (value as number) : 0);
  return {
    table: sizeOf(size),
    published: sizeOf(published),
    since: typeof since === 'string' ? since : '',
  };
};

/** By how many leaves, for alarms: at least 1 while the row is there, 0 without it. */
export const leavesBehind = async (table: Pick<Table, 'get'>): Promise<number> => {
  const row = await readBehind(table);
  return row === undefined ? 0 : Math.max(1, row.published - row.table);
};

/**
 * The closing row, read at most once in five seconds. It is for those who answer many and open nothing. Fault: `try-later`.
 */
export const openBehindRow = ({
  table,
  clock,
}: {
  readonly table: Pick<Table, 'get'>;
  readonly clock: Clock;
}): { assertAnswers(): Promise<void>; behind(): Promise<Behind | undefined> } => {
  const behind = kept(
    clock,
    () => readBehind(table),
    () => true,
  );
  return {
    behind,
    assertAnswers: async () => {
      const found = await behind();
      if (found === undefined) return;
      throw new Fault(
        'try-later',
        'The table is older than the log; no status is answered until it is mended.',
        {
          table: found.table,
          published: found.published,
        },
      );
    },
  };
};

/** The row, as the sequencer keeps it. */
export const openKeepingBehind = ({
  table,
  clock,
}: {
  readonly table: Pick<Table, 'get' | 'write'>;
  readonly clock: Clock;
}): { note(behind: Behind): Promise<void>; clear(): Promise<void> } => ({
  note: async ({ table: size, published }) => {
    const item = await table.get(BEHIND_KEY);
    const before = item && (await readBehind({ get: async () => item as never }));
    if (before?.table === size && before.published === published && before.since !== '') return;
    const value: BehindRow = { table: size, published, since: new Date(clock()).toISOString() };
    const condition = item ? { version: item.version } : 'absent';
    await wentThrough(table.write([{ put: BEHIND_KEY, value, if: condition }]));
  },
  clear: async () => {
    const item = await table.get(BEHIND_KEY);
    if (item) await wentThrough(table.write([{ delete: BEHIND_KEY, if: { version: item.version } }]));
  },
});

/** Whether something may be opened: by the bucket and the tree's row, and by no row that says so. */
export interface TableStanding {
  /** Undefined where the table is not behind, and what was lost before is brought back. */
  behind(): Promise<Behind | undefined>;
  /** Fault: `table-behind`. */
  assertNotBehind(): Promise<void>;
}

export const openTableStanding = ({
  table,
  bucket,
  recoveries,
  clock,
}: {
  readonly table: Pick<Table, 'get'>;
  readonly bucket: Pick<Bucket, 'get'>;
  readonly recoveries: Pick<Recoveries, 'unfinished'>;
  readonly clock: Clock;
}): TableStanding => {
  const behind = kept(
    clock,
    async (): Promise<Behind | undefined> => {
      // In this order: the row grows before the checkpoint does.
      const published = await readPublishedSize(bucket);
      const size = published === 0 ? 0 : ((await readTree(table))?.row.size ?? 0);
      if (published > size) return { table: size, published };
      return recoveries.unfinished();
    },
    // A table that was mended opens at once.
    (found) => found === undefined,
  );
  return {
    behind,
    assertNotBehind: async () => {
      const found = await behind();
      if (found !== undefined) throw tableBehind(found);
    },
  };
};

/**
 * Acts that open something. While the table is behind its log nobody does one: what it has forgotten might forbid it.
 * Revocations, holds, and what closes a proposal go on.
 */
const isOpening = ({ kind, details }: ActDraft): boolean =>
  kind === 'trust-domain' ? !CLOSING_STEPS.has(details.step) : OPENING.has(kind);

const OPENING: ReadonlySet<RecordKind> = new Set(['issuance', 'release', 'ceremony']);
const CLOSING_STEPS: ReadonlySet<unknown> = new Set(['rejected', 'lapsed']);

/** The same ledger, which records no act that opens something while the table is behind. Fault: `table-behind`. */
export const unlessBehind = <L extends Pick<Ledger, 'append' | 'prepare' | 'conclude'>>(
  ledger: L,
  { assertNotBehind }: Pick<TableStanding, 'assertNotBehind'>,
): L => {
  const check = async (drafts: readonly RecordDraft[]): Promise<void> => {
    if (drafts.some((draft) => draft.kind !== 'provision' && isOpening(draft))) await assertNotBehind();
  };
  return {
    ...ledger,
    append: async (...drafts) => {
      await check(drafts);
      return ledger.append(...drafts);
    },
    prepare: async (draft) => {
      await check([draft]);
      return ledger.prepare(draft);
    },
    conclude: async (draft, closes) => {
      await check([draft]);
      return ledger.conclude(draft, closes);
    },
  };
};
