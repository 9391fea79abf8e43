import { z } from 'zod';
import { requestAnswer } from '../answers.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';
import { requestText } from '../request-text.ts';

const GUIDE: Guide = {
  needs: [
    'a running service, and an officer of the same office or its successor, or an operator: --as or --token',
    "the request's id, the first column of akashi requests",
  ],
  result: ['prints the request, in state withdrawn'],
  examples: [
    "REQUEST=$(akashi requests --as higashi-counter --state submitted | head -n 1 | cut -d ' ' -f 1)",
    'akashi withdraw $REQUEST --reason 申請者の取下げ --as higashi-counter',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('withdraw')
    .summary('withdraw a request')
    .description(
      'Take a request back before the centre has approved it. Officers of the office that submitted it do this, or of the one that has taken over its affairs; an operator where no office has them.',
    )
    .argument('<request>', "the request's id")
    .requiredOption('--reason <text>', 'why, for people')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(z.object({ request: z.string(), reason: z.string() }), async (run, { request: id, reason }) => {
        const path = `/api/v1/requests/${encodeURIComponent(id)}/withdrawal`;
        const { answer } = await run.client.post(path, requestAnswer, { reason });
        run.show(answer, await requestText(run, answer));
      }),
    );
};
