import { wentThrough } from '../../fault.ts';
import type { Clock } from '../../ports.ts';
import type { Item, Page, Table, Write } from '../../store/store.ts';
import type { LedgerRecord } from '../contract.ts';
import { timeOfId } from '../ids.ts';
import { pointerPks } from '../rows.ts';
import { readRecord } from '../well-formed.ts';
import { CLASS_OF, type KeptUntil, type RetentionClass } from './classes.ts';
import { type Tombstone, tombstoneKey } from './tombstones.ts';

export interface Swept {
  /** Records that were deleted. */
  readonly removed: number;
  /** When the earliest remaining record of the class may be deleted; undefined where none remains. */
  readonly staysUntil: number | undefined;
}

export interface Sweep {
  /** The first page of a day's records, to be read ahead. */
  firstPage(day: string): Promise<Page>;
  /** Deletes the records of the class that are due on that day; `first` is the day's first page. */
  day(day: string, kept: RetentionClass, first: Page): Promise<Swept>;
}

const PAGE = 200;

export const openSweep = (deps: {
  readonly table: Table;
  readonly clock: Clock;
  readonly keptUntil: KeptUntil;
}): Sweep => {
  const { table, clock, keptUntil } = deps;

  const pageOf = (day: string, cursor?: string): Promise<Page> =>
    table.query({ pk: `record/${day}`, limit: PAGE, ...(cursor !== undefined && { cursor }) });

  const sweepDay: Sweep['day'] = async (day, kept, first) => {
    let removed = 0;
    let staysUntil: number | undefined;
    let page = first;
    for (;;) {
      const ends = await Promise.all(
        page.items
          // A row that is no record is not the ledger's to delete: an audit names its leaf, if it has one.
          .flatMap((item) => {
            const record = readRecord(item);
            return record !== undefined && CLASS_OF[record.kind] === kept ? [{ item, record }] : [];
          })
          .map(({ item, record }) => removeIfDue(item, record, kept)),
      );
      const staying = ends.filter((end) => end !== undefined);
      removed += ends.length - staying.length;
      if (staying.length > 0) staysUntil = Math.min(staysUntil ?? Infinity, ...staying);
      if (page.cursor === undefined) return { removed, staysUntil };
      page = await pageOf(day, page.cursor);
    }
  };

  /** Resolves with undefined if the record was deleted, otherwise with the time from which it may be deleted. */
  const removeIfDue = async (
    item: Item,
    record: LedgerRecord,
    kept: RetentionClass,
  ): Promise<number | undefined> => {
    const { leaf } = record;
    const end = await endOf(record, kept);
    if (leaf === undefined || end > clock()) return end;
    const tombstone: Tombstone = {
      class: kept,
      kind: record.kind,
      leaf,
      deletedAt: new Date(clock()).toISOString(),
    };
    const pointers = pointerPks(record).map((pk) => ({ pk, sk: item.sk }));
    const first: Write = { delete: { pk: item.pk, sk: item.sk }, if: { version: item.version } };
    const last: Write = { put: tombstoneKey(record.id), value: tombstone, if: 'absent' };
    // The ledger puts a pointer once and never changes it.
    const asPut = pointers.map((key): Write => ({ delete: key, if: { version: 1 } }));
    if (await wentThrough(table.write([first, ...asPut, last]))) return undefined;
    // Another run was first, the row has just received its leaf, or somebody else has written the pointers or the
    // tombstone: these go whatever they say. If this does not go through either, the next run decides.
    const [before, ...there] = await Promise.all(
      [tombstoneKey(record.id), ...pointers].map((key) => table.get(key)),
    );
    const asFound = there.filter((row) => row !== undefined).map(deleteWrite);
    const over: Write = { ...last, ...(before && { if: { version: before.version } }) };
    return (await wentThrough(table.write([first, ...asFound, over]))) ? undefined : end;
  };

  /** An act that names no known certificate is kept as long as if it had led to the longest-lived certificate. */
  const endOf = async (record: LedgerRecord, kept: RetentionClass): Promise<number> => {
    const recorded = timeOfId(record.id);
    if (kept === 'enrolment') {
      const over = await keptUntil.enrolmentOver(record);
      return over === undefined ? Number.POSITIVE_INFINITY : keptUntil.enrolment(over);
    }
    if (kept !== 'issuance') return keptUntil[kept](recorded);
    const ends = await Promise.all((record.certificates ?? []).map(keptUntil.notAfterOf));
    const known = ends.filter((end) => end !== undefined);
    return keptUntil.issuance(known.length > 0 ? Math.max(...known) : keptUntil.latestNotAfter(recorded));
  };

  return { firstPage: (day) => pageOf(day), day: sweepDay };
};

const deleteWrite = ({ pk, sk, version }: Item): Write => ({ delete: { pk, sk }, if: { version } });
