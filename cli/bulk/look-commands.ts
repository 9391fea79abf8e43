import { type Command, Option } from 'commander';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { guideText } from '../guide.ts';
import { cursorOption, endOfPage, pageOptions, predecessorLines } from '../page.ts';
import type { Perform } from '../perform.ts';
import { addOverwrite, overwriteOption } from '../save.ts';
import { savedText } from '../saved-text.ts';
import { BATCHES, batchAnswer, batchPage, batchPath, rowPage } from './answers.ts';
import { batchTable, batchText, rowTable } from './batch-text.ts';
import { saveErrors } from './errors-file.ts';
import { ERRORS, LIST, ROWS, SHOW } from './guides.ts';

/** The commands that show batches and change nothing. */

const ROW_LISTS = ['all', 'problems', 'sample', 'differing'] as const;

const addList = (bulk: Command, perform: Perform): void => {
  bulk
    .command('list')
    .summary('list batches')
    .description(
      'List batches, newest first. Officers see those of their own office, or with --office of one whose affairs it has taken over; operators and auditors see all.',
    )
    .option('--office <office>', 'of this office')
    .option('--limit <count>', 'batches on the page, at most 50')
    .addOption(cursorOption())
    .addHelpText('after', guideText(LIST))
    .action(
      perform(
        z.object({ office: z.string().exactOptional(), ...pageOptions }),
        async ({ client, say, show }, query) => {
          const page = await client.get(BATCHES, batchPage, query);
          const count = phrase`batches: ${page.batches.length}`;
          show(
            page,
            batchTable(page.batches) +
              endOfPage(say, count, page.cursor) +
              predecessorLines(say, page.predecessors),
          );
        },
      ),
    );
};

const addShow = (bulk: Command, perform: Perform): void => {
  bulk
    .command('show')
    .summary('show a batch and how far it is')
    .description('Show one batch: its file, its submission, its examinations and its collections.')
    .argument('<batch>', "the batch's id")
    .addHelpText('after', guideText(SHOW))
    .action(
      perform(z.object({ batch: z.string() }), async ({ client, say, show }, { batch: id }) => {
        const batch = await client.get(batchPath(id), batchAnswer);
        show(batch, batchText(say, batch));
      }),
    );
};

const addRows = (bulk: Command, perform: Perform): void => {
  const input = z.object({
    batch: z.string(),
    list: z.enum(ROW_LISTS).exactOptional(),
    state: z.string().exactOptional(),
    ...pageOptions,
  });
  bulk
    .command('rows')
    .summary('list the rows of a batch')
    .description('List the rows of a batch, in the order of the file.')
    .argument('<batch>', "the batch's id")
    .addOption(
      new Option(
        '--list <list>',
        'those with problems, of the newest sample, or that differ from most',
      ).choices(ROW_LISTS),
    )
    .option('--state <state>', 'unreadable, waiting, refused, set-aside, or the state of their requests')
    .option('--limit <count>', 'rows on the page, at most 50')
    .addOption(cursorOption())
    .addHelpText('after', guideText(ROWS))
    .action(
      perform(input, async ({ client, say, show }, { batch: id, ...query }) => {
        const page = await client.get(batchPath(id, '/rows'), rowPage, query);
        const count = phrase`rows: ${page.rows.length}`;
        show(page, rowTable(say, page.rows) + endOfPage(say, count, page.cursor));
      }),
    );
};

const addErrors = (bulk: Command, perform: Perform): void => {
  addOverwrite(
    bulk
      .command('errors')
      .summary('write the rows with problems to a file')
      .description(
        'Write the rows with problems to a file, in the columns of the template and with what is wrong. Corrected, they are sent as another file.',
      )
      .argument('<batch>', "the batch's id")
      .requiredOption('--save <file>', 'the file, ending in .csv or .ndjson'),
  )
    .addHelpText('after', guideText(ERRORS))
    .action(
      perform(
        z.object({ batch: z.string(), save: z.string(), ...overwriteOption }),
        async (run, { batch, save, overwrite }) => {
          const saved = await saveErrors(run, batch, save, { overwrite });
          run.show(saved, savedText(run.say, saved));
        },
      ),
    );
};

export const addLookCommands = (bulk: Command, perform: Perform): void => {
  addList(bulk, perform);
  addShow(bulk, perform);
  addRows(bulk, perform);
  addErrors(bulk, perform);
};
