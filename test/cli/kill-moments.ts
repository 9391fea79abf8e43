/** Moments at which a process is killed: chosen by chance, and the same again for the same seed. */

/** What a file of requests goes through, in this order. */
export const PHASES = [
  'parts',
  'reading',
  'submission',
  'opening-1',
  'examination-1',
  'opening-2',
  'examination-2',
  'collection',
] as const;
export type Phase = (typeof PHASES)[number];

export interface Moment {
  readonly victim: 'service' | 'client';
  readonly phase: Phase;
  /** The share of the phase that is done; at 0 the moment comes with the command that begins it. */
  readonly share: number;
  /** Further milliseconds, so that the moment is not always one at which somebody can see something. */
  readonly pauseMs: number;
  /** How long the service is away. */
  readonly downMs: number;
}

/** Numbers from 0 to 1 (mulberry32). */
export const openChance = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const shuffled = <T>(values: readonly T[], chance: () => number): readonly T[] =>
  values
    .map((value) => [chance(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);

/**
 * So many kills of the service and as many of the client, over all phases before a phase has a second one, in their order.
 * `longestMs`: of the pauses in the middle of a phase.
 */
export const momentsOf = (chance: () => number, kills: number, longestMs: number): Moment[] => {
  const ofVictim = (victim: Moment['victim']): readonly Moment[] =>
    Array.from({ length: Math.ceil(kills / PHASES.length) }, () => shuffled(PHASES, chance))
      .flat()
      .slice(0, kills)
      .map((phase) => {
        const share = chance() < 0.25 ? 0 : chance();
        // A command takes about a second until it has asked the first question.
        const pauseMs = Math.round(chance() * (share === 0 ? 1_500 : longestMs));
        return { victim, phase, share, pauseMs, downMs: Math.round(chance() * 1_500) };
      });
  return [...ofVictim('service'), ...ofVictim('client')].sort(
    (a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) || a.share - b.share,
  );
};
