import { setTimeout as wait } from 'node:timers/promises';
import { loadSequencingCore } from '../lambda/parts.ts';
import { clock } from '../lambda/runtime.ts';
import { scheduled, type TaskOutcome } from './scheduled.ts';

/** Schedules do not come more often than each minute, and a record has its leaf within ten seconds. */
const EVERY_MS = 5_000;
/** Leaves time for a run that has begun before the next minute's function starts; both at once would do no harm. */
const LAST_START_MS = 55_000;

const once = scheduled('sequencing', loadSequencingCore);

export const handler = async (): Promise<TaskOutcome> => {
  const end = clock() + LAST_START_MS;
  for (;;) {
    const outcome = await once();
    if (clock() + EVERY_MS > end) return outcome;
    await wait(EVERY_MS);
  }
};
