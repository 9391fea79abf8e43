import type { Core } from '../../lib/app.ts';
import { Fault } from '../../lib/fault.ts';
import type { Log } from '../../lib/ports.ts';
import { errorFacts } from '../http/problems.ts';
import { goOnWithBatches } from './batches.ts';

/** Does both, one after the other. If the first fails, the second has its turn, and the failure is thrown then. */
const inTurn = async <A, B>(first: () => Promise<A>, second: () => Promise<B>): Promise<readonly [A, B]> => {
  const begun = first();
  const [one, other] = await Promise.allSettled([begun, begun.then(second, second)]);
  if (one.status === 'rejected') throw one.reason;
  if (other.status === 'rejected') throw other.reason;
  return [one.value, other.value];
};

/** The work that nobody asks for. On AWS each task is one scheduled function. */
export const TASKS = {
  /** Publishes CRLs whose interval has passed; then makes the rows that OCSP reads say what the CRLs say. */
  publication: async ({ status }: Core) => {
    const [published] = await inTurn(status.publishDue, status.followListed);
    return published;
  },
  /** Renews delegated responders past half of their life. */
  responders: ({ authority }: Core) => authority.renewResponders(),
  /** Signs, issues and certifies what an interrupted run recorded, approved or confirmed, and did not finish. */
  recovery: async ({ authority, registration, enrolment, personalData }: Core) => {
    const [moved, [signed, others]] = await inTurn(personalData.recover, () =>
      inTurn(authority.recover, () => inTurn(registration.recover, enrolment.people.recover)),
    );
    return [...(moved > 0 ? [`${moved} items moved`] : []), ...signed, ...others.flat()];
  },
  /** Brings into force what was prepared for a moment that has come, and users of tokens to what the acts say. */
  due: async ({ enrolment: { people } }: Core) =>
    (await inTurn(people.bringIntoForce, people.bringUsers)).flat(),
  /** Brings back revocations, holds and rows of enrolments that somebody erased from the table. */
  closings: async ({ authority, mending }: Core) => {
    const done = await inTurn(authority.followClosings, mending.mend);
    return done.flat();
  },
  /** Goes on with files of requests, offices in turn. */
  batches: ({ batchWork }: Core) => goOnWithBatches(batchWork),
  /** Gives leaves to records that have none. */
  sequencing: async ({ sequencer }: Core) => {
    const { leaves, size } = await sequencer.sequence();
    return leaves > 0 ? [`${leaves} leaves, the log has ${size}`] : [];
  },
  /** Makes the annual report of the last fiscal year, if there is none. */
  reports: ({ reporting }: Core) => reporting.reports.makeDue(),
  /** Deletes records whose legal period is over, and ends personal data whose month is over or that an order erases. */
  retention: async ({ retention, personalRetention }: Core) =>
    (await inTurn(retention.enforce, personalRetention.enforce)).flat(),
} as const satisfies Record<string, (core: Core) => Promise<readonly string[]>>;

export type TaskName = keyof typeof TASKS;

/** A task of the one-machine service alone; on AWS the platform does it. */
export interface LocalTask {
  readonly name: string;
  /** Resolves with what it did. */
  run(): Promise<readonly string[]>;
}

/** A task that fails again for the same reason is logged again after this time: some tasks run twice a second. */
const SAY_AGAIN_MS = 60_000;

/** Why tasks failed last, and when that was logged. */
export type Failures = Map<string, { readonly code: string; readonly saidAt: number }>;

/** Runs a task and logs what it did, or that it failed. A failed task runs again at its next turn. */
export const runTask = async (
  task: TaskName | LocalTask,
  core: Core,
  log: Log,
  failures: Failures = new Map(),
): Promise<void> => {
  const name = typeof task === 'string' ? task : task.name;
  try {
    const done = await (typeof task === 'string' ? TASKS[task](core) : task.run());
    // On one machine the sequencer runs twice a second: a line for each run would hide all others.
    if (done.length > 0 && name !== 'sequencing') log('info', `Housekeeping: ${name}`, { done });
    failures.delete(name);
  } catch (error) {
    const code = Fault.is(error) ? error.code : 'internal';
    const before = failures.get(name);
    const now = performance.now();
    if (before?.code === code && now < before.saidAt + SAY_AGAIN_MS) return;
    failures.set(name, { code, saidAt: now });
    log('error', `Housekeeping failed: ${name}`, errorFacts(error));
  }
};

/** Runs the tasks one after another, and again `everyMs` after the last one ended. `stop` resolves when none is running. */
export const keepHouse = (
  core: Core,
  log: Log,
  tasks: readonly (TaskName | LocalTask)[],
  everyMs: number,
): { stop(): Promise<void> } => {
  const failures: Failures = new Map();
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
        if (!stopped) await runTask(task, core, log, failures);
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
