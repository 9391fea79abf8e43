import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { correctionAnswer } from '../answers.ts';
import { asRun } from '../as-run.ts';
import { certificatePath, findCertificateRef } from '../certificate-ref.ts';
import { EXIT } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';

const GUIDE: Guide = {
  needs: [
    'a running service, and two operators, one after the other: --as or --token',
    'the certificate: its file, or CA/SERIAL as the error line in the log has it',
  ],
  result: [
    'the first operator gets the command that the second one runs within seven days',
    "after the second operator's call, prints that the status is corrected",
  ],
  exitCodes: ['4  asked for; another operator has to ask for the same'],
  examples: ['akashi correct certificate.pem --as operator-noda'],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('correct')
    .summary('undo a revocation or hold that nobody made')
    .description(
      'Have the table say what the signed acts say about a certificate. Use it where the log reports a certificate that is closed in the table although no act closed it, once it is known who wrote there. It takes two operators.',
    )
    .argument('<certificate>', "CA/SERIAL, or the certificate's file")
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(z.object({ certificate: z.string() }), async (run, { certificate }) => {
        const ref = await findCertificateRef(run, certificate);
        const name = `${ref.ca}/${ref.serial}`;
        const { answer } = await run.client.post(`${certificatePath(ref)}/correction`, correctionAnswer);
        const { awaiting, first } = answer;
        if (awaiting === undefined) {
          run.show({ ...ref, ...answer }, `${run.say(phrase`${name}: the status is corrected`)}\n`);
          return EXIT.ok;
        }
        const said = first
          ? phrase`${name} is not corrected yet. A correction is asked for.`
          : phrase`${name} is not corrected yet. The same operator asked for it before, at ${awaiting.askedAt}; nothing has changed.`;
        const next = phrase`Before ${awaiting.lapsesAt} another operator runs`;
        run.show(
          { ...ref, ...answer },
          `${run.say(said)}\n${run.say(next)}\n  ${asRun(`akashi correct --as OPERATOR ${name}`)}\n`,
        );
        return EXIT.awaiting;
      }),
    );
};
