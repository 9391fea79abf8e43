import { z } from 'zod';
import { tokenAnswer } from '../answers.ts';
import type { AddCommand } from '../perform.ts';

const EXAMPLES = `
Whoever has the token can act with it; it is not to be written where others read.

Examples:
  export AKASHI_TOKEN="$(akashi token --as higashi-counter)"
  akashi token --as auditor --json
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('token')
    .description('get a bearer token for 15 minutes, over mutual TLS')
    .addHelpText('after', EXAMPLES)
    .action(
      perform(z.object({}), async ({ client, show }) => {
        const answer = await client.token(tokenAnswer);
        show(answer, `${answer.token}\n`);
      }),
    );
};
