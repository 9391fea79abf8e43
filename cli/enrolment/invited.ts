import type { z } from 'zod';
import { type Phrase, phrase } from '../../lib/fault.ts';
import { asRun } from '../as-run.ts';
import type { Run } from '../perform.ts';
import type { invitedAnswer } from './answers.ts';
import { principalText } from './principal-text.ts';
import type { RoleCommand } from './roles.ts';

/** Shows the invitation and the two commands that come next. `reads` says to whom the fingerprint is read. */
export const showInvited = (
  { say, show, settings }: Run,
  { name }: RoleCommand,
  answer: z.output<typeof invitedAnswer>,
  reads: Phrase,
): void => {
  const { principal, invitation } = answer;
  const until = principal.invitedUntil ?? '';
  const lines = [
    say(
      phrase`next: give the invitation to the person alone. It is not shown again, and opens once, before ${until}. The person runs`,
    ),
    // On the person's own machine npx would ask a registry for a package of that name.
    `  akashi enrol --invitation ${invitation} --url ${settings.url}`,
    say(reads),
    `  ${asRun(`akashi ${name} enrol ${principal.id} --fingerprint FINGERPRINT`)}`,
  ];
  show(
    answer,
    principalText(say, principal, [[phrase`invitation`, invitation]]) +
      lines.map((line) => `${line}\n`).join(''),
  );
};
