import { Fault, wentThrough } from '../fault.ts';
import type { Log } from '../ports.ts';
import type { Table } from '../store/store.ts';
import { tryEach } from '../try-each.ts';
import type { Acting } from './acting.ts';
import type { PrincipalState } from './contract.ts';
import { NAMES_BEHIND } from './left-to-tasks.ts';
import { personDigests } from './persons.ts';
import { type PrincipalNames, statesOf } from './principal-names.ts';
import type { Said } from './reading.ts';

/*
 * An act leaves names that no state has any more, or ends the enrolment whose names stay for their time. A task goes after it,
 * so an act waits for nothing but its own names: an officer is suspended or ended although the names cannot be reached.
 */

/** A run of the task has its next turn some minutes later. */
const MOST_AT_ONCE = 500;

/** A part of the walk over all principals (mending.ts). */
export interface NamesOnWalk {
  /** Keeps the names from ending while the enrolment is in force. */
  visit(id: string, said: Said<PrincipalState>): Promise<void>;
  /** Logs what cannot be read. Resolves with the failure that ended the visits; undefined where there was none. */
  conclude(): unknown;
}

export interface KeepingNames {
  /** Goes through those whom acts listed; the first fault is thrown at the end. */
  settle(): Promise<void>;
  openWalk(): NamesOnWalk;
}

export const openKeepingNames = (
  { table, names, log }: { readonly table: Table; readonly names: PrincipalNames; readonly log: Log },
  acting: Pick<Acting<PrincipalState>, 'history'>,
): KeepingNames => {
  const settleOne = async (id: string): Promise<void> => {
    const kept = new Set<string>();
    let isNewest = true;
    for await (const act of acting.history(id)) {
      const digests = personDigests(statesOf(act));
      if (isNewest) {
        for (const digest of digests) kept.add(digest);
        // The walk comes again, and names what cannot be read.
        await names.keep(id, act);
      }
      isNewest = false;
      // Names are never given again under an earlier digest: each has a salt of its own.
      for (const digest of digests) if (!kept.has(digest)) await names.remove(id, digest);
    }
  };

  return {
    settle: async () => {
      const { items } = await table.query({ pk: NAMES_BEHIND, limit: MOST_AT_ONCE });
      await tryEach(
        items,
        async ({ pk, sk: id, version }) => {
          await settleOne(id);
          // Another act may have listed it meanwhile.
          await wentThrough(table.write([{ delete: { pk, sk: id }, if: { version } }]));
        },
        ({ sk: id }, error) =>
          log('error', 'The names that an act on a principal left could not be ended; it is tried again', {
            principal: id,
            error: Fault.is(error) ? error.code : 'internal',
          }),
      );
    },

    openWalk: () => {
      const unreadable = new Map<string, string[]>();
      let failure: unknown;
      return {
        visit: async (id, said) => {
          // A table that does not answer must not keep the rows from being mended. It is asked again by the next run.
          if (failure !== undefined) return;
          try {
            const code = await names.keep(id, said);
            if (code !== undefined) unreadable.set(code, [...(unreadable.get(code) ?? []), id]);
          } catch (error) {
            failure = error;
          }
        },

        conclude: () => {
          for (const [error, ids] of unreadable)
            log(
              'error',
              'Names of principals cannot be read: put the data key or the personal data back, or give the same terms again',
              { error, principals: ids.length, first: ids[0] },
            );
          return failure;
        },
      };
    },
  };
};
