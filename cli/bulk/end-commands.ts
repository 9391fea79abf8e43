import type { Command } from 'commander';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { guideText } from '../guide.ts';
import type { Perform } from '../perform.ts';
import { addOverwrite, overwriteOption, saving } from '../save.ts';
import { savedText } from '../saved-text.ts';
import {
  type BatchAnswer,
  batchAnswer,
  batchPath,
  collectionAnswer,
  type ProgressAnswer,
} from './answers.ts';
import { follow } from './follow.ts';
import { CANCEL, COLLECT, REPLAY } from './guides.ts';
import { showStepOutcome } from './outcomes.ts';

/** The commands that collect what was issued, try again, and cancel. */

const addCollect = (bulk: Command, perform: Perform): void => {
  const input = z.object({
    batch: z.string(),
    save: z.string(),
    again: z
      .string()
      .regex(/^[1-9]\d{0,8}$/, 'Must be a whole number from 1.')
      .exactOptional(),
    ...overwriteOption,
  });
  addOverwrite(
    bulk
      .command('collect')
      .summary('fetch the certificates of a batch')
      .description(
        'Fetch the certificates of a batch with their chains, in order to hand them over. Officers and operators do this, and each certificate is recorded each time.',
      )
      .argument('<batch>', "the batch's id")
      .requiredOption('--save <file>', 'the ZIP file')
      .option('--again <number>', 'an earlier collection once more'),
  )
    .addHelpText('after', guideText(COLLECT))
    .action(
      perform(input, async ({ client, say, show }, { batch: id, save, again, overwrite }) => {
        const saved = await saving(save, { overwrite }, async (take) => {
          const collection =
            again === undefined
              ? (await client.post(batchPath(id, '/collections'), collectionAnswer)).answer
              : { number: Number(again), first: false };
          const path = batchPath(id, `/collections/${collection.number}.zip`);
          return { ...collection, ...(await client.save(path, take)) };
        });
        const before =
          again === undefined && !saved.first
            ? `${say(phrase`Nothing new was issued: this collection was made before.`)}\n`
            : '';
        show(saved, `${say(phrase`collection ${saved.number}`)}\n${before}${savedText(say, saved)}`);
      }),
    );
};

const addReplay = (bulk: Command, perform: Perform): void => {
  bulk
    .command('replay')
    .summary('try the rows again that were set aside')
    .description(
      'Try the rows again that the newest step set aside, because they failed again and again through no fault of their own, or that it refused because the officer was not in force.',
    )
    .argument('<batch>', "the batch's id")
    .addHelpText('after', guideText(REPLAY))
    .action(
      perform(z.object({ batch: z.string() }), async (run, { batch: id }) => {
        const { answer } = await run.client.post(batchPath(id, '/replay'), batchAnswer);
        // An examiner replays the own examination, anybody else the submission.
        const number = answer.examinations?.find(({ isOver }) => !isOver)?.number;
        const replayed = ({ submission, examinations }: BatchAnswer): ProgressAnswer | undefined =>
          number === undefined ? submission : examinations?.find((one) => one.number === number);
        const batch = await follow(run, answer, (now) => replayed(now)?.isOver === true);
        return showStepOutcome(run, batch, replayed(batch));
      }),
    );
};

const addCancel = (bulk: Command, perform: Perform): void => {
  bulk
    .command('cancel')
    .summary('submit no more rows, and withdraw the requests')
    .description(
      'Cancel a batch: no more of its rows are submitted, and those of its requests are withdrawn that the centre has not approved.',
    )
    .argument('<batch>', "the batch's id")
    .requiredOption('--reason <text>', 'why, for people')
    .addHelpText('after', guideText(CANCEL))
    .action(
      perform(z.object({ batch: z.string(), reason: z.string() }), async (run, { batch: id, reason }) => {
        const { answer } = await run.client.post(batchPath(id, '/cancellation'), batchAnswer, { reason });
        const batch = await follow(run, answer, ({ cancellation }) => cancellation?.isOver === true);
        return showStepOutcome(run, batch, batch.cancellation);
      }),
    );
};

export const addEndCommands = (bulk: Command, perform: Perform): void => {
  addCollect(bulk, perform);
  addReplay(bulk, perform);
  addCancel(bulk, perform);
};
