import type { EnrolmentAct } from './enrolment-acts.ts';

/** Two enrolments of one person that were in force at the same time, one as an auditor. */
export interface Conflict {
  /** As `principal {id}`. */
  readonly auditor: string;
  readonly other: string;
  /** The later of the two acts. From it on both were in force. */
  readonly record: string;
}

/** A time in which a principal was in force, in milliseconds since the epoch, and the act that began it. */
interface Span {
  readonly name: string;
  readonly role: string;
  readonly from: number;
  readonly until: number;
  readonly act: EnrolmentAct;
}

/** An end and a new enrolment at the same moment are one after the other, whatever the clocks say. */
const SKEW_MS = 60_000;

const JUDGED: ReadonlySet<string | undefined> = new Set(['officer', 'operator']);

const spansOf = (name: string, chain: readonly EnrolmentAct[]): readonly Span[] =>
  chain.flatMap((act, i) => {
    const { state, time } = act;
    if (state?.standing !== 'active' || state.role === undefined) return [];
    const next = chain[i + 1]?.time ?? Number.POSITIVE_INFINITY;
    const end = state.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(state.until);
    const from = Math.max(time, Date.parse(state.from));
    return [{ name, role: state.role, from, until: Math.min(next, end), act }];
  });

/** Each pair of principals is named once. The acts of a person whose records are gone say nothing. */
export const conflictsIn = (chains: ReadonlyMap<string, readonly EnrolmentAct[]>): readonly Conflict[] => {
  const persons = new Map<string, Span[]>();
  for (const [name, chain] of chains) {
    const person = chain.find(({ state }) => state?.person !== undefined)?.state?.person;
    if (person !== undefined) persons.set(person, [...(persons.get(person) ?? []), ...spansOf(name, chain)]);
  }
  const found = new Map<string, Conflict>();
  for (const spans of persons.values()) {
    const judged = spans.filter(({ role }) => JUDGED.has(role));
    for (const auditor of spans.filter(({ role }) => role === 'auditor')) {
      for (const other of judged) {
        const both = Math.min(auditor.until, other.until) - Math.max(auditor.from, other.from);
        const pair = `${auditor.name} ${other.name}`;
        if (both <= SKEW_MS || found.has(pair)) continue;
        const later = auditor.act.time < other.act.time ? other : auditor;
        found.set(pair, { auditor: auditor.name, other: other.name, record: later.act.record });
      }
    }
  }
  return [...found.values()];
};
