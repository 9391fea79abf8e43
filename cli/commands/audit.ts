import { addCheck } from '../audit/check-command.ts';
import { addProve } from '../audit/prove-command.ts';
import { addVerify } from '../audit/verify-command.ts';
import type { AddCommand } from '../perform.ts';

export const addCommand: AddCommand = (program, perform) => {
  const audit = program
    .command('audit')
    .description('verify the log of all records, prove one record, check such a proof offline');
  addVerify(audit, perform);
  addProve(audit, perform);
  addCheck(audit, perform);
};
