import type { ActDraft, Closes, Ledger, LedgerRecord } from '../ledger/ledger.ts';
import type { Principal } from '../principal.ts';
import type { Value, Write } from '../store/store.ts';
import type { Appointed, Awaited, Prepared, Step } from './contract.ts';
import { damaged, nameOf, openReading, type Reading, type Said, type Subject } from './reading.ts';
import type { StateShape } from './states.ts';

/*
 * The acts on one office or one principal take the numbers of one name, so that of two acts at the same moment one is the next
 * and the other finds it done. Each act has the state that it leads to, and what awaits a second person.
 */

export type Recorder = Pick<Ledger, 'conclude' | 'conclusion' | 'newest' | 'verified'>;

/** What the newest act says. */
export interface Standing<S> extends Said<S> {
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
  /** Where the persons of the ceremony enrol an operator. */
  readonly ceremony?: Appointed;
}

export interface Chain<S> extends Pick<Reading<S>, 'said' | 'proven'> {
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

export const openChain = <S extends { readonly tenant?: string }>(
  recorder: Recorder,
  subject: Subject,
  state: StateShape<S>,
): Chain<S> => {
  const { verified } = recorder;
  const outcome = async (closes: Closes) => (await recorder.conclusion(closes))?.record;
  const { said, proven, ofObject } = openReading({ verified, outcome }, subject, state);

  const standing = async (
    id: string,
    { record, writes }: { readonly record: LedgerRecord; readonly writes: readonly Write[] },
    number?: number,
  ): Promise<Standing<S>> => ({ ...(await ofObject(id, record, number)), writes });

  const at = async (id: string, closes: Closes): Promise<Standing<S> | undefined> => {
    const found = await recorder.conclusion(closes);
    return found && standing(id, found, closes.number);
  };

  return {
    said,
    proven,

    at: (id, number) => at(id, { act: nameOf(subject, id), number }),

    newest: async (id, hint) => {
      const act = nameOf(subject, id);
      let last = hint === undefined ? undefined : await at(id, { act, number: hint });
      if (last === undefined) {
        const { newest } = await recorder.newest(act);
        return newest && standing(id, newest);
      }
      for (;;) {
        const next = await at(id, { act, number: last.number + 1 });
        if (next === undefined) return last;
        last = next;
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

    put: async (id, before, actor, { act, state: after, proposed, prepared, confirms, ceremony }) => {
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
        ...(ceremony && { ceremony }),
      } as unknown as Value;
      const office = actor?.office;
      const tenant = tenantOf(after ?? proposed?.state ?? before?.state ?? before?.awaiting?.state);
      const draft: ActDraft = {
        kind: 'enrolment',
        actor: actor?.id ?? id,
        ...(tenant !== undefined && { tenant }),
        ...(office !== undefined && { office }),
        details,
      };
      const concluded = await recorder.conclude(draft, closes);
      return concluded.isOurs ? standing(id, concluded, closes.number) : undefined;
    },
  };
};

/** Every office has a tenant. A principal of the service has none. */
const tenantOf = (state: { readonly tenant?: string } | undefined): string | undefined => state?.tenant;
