import type { LedgerRecord } from '../ledger/ledger.ts';
import { membersIn, textIn } from '../members.ts';
import { SKEW_MS } from './acts.ts';
import type { RecordObserver } from './contract.ts';

/** Which office has taken over the affairs of which, by the records of the ends of offices. */
export interface Successions extends Pick<RecordObserver, 'observe' | 'retract'> {
  /** Whether `acting` had the affairs of `office` at this time, in milliseconds since the epoch. */
  hasTakenOver(acting: unknown, office: string, time: number): boolean;
}

interface End {
  readonly record: string;
  readonly office: string;
  readonly successor: string;
  /** In milliseconds since the epoch. */
  readonly time: number;
}

export const openSuccessions = (): Successions => {
  const ends = new Map<string, End>();
  /** Two operators recorded that records of enrolment are lost. An end may be among them. */
  let isWhole = true;

  return {
    observe: (record) => {
      const end = endOf(record);
      if (end) ends.set(end.record, end);
    },

    retract: ({ id, kind, lost }) => {
      ends.delete(id);
      if (lost && kind === 'enrolment') isWhole = false;
    },

    hasTakenOver: (acting, office, time) => {
      const earlier = [...ends.values()].filter((end) => end.time <= time + SKEW_MS);
      // A set is walked to its end, with what is added on the way.
      const having = new Set([office]);
      for (const ended of having) {
        for (const end of earlier) if (end.office === ended) having.add(end.successor);
      }
      having.delete(office);
      return having.has(acting as string) || !isWhole;
    },
  };
};

const endOf = (record: LedgerRecord): End | undefined => {
  if (record.kind !== 'enrolment') return undefined;
  const { subject, id, state } = record.details;
  const { standing, successor } = membersIn(state);
  const [office, next] = [textIn(id), textIn(successor)];
  if (subject !== 'office' || standing !== 'ended' || office === undefined || next === undefined)
    return undefined;
  return { record: record.id, office, successor: next, time: Date.parse(record.time) };
};
