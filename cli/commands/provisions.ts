import type { AddCommand } from '../perform.ts';
import { addRecordOptions, listRecords, recordOptions } from '../record-list.ts';

const EXAMPLES = `
Choose by any of the options together. Asking is itself recorded.

Examples:
  akashi provisions --as auditor --certificate certificate.pem
  akashi provisions --as auditor --recipient public --from 2026-04-01T00:00:00Z --to 2026-05-01T00:00:00Z --all --json
`;

export const addCommand: AddCommand = (program, perform) => {
  addRecordOptions(
    program.command('provisions').description('list who was told what, when: answers that left the service'),
  )
    .addHelpText('after', EXAMPLES)
    .action(perform(recordOptions, (run, options) => listRecords(run, '/api/v1/provisions', options)));
};
