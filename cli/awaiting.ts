import type { z } from 'zod';
import type { awaitingAnswer, outcomeAnswer } from './answers.ts';
import type { CertificateRef } from './certificate-ref.ts';
import { EXIT, type ExitCode } from './failure.ts';
import type { Run } from './perform.ts';

type Answer = z.output<typeof awaitingAnswer>;

export const isAwaiting = (answer: z.output<typeof outcomeAnswer>): answer is Answer =>
  answer.awaiting !== undefined;

const stateText = ({ status, raises }: Answer['awaiting']): string => {
  if (raises) return 'is revoked, and its revocation is not raised';
  return status === 'hold' ? 'is not on hold' : 'is not revoked';
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
  const said = first
    ? 'is asked for'
    : `was asked for before, at ${awaiting.askedAt}; this has changed nothing`;
  run.show(
    { ...ref, ...answer },
    `${name} ${stateText(awaiting)} yet. It is a certificate of the service's own, ` +
      `which takes two persons: this ${said}.\n` +
      `Before ${awaiting.lapsesAt} another operator runs\n` +
      `  ${command} --as OPERATOR ${name}${terms}\n` +
      `and to withdraw it, any operator runs\n` +
      `  akashi revoke --as OPERATOR ${name} --withdraw\n`,
  );
  return EXIT.awaiting;
};
