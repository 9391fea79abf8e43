import type { Context, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import type { Work } from '../../lib/batches/batches.ts';
import type { WorkQueues } from '../../lib/batches/sqs-queues.ts';
import type { TaskContext } from '../lambda/parts.ts';

/** A step goes on in another call after this time, so that messages of the office's other files come between. */
const SLICE_MS = 30_000;
/** A pack of rows is done within this time; more of them are begun only while there is more. */
const PACK_MS = 45_000;

const message = z.strictObject({
  office: z.string().min(1),
  batch: z.string().min(1),
  step: z.string().min(1),
}) satisfies z.ZodType<Work>;

type Loaded = Pick<TaskContext, 'log'> & { readonly core: Pick<TaskContext['core'], 'batchWork'> };

const workIn = (body: string): Work | undefined => {
  try {
    return message.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
};

/**
 * Goes on with the work that a message names. Where there is more, it sends the next message before it lets go of this one: a crash
 * between the two leaves both, and each step stands in the table. A message that fails comes again, and goes to the dead letters after
 * its last turn; the work itself is found by schedule and goes on from its row.
 */
export const batchWork = (
  load: () => Promise<Loaded>,
  queues: () => WorkQueues,
  takes: (work: Work) => boolean,
) => {
  let loading: Promise<Loaded> | undefined;
  return async (
    { Records }: SQSEvent,
    { getRemainingTimeInMillis }: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<void> => {
    loading ??= load();
    const { core, log } = await loading.catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    for (const { body, messageId } of Records) {
      const work = workIn(body);
      // It would keep the other files of its group waiting, and never become better.
      if (work === undefined || !takes(work)) {
        log('error', 'A message about a file of requests is not one of this queue', { messageId });
        continue;
      }
      const until = Date.now() + Math.min(SLICE_MS, getRemainingTimeInMillis() - PACK_MS);
      const isMore = await core.batchWork.goOn(work, until);
      if (isMore) await queues().send(work, messageId);
      else log('info', 'A step of a file of requests is over', { batch: work.batch, step: work.step });
    }
  };
};
