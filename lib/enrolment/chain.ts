import { hash } from 'node:crypto';
import * as z from 'zod';
import { Fault } from '../fault.ts';
import type { ActDraft, Closes, Ledger, LedgerRecord } from '../ledger/ledger.ts';
import type { Principal } from '../principal.ts';
import type { Value, Write } from '../store/store.ts';
import type { Awaited, Prepared, Step } from './contract.ts';

/*
 * The acts on one office or one principal take the numbers of one name, so that of two acts at the same moment one is the next
 * and the other finds it done. Each act has the state that it leads to, and what awaits a second person.
 */

export type Subject = 'office' | 'principal';

export type Recorder = Pick<Ledger, 'conclude' | 'conclusion' | 'newest' | 'isProven'>;

export type Act = Extract<LedgerRecord, ActDraft>;

/** What the newest act says. */
export interface Standing<S> {
  readonly number: number;
  readonly record: Act;
  /** Absent while the first state awaits its confirmation, and where that was taken back. */
  readonly state?: S;
  readonly awaiting?: Awaited<S>;
  /** What the newest act prepared. Any act after it makes it void. */
  readonly prepared?: Prepared<S>;
  /** They stage the act's record where the ledger lacks it. */
  readonly writes: readonly Write[];
}

/** Who acts; the service itself has no person. Undefined for somebody without credentials, on the principal itself. */
export type Actor = Pick<Principal, 'id' | 'office'> & { readonly person?: string };

/** What an act makes of its subject. */
export interface Outcome<S> {
  readonly act: string;
  readonly state?: S;
  /** The state that a second person has to confirm, and until when. */
  readonly proposed?: Omit<Awaited<S>, keyof Step>;
  /** The state that is in force from `effectiveFrom` on. */
  readonly prepared?: Omit<Prepared<S>, keyof Step>;
  /** Id of the record of the proposal that this act confirms, or of the act that prepared it. */
  readonly confirms?: string;
}

export const nameOf = (subject: Subject, id: string): string => `${subject}.${id}`;

const detailsOf = <S>(state: z.ZodType<S>) =>
  z.looseObject({
    subject: z.string(),
    id: z.string(),
    person: z.string().optional(),
    state: state.optional(),
    proposed: z
      .strictObject({
        state,
        lapsesAt: z.string(),
        effectiveFrom: z.string().exactOptional(),
        invites: z.literal(true).exactOptional(),
      })
      .optional(),
    prepared: z.strictObject({ state, effectiveFrom: z.string() }).optional(),
    closes: z.object({ act: z.string(), number: z.int().min(1) }),
  });

const damaged = (subject: Subject, id: string, cause?: unknown): Fault =>
  new Fault(
    'act-object-invalid',
    'An act of enrolment is not one that can be where it is.',
    { [subject]: id },
    { cause },
  );

export const stepOf = ({ actor, time }: Pick<Act, 'actor' | 'time'>): Step => ({ by: actor, at: time });

export interface Chain<S> {
  /** What a record says that somebody has read in a row. Undefined where it is no act of enrolment on this subject. */
  standingOf(id: string, record: LedgerRecord): Standing<S> | undefined;
  /**
   * By the objects: the newest act, after which there is none. `hint` is a number that a row names. One that is too small makes
   * the search longer; any other wrong one makes it begin anew. Fault: `act-object-invalid`.
   */
  newest(id: string, hint?: number): Promise<Standing<S> | undefined>;
  /** The act of that number. Fault: `act-object-invalid`. */
  at(id: string, number: number): Promise<Standing<S> | undefined>;
  /** By the objects: the acts before this one, newest first. Fault: `act-object-invalid`. */
  before(id: string, standing: Standing<S>): AsyncIterable<Standing<S>>;
  /** Puts the act as the next one. Undefined where another act was first: read again, and decide anew. */
  put(
    id: string,
    before: Standing<S> | undefined,
    actor: Actor | undefined,
    outcome: Outcome<S>,
  ): Promise<Standing<S> | undefined>;
}

export const openChain = <S extends object>(
  recorder: Recorder,
  subject: Subject,
  state: z.ZodType<S>,
): Chain<S> => {
  const Details = detailsOf(state);

  const read = (
    id: string,
    record: LedgerRecord,
    writes: readonly Write[],
    number?: number,
  ): Standing<S> | undefined => {
    // Somebody may have put anything into the row.
    if (typeof record !== 'object' || record?.kind !== 'enrolment') return undefined;
    const { data } = Details.safeParse(record.details);
    const isOfIt =
      data?.subject === subject &&
      data.id === id &&
      data.closes.act === nameOf(subject, id) &&
      isNumber(data, number);
    if (!isOfIt) return undefined;
    const { state: now, proposed, prepared } = data;
    return {
      number: data.closes.number,
      record,
      ...(now && { state: now as S }),
      ...(proposed && { awaiting: { ...stepOf(record), ...(proposed as Omit<Awaited<S>, keyof Step>) } }),
      ...(prepared && { prepared: { ...stepOf(record), ...(prepared as Omit<Prepared<S>, keyof Step>) } }),
      writes,
    };
  };

  const at = async (id: string, closes: Closes): Promise<Standing<S> | undefined> => {
    const found = await recorder.conclusion(closes);
    if (found === undefined) return undefined;
    const standing = read(id, found.record, found.writes, closes.number);
    if (standing) return standing;
    throw damaged(subject, id);
  };

  return {
    standingOf: (id, record) => read(id, record, []),

    at: (id, number) => at(id, { act: nameOf(subject, id), number }),

    newest: async (id, hint) => {
      const act = nameOf(subject, id);
      let standing = hint === undefined ? undefined : await at(id, { act, number: hint });
      if (standing === undefined) {
        const { newest } = await recorder.newest(act);
        const number = newest && numberOf(newest.record);
        standing = newest && read(id, newest.record, newest.writes, number);
        if (newest && !standing) throw damaged(subject, id);
        return standing;
      }
      for (;;) {
        const next = await at(id, { act, number: standing.number + 1 });
        if (next === undefined) return standing;
        standing = next;
      }
    },

    before: async function* (id, { number: from }) {
      for (let number = from - 1; number > 0; number--) {
        const standing = await at(id, { act: nameOf(subject, id), number });
        // Numbers have no gaps, and no object is deleted.
        if (standing === undefined) throw damaged(subject, id);
        yield standing;
      }
    },

    put: async (id, before, actor, { act, state: after, proposed, prepared, confirms }) => {
      const closes = { act: nameOf(subject, id), number: (before?.number ?? 0) + 1 };
      const details = {
        act,
        subject,
        id,
        ...(actor?.person !== undefined && { person: actor.person }),
        ...(after && { state: after }),
        ...(proposed && { proposed }),
        ...(prepared && { prepared }),
        ...(confirms !== undefined && { confirms }),
      } as unknown as Value;
      const office = actor?.office;
      const draft: ActDraft = {
        kind: 'enrolment',
        actor: actor?.id ?? id,
        ...(office !== undefined && { office }),
        details,
      };
      const { record, isOurs, writes } = await recorder.conclude(draft, closes);
      if (!isOurs) return undefined;
      const standing = read(id, record, writes, closes.number);
      if (standing) return standing;
      throw damaged(subject, id);
    },
  };
};

const isNumber = (
  data: { readonly closes: { readonly number: number } },
  number: number | undefined,
): boolean => number === undefined || data.closes.number === number;

const numberOf = (record: LedgerRecord): number | undefined => {
  const closes = record.kind === 'provision' ? undefined : record.details.closes;
  return typeof closes === 'object' && closes !== null && 'number' in closes
    ? Number(closes.number)
    : undefined;
};

/** SHA-256, hex, of names and attributes with the salt of their row. */
export const contentsDigest = (salt: string, contents: Value): string =>
  hash('sha256', JSON.stringify([salt, sorted(contents)]));

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, inner]) => [name, sorted(inner)])
    : value;
