import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';
import { addRecordOptions, listRecords, recordOptions } from '../record-list.ts';

const GUIDE: Guide = {
  needs: ['a running service, and an auditor, or a relying party for the answers to itself: --as or --token'],
  result: [
    'prints a line for each record: id, time, recipient, channel and method, purpose, answer, certificates;',
    '`(assumed)` after the purpose: the recipient named none, and the trust domain assumes this one for it;',
    '`repeated` after the method: the signed request was answered before, and anybody may have sent it again',
    '`8 answers` after the method: so many answers to the public share the record, which has the digests of each',
    '`10 unregistered`: so many serial numbers that the status register did not have; the record lists them',
  ],
  examples: [
    'akashi provisions --as auditor --certificate certificate.pem --exclude-own',
    "REQUEST=$(akashi requests --as higashi-counter | head -n 1 | cut -d ' ' -f 1)",
    'akashi provisions --as auditor --request $REQUEST',
    'akashi provisions --as tax-portal --channel ocsp',
    'akashi provisions --as auditor --recipient public --from 2026-04-01 --all --json',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  addRecordOptions(
    program
      .command('provisions')
      .summary('list the answers that the service gave')
      .description(
        'List who was told what about certificates, and when, newest first. Auditors use it, and relying parties for answers to themselves; asking is itself recorded.',
      ),
  )
    .addHelpText('after', guideText(GUIDE))
    .action(perform(recordOptions, (run, options) => listRecords(run, '/api/v1/provisions', options)));
};
