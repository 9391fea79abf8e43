import type { BatchWork, Work } from '../../lib/batches/batches.ts';
import { openRetries } from '../../lib/retries.ts';

/** One run ends after this time, so that nobody waits for long who stops the service. */
const RUN_MS = 2_000;
/** So long an office has its turn, if another one waits. What is prepared for a step serves several packs. */
const TURN_MS = 300;

const nameOf = ({ batch, step }: Work): string => `${batch}/${step}`;

const retries = openRetries(Date.now);
/** The office whose turn was last. */
let last = '';

/**
 * Goes on with every open piece of work for a moment, offices in turn, until nothing is left or the time is up. A piece that fails
 * is tried again after pauses that grow, and holds up no other one; the first failure is thrown at the end. Resolves with what is over.
 */
export const goOnWithBatches = async (
  work: BatchWork,
  until = Date.now() + RUN_MS,
): Promise<readonly string[]> => {
  const over: string[] = [];
  let failure: unknown;
  for (let isMore = true; isMore && Date.now() < until; ) {
    isMore = false;
    for await (const one of work.open(last)) {
      const name = nameOf(one);
      if (!retries.isDue(name)) continue;
      last = one.office;
      try {
        if (await work.goOn(one, Date.now() + TURN_MS)) isMore = true;
        else over.push(name);
        retries.done(name);
      } catch (error) {
        if (retries.failed(name, String(error))) failure ??= error;
      }
      if (Date.now() >= until) break;
    }
  }
  if (failure !== undefined) throw failure;
  return over;
};
