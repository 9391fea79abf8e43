import type { ActRecord, LedgerRecord } from '../ledger/ledger.ts';
import { membersIn, numberIn, textIn } from '../members.ts';
import type { RecordObserver, Report } from './contract.ts';

/**
 * Checks that what many requests have in common rests on an act on their batch. A submission or a withdrawal in a batch, and an
 * examination together with others, name the record of that act (`batchAct`): the same person did it, for the same office, and it is
 * about no fewer requests. An approval together rests on a sample that the service drew, whose rows the examiner opened.
 */
export interface BatchCheck extends RecordObserver {
  conclude(): void;
}

/** A record says this of the act that it names. */
interface Named {
  readonly record: string;
  readonly actor: string;
  readonly office: string | undefined;
  readonly act: 'sent' | 'cancelled' | 'examined';
  /** Members that the act has as well. */
  readonly alike: Readonly<Record<string, unknown>>;
  readonly time: number;
  readonly batch?: string | undefined;
  readonly row?: number | undefined;
}

/** Undefined for what names no such act. */
const namedBy = ({
  id,
  kind,
  actor,
  office,
  time,
  details,
}: ActRecord): readonly [string, Named] | undefined => {
  const { batchAct } = details;
  if (typeof batchAct !== 'string' || (kind !== 'submission' && kind !== 'examination')) return undefined;
  const named = { record: id, actor, office, time: Date.parse(time) };
  if (kind === 'examination') {
    const { stage, decision } = details;
    return [batchAct, { ...named, act: 'examined', alike: { stage, decision } }];
  }
  if (details.act === 'withdrawn') return [batchAct, { ...named, act: 'cancelled', alike: {} }];
  return [
    batchAct,
    {
      ...named,
      act: 'sent',
      alike: { batch: details.batch, profile: details.profile },
      batch: textIn(details.batch),
      row: numberIn(details.row),
    },
  ];
};

const isActOf = (act: ActRecord, named: Named): boolean =>
  act.details.act === named.act &&
  act.actor === named.actor &&
  act.office === named.office &&
  Object.entries(named.alike).every(([name, value]) => act.details[name] === value);

/** The rows that an act is about, or that a sample has. */
const countIn = (act: ActRecord, name: 'rows' | 'sampled'): number => numberIn(act.details[name]) ?? 0;

const numberOf = ({ details }: ActRecord): unknown => membersIn(details.closes).number;

/** Clocks of two functions may differ so much. */
const SKEW_MS = 60_000;

export const openBatchCheck = ({
  report,
  now,
  retention,
}: {
  readonly report: Report;
  readonly now: number;
  /** Milliseconds for which records of acts on batches are kept. */
  readonly retention: number;
}): BatchCheck => {
  /** Acts on batches, but for the opening of rows; by the ids of their records. */
  const acts = new Map<string, ActRecord>();
  /** The rows that were opened, by the record of the sample; with the record of the opening. */
  const opened = new Map<string, Map<number, ActRecord>>();
  /** Names an act that was not read yet. */
  const unread = new Map<string, Named[]>();
  /** How many requests rest on an act. */
  const counts = new Map<string, number>();
  const lost = new Set<string>();

  /** A row leads to one request. */
  const rows = new Map<string, Set<number>>();

  const settleRow = ({ record, act, batch, row }: Named): void => {
    if (act !== 'sent' || batch === undefined || row === undefined) return;
    const known = rows.get(batch) ?? new Set<number>();
    if (known.has(row)) report('batch-act-missing', { record, batch, row });
    rows.set(batch, known.add(row));
  };

  const settle = (act: ActRecord, named: Named): void => {
    settleRow(named);
    if (!isActOf(act, named)) report('batch-act-missing', { record: named.record, act: act.id });
    counts.set(act.id, (counts.get(act.id) ?? 0) + 1);
  };

  const observeAct = (record: ActRecord): void => {
    const { act, sample, row } = record.details;
    if (act !== 'opened') {
      acts.set(record.id, record);
      for (const named of unread.get(record.id) ?? []) settle(record, named);
      unread.delete(record.id);
      return;
    }
    const rows = opened.get(textIn(sample) ?? '') ?? new Map<number, ActRecord>();
    opened.set(textIn(sample) ?? '', rows.set(numberIn(row) ?? 0, record));
  };

  const observe = (record: LedgerRecord): void => {
    if (record.kind === 'provision') return;
    if (record.kind === 'batch') observeAct(record);
    const [id, named] = namedBy(record) ?? [];
    if (id === undefined || named === undefined) return;
    const act = acts.get(id);
    if (act) settle(act, named);
    else unread.set(id, [...(unread.get(id) ?? []), named]);
  };

  const isSampled = (examined: ActRecord): boolean => {
    const { batch, sample: number, stage } = examined.details;
    const sample = [...acts.values()].find(
      (one) =>
        one.details.act === 'sampled' &&
        one.details.batch === batch &&
        one.details.stage === stage &&
        one.actor === examined.actor &&
        numberOf(one) === number,
    );
    if (sample === undefined) return false;
    const seen = [...(opened.get(sample.id)?.values() ?? [])].filter(
      ({ actor, time }) =>
        actor === examined.actor && Date.parse(time) <= Date.parse(examined.time) + SKEW_MS,
    );
    const leftOut = countIn(sample, 'rows') - countIn(examined, 'rows');
    return leftOut >= 0 && seen.length >= countIn(sample, 'sampled');
  };

  return {
    observe,

    retract: ({ id, lost: isNamed }) => {
      if (isNamed) lost.add(id);
      acts.delete(id);
      for (const rows of opened.values())
        for (const [row, record] of rows) if (record.id === id) rows.delete(row);
    },

    conclude: () => {
      for (const [id, all] of unread)
        for (const { record, time } of all)
          if (!lost.has(id) && now - time <= retention) report('batch-act-missing', { record, act: id });
      for (const [id, act] of acts) {
        const rows = act.details.act === 'cancelled' ? Number.POSITIVE_INFINITY : countIn(act, 'rows');
        if ((counts.get(id) ?? 0) > rows) report('batch-act-missing', { record: id, act: id });
        const isTogether = act.details.act === 'examined' && act.details.decision === 'approve';
        if (isTogether && now - Date.parse(act.time) <= retention && lost.size === 0 && !isSampled(act))
          report('sample-not-opened', { record: id });
      }
    },
  };
};
