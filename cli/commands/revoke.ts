import { Option } from 'commander';
import { z } from 'zod';
import { type Phrase, phrase } from '../../lib/fault.ts';
import { REVOCATION_REASONS } from '../../lib/pki/pki.ts';
import { outcomeAnswer, type revocationAnswer } from '../answers.ts';
import { isAwaiting, showAwaiting } from '../awaiting.ts';
import { certificatePath, findCertificateRef } from '../certificate-ref.ts';
import { EXIT, usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';
import { revocationText } from '../revocation-text.ts';
import { timeOption } from '../time.ts';

const input = z.object({
  certificate: z.string(),
  reason: z.enum(REVOCATION_REASONS).exactOptional(),
  invalidityDate: timeOption.exactOptional(),
  reportedAt: timeOption.exactOptional(),
  withdraw: z.boolean().exactOptional(),
});

const GUIDE: Guide = {
  needs: [
    'a running service, and an officer or operator: --as or --token',
    'the certificate: its file from akashi collect, or CA/SERIAL as akashi show prints it',
    '--reason, or --withdraw to take back what awaits a second operator',
  ],
  result: [
    'prints the revocation',
    'a later report of compromise raises the reason, and an earlier invalidity date is taken over; the time stays',
    'where two operators are needed, prints the command that the second one runs within seven days',
  ],
  exitCodes: ['4  asked for; another operator has to ask for the same'],
  examples: [
    'akashi revoke certificate.pem --reason cessationOfOperation --as higashi-chief',
    'NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ)',
    'akashi revoke certificate.pem --reason keyCompromise --invalidity-date $NOW --as higashi-chief',
  ],
};

const doneText = ({ revocation, first, raised }: z.output<typeof revocationAnswer>): Phrase => {
  const done = revocationText(revocation);
  if (raised) return phrase`${done} (it had been before; this is what the report has raised it to)`;
  return first ? done : phrase`${done} (it had been before; this has changed nothing)`;
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('revoke')
    .summary('revoke a certificate')
    .description(
      'Revoke a certificate for good, at once. Officers revoke those of their office, operators any. Certificates of CAs, OCSP responders and the service itself take two operators.',
    )
    .argument('<certificate>', "CA/SERIAL, or the certificate's file")
    .addOption(
      new Option('--reason <name>', "RFC 5280's name; cACompromise is for certificates of CAs").choices(
        REVOCATION_REASONS,
      ),
    )
    .option(
      '--invalidity-date <time>',
      'since when the key is known or suspected to be compromised: 2026-04-01 (in Japan), or a time',
    )
    .option(
      '--reported-at <time>',
      'when somebody reported what the revocation is for: a date in Japan, or a time',
    )
    .option('--withdraw', 'take back a revocation or hold that awaits a second operator')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async (run, { certificate, reason, invalidityDate, reportedAt, withdraw = false }) => {
        const given = [reason, invalidityDate, reportedAt].some((value) => value !== undefined);
        if (withdraw && given) {
          throw usage('Either --reason or --withdraw is needed, not both.', 'See akashi revoke --help.');
        }
        if (!withdraw && reason === undefined) {
          throw usage('One of --reason and --withdraw is needed.', 'See akashi revoke --help.');
        }
        const ref = await findCertificateRef(run, certificate);
        const name = `${ref.ca}/${ref.serial}`;
        const path = `${certificatePath(ref)}/revocation`;
        if (withdraw) {
          await run.client.delete(path);
          run.show({ ...ref, withdrawn: true }, `${run.say(phrase`${name}: nothing is awaited any more`)}\n`);
          return EXIT.ok;
        }
        const { answer } = await run.client.post(path, outcomeAnswer, {
          reason,
          ...(invalidityDate === undefined ? {} : { invalidityDate }),
          ...(reportedAt === undefined ? {} : { reportedAt }),
        });
        if (isAwaiting(answer)) return showAwaiting(run, ref, answer, 'akashi revoke');
        run.show({ ...ref, ...answer }, `${name} ${run.say(doneText(answer))}\n`);
        return EXIT.ok;
      }),
    );
};
