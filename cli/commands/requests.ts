import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { requestPage } from '../answers.ts';
import { usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { countText, cursorOption, endOfPage, pageOptions, predecessorLines } from '../page.ts';
import type { AddCommand } from '../perform.ts';
import { requestTable } from '../request-text.ts';
import { addOverwrite, overwriteOption } from '../save.ts';
import { saveList } from '../save-list.ts';

const PATH = '/api/v1/requests';

const input = z.object({
  office: z.string().exactOptional(),
  state: z.string().exactOptional(),
  profile: z.string().exactOptional(),
  holder: z.string().exactOptional(),
  issuedTo: z.string().exactOptional(),
  submittedBy: z.string().exactOptional(),
  text: z.string().exactOptional(),
  oldest: z.boolean().exactOptional(),
  count: z.boolean().exactOptional(),
  save: z.string().exactOptional(),
  ...pageOptions,
  ...overwriteOption,
});

const GUIDE: Guide = {
  needs: ['a running service, and an officer, operator or auditor: --as or --token'],
  result: [
    'prints a line for each request: id, state, time, office, profile, subject, what --text finds it by, holder',
    'submitted waits for the duty examine, examined-once for the duty approve, examined for the centre',
    'a holder is (new) whom no earlier request or certificate names: compare it with the application',
    '--text finds the beginning of a name, or two characters that stand in it; the text is not recorded',
  ],
  examples: [
    'akashi requests --as higashi-counter --state submitted --count',
    'akashi requests --as higashi-counter --text 齋藤',
    'akashi requests --as higashi-chief --submitted-by higashi-counter',
    'akashi requests --as higashi-chief --profile person-signature --save requests.xlsx',
    'akashi requests --as operator-sakai --office mizusaki-higashi --limit 50 --json',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  addOverwrite(
    program
      .command('requests')
      .summary('list requests')
      .description(
        'List requests, newest first unless --oldest is given. Officers see those of their own office, or with --office of one whose affairs it has taken over; operators and auditors see all.',
      )
      .option(
        '--state <state>',
        'submitted, examined-once, examined, approved, issued, rejected, withdrawn or failed',
      )
      .option('--office <office>', 'of this office')
      .option('--profile <profile>', 'for certificates of this profile')
      .option('--holder <holder>', 'about this holder, by the pseudonym')
      .option('--issued-to <officer>', 'for certificates that this officer gets')
      .option('--submitted-by <officer>', 'that this officer submitted')
      .option('--text <text>', 'by the beginning of a name, in 2 to 64 characters; of one office')
      .option('--oldest', 'the oldest first; for a list on the screen without --text')
      .option('--count', 'also say how many there are')
      .option('--limit <count>', 'requests on the page, at most 50')
      .option('--save <file>', 'write the whole list to a file that ends in .csv or .xlsx')
      .addOption(cursorOption()),
  )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async (run, { text, count: isCounted, oldest, save, overwrite, ...query }) => {
        const { client, say, show } = run;
        const { limit, ...filter } = query;
        if (oldest && (save !== undefined || text !== undefined))
          throw usage('--oldest is for a list on the screen; files and searches have the newest first.');
        if (save !== undefined) {
          const { cursor: _cursor, ...whole } = filter;
          if (text !== undefined)
            throw usage('A search is not written to a file; choose by --profile, --holder or --state.');
          return saveList(run, '/api/v1/exports/requests', save, { overwrite }, whole);
        }
        const page =
          text === undefined
            ? await client.get(PATH, requestPage, {
                ...query,
                ...(isCounted && { count: 'true' }),
                ...(oldest && { order: 'oldest' }),
              })
            : // A name does not go into an address, because addresses are logged on their way.
              (
                await client.post('/api/v1/searches/requests', requestPage, {
                  ...filter,
                  text,
                  ...(limit !== undefined && { limit: Number(limit) }),
                })
              ).answer;
        const count = countText(phrase`requests: ${page.requests.length}`, page);
        show(
          page,
          requestTable(say, page.requests) +
            endOfPage(say, count, page.cursor) +
            predecessorLines(say, page.predecessors),
        );
      }),
    );
};
