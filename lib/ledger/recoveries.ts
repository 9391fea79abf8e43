import { Fault, wentThrough } from '../fault.ts';
import { textIn } from '../members.ts';
import type { Bucket, Objects, Write } from '../store/store.ts';
import type { ActRecord, Closes, Ledger, LedgerRecord } from './contract.ts';
import { readPublishedSize } from './tree.ts';

/**
 * What two operators recorded about a table that was behind its log. The acts take the numbers of one name, from 1 on:
 *
 *   outcomes/table-behind/{n}               one asks (`asked`), another one confirms the same (`confirmed`)
 *   closings-followed/recovery.{record}     empty: what the bucket has was brought back after this confirmation
 */
export const RECOVERY_NAME = 'table-behind';

/** Leaf indexes from the first number up to, and without, the second. */
export type LeafRange = readonly [from: number, to: number];

/** What an act of a recovery is about. */
export interface RecoveryTerms {
  /** Leaves of the tree that the table had, and of the published one. */
  readonly table: number;
  readonly published: number;
  /** The published tree, and the batches that were put after it. */
  readonly end: number;
  /** RFC 3339: the time of the table's last leaf; absent where it has none. */
  readonly since?: string;
  /** The leaves from `table` to `end` whose records the table does not have. */
  readonly lost: readonly LeafRange[];
}

export interface RecoveryAsking extends RecoveryTerms {
  readonly record: string;
  readonly askedBy: string;
  readonly person: unknown;
  /** RFC 3339. */
  readonly askedAt: string;
  readonly lapsesAt: string;
}

/** Confirmed by a second person. */
export interface Recovery extends RecoveryTerms {
  /** Id of the record of the confirmation. */
  readonly record: string;
}

export interface RecoveryActs {
  /** Oldest first. */
  readonly confirmed: readonly Recovery[];
  /** Not confirmed, and followed by no other asking. It may have lapsed. */
  readonly asking?: RecoveryAsking;
  readonly next: Closes;
  /** For each act, what stages its record; empty where the ledger has it. */
  readonly writes: readonly (readonly Write[])[];
}

export interface Recoveries {
  /** Fault: `act-object-invalid`. */
  read(): Promise<RecoveryActs>;
  /** The first one after which not everything was brought back. */
  unfinished(): Promise<Recovery | undefined>;
  /**
   * Those after which not everything was brought back, once a checkpoint above their acts is published: a table that is put back
   * again takes acts of its own.
   */
  due(): Promise<readonly Recovery[]>;
  finish(recovery: Recovery): Promise<void>;
}

const finishedPath = (record: string): string => `closings-followed/recovery.${record}`;

export const openRecoveries = ({
  objects,
  bucket,
  conclusion,
}: {
  readonly objects: Pick<Objects, 'get' | 'put'>;
  readonly bucket: Pick<Bucket, 'get'>;
  readonly conclusion: Ledger['conclusion'];
}): Recoveries => {
  /** What was read so far. Acts never change; records may get lost again, so `writes` are of each reading. */
  let known: Omit<RecoveryActs, 'writes'> = { confirmed: [], next: { act: RECOVERY_NAME, number: 1 } };
  const finished = new Set<string>();

  /** The acts that came since the last reading. */
  const readOn = async (): Promise<Omit<RecoveryActs, 'writes'>> => {
    for (;;) {
      const { next } = known;
      const found = await conclusion(next);
      if (found === undefined) return known;
      // Another call may have read the same act meanwhile.
      if (known.next.number === next.number) known = afterAct(known, found.record);
    }
  };

  const allUnfinished = async (): Promise<readonly Recovery[]> => {
    const { confirmed } = await readOn();
    const open: Recovery[] = [];
    for (const recovery of confirmed) {
      if (finished.has(recovery.record)) continue;
      if (await objects.get(finishedPath(recovery.record))) finished.add(recovery.record);
      else open.push(recovery);
    }
    return open;
  };

  return {
    read: async () => {
      const acts = await readOn();
      const writes: (readonly Write[])[] = [];
      for (let number = 1; number < acts.next.number; number++) {
        writes.push((await conclusion({ act: RECOVERY_NAME, number }))?.writes ?? []);
      }
      return { ...acts, writes };
    },

    unfinished: async () => (await allUnfinished())[0],

    due: async () => {
      const open = await allUnfinished();
      const size = open.length === 0 ? 0 : await readPublishedSize(bucket);
      return open.filter(({ end }) => size > end);
    },

    finish: async ({ record }) => {
      await wentThrough(objects.put(finishedPath(record), new Uint8Array(), { if: 'absent' }));
      finished.add(record);
    },
  };
};
const afterAct = (
  before: Omit<RecoveryActs, 'writes'>,
  record: LedgerRecord,
): Omit<RecoveryActs, 'writes'> => {
  if (record.kind !== 'recovery') throw misplaced(record);
  const next = { act: RECOVERY_NAME, number: before.next.number + 1 };
  const terms = recoveryTermsOf(record);
  if (record.details.act === 'asked') {
    return { confirmed: before.confirmed, asking: askingOf(record, terms), next };
  }
  const { asking } = before;
  if (asking === undefined || !isConfirmation(record, asking)) throw misplaced(record);
  return { confirmed: [...before.confirmed, { ...terms, record: record.id }], next };
};

const askingOf = (record: ActRecord, terms: RecoveryTerms): RecoveryAsking => ({
  ...terms,
  record: record.id,
  askedBy: record.actor,
  person: record.details.person,
  askedAt: record.time,
  lapsesAt: textIn(record.details.lapsesAt) ?? '',
});

/** Whether another person confirmed the very same, in time. */
const isConfirmation = (record: ActRecord, asking: RecoveryAsking): boolean =>
  record.details.act === 'confirmed' &&
  record.details.confirms === asking.record &&
  record.details.person !== asking.person &&
  record.actor !== asking.askedBy &&
  isSameRecovery(recoveryTermsOf(record), asking) &&
  Date.parse(record.time) < Date.parse(asking.lapsesAt);

export const isSameRecovery = (a: RecoveryTerms, b: RecoveryTerms): boolean =>
  a.table === b.table &&
  a.published === b.published &&
  a.end === b.end &&
  a.since === b.since &&
  JSON.stringify(a.lost) === JSON.stringify(b.lost);

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Fault: `act-object-invalid`. */
export const recoveryTermsOf = (record: LedgerRecord): RecoveryTerms => {
  const { table, published, end, since, lost } = (record as ActRecord).details ?? {};
  const isTrue =
    isIndex(table) &&
    isIndex(published) &&
    isIndex(end) &&
    table < published &&
    published <= end &&
    (since === undefined || (typeof since === 'string' && !Number.isNaN(Date.parse(since)))) &&
    Array.isArray(lost);
  if (!isTrue) throw misplaced(record);
  let least = table;
  for (const range of lost as readonly unknown[]) {
    const [from, to] = Array.isArray(range) ? range : [];
    if (!isIndex(from) || !isIndex(to) || from < least || to <= from || to > end) throw misplaced(record);
    least = to;
  }
  return {
    table,
    published,
    end,
    ...(typeof since === 'string' && { since }),
    lost: lost as unknown as readonly LeafRange[],
  };
};

const misplaced = ({ id }: LedgerRecord): Fault =>
  new Fault('act-object-invalid', 'An act of a recovery is not one that can be where it is.', { record: id });
