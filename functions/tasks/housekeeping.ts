import type { Core } from '../../lib/app.ts';
import type { Log } from '../../lib/ports.ts';
import { errorFacts } from '../http/problems.ts';

/** What the service does by itself; each task is also one scheduled function on AWS. */
export const TASKS = {
  /** CRLs whose interval has passed. */
  publication: ({ status }: Core) => status.publishDue(),
  /** Delegated responders past half of their life. */
  responders: ({ authority }: Core) => authority.renewResponders(),
  /** What an interrupted run recorded and did not sign, or approved and did not issue. */
  recovery: async ({ authority, registration }: Core) => {
    // A certificate that cannot be signed now must not keep approved requests from being issued.
    const signing = authority.recover();
    const issuing = (): Promise<readonly string[]> => registration.recover();
    const [signed, issued] = await Promise.allSettled([signing, signing.then(issuing, issuing)]);
    if (signed.status === 'rejected') throw signed.reason;
    if (issued.status === 'rejected') throw issued.reason;
    return [...signed.value, ...issued.value];
  },
  /** Records that have no leaf in the log yet. It has something to do every time, so it says nothing of it. */
  sequencing: async ({ sequencer }: Core) => {
    await sequencer.sequence();
    return [];
  },
  /** The annual report of the fiscal year that is over, where there is none yet. */
  reports: ({ reporting }: Core) => reporting.reports.makeDue(),
  /** Records that have been kept for their time. */
  retention: ({ retention }: Core) => retention.enforce(),
} as const satisfies Record<string, (core: Core) => Promise<readonly string[]>>;

export type TaskName = keyof typeof TASKS;

/** What only a process of its own has to do; on AWS the services underneath do it. */
export interface LocalTask {
  readonly name: string;
  /** Resolves with what it did. */
  act(): Promise<readonly string[]>;
}

/** Runs a task and says what it did. A task that fails is said too, and comes again at its next turn. */
export const runTask = async (task: TaskName | LocalTask, core: Core, log: Log): Promise<void> => {
  const name = typeof task === 'string' ? task : task.name;
  try {
    const done = await (typeof task === 'string' ? TASKS[task](core) : task.act());
    if (done.length > 0) log('info', `Housekeeping: ${name}`, { done });
  } catch (error) {
    log('error', `Housekeeping failed: ${name}`, errorFacts(error));
  }
};

/**
 * Runs the tasks one after another, again and again, `everyMs` after the last one ended; `stop` resolves when none is
 * under way.
 */
export const keepHouse = (
  core: Core,
  log: Log,
  tasks: readonly (TaskName | LocalTask)[],
  everyMs: number,
): { stop(): Promise<void> } => {
  let stopped = false;
  let wake = (): void => {};
  const loop = async (): Promise<void> => {
    while (!stopped) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      for (const task of tasks) {
        if (!stopped) await runTask(task, core, log);
      }
    }
  };
  const ended = loop();
  return {
    stop: () => {
      stopped = true;
      wake();
      return ended;
    },
  };
};
