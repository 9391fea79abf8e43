import { phrase } from '../../lib/fault.ts';
import { usage } from '../failure.ts';

/** Keep equal to the service's MAX_ROWS. */
const MAX_ROWS = 10_000;

/** The rows that a text names: 3,7-9. Failure: `usage`. */
export const rowNumbers = (text: string): readonly number[] => {
  const numbers = text.split(',').flatMap((part) => {
    const [, from = '', to = from] = /^\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?\s*$/.exec(part) ?? [];
    const first = Number(from);
    const last = Number(to);
    if (from === '' || first < 1 || last < first || last > MAX_ROWS)
      throw usage(phrase`Rows are named by their numbers, such as 3,7-9; ${part} is none.`);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  return [...new Set(numbers)].sort((a, b) => a - b);
};
