import { z } from 'zod';
import { publicationAnswer } from '../answers.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';

const EXAMPLES = `
Examples:
  akashi publish --as operator-sakai organisation-1
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('publish')
    .description("build, sign and publish an authority's CRL now")
    .argument('<ca>', "the authority's id, as akashi authorities shows it")
    .addHelpText('after', EXAMPLES)
    .action(
      perform(z.object({ ca: z.string() }), async ({ client, show }, { ca }) => {
        const { answer } = await client.post(`/api/v1/crls/${encodeURIComponent(ca)}`, publicationAnswer);
        show(
          answer,
          details([
            ['CRL of', answer.ca],
            ['number', answer.number],
            ['thisUpdate', answer.thisUpdate],
            ['nextUpdate', answer.nextUpdate],
            ['SHA-256', answer.sha256],
            ['bytes', String(answer.bytes)],
          ]),
        );
      }),
    );
};
