import type { Core } from '../../lib/app.ts';
import { errorFacts } from '../http/problems.ts';
import { runTask, TASKS, type TaskName } from '../tasks/housekeeping.ts';
import { log, say } from './terminal.ts';

/** Finishes what the last run left unfinished, and says what that was. */
export const recover = async (core: Core, unclean: boolean): Promise<void> => {
  const finished = await attempt('recovery', () => TASKS.recovery(core));
  if (finished && finished.length > 0) {
    say(`Recovered: ${finished.length} interrupted issuance(s) finished (${finished.join(', ')}).`);
  } else if (finished && unclean) {
    say('Recovered: the last run did not stop by itself; it left nothing unfinished.');
  }
  const restored = await attempt('closings', () => TASKS.closings(core));
  if (restored && restored.length > 0) {
    say(`Restored: the table had lost rows of closings or enrolments (${restored.join(', ')}).`);
  }
  // The rest of the task may take seconds, and comes when the service is up.
  const published = await attempt('publication', core.status.publishDue);
  if (published && published.length > 0) say(`CRLs published: ${published.join(', ')}.`);
  const renewed = await attempt('responders', () => TASKS.responders(core));
  if (renewed && renewed.length > 0) say(`OCSP responders renewed: ${renewed.join(', ')}.`);
  await runTask('sequencing', core, log);
};

/**
 * Resolves with what the task did, or with undefined where it failed. The service starts even if a CA cannot do its part
 * now; housekeeping tries again.
 */
const attempt = async (
  name: TaskName,
  run: () => Promise<readonly string[]>,
): Promise<readonly string[] | undefined> => {
  try {
    return await run();
  } catch (error) {
    log('error', `Housekeeping failed: ${name}`, errorFacts(error));
    return undefined;
  }
};
