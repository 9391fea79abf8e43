import { z } from 'zod';
import { requestAnswer } from '../answers.ts';
import { usage } from '../failure.ts';
import type { AddCommand } from '../perform.ts';
import { requestText } from '../request-text.ts';

const input = z.object({
  request: z.string(),
  approve: z.boolean().default(false),
  reject: z.boolean().default(false),
  reason: z.string().exactOptional(),
});

const EXAMPLES = `
An officer examines at the office, an operator at the centre; neither may be a person who acted on the request before.
Approval at the centre issues the certificate.

Examples:
  akashi examine --as higashi-examiner REQUEST --approve
  akashi examine --as operator-sakai REQUEST --reject --reason 申請書と氏名が一致しない
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('examine')
    .description('approve or reject a request')
    .argument('<request>', "the request's id")
    .option('--approve', 'approve it')
    .option('--reject', 'reject it; needs a reason')
    .option('--reason <text>', 'why, for people')
    .addHelpText('after', EXAMPLES)
    .action(
      perform(input, async ({ client, show }, { request: id, approve, reject, reason }) => {
        if (approve === reject) throw usage('Say one of --approve and --reject.');
        if (reject && reason === undefined) throw usage('A rejection needs a reason: --reason TEXT.');
        const decision = approve ? 'approve' : 'reject';
        const { answer } = await client.post(
          `/api/v1/requests/${encodeURIComponent(id)}/examinations`,
          requestAnswer,
          { decision, ...(reason === undefined ? {} : { reason }) },
        );
        show(answer, requestText(answer));
      }),
    );
};
