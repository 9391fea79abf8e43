import { z } from 'zod';
import { tokenAnswer } from '../answers.ts';
import type { AddCommand } from '../perform.ts';

const EXAMPLES = `
Anyone who has the token can act with it; do not write it where others can read it.

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
