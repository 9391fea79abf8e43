import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { authoritiesAnswer } from '../answers.ts';
import { type Guide, guideText } from '../guide.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';

const GUIDE: Guide = {
  needs: ['a running service; no credentials'],
  result: [
    'prints id, subject, algorithm, validity, fingerprint and addresses of each authority',
    'compare a fingerprint with one that was published elsewhere before you trust the certificate',
  ],
  examples: ['akashi authorities', 'akashi authorities --json'],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('authorities')
    .summary('list the certification authorities')
    .description(
      'List the certification authorities, with the addresses of their certificates, CRLs and OCSP responders. Anyone may ask.',
    )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(z.object({}), async ({ client, say, show }) => {
        const answer = await client.get('/ca', authoritiesAnswer);
        const texts = answer.authorities.map((ca) =>
          details(say, [
            [phrase`authority`, phrase`${ca.id}  ${ca.title}`],
            [phrase`subject`, ca.subject],
            [phrase`algorithm`, ca.algorithm],
            [phrase`valid`, phrase`${ca.notBefore} to ${ca.notAfter}`],
            ['SHA-256', ca.fingerprint],
            [phrase`certificate`, ca.urls.certificate],
            ...ca.urls.crl.map((url) => ['CRL', url] as const),
            ['OCSP', ca.urls.ocsp],
          ]),
        );
        show(answer, texts.join('\n'));
      }),
    );
};
