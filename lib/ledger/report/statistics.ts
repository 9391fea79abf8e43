import { type Count, isProvided, RAISED, REPEATED } from '../counts.ts';

/**
 * Open data: how many, never about whom. It contains no recipient, office or certificate. Each number is rounded to the
 * nearest ten by itself, so that neither a small number nor the difference of two large ones points at a person.
 * Numbers that round to zero are left out, so that few and none look alike.
 */
export const ROUNDING = 10;

export interface MonthStatistics {
  readonly month: string;
  readonly issuance: readonly { readonly profile: string; readonly count: number }[];
  readonly revocation: readonly { readonly reason: string; readonly count: number }[];
  readonly provision: readonly { readonly channel: string; readonly count: number }[];
  /** Answers to signed requests that were answered before; they are not among the others. */
  readonly repeated: readonly { readonly channel: string; readonly count: number }[];
}

/** Rounded. */
const sumBy = (
  counts: readonly Count[],
  nameOf: (count: Count) => string | undefined,
): [string, number][] => {
  const sums = new Map<string, number>();
  for (const count of counts) {
    const name = nameOf(count);
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + count.items);
  }
  return [...sums]
    .map(([name, sum]): [string, number] => [name, Math.round(sum / ROUNDING) * ROUNDING])
    .filter(([, sum]) => sum > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
};

const channelsOf = (counts: readonly Count[], repeated: boolean) =>
  sumBy(counts, ({ cell }) =>
    isProvided(cell) && (cell.outcome === REPEATED) === repeated ? cell.channel : undefined,
  ).map(([channel, count]) => ({ channel, count }));

export const statisticsOf = (month: string, counts: readonly Count[]): MonthStatistics => ({
  month,
  issuance: sumBy(counts, ({ cell }) =>
    cell.kind === 'issuance' ? (cell.profile ?? 'other') : undefined,
  ).map(([profile, count]) => ({ profile, count })),
  revocation: sumBy(counts, ({ cell }) =>
    // A revocation that was raised later has been counted once already.
    cell.kind === 'revocation' && cell.outcome !== RAISED ? (cell.outcome ?? 'unspecified') : undefined,
  ).map(([reason, count]) => ({ reason, count })),
  provision: channelsOf(counts, false),
  repeated: channelsOf(counts, true),
});
