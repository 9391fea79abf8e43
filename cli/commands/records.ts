import { z } from 'zod';
import { recordAnswer } from '../answers.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';
import { addRecordOptions, listRecords, recordOptions, recordText } from '../record-list.ts';

const input = recordOptions.extend({
  record: z.string().optional(),
  actor: z.string().exactOptional(),
  kind: z.string().exactOptional(),
});

const GUIDE: Guide = {
  needs: [
    'a running service, and an auditor: --as or --token',
    'to show one: its id, the first column of the list',
  ],
  result: [
    'prints a line for each record: id, time, actor or recipient, kind of act or channel and method,',
    'purpose, what was done or told, certificates',
  ],
  examples: [
    'akashi records --as auditor --kind revocation --from 2026-04-01',
    "RECORD=$(akashi records --as auditor | head -n 1 | cut -d ' ' -f 1)",
    'akashi records $RECORD --as auditor',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  addRecordOptions(
    program
      .command('records')
      .summary('list records of every kind, or show one')
      .description(
        'List the records of acts and answers, newest first, or show one whole. Auditors use it; asking is itself recorded.',
      )
      .argument('[record]', "a record's id")
      .option('--actor <principal>', 'acts of this principal, or of `service`')
      .option(
        '--kind <kind>',
        'of this kind: submission, examination, issuance, revocation, hold, release, …',
      ),
  )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async (run, { record: id, actor, kind, ...options }) => {
        if (id === undefined) return listRecords(run, '/api/v1/records', options, { actor, kind });
        const record = await run.client.get(`/api/v1/records/${encodeURIComponent(id)}`, recordAnswer);
        run.show(record, recordText(run.say, record));
      }),
    );
};
