import { Fault, wentThrough } from '../fault.ts';
import type { Clock } from '../ports.ts';
import type { Objects, Table, Write } from '../store/store.ts';
import { isClosing } from './closings.ts';
import type { ActDraft, Closes, Ledger, LedgerRecord } from './contract.ts';
import { timeOfId } from './ids.ts';
import { damagedOutcome, outcomePath, readOutcome } from './outcomes.ts';
import { recordKey, traceKeys } from './rows.ts';
import type { ActSigning } from './signed-act.ts';
import type { Staged } from './staging.ts';

/*
 * The ends of acts. Each is one object, put if it is absent, and its body is the signed record of the act that made the end:
 *
 *   outcomes/{opening act}/{number}
 *
 * The object comes before the rows. A crash between the two leaves an object without its rows, and the next
 * reader makes the rows of the object that is there. A closing can be found by its time as well (closings.ts). The object is
 * never changed or deleted, so rows that somebody puts back open nothing.
 */

/** No record is kept for less. The task that follows closings looks at those of the last day. */
const NEW_MS = 2 * 86_400_000;

export const openConclusions = (deps: {
  readonly acts: ActSigning;
  readonly objects: Pick<Objects, 'get' | 'put'>;
  readonly table: Pick<Table, 'get'>;
  readonly get: Ledger['get'];
  readonly clock: Clock;
  readonly recordOf: (draft: ActDraft) => Promise<LedgerRecord>;
  readonly stage: (record: LedgerRecord) => Staged;
  /** Puts what finds a closing without any row. */
  readonly announce: (record: LedgerRecord, closes: Closes) => Promise<void>;
}): Pick<Ledger, 'conclude' | 'conclusion' | 'newest'> => {
  const { objects } = deps;

  const conclusion: Ledger['conclusion'] = async (closes) => {
    const record = await readOutcome(deps, closes);
    if (record === undefined) return undefined;
    return { record, isOurs: false, writes: (await isKnown(record)) ? [] : stagedOnce(record) };
  };

  /** They fail where another process has staged the record meanwhile, even if it is settled already. */
  const stagedOnce = (record: LedgerRecord): readonly Write[] => [
    ...deps.stage(record).writes,
    { check: recordKey(record.id), if: 'absent' },
  ];

  /**
   * Whether the ledger has the record, or had it. A record that somebody deleted is not stored again, since it would get a
   * second leaf; the audit names it. But a closing that is so new was not deleted after its time: traces of it, and a row that
   * says so, are somebody's.
   */
  const isKnown = async (record: LedgerRecord): Promise<boolean> => {
    const isNew = deps.clock() < timeOfId(record.id) + NEW_MS && isClosing(record);
    try {
      await deps.get(record.id);
      return true;
    } catch (error) {
      if (Fault.is(error, 'record-expired') && !isNew) return true;
      if (!Fault.is(error, 'unknown-record') && !Fault.is(error, 'record-expired')) throw error;
    }
    // A row of another form in the record's place keeps it from being stored, too.
    const places = [recordKey(record.id), ...(isNew ? [] : traceKeys(record))];
    const traces = await Promise.all(places.map((key) => deps.table.get(key)));
    return traces.some((trace) => trace !== undefined);
  };

  const isThere = async (closes: Closes): Promise<boolean> =>
    (await objects.get(outcomePath(closes))) !== undefined;

  /** Doubles the number until it is free, and then halves the distance: a name with a thousand ends costs 20 reads. */
  const newest: Ledger['newest'] = async (act) => {
    let [taken, free] = [0, 1];
    while (await isThere({ act, number: free })) [taken, free] = [free, 2 * free];
    while (free - taken > 1) {
      const between = Math.floor((taken + free) / 2);
      if (await isThere({ act, number: between })) taken = between;
      else free = between;
    }
    const found = taken === 0 ? undefined : await conclusion({ act, number: taken });
    return { next: { act, number: free }, ...(found && { newest: found }) };
  };

  const conclude: Ledger['conclude'] = async (draft, closes) => {
    const path = outcomePath(closes);
    const details = { ...draft.details, closes: { act: closes.act, number: closes.number } };
    const { record, json, writes } = deps.stage(await deps.recordOf({ ...draft, details }));
    await deps.announce(record, closes);
    if (await wentThrough(objects.put(path, Buffer.from(json), { if: 'absent' }))) {
      return { record, isOurs: true, writes };
    }
    const first = await conclusion(closes);
    if (first === undefined) throw damagedOutcome(path);
    return first;
  };

  return { conclude, conclusion, newest };
};
