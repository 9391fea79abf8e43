import { errorFacts } from '../http/problems.ts';
import type { TaskContext } from '../lambda/parts.ts';
import { TASKS, type TaskName } from './housekeeping.ts';

/** What a scheduled function gives back, for whoever invokes it by hand. */
export interface TaskOutcome {
  readonly task: TaskName;
  readonly done: readonly string[];
}

/**
 * A task as a function on a schedule. A failure is logged and thrown on: Lambda then tries twice more and puts the
 * event into the dead-letter queue, which an alarm watches.
 */
export const scheduled = (task: TaskName, load: () => Promise<TaskContext>): (() => Promise<TaskOutcome>) => {
  let loading: Promise<TaskContext> | undefined;
  return async () => {
    try {
      loading ??= load();
      const { core, log } = await loading;
      const done = await TASKS[task](core);
      if (done.length > 0) log('info', `Housekeeping: ${task}`, { done });
      return { task, done };
    } catch (error) {
      loading = undefined;
      process.stdout.write(
        `${JSON.stringify({ level: 'error', message: `Housekeeping failed: ${task}`, ...errorFacts(error) })}\n`,
      );
      throw error;
    }
  };
};
