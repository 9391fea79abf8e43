import { errorFacts } from '../http/problems.ts';
import type { TaskContext } from '../lambda/parts.ts';
import { telemetry } from '../lambda/powertools.ts';
import { TASKS, type TaskName } from './housekeeping.ts';

/** The result of a scheduled function, for a person who invokes it by hand. */
export interface TaskOutcome {
  readonly task: TaskName;
  readonly done: readonly string[];
}

/**
 * The function that runs a task on a schedule. It logs a failure and throws it again: Lambda then tries twice more, and
 * puts the event into the dead-letter queue, which an alarm watches.
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
      telemetry.log('error', `Housekeeping failed: ${task}`, errorFacts(error));
      throw error;
    }
  };
};
