import { z } from 'zod';
import { requestAnswer } from '../answers.ts';
import { usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';
import { requestText } from '../request-text.ts';

const input = z.object({
  request: z.string(),
  approve: z.boolean().default(false),
  reject: z.boolean().default(false),
  reason: z.string().exactOptional(),
});

const GUIDE: Guide = {
  needs: [
    'a running service, and an officer or operator who has not acted on the request before: --as or --token',
    "the request's id, the first column of akashi requests",
  ],
  result: ['prints the request in its new state: examined-once, examined, issued or rejected'],
  examples: [
    "REQUEST=$(akashi requests --as higashi-counter --state submitted | head -n 1 | cut -d ' ' -f 1)",
    'akashi examine $REQUEST --approve --as higashi-examiner',
    'akashi examine $REQUEST --approve --as operator-sakai',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('examine')
    .summary('approve or reject a request')
    .description(
      'Approve or reject a request. A second officer examines it at the office, then an operator at the centre, whose approval issues the certificate. With office approval, a third officer with the duty approve examines it at the office before the centre does.',
    )
    .argument('<request>', "the request's id")
    .option('--approve', 'approve it')
    .option('--reject', 'reject it; needs a reason')
    .option('--reason <text>', 'why, for people')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async (run, { request: id, approve, reject, reason }) => {
        if (approve === reject) throw usage('Say one of --approve and --reject.');
        if (reject && reason === undefined) throw usage('A rejection needs a reason: --reason TEXT.');
        const decision = approve ? 'approve' : 'reject';
        const { answer } = await run.client.post(
          `/api/v1/requests/${encodeURIComponent(id)}/examinations`,
          requestAnswer,
          { decision, ...(reason === undefined ? {} : { reason }) },
        );
        run.show(answer, await requestText(run, answer));
      }),
    );
};
