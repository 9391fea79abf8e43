import { setTimeout as wait } from 'node:timers/promises';
import { loadSequencingCore } from '../lambda/parts.ts';
import { taskPipeline } from '../lambda/pipeline.ts';
import { clock } from '../lambda/runtime.ts';
import { scheduled, type TaskOutcome } from './scheduled.ts';

/** A record has its leaf within ten seconds, but a schedule runs once a minute at most, so each run repeats the task. */
const EVERY_MS = 5_000;
/** The last repetition ends before the next minute's function starts. If both ran at once, no harm would be done. */
const LAST_START_MS = 55_000;

const once = scheduled('sequencing', loadSequencingCore);

export const handler = taskPipeline(async (): Promise<TaskOutcome> => {
  const end = clock() + LAST_START_MS;
  for (;;) {
    const outcome = await once();
    if (clock() + EVERY_MS > end) return outcome;
    await wait(EVERY_MS);
  }
});
