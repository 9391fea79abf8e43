import { type CellProblem, MAX_ROW_BYTES } from './contract.ts';
import { type CellBytes, cellsOf, countQuotes } from './csv-cells.ts';
import { contentOf, isEmptyLine, type Line } from './lines.ts';
import { ROW_TOO_LONG } from './text.ts';

/** What stands on these lines: a row, or what is none. */
export type Found = { readonly line: number; readonly lastLine: number } & (
  | { readonly cells: readonly CellBytes[] }
  | {
      readonly problem: CellProblem;
      /** Its quotation marks have a defect, so nobody knows whether the next lines belong to it. */
      readonly isBroken: boolean;
    }
);

type Held = { readonly number: number; readonly bytes: Buffer };

export interface CsvRows {
  take(line: Line): Iterable<Found>;
  /** Where the file ends. */
  end(): Iterable<Found>;
}

/**
 * Puts lines together into rows. A row goes on over line ends while the number of its quotation marks is odd. Where the marks have a
 * defect only the first line is given up, and reading goes on at the next line: a mark without a partner swallows no row. Lines are
 * looked at again only after a line with an odd number of marks, and as far as the next such line; so the work stays in proportion
 * to the file, whatever the file holds.
 */
export const openCsvRows = (): CsvRows => {
  let waiting: Held[] = [];
  let quotes = 0;
  let size = 0;

  /** What the waiting lines are. Those that have to be looked at again go to the queue, whose end comes first. */
  const settle = (queue: Line[]): Found => {
    const lines = waiting;
    waiting = [];
    quotes = 0;
    size = 0;
    const [{ number: line, bytes }, ...others] = lines as [Held, ...Held[]];
    const whole = others.length === 0 ? bytes : Buffer.concat(lines.map((one) => one.bytes));
    const cells = cellsOf(contentOf(whole));
    if (!('phrase' in cells)) return { line, lastLine: others.at(-1)?.number ?? line, cells };
    for (const one of others.reverse()) queue.push(one);
    return { line, lastLine: line, problem: cells, isBroken: true };
  };

  const take = function* (line: Line): Generator<Found> {
    const queue = [line];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const { number, bytes } = next;
      if (waiting.length > 0 && (bytes === undefined || size + bytes.length > MAX_ROW_BYTES)) {
        // The number of marks is odd here, so they have a defect.
        queue.push(next);
        yield settle(queue);
      } else if (bytes === undefined) {
        yield { line: number, lastLine: number, problem: { phrase: ROW_TOO_LONG }, isBroken: false };
      } else if (waiting.length > 0 || !isEmptyLine(bytes)) {
        waiting.push({ number, bytes });
        quotes += countQuotes(bytes);
        size += bytes.length;
        if (quotes % 2 === 0) yield settle(queue);
      }
    }
  };

  return {
    take,
    *end() {
      while (waiting.length > 0) {
        const queue: Line[] = [];
        yield settle(queue);
        for (const line of queue.reverse()) yield* take(line);
      }
    },
  };
};
