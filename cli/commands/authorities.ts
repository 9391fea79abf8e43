import { z } from 'zod';
import { authoritiesAnswer } from '../answers.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';

const EXAMPLES = `
Compare fingerprints with those that were published elsewhere before trusting a certificate that was fetched here.

Examples:
  akashi authorities
  akashi authorities --json | jq -r '.authorities[] | .id + " " + .fingerprint'
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('authorities')
    .description('list the certification authorities and their addresses')
    .addHelpText('after', EXAMPLES)
    .action(
      perform(z.object({}), async ({ client, show }) => {
        const answer = await client.get('/ca', authoritiesAnswer);
        const texts = answer.authorities.map((ca) =>
          details([
            ['authority', `${ca.id}  ${ca.title.ja} / ${ca.title.en}`],
            ['subject', ca.subject],
            ['algorithm', ca.algorithm],
            ['valid', `${ca.notBefore} to ${ca.notAfter}`],
            ['SHA-256', ca.fingerprint],
            ['certificate', ca.urls.certificate],
            ...ca.urls.crl.map((url) => ['CRL', url] as const),
            ['OCSP', ca.urls.ocsp],
          ]),
        );
        show(answer, texts.join('\n'));
      }),
    );
};
