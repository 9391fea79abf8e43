import { Fault } from '../fault.ts';
import type { Found, ItemName, PersonalDataState, Terms } from '../personal/personal.ts';
import type { PersonalContents, PrincipalState } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import { isPerson, personDigests } from './persons.ts';
import type { Said } from './reading.ts';
import { type Contents, contentsDigest, contentsOf, type EnrolledRow } from './rows.ts';

/*
 * The names of principals. Those of organisations are in the row. Those of a person are a personal item (lib/personal):
 *
 *   principal/{id}/{digest}  { salt, contents }  the names that a state has the digest of
 *
 * The act has the digest, so it names the item, and nobody can put other names in its place. The item is put before the act: a
 * crash between them leaves an item that nothing names, and that ends with its month. What the act left behind is brought to
 * its end by a task (keeping-names.ts).
 */

/** The members of an act that may have names. */
type Naming = Pick<Said<PrincipalState>, 'record' | 'state' | 'awaiting' | 'prepared'>;
type Named = Pick<PrincipalState, 'contents'> & Partial<Pick<PrincipalState, 'role' | 'tenant'>>;
type Shown = Partial<PersonalContents> & { readonly personalData?: PersonalDataState };

export interface PrincipalNames {
  /** Durable when it resolves; before the act. `state` has the digest of what is put. */
  put(id: string, state: Named, contents: Contents): Promise<void>;
  /** Where no act names them, or none does any more. */
  remove(id: string, digest: string): Promise<void>;
  /**
   * The names that a state of the act has. Undefined where they are lost or have ended. Faults: `store-unavailable`;
   * `data-key-missing`, `data-key-damaged`, with which they can be read once the key is back.
   */
  of(id: string, state: PrincipalState, row: EnrolledRow | undefined): Promise<PersonalContents | undefined>;
  /** For a view: the names, or why there are none now. */
  shown(id: string, said: Naming, state: PrincipalState, row: EnrolledRow | undefined): Promise<Shown>;
  /**
   * Puts the names of persons under the end that follows from the act. Resolves with the code of what keeps some of them from
   * being read, if anything does; they stay as they are.
   */
  keep(id: string, said: Naming): Promise<string | undefined>;
}

export const openPrincipalNames = ({
  personal,
  namesEnd,
  clock,
}: Pick<EnrolmentDeps, 'personal' | 'namesEnd' | 'clock'>): PrincipalNames => {
  const termsOf = ({ tenant }: Named, end: number): Terms => ({
    ...(tenant !== undefined && { tenant }),
    end,
  });

  const of: PrincipalNames['of'] = async (id, state, row) => {
    if (!isPerson(state)) return inRow(state, row);
    try {
      return contentsIn(state, await personal.read<Contents>(itemOf(id, state.contents)));
    } catch (error) {
      if (LOST.some((code) => Fault.is(error, code))) return undefined;
      throw error;
    }
  };

  /** An answer does not wait for names that cannot be read now. */
  const find = async (id: string, state: PrincipalState): Promise<Found<Contents> | Unreadable> => {
    try {
      return await personal.find<Contents>(itemOf(id, state.contents));
    } catch (error) {
      if (Fault.is(error, 'store-unavailable')) return { state: 'unreadable', code: error.code };
      throw error;
    }
  };

  /** The month in which names end that stand under no later end any more; undefined while the enrolment is in force. */
  const lastMonth = (said: Naming): string | undefined => {
    const over = overSince(said, clock());
    return over === undefined ? undefined : monthOf(namesEnd(over));
  };

  const keepOne = async (id: string, said: Naming, digest: string): Promise<string | undefined> => {
    const now = clock();
    const name = itemOf(id, digest);
    const last = lastMonth(said);
    const found = await personal.find<Contents>(name);
    if (found.state === 'ended') return undefined;
    if (found.state === 'absent')
      return last !== undefined && last < monthOf(now) ? undefined : 'personal-data-damaged';
    if (found.state === 'unreadable') return found.code;
    const period = namesEnd(now) - now;
    const isRight = last === undefined ? found.month >= monthOf(now + period / 2) : found.month === last;
    if (isRight || (last !== undefined && last < monthOf(now))) return undefined;
    const state = statesOf(said).find(({ contents }) => contents === digest) ?? {};
    const end = namesEnd(overSince(said, now) ?? now);
    await personal.change<Contents>(name, (value) => value && { value, terms: termsOf(state, end) });
    return undefined;
  };

  return {
    of,

    put: async (id, state, contents) => {
      const terms = termsOf(state, namesEnd(clock()));
      await personal.change<Contents>(itemOf(id, state.contents), () => ({ value: contents, terms }));
    },

    remove: (id, digest) => personal.remove(itemOf(id, digest)),

    shown: async (id, said, state, row) => {
      if (!isPerson(state)) return inRow(state, row) ?? {};
      // A holder that a submission enrolled has no name.
      if (state.contents === undefined) return {};
      const found = await find(id, state);
      const lost: Shown = { personalData: { state: 'unreadable', code: 'personal-data-damaged' } };
      if (found.state === 'kept') return contentsIn(state, found.value) ?? lost;
      if (found.state === 'unreadable') return { personalData: { state: 'unreadable', code: found.code } };
      // The rows of a month that has ended are deleted in time.
      const last = lastMonth(said);
      const isGone = found.state === 'absent' && last !== undefined && last < monthOf(clock());
      const month = found.state === 'ended' ? found.month : last;
      if (found.state === 'absent' && !isGone) return lost;
      return { personalData: { state: 'ended', ...(month !== undefined && { month }) } };
    },

    keep: async (id, said) => {
      const codes: (string | undefined)[] = [];
      for (const digest of personDigests(statesOf(said))) codes.push(await keepOne(id, said, digest));
      return codes.find((code) => code !== undefined);
    },
  };
};

type Unreadable = { readonly state: 'unreadable'; readonly code: string };

const LOST = ['personal-data-damaged', 'personal-data-ended'] as const;

const itemOf = (id: string, digest = ''): ItemName => `principal/${id}/${digest}`;

/** The month as lib/personal names it. That room is not called: it would be loaded with every function that knows principals. */
const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7);

const inRow = (state: PrincipalState, row: EnrolledRow | undefined): PersonalContents | undefined =>
  (contentsOf(state, row?.awaiting) ?? contentsOf(state, row?.known)) as PersonalContents | undefined;

/** Undefined where the item has other names than the act. */
const contentsIn = (state: Named, { salt, contents }: Contents): PersonalContents | undefined =>
  contentsDigest(salt, contents) === state.contents ? (contents as unknown as PersonalContents) : undefined;

/** The states of an act that may have names. */
export const statesOf = ({ state, awaiting, prepared }: Naming): readonly PrincipalState[] =>
  [state, awaiting?.state, prepared?.state].filter((one) => one !== undefined);

/**
 * Since when the enrolment is over, in milliseconds since the epoch: it ended, its term did, or nobody confirmed the first
 * proposal in time. Undefined while it is in force or may come to be.
 */
const overSince = ({ record, state, awaiting }: Naming, now: number): number | undefined => {
  if (state?.standing === 'ended') return Date.parse(record.time);
  const end = Date.parse((state ? state.until : awaiting?.lapsesAt) ?? '');
  return end <= now ? end : undefined;
};
