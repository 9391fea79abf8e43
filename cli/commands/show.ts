import { z } from 'zod';
import { requestAnswer } from '../answers.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';
import { requestText } from '../request-text.ts';

const GUIDE: Guide = {
  needs: [
    'a running service, and an officer, operator or auditor: --as or --token',
    "the request's id, the first column of akashi requests",
  ],
  result: [
    'prints the request; once it is issued, its certificate as CA/SERIAL',
    'what the certificate says is apart from what is kept with the request only; choices are by their labels',
    'to an auditor, who does not see profiles, fields are by their names and choices by their values',
  ],
  examples: [
    "REQUEST=$(akashi requests --as higashi-counter | head -n 1 | cut -d ' ' -f 1)",
    'akashi show $REQUEST --as higashi-counter',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('show')
    .summary('show a request and its examinations')
    .description(
      'Show one request, its fields and who examined it. Officers use it for requests of their office, operators and auditors for any.',
    )
    .argument('<request>', "the request's id")
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(z.object({ request: z.string() }), async (run, { request: id }) => {
        const request = await run.client.get(`/api/v1/requests/${encodeURIComponent(id)}`, requestAnswer);
        run.show(request, await requestText(run, request));
      }),
    );
};
