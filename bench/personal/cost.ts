/** Microseconds by the clock, and of processor time: other work on the machine changes the latter less. */
export interface Cost {
  readonly clock: number;
  readonly processor: number;
}

const middle = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

export const middleCost = (costs: readonly Cost[]): Cost => ({
  clock: middle(costs.map(({ clock }) => clock)),
  processor: middle(costs.map(({ processor }) => processor)),
});
