import { type Command, Option } from 'commander';
import { z } from 'zod';
import { ENCODINGS } from '../../lib/bulk/bulk.ts';
import { phrase } from '../../lib/fault.ts';
import { guideText } from '../guide.ts';
import type { Perform, Run } from '../perform.ts';
import { addOverwrite, overwriteOption } from '../save.ts';
import { batchAnswer, batchPath } from './answers.ts';
import { errorsFormat, saveErrors } from './errors-file.ts';
import { follow } from './follow.ts';
import { CHECK, SEND } from './guides.ts';
import { problemsOf, showFileOutcome, showUnreadable } from './outcomes.ts';
import { type FileTerms, type SentFile, sendFile } from './send-file.ts';

/** The commands that a file goes to. */

const FILE = { file: z.string(), profile: z.string(), encoding: z.enum(ENCODINGS).exactOptional() };

const addFile = (command: Command): Command =>
  command
    .argument('<file>', 'the file with the requests, ending in .csv or .ndjson')
    .requiredOption('--profile <profile>', 'what kind of certificate, for all of them')
    .addOption(
      new Option('--encoding <encoding>', 'how the file is encoded, instead of finding it out').choices(
        ENCODINGS,
      ),
    );

/** Sends the file, and waits until the service has divided it into rows. */
const bring = async (
  run: Run,
  { file, ...terms }: FileTerms & { readonly file: string },
): Promise<SentFile> => {
  const { batch, replayed } = await sendFile(run, file, terms);
  const isRead = ({ state }: SentFile['batch']): boolean => state !== 'receiving' && state !== 'reading';
  return { batch: await follow(run, batch, isRead), replayed };
};

const addCheck = (bulk: Command, perform: Perform): void => {
  addOverwrite(
    addFile(
      bulk
        .command('check')
        .summary('judge every row of a file, and submit nothing')
        .description('Send a file of requests and have every row of it judged. Nothing is submitted.'),
    ).option('--errors <file>', 'write the rows with problems to this file, ending in .csv or .ndjson'),
  )
    .addHelpText('after', guideText(CHECK))
    .action(
      perform(
        z.object({ ...FILE, errors: z.string().exactOptional(), ...overwriteOption }),
        async (run, { errors, overwrite, ...given }) => {
          if (errors !== undefined) errorsFormat(errors);
          const { batch: brought } = await bring(run, given);
          if (brought.state === 'refused') return showUnreadable(run, brought);
          const { answer } = await run.client.post(batchPath(brought.id, '/check'), batchAnswer);
          const batch = await follow(run, answer, ({ check }) => check?.isOver !== false);
          const saved =
            errors !== undefined && problemsOf(batch, batch.check) > 0
              ? await saveErrors(run, batch.id, errors, { overwrite })
              : undefined;
          const next = [
            phrase`to submit the rows without problems:`,
            `akashi bulk send ${given.file} --profile ${given.profile}`,
          ] as const;
          return showFileOutcome(run, batch, batch.check, { next, saved });
        },
      ),
    );
};

const addSend = (bulk: Command, perform: Perform): void => {
  addFile(
    bulk
      .command('send')
      .summary('submit the requests of a file')
      .description(
        'Send a file of requests and submit its rows, each as a request. Rows with problems are left out. Two other persons then examine the requests: akashi bulk examine.',
      ),
  )
    .addOption(new Option('--yes', 'for scripts; nothing is asked without it either').hideHelp())
    .addHelpText('after', guideText(SEND))
    .action(
      perform(z.object(FILE), async (run, given) => {
        const { batch: brought } = await bring(run, given);
        if (brought.state === 'refused') return showUnreadable(run, brought);
        const { id, state, digest } = brought;
        const begun =
          state === 'received'
            ? (await run.client.post(batchPath(id, '/submission'), batchAnswer, { digest })).answer
            : brought;
        const batch = await follow(run, begun, ({ submission }) => submission?.isOver === true);
        const next = [
          phrase`to examine the requests, which two other persons do one after the other:`,
          `akashi bulk examine ${batch.id}`,
        ] as const;
        return showFileOutcome(run, batch, batch.submission, { next });
      }),
    );
};

export const addFileCommands = (bulk: Command, perform: Perform): void => {
  addCheck(bulk, perform);
  addSend(bulk, perform);
};
