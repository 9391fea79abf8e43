import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { Fault } from '../fault.ts';
import type { ActDraft, Closes, LedgerRecord } from '../ledger/ledger.ts';
import { membersIn } from '../members.ts';
import type { Awaited, Prepared, PrincipalState, Step } from './contract.ts';
import type { StateShape } from './states.ts';

/*
 * What the act on an office or a principal says. An act in a row counts by its signature, and an act in an object counts as it
 * stands there.
 */

export type Subject = 'office' | 'principal';

export type Act = Extract<LedgerRecord, ActDraft>;

/** Where acts are proven. */
export interface Proofs {
  /** How the signature of the record stands. Undefined where it is not good. */
  verified(record: LedgerRecord): Promise<{ readonly closedAt?: number } | undefined>;
  /** The record in the object of that name, with a good signature. Fault: `act-object-invalid`. */
  outcome(closes: Closes): Promise<LedgerRecord | undefined>;
}

/** What an act says. */
export interface Said<S> {
  readonly number: number;
  readonly record: Act;
  /** Absent while the first state awaits its confirmation, and where that was taken back. */
  readonly state?: S;
  readonly awaiting?: Awaited<S>;
  /** What the newest act prepared. Any act after it makes it void. */
  readonly prepared?: Prepared<S>;
}

export const nameOf = (subject: Subject, id: string): string => `${subject}.${id}`;

export const stepOf = ({ actor, time }: Pick<Act, 'actor' | 'time'>): Step => ({ by: actor, at: time });

export const damaged = (subject: Subject, id: string, cause?: unknown): Fault =>
  new Fault(
    'act-object-invalid',
    'An act of enrolment is not one that can be where it is.',
    { [subject]: id },
    { cause },
  );

export interface Reading<S> {
  /** What the record says, whether it is proven or not. Undefined where it is no act of enrolment on this subject. */
  said(id: string, record: LedgerRecord): Said<S> | undefined;
  /** The same of a record that somebody has read in a row. Undefined where nothing proves it. */
  proven(id: string, record: LedgerRecord): Promise<Said<S> | undefined>;
  /** What the act of this number says; undefined where there is none. Fault: `act-object-invalid`. */
  at(id: string, number: number): Promise<Said<S> | undefined>;
  /** What the record of an object of this number says. Fault: `act-object-invalid`. */
  ofObject(id: string, record: LedgerRecord, number: number | undefined): Promise<Said<S>>;
}

export const openReading = <S extends object>(
  proofs: Proofs,
  subject: Subject,
  state: StateShape<S>,
): Reading<S> => {
  const Details = z.looseObject({
    subject: z.string(),
    id: z.string(),
    person: z.optional(z.string()),
    state: z.optional(state),
    proposed: z.optional(
      z.strictObject({
        state,
        lapsesAt: z.string(),
        effectiveFrom: z.exactOptional(z.string()),
        invites: z.exactOptional(z.literal(true)),
      }),
    ),
    prepared: z.optional(z.strictObject({ state, effectiveFrom: z.string() })),
    closes: z.object({ act: z.string(), number: z.int().check(z.minimum(1)) }),
  });

  /** By the record itself, which nobody changes. */
  const details = new WeakMap<Act, z.output<typeof Details> | undefined>();
  const detailsOf = (record: Act): z.output<typeof Details> | undefined => {
    if (!details.has(record)) details.set(record, Details.safeParse(record.details).data);
    return details.get(record);
  };

  const said = (id: string, record: LedgerRecord): Said<S> | undefined => {
    // Somebody may have put anything into the row.
    if (typeof record !== 'object' || record?.kind !== 'enrolment') return undefined;
    const data = detailsOf(record);
    if (data?.subject !== subject || data.id !== id || data.closes.act !== nameOf(subject, id)) {
      return undefined;
    }
    const { state: now, proposed, prepared } = data;
    if (record.details.act === HOLDER_ENROLLED && !isFirstOfHolder(id, data)) return undefined;
    return {
      number: data.closes.number,
      record,
      ...(now && { state: now as S }),
      ...(proposed && { awaiting: { ...stepOf(record), ...(proposed as Omit<Awaited<S>, keyof Step>) } }),
      ...(prepared && { prepared: { ...stepOf(record), ...(prepared as Omit<Prepared<S>, keyof Step>) } }),
    };
  };

  const at = async (id: string, number: number): Promise<Said<S> | undefined> => {
    const record = await proofs.outcome({ act: nameOf(subject, id), number });
    return record && ofObject(id, record, number);
  };

  const ofObject = async (id: string, record: LedgerRecord, number: number | undefined): Promise<Said<S>> => {
    const found = said(id, record);
    if (found === undefined || (number !== undefined && found.number !== number)) throw damaged(subject, id);
    return isOfInvitation(found) ? asBefore(id, found) : found;
  };

  /**
   * Anybody may call the function that records the key of an invited person. So this act decides about the key alone, and the
   * act before it about everything else.
   */
  const asBefore = async (id: string, { number, record, state: brings }: Said<S>): Promise<Said<S>> => {
    const closes = { act: nameOf(subject, id), number: number - 1 };
    const before = number > 1 ? await proofs.outcome(closes) : undefined;
    const known = before && said(id, before);
    const isBefore = known?.state !== undefined && known.number === number - 1 && !isOfInvitation(known);
    if (!isBefore) throw damaged(subject, id);
    const { brought } = (brings ?? {}) as Partial<PrincipalState>;
    return { number, record, state: { ...known.state, ...(brought && { brought }) } as S };
  };

  return {
    said,
    at,
    ofObject,
    proven: async (id, record) => {
      const found = said(id, record);
      const signature = found && (await proofs.verified(record));
      if (found === undefined || signature === undefined) return undefined;
      // Somebody may have got a key after it was closed; that person can put no object. An act of an invitation needs the act
      // before it.
      const needsObject = signature.closedAt !== undefined || isOfInvitation(found);
      return needsObject ? at(id, found.number) : found;
    },
  };
};

export const HOLDER_ENROLLED = 'holder-enrolled';

/**
 * The function that takes submissions signs this act. It makes a holder of an id that nobody had, and can make nothing else of
 * it.
 */
const isFirstOfHolder = (
  id: string,
  {
    state,
    proposed,
    prepared,
    closes,
  }: {
    readonly state?: unknown;
    readonly proposed?: unknown;
    readonly prepared?: unknown;
    readonly closes: Closes;
  },
): boolean => {
  const { from } = membersIn(state);
  return (
    closes.number === 1 &&
    proposed === undefined &&
    prepared === undefined &&
    isDeepStrictEqual(state, { standing: 'active', role: 'holder', person: id, from })
  );
};

const isOfInvitation = <S>({ record }: Said<S>): boolean => record.details.act === 'key-brought';
