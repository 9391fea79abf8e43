import type { Principal } from '../principal.ts';

/** Whether the actor is the responsible person of that office. */
export const isResponsibleOf = (actor: Principal, office: string | undefined): boolean =>
  actor.role === 'officer' &&
  actor.duties?.includes('responsible') === true &&
  office !== undefined &&
  actor.office === office;
