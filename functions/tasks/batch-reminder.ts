import type { WorkQueues } from '../../lib/batches/sqs-queues.ts';
import { workQueues } from '../lambda/function-ports.ts';
import { loadRowsCore, type TaskContext } from '../lambda/parts.ts';
import { taskPipeline } from '../lambda/pipeline.ts';

/** A queue takes the same message once within this time. */
const SAME_MS = 300_000;

/** Sends a message for every open piece of work, by schedule: one that was lost, or that went to the dead letters, holds up nothing. */
export const remindOfBatches = (
  load: () => Promise<Pick<TaskContext, 'core' | 'log'>>,
  queues: () => WorkQueues,
) => {
  let loading: ReturnType<typeof load> | undefined;
  return async (): Promise<{ readonly open: number }> => {
    loading ??= load();
    const { core, log } = await loading.catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    let open = 0;
    for await (const work of core.batchWork.open()) {
      await queues().send(work, `t${Math.floor(Date.now() / SAME_MS)}`);
      open++;
    }
    if (open > 0) log('info', 'Work on files of requests is open', { open });
    return { open };
  };
};

export const handler = taskPipeline(remindOfBatches(() => loadRowsCore(), workQueues));
