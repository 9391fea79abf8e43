import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { requestPage } from '../answers.ts';
import { type Guide, guideText } from '../guide.ts';
import { cursorOption, pageOptions } from '../page.ts';
import type { AddCommand } from '../perform.ts';
import { requestTable } from '../request-text.ts';

const input = z.object({
  office: z.string().exactOptional(),
  state: z.string().exactOptional(),
  ...pageOptions,
});

const GUIDE: Guide = {
  needs: ['a running service, and an officer, operator or auditor: --as or --token'],
  result: [
    'prints a line for each request: id, state, time, office, profile, subject, holder',
    'submitted waits for the duty examine, examined-once for the duty approve, examined for the centre',
    'a holder is (new) whom no earlier request or certificate names: compare it with the application',
  ],
  examples: [
    'akashi requests --as higashi-counter --state submitted',
    'akashi requests --as higashi-counter --state examined-once',
    'akashi requests --as operator-sakai --office mizusaki-higashi --limit 50 --json',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('requests')
    .summary('list requests')
    .description(
      'List requests, newest first. Officers see those of their own office, or with --office of one whose affairs it has taken over; operators and auditors see all.',
    )
    .option(
      '--state <state>',
      'submitted, examined-once, examined, approved, issued, rejected, withdrawn or failed',
    )
    .option('--office <office>', 'of this office')
    .option('--limit <count>', 'requests on the page, at most 50')
    .addOption(cursorOption())
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async ({ client, say, show }, options) => {
        const page = await client.get('/api/v1/requests', requestPage, options);
        const count = page.requests.length;
        const end =
          page.cursor === undefined
            ? phrase`requests: ${count}`
            : phrase`requests: ${count}; more with --cursor ${page.cursor}`;
        const { predecessors = [] } = page;
        const others = predecessors.map(
          (id) => `${say(phrase`taken over from, see with --office: ${id}`)}\n`,
        );
        show(page, `${requestTable(say, page.requests)}${say(end)}\n${others.join('')}`);
      }),
    );
};
