import { Fault, wentThrough } from '../../fault.ts';
import { type Item, type Key, MAX_WRITES } from '../../store/store.ts';
import type { PublishedCrl } from '../contract.ts';
import { type CrlList, formerPartitions, listId } from '../crl-lists.ts';
import type { CrlDeps } from '../deps.ts';
import type { Issuer } from '../issuers.ts';
import type { Alarm } from './alarms.ts';
import type { Before } from './build.ts';
import type { ProvenCurrent } from './current.ts';
import {
  type CurrentRow,
  currentWrite,
  deleteWrite,
  readCurrentCrl,
  readSigned,
  readUnrecorded,
  type SignedRow,
} from './rows.ts';

/** What precedes a CRL, and the current one if its row is proven. */
export type ProvenBefore = Before & { readonly proven: ProvenCurrent | undefined };

export const currentRow = (
  issuer: Issuer,
  crl: PublishedCrl,
  madeAt: number,
  { base, proven, madeAt: latest }: ProvenBefore,
  urgent: number | undefined,
): Omit<CurrentRow, 'entries' | 'record'> => {
  const thisUpdate = crl.thisUpdate.getTime() / 1000;
  // Where a CRL came after the one that is proven, nobody knows whether it was scheduled. Then an interval must have passed
  // since the latest.
  const since = proven !== undefined && proven.number === base?.number ? proven.scheduledAt : latest;
  const isScheduled = base === undefined || madeAt >= since + issuer.crl.interval;
  return {
    number: Number(crl.number),
    thisUpdate,
    nextUpdate: crl.nextUpdate.getTime() / 1000,
    madeAt,
    scheduled: isScheduled ? thisUpdate : (proven?.scheduled ?? 0),
    scheduledAt: isScheduled ? madeAt : (proven?.scheduledAt ?? 0),
    ...(urgent !== undefined && { urgent }),
  };
};

/** A signed CRL: the row that would name it as the current one, and the rest of what its record has. */
interface SignedCrl {
  readonly row: Omit<CurrentRow, 'entries' | 'record'>;
  readonly entries: number;
  readonly digest: string;
  /** The number that was current before it, or else that of its base, which may never have been current; 0 for the first. */
  readonly previousNumber: number;
}

const timeText = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** The note of a CRL that an interrupted publication left. `partition` where that is a list which the CA no longer has. */
interface Left {
  readonly partition?: string;
  readonly note: Item<SignedRow>;
}

const NOTHING: { readonly left: readonly Left[]; readonly others: readonly Item[] } = {
  left: [],
  others: [],
};

/**
 * Reads the notes that interrupted publications left, of this list and of lists that the CA no longer has: no later CRL of
 * theirs records them. One record holds a limited number; the others wait.
 */
const readLeft = async (table: CrlDeps['table'], { id, issuer }: CrlList, below: number) => {
  const { notes, others } = await readUnrecorded(table, id, below);
  if (notes.length + others.length > 0) return { left: notes.map((note): Left => ({ note })), others };
  for (const partition of formerPartitions(issuer)) {
    const former = await readUnrecorded(table, listId(issuer.id, partition), Number.MAX_SAFE_INTEGER);
    const left = former.notes.map((note): Left => ({ partition, note }));
    if (left.length + former.others.length > 0) return { left, others: former.others };
  }
  return NOTHING;
};

/** Step 4. False where another CRL became current since `previous` was read. */
export const makeCurrent = async (
  { table, recorder, alarm }: Pick<CrlDeps, 'table' | 'recorder'> & { readonly alarm: Alarm },
  list: CrlList,
  { row, entries, digest, previousNumber }: SignedCrl,
  previous: Item<CurrentRow> | undefined,
  actor: string,
): Promise<boolean> => {
  const { id, issuer, partition, only } = list;
  const { number } = row;
  for (;;) {
    const current = await readCurrentCrl(table, id);
    const overtaken = current?.version !== previous?.version;
    const note = await readSigned(table, id, number);
    // The publisher of a CRL with a higher number found the note, and recorded this CRL with its own.
    if (overtaken && !note) return false;
    const { left, others } = overtaken ? NOTHING : await readLeft(table, list, number);
    if (others.length > 0)
      await alarm('A row is in the place of a note of a signed CRL; it is deleted', { list: id });
    // A base that an interrupted publication left was never current: no CRL was, as far as anything tells.
    const isLeft = left.some(
      ({ partition, note: { value } }) => partition === undefined && value.number === previousNumber,
    );
    const { record, writes } = await recorder.prepare({
      kind: 'publication',
      actor,
      ...(issuer.tenant !== undefined && { tenant: issuer.tenant }),
      details: {
        ca: issuer.id,
        partition,
        ...(only && { only }),
        number,
        entries,
        thisUpdate: timeText(row.thisUpdate),
        nextUpdate: timeText(row.nextUpdate),
        madeAt: timeText(row.madeAt),
        digest,
        ...(overtaken
          ? { overtaken: true }
          : {
              previous: isLeft ? 0 : previousNumber,
              scheduled: timeText(row.scheduled),
              scheduledAt: timeText(row.scheduledAt),
            }),
        ...(left.length > 0 && {
          left: left.map(({ partition: of, note: { value } }) => ({
            ...(of !== undefined && { partition: of }),
            number: value.number,
            digest: value.digest,
          })),
        }),
      },
    });
    const stored = await wentThrough(
      table.write([
        ...(overtaken ? [] : [currentWrite(id, { ...row, entries, record: record.id }, current)]),
        ...(note ? [deleteWrite(note)] : []),
        ...[...left.map(({ note }) => note), ...others].map(deleteWrite),
        ...writes,
      ]),
    );
    if (stored) return !overtaken;
  }
};

/** Step 5. Leftover rows only make the next CRL look again at a few serial numbers, so failing here is harmless. */
export const settle = async (
  { table, register, log }: Pick<CrlDeps, 'table' | 'register' | 'log'>,
  ca: string,
  changes: readonly Key[],
): Promise<void> => {
  try {
    for (let i = 0; i < changes.length; i += MAX_WRITES) {
      // Another publisher may delete some of these rows too. Then this write fails and leaves the others to the next CRL.
      await wentThrough(table.write(register.settledWrites(changes.slice(i, i + MAX_WRITES))));
    }
  } catch (error) {
    log('warn', 'Changes that a CRL has seen could not be settled; the next one looks at them again', {
      ca,
      error: Fault.is(error) ? error.code : 'internal',
    });
  }
};
