import { addCheck } from '../audit/check-command.ts';
import { addProve } from '../audit/prove-command.ts';
import { addVerify } from '../audit/verify-command.ts';
import type { AddCommand } from '../perform.ts';

export const addCommand: AddCommand = (program, perform) => {
  const audit = program
    .command('audit')
    .summary('verify the log, prove a record, check a proof')
    .description(
      'Verify the log of all records, write a proof of one record, or check such a proof offline. Auditors use it, and anyone who was given a proof.',
    );
  addVerify(audit, perform);
  addProve(audit, perform);
  addCheck(audit, perform);
};
