import { openActing } from './acting.ts';
import type { Directory } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import { principalState } from './states.ts';

/** The act by which an officer left an office, or will leave it. */
export interface Leaving {
  /** RFC 3339 UTC. */
  readonly effectiveFrom: string;
  /** Id of its record; where the moment of a prepared act has come, still that of the act which prepared it. */
  readonly record: string;
  /** Who leaves. */
  readonly person: string;
  /** The enrolment ended; else the officer went to another office. */
  readonly isEnd: boolean;
}

export interface Officers {
  /** By the acts: whether the id is an officer's who may act at that office now. */
  isAt(id: string, office: string): Promise<boolean>;
  /** By the acts. Undefined while the officer stays, and for an officer of the trust domain's file. */
  leaving(id: string, office: string): Promise<Leaving | undefined>;
}

export const openOfficers = (
  deps: EnrolmentDeps & { readonly directory: Pick<Directory, 'findProven'> },
): Officers => {
  const acting = openActing(deps, 'principal', principalState);

  return {
    isAt: async (id, office) => {
      const { standing } = await acting.read(id);
      // Nobody is told here whether another office's officer is suspended or has ended.
      if (standing?.state?.role !== 'officer' || standing.state.office !== office) return false;
      return (await deps.directory.findProven(id)) !== undefined;
    },

    leaving: async (id, office) => {
      const { standing } = await acting.read(id);
      const state = standing?.state;
      if (standing === undefined || state?.role !== 'officer') return undefined;
      const isThere = state.office === office && state.standing !== 'ended';
      if (isThere) {
        const { prepared, record } = standing;
        const isEnd = prepared?.state.standing === 'ended';
        const goes = prepared !== undefined && (isEnd || prepared.state.office !== office);
        const { person } = state;
        return goes ? { effectiveFrom: prepared.effectiveFrom, record: record.id, person, isEnd } : undefined;
      }
      // The first act after the last one by which the officer was there.
      let left = standing;
      for await (const before of acting.history(id)) {
        if (before.state?.office === office && before.state.standing !== 'ended') {
          const wasPrepared = before.prepared && left.record.details.confirms === before.record.id;
          return {
            effectiveFrom: left.record.time,
            record: wasPrepared ? before.record.id : left.record.id,
            person: state.person,
            isEnd: left.state?.standing === 'ended',
          };
        }
        left = before;
      }
      return undefined;
    },
  };
};
