import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { publicationAnswer } from '../answers.ts';
import { type Guide, guideText } from '../guide.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';

const GUIDE: Guide = {
  needs: [
    'a running service, and an operator: --as or --token',
    'the id of the authority, as akashi authorities shows it',
  ],
  result: ["prints the CRL's number, thisUpdate, nextUpdate, digest and size"],
  examples: ['akashi publish organisation-1 --as operator-sakai'],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('publish')
    .summary('publish a CRL now')
    .description(
      'Build, sign and publish the CRL of one authority without waiting for its next time. Operators do this.',
    )
    .argument('<ca>', "the authority's id, as akashi authorities shows it")
    .argument(
      '[partition]',
      "which of its CRLs: full, or authority for that of the authority's own certificate where it has one",
      'full',
    )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(
        z.object({ ca: z.string(), partition: z.string() }),
        async ({ client, say, show }, { ca, partition }) => {
          const path = [ca, partition].map(encodeURIComponent).join('/');
          const { answer } = await client.post(`/api/v1/crls/${path}`, publicationAnswer);
          show(
            answer,
            details(say, [
              [phrase`CRL of`, answer.ca],
              [phrase`partition`, answer.partition],
              [phrase`number`, answer.number],
              ['thisUpdate', answer.thisUpdate],
              ['nextUpdate', answer.nextUpdate],
              ['SHA-256', answer.sha256],
              [phrase`bytes`, String(answer.bytes)],
            ]),
          );
        },
      ),
    );
};
