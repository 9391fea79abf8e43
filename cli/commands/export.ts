import { z } from 'zod';
import { findCertificateRef } from '../certificate-ref.ts';
import { usage } from '../failure.ts';
import type { AddCommand } from '../perform.ts';
import { saving } from '../save.ts';
import { savedText } from '../saved-text.ts';

const FORMATS = /\.(csv|ndjson|parquet)$/;

const input = z.object({
  file: z.string(),
  recipient: z.string().exactOptional(),
  actor: z.string().exactOptional(),
  certificate: z.string().exactOptional(),
  holder: z.string().exactOptional(),
  office: z.string().exactOptional(),
  purpose: z.string().exactOptional(),
  channel: z.string().exactOptional(),
  kind: z.string().exactOptional(),
  from: z.string().exactOptional(),
  to: z.string().exactOptional(),
});

const EXAMPLES = `
The end of the file's name says which format: .csv, .ndjson or .parquet. The export is itself recorded, with the
digest that is shown.

Examples:
  akashi export --as auditor records.csv --from 2026-04-01T00:00:00Z --to 2027-04-01T00:00:00Z
  akashi export --as auditor tax.parquet --recipient tax-portal --purpose tax-return
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('export')
    .description('write every record that a query finds to a file')
    .argument('<file>', 'ending in .csv, .ndjson or .parquet')
    .option('--recipient <principal>', 'answers to this principal, or to `public`')
    .option('--actor <principal>', 'acts of this principal, or of `service`')
    .option('--certificate <ref>', "records of this certificate: CA/SERIAL, or the certificate's file")
    .option('--holder <holder>', "records of this holder's certificates")
    .option('--office <office>', 'what this sub-office did, or was told')
    .option('--purpose <purpose>', 'answers for this purpose')
    .option('--channel <channel>', 'answers that left so: ocsp, crl, certificate, records, …')
    .option('--kind <kind>', 'of this kind: provision, issuance, revocation, …')
    .option('--from <time>', 'the earliest time, inclusive')
    .option('--to <time>', 'the latest time, exclusive')
    .addHelpText('after', EXAMPLES)
    .action(
      perform(input, async (run, { file, certificate, ...query }) => {
        const format = FORMATS.exec(file)?.[1];
        if (format === undefined) throw usage('The file ends in none of .csv, .ndjson, .parquet.');
        const ref = certificate === undefined ? {} : await findCertificateRef(run, certificate);
        const saved = await saving(file, (take) =>
          run.client.save(`/api/v1/exports/records.${format}`, take, { ...query, ...ref }),
        );
        run.show(saved, savedText(saved));
      }),
    );
};
