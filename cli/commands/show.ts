import { z } from 'zod';
import { requestAnswer } from '../answers.ts';
import type { AddCommand } from '../perform.ts';
import { requestText } from '../request-text.ts';

const EXAMPLES = `
Examples:
  akashi show --as higashi-counter REQUEST
  akashi show --as higashi-counter REQUEST --json | jq -r .state
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('show')
    .description('show a request and its examinations')
    .argument('<request>', "the request's id")
    .addHelpText('after', EXAMPLES)
    .action(
      perform(z.object({ request: z.string() }), async ({ client, show }, { request: id }) => {
        const request = await client.get(`/api/v1/requests/${encodeURIComponent(id)}`, requestAnswer);
        show(request, requestText(request));
      }),
    );
};
