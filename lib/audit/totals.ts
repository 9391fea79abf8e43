import { canonicalJson, cellOf, itemsOf, jstMonth, monthOfRecord } from '../ledger/ledger.ts';
import type { Value } from '../store/store.ts';
import type { RecordObserver, Report } from './contract.ts';

/** A total as the service gives it: the month, the numbers, and the cell that they count. */
export interface ShownTotal {
  readonly month: string;
  readonly kind: string;
  readonly records: number;
  readonly items: number;
  readonly [of: string]: unknown;
}

/**
 * Counts the records again and compares the sums with the service's totals from before and after the records were read.
 * A sum may or may not contain a record that was appended meanwhile, so it must lie between the two totals. They are
 * equal for a month that is over. A kind is not compared in a month in which one of its records is missing or expired.
 */
export interface TotalCheck extends RecordObserver {
  compare(before: readonly ShownTotal[], after: readonly ShownTotal[]): void;
}

interface Sum {
  records: number;
  items: number;
}

export const openTotalCheck = ({ report }: { readonly report: Report }): TotalCheck => {
  const recount = new Map<string, Sum>();
  /** Months and kinds that cannot be counted again. */
  const incomplete = new Set<string>();

  const nameOf = (month: string, cell: object): string => `${month} ${canonicalJson(cell as Value)}`;

  const sumsOf = (totals: readonly ShownTotal[]): ReadonlyMap<string, Sum> =>
    new Map(
      totals.map(({ month, records, items, ...cell }) => [nameOf(month, cell), { records, items }] as const),
    );

  return {
    observe: (record) => {
      const name = nameOf(monthOfRecord(record), cellOf(record));
      const sum = recount.get(name);
      const items = itemsOf(record);
      if (sum) {
        sum.records++;
        sum.items += items;
      } else recount.set(name, { records: 1, items });
    },

    retract: ({ time, kind }) => {
      incomplete.add(`${jstMonth(time)} ${kind}`);
    },

    compare: (before, after) => {
      const low = sumsOf(before);
      const high = sumsOf(after);
      for (const name of new Set([...recount.keys(), ...low.keys(), ...high.keys()])) {
        const at = name.indexOf(' ');
        const month = name.slice(0, at);
        const cell: { readonly kind: string } & Record<string, string> = JSON.parse(name.slice(at + 1));
        if (incomplete.has(`${month} ${cell.kind}`)) continue;
        const { records = 0, items = 0 } = recount.get(name) ?? {};
        const least = low.get(name) ?? { records: 0, items: 0 };
        const most = high.get(name) ?? { records: 0, items: 0 };
        const fits =
          least.records <= records && records <= most.records && least.items <= items && items <= most.items;
        if (fits) continue;
        report('total-differs', {
          month,
          ...cell,
          records: most.records,
          recounted: records,
          items: most.items,
          'items recounted': items,
        });
      }
    },
  };
};
