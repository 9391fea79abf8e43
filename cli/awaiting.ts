import type { z } from 'zod';
import { type Phrase, phrase } from '../lib/fault.ts';
import type { awaitingAnswer, outcomeAnswer } from './answers.ts';
import { asRun } from './as-run.ts';
import type { CertificateRef } from './certificate-ref.ts';
import { EXIT, type ExitCode } from './failure.ts';
import type { Run } from './perform.ts';

type Answer = z.output<typeof awaitingAnswer>;

export const isAwaiting = (answer: z.output<typeof outcomeAnswer>): answer is Answer =>
  answer.awaiting !== undefined;

/** What has not been done yet. */
const stateText = (name: string, { status, raises }: Answer['awaiting']): Phrase => {
  if (raises) return phrase`${name} is revoked, and its revocation is not raised yet.`;
  return status === 'hold' ? phrase`${name} is not on hold yet.` : phrase`${name} is not revoked yet.`;
};

/** Says that the action waits for a second person, and what that person runs: `command` with the same options. */
export const showAwaiting = (run: Run, ref: CertificateRef, answer: Answer, command: string): ExitCode => {
  const { awaiting, first } = answer;
  const name = `${ref.ca}/${ref.serial}`;
  const terms =
    awaiting.status === 'hold'
      ? ''
      : ` --reason ${awaiting.reason}${
          awaiting.invalidityDate === undefined ? '' : ` --invalidity-date ${awaiting.invalidityDate}`
        }`;
  const why = first
    ? phrase`It is a certificate of the service's own, which takes two persons: this is asked for.`
    : phrase`It is a certificate of the service's own, which takes two persons: this was asked for before, at ${awaiting.askedAt}; this has changed nothing.`;
  const lines = [
    `${run.say(stateText(name, awaiting))} ${run.say(why)}`,
    run.say(phrase`Before ${awaiting.lapsesAt} another operator runs`),
    `  ${asRun(`${command} --as OPERATOR ${name}${terms}`)}`,
    run.say(phrase`and to withdraw it, any operator runs`),
    `  ${asRun(`akashi revoke --as OPERATOR ${name} --withdraw`)}`,
  ];
  run.show({ ...ref, ...answer }, lines.map((line) => `${line}\n`).join(''));
  return EXIT.awaiting;
};
