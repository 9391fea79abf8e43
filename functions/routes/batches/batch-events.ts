import { setTimeout as pause } from 'node:timers/promises';
import type { BatchView } from '../../../lib/batches/batches.ts';

/** A short step is over soon, so the first looks come quickly. */
const FIRST_LOOK_MS = 125;
const LOOK_MS = 1_000;
/** Looks without a change after which a comment keeps the connection open. */
const SILENT_LOOKS = 15;
/** Ten minutes, after which a client asks again. */
const MAX_LOOKS = 600;
/** A browser that asks again by itself waits so long, because each time is recorded. */
const RETRY_MS = 15_000;

/** Whether the service goes on with the batch by itself. */
export const isUnderWay = ({
  state,
  check,
  submission,
  cancellation,
  examinations = [],
}: BatchView): boolean =>
  state === 'reading' ||
  state === 'submitting' ||
  state === 'cancelling' ||
  [check, submission, cancellation, ...examinations].some((step) => step?.isOver === false);

/**
 * The batch as a stream of events (text/event-stream of the HTML standard, 9.2): at first, and whenever it has changed. Ends when
 * nothing of it is under way, or after ten minutes.
 */
export const batchEvents = async function* (
  first: BatchView,
  read: () => Promise<BatchView>,
  write: (batch: BatchView) => string,
  wait: (ms: number) => Promise<unknown> = pause,
): AsyncGenerator<Uint8Array> {
  let batch = first;
  let text = write(batch);
  yield Buffer.from(`retry: ${RETRY_MS}\n\ndata: ${text}\n\n`);
  let silent = 0;
  for (let looks = 0; looks < MAX_LOOKS && isUnderWay(batch); looks++) {
    await wait(Math.min(FIRST_LOOK_MS * 2 ** looks, LOOK_MS));
    batch = await read();
    const now = write(batch);
    if (now !== text) {
      text = now;
      silent = 0;
      yield Buffer.from(`data: ${text}\n\n`);
    } else if (++silent === SILENT_LOOKS) {
      silent = 0;
      yield Buffer.from(':\n\n');
    }
  }
};
