import { z } from 'zod';
import { requestAnswer } from '../answers.ts';
import type { AddCommand } from '../perform.ts';
import { requestText } from '../request-text.ts';

const EXAMPLES = `
Examples:
  akashi withdraw --as higashi-counter REQUEST --reason 申請者の取下げ
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('withdraw')
    .description('take a request back before the centre has approved it')
    .argument('<request>', "the request's id")
    .requiredOption('--reason <text>', 'why, for people')
    .addHelpText('after', EXAMPLES)
    .action(
      perform(
        z.object({ request: z.string(), reason: z.string() }),
        async ({ client, show }, { request: id, reason }) => {
          const path = `/api/v1/requests/${encodeURIComponent(id)}/withdrawal`;
          const { answer } = await client.post(path, requestAnswer, { reason });
          show(answer, requestText(answer));
        },
      ),
    );
};
