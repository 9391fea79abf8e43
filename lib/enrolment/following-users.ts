import { Fault, wentThrough } from '../fault.ts';
import { tryEach } from '../try-each.ts';
import type { Acting } from './acting.ts';
import type { PrincipalState, TokenUsers } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import { USERS_BEHIND } from './left-to-tasks.ts';

/*
 * Where tokens come from another issuer, each enrolled principal has a user there, who follows the acts: made when a key is
 * confirmed, disabled and signed out at a suspension or an end, enabled at a resumption. The row that lists the principal comes
 * with the act and goes when the user is as the act says. So an act stands where the issuer fails, and a task finishes it.
 * Nothing is read from the issuer to decide about a principal.
 */

/** A run of the task has its next turn a minute later. */
const MOST_AT_ONCE = 200;
/** Acts can only change so often while one user is brought. */
const MAX_ATTEMPTS = 8;

/** Before the term begins the person may set the user up. The directory refuses until then. */
export const wantedUser = (state: PrincipalState | undefined, now: number): 'enabled' | 'disabled' => {
  const isOver = state?.until !== undefined && now >= Date.parse(state.until);
  return state?.standing === 'active' && !isOver ? 'enabled' : 'disabled';
};

export interface FollowingUsers {
  /** After an act. A failure is logged, and the task tries again. */
  follow(id: string): Promise<void>;
  /** Resolves with the ids; the first fault is thrown at the end. */
  bringUsers(): Promise<readonly string[]>;
}

export const openFollowingUsers = (
  { table, tokenUsers, clock, log }: Pick<EnrolmentDeps, 'table' | 'tokenUsers' | 'clock' | 'log'>,
  acting: Pick<Acting<PrincipalState>, 'read'>,
): FollowingUsers => {
  const bringTo = async (users: TokenUsers, id: string): Promise<void> => {
    let { standing } = await acting.read(id);
    // A row alone names nobody: principals of the trust domain's file have no acts, and their users are not ours to change.
    for (let attempt = 0; standing !== undefined && attempt < MAX_ATTEMPTS; attempt++) {
      const { number } = standing;
      const hasChanged = await users.bring(id, wantedUser(standing.state, clock()));
      // A new key ends the sessions that began before it.
      if (!hasChanged) await users.signOut(id);
      // Another function may have acted meanwhile, and brought the user before this one did.
      ({ standing } = await acting.read(id));
      if (standing?.number === number) return;
    }
  };

  /** Resolves with whether the principal was listed. */
  const bringListed = async (users: TokenUsers, id: string): Promise<boolean> => {
    const key = { pk: USERS_BEHIND, sk: id };
    const item = await table.get(key);
    if (item === undefined) return false;
    await bringTo(users, id);
    await wentThrough(table.write([{ delete: key, if: { version: item.version } }]));
    return true;
  };

  const failed = (id: string, error: unknown): void =>
    log('error', 'The user of a principal is not yet as its newest act says; it is tried again', {
      principal: id,
      error: Fault.is(error) ? error.code : 'internal',
    });

  return {
    follow: async (id) => {
      if (tokenUsers === undefined) return;
      await bringListed(tokenUsers, id).catch((error: unknown) => failed(id, error));
    },

    bringUsers: async () => {
      if (tokenUsers === undefined) return [];
      const { items } = await table.query({ pk: USERS_BEHIND, limit: MOST_AT_ONCE });
      const done: string[] = [];
      let isAnswering = true;
      await tryEach(
        items,
        async ({ sk: id }) => {
          // The others wait for the next run, and would only make the issuer busier.
          if (isAnswering && (await bringListed(tokenUsers, id))) done.push(id);
        },
        ({ sk: id }, error) => {
          isAnswering = !Fault.is(error, 'store-unavailable');
          failed(id, error);
        },
      );
      return done;
    },
  };
};
