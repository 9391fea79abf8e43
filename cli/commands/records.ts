import { z } from 'zod';
import { recordAnswer } from '../answers.ts';
import type { AddCommand } from '../perform.ts';
import { addRecordOptions, listRecords, recordOptions, recordText } from '../record-list.ts';

const input = recordOptions.extend({
  record: z.string().optional(),
  actor: z.string().exactOptional(),
  kind: z.string().exactOptional(),
});

const EXAMPLES = `
Choose by any of the options together. Asking is itself recorded.

Examples:
  akashi records --as auditor --kind revocation --from 2026-04-01T00:00:00Z
  akashi records --as auditor --actor operator-sakai --all --json
  akashi records --as auditor RECORD
`;

export const addCommand: AddCommand = (program, perform) => {
  addRecordOptions(
    program
      .command('records')
      .description('list records of every kind, newest first, or show one')
      .argument('[record]', "a record's id")
      .option('--actor <principal>', 'acts of this principal, or of `service`')
      .option(
        '--kind <kind>',
        'of this kind: submission, examination, issuance, revocation, hold, release, …',
      ),
  )
    .addHelpText('after', EXAMPLES)
    .action(
      perform(input, async (run, { record: id, actor, kind, ...options }) => {
        if (id === undefined) return listRecords(run, '/api/v1/records', options, { actor, kind });
        const record = await run.client.get(`/api/v1/records/${encodeURIComponent(id)}`, recordAnswer);
        run.show(record, recordText(record));
      }),
    );
};
