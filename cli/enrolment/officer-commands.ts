import type { Command } from 'commander';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { asRun } from '../as-run.ts';
import { EXIT, usage } from '../failure.ts';
import { guideText } from '../guide.ts';
import { table } from '../output.ts';
import { cursorOption, endOfPage, pageOptions } from '../page.ts';
import type { Perform } from '../perform.ts';
import { NONE } from '../purpose-text.ts';
import { timeOption } from '../time.ts';
import { type NoticeAnswer, noticePage, principalAnswer } from './answers.ts';
import { doMany } from './do-many.ts';
import { CHANGE, NOTICES, TRANSFER } from './guides.ts';
import { CHANGES, TRANSFERS } from './many-officers.ts';
import { addManyOptions, assertOne, manyOptions, onlyFile } from './many-options.ts';
import {
  addMoment,
  addPrincipalOptions,
  momentOptions,
  principalOptions,
  readPrincipalTerms,
} from './principal-terms.ts';
import { principalText } from './principal-text.ts';
import type { RoleCommand } from './roles.ts';
import { idArgument, repeated } from './terms.ts';

/** What is done to officers alone: changes by their responsible person, transfers, and notices of those that were not done. */

export const addChange = (group: Command, perform: Perform, of: RoleCommand): void => {
  const command = group
    .command('change')
    .summary('change an officer of your office')
    .description(
      'Change the duties, the term or the name of an officer of your own office, at once or from a moment on. The key stays.',
    )
    .argument('[id]', 'the id of the principal; without it, --file is about many')
    .addHelpText('after', guideText(CHANGE));
  addManyOptions(addMoment(addPrincipalOptions(command, of))).action(
    perform(
      z.object({ id: idArgument.optional(), ...principalOptions, ...momentOptions, ...manyOptions }),
      async (run, { id, ...given }) => {
        if (id === undefined) return doMany(run, onlyFile(given), CHANGES);
        assertOne(given);
        const { effectiveFrom, ...options } = given;
        const terms = {
          ...(await readPrincipalTerms(of, options)),
          ...(effectiveFrom !== undefined && { effectiveFrom }),
        };
        const { answer } = await run.client.post(`/api/v1/principals/${id}/change`, principalAnswer, terms);
        run.show(answer, principalText(run.say, answer));
        return EXIT.ok;
      },
    ),
  );
};

export const addTransfer = (group: Command, perform: Perform): void => {
  const command = group
    .command('transfer')
    .summary('propose that officers go to another office')
    .description(
      'Propose that an officer goes to another office, at once or from a moment on, or that all those in a file do. The responsible person of the other office confirms it, or an operator. The key stays.',
    )
    .argument('[id]', 'the id of the principal; not with --file')
    .option('--office <office>', 'the office to which the officer goes')
    .option('--duty <duty>', 'receive, examine, approve or responsible; repeat it', repeated)
    .option('--until <time>', 'before when; without it no end is set')
    .option('--file <file>', 'many transfers, as CSV or a JSON object on each line')
    .addHelpText('after', guideText(TRANSFER));
  const input = z.object({
    id: idArgument.optional(),
    office: z.string().exactOptional(),
    duty: z.array(z.string()).exactOptional(),
    until: timeOption.exactOptional(),
    file: z.string().exactOptional(),
    ...momentOptions,
    ...manyOptions,
  });
  addManyOptions(addMoment(command)).action(
    perform(input, async (run, given) => {
      if (given.file !== undefined) return doMany(run, onlyFile(given), TRANSFERS);
      assertOne(given);
      const { id, office, duty, until, effectiveFrom } = given;
      if (id === undefined || office === undefined || duty === undefined)
        throw usage('Give the id, --office and --duty of one officer, or --file.');
      const body = {
        office,
        duties: duty,
        ...(until !== undefined && { until }),
        ...(effectiveFrom !== undefined && { effectiveFrom }),
      };
      const { answer } = await run.client.post(`/api/v1/principals/${id}/transfer`, principalAnswer, body);
      const next = phrase`next: the responsible person of ${office}, or another operator, runs ${asRun(`akashi officers confirm ${id} --number ${answer.number}`)}`;
      run.show(answer, `${principalText(run.say, answer)}${run.say(next)}\n`);
      return EXIT.ok;
    }),
  );
};

const whyText = ({ why }: NoticeAnswer) =>
  why === 'office-not-open'
    ? phrase`the office is not open`
    : why === 'other-act'
      ? phrase`something else came before`
      : phrase`${why}`;

export const addNotices = (group: Command, perform: Perform): void => {
  group
    .command('notices')
    .summary('what was prepared and was not done')
    .description(
      'List what was prepared for a moment and was not done, newest first. Officers see what concerns their own office.',
    )
    .option('--office <office>', 'of this office')
    .option('--limit <count>', 'how many on the page, at most 100')
    .addOption(cursorOption())
    .addHelpText('after', guideText(NOTICES))
    .action(
      perform(
        z.object({
          office: z.string().exactOptional(),
          ...pageOptions,
        }),
        async ({ client, say, show }, query) => {
          const page = await client.get('/api/v1/notices', noticePage, query);
          const lines = page.notices.map((notice) => [
            notice.effectiveFrom,
            notice.principal,
            say(whyText(notice)),
            notice.instead ?? NONE,
          ]);
          const count = phrase`notices: ${page.notices.length}`;
          show(page, table(lines) + endOfPage(say, count, page.cursor));
        },
      ),
    );
};
