import { z } from 'zod';
import { tokenAnswer } from '../answers.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';

const GUIDE: Guide = {
  needs: ['a running service, and --as: a token is given over mutual TLS only'],
  result: ['prints the token; anyone who reads it can act with it'],
  examples: [
    'akashi token --as higashi-counter',
    'export AKASHI_TOKEN="$(akashi token --as higashi-counter)"',
    'akashi requests',
    'unset AKASHI_TOKEN',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('token')
    .summary('get a bearer token')
    .description(
      'Get a bearer token for programs that cannot do mutual TLS. Every principal may; a token acts as the principal for 15 minutes.',
    )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(z.object({}), async ({ client, show }) => {
        const answer = await client.token(tokenAnswer);
        show(answer, `${answer.token}\n`);
      }),
    );
};
