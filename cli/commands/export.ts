import { z } from 'zod';
import { findCertificateRef } from '../certificate-ref.ts';
import { usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';
import { addOverwrite, overwriteOption, saving } from '../save.ts';
import { savedText } from '../saved-text.ts';
import { timeOption } from '../time.ts';

const FORMATS = /\.(csv|ndjson|parquet)$/;

const input = z.object({
  file: z.string(),
  recipient: z.string().exactOptional(),
  actor: z.string().exactOptional(),
  certificate: z.string().exactOptional(),
  holder: z.string().exactOptional(),
  office: z.string().exactOptional(),
  tenant: z.string().exactOptional(),
  purpose: z.string().exactOptional(),
  channel: z.string().exactOptional(),
  kind: z.string().exactOptional(),
  excludeOwn: z.boolean().default(false),
  from: timeOption.exactOptional(),
  to: timeOption.exactOptional(),
  ...overwriteOption,
});

const GUIDE: Guide = {
  needs: [
    'a running service, and an auditor: --as or --token',
    'a file name that ends in .csv, .ndjson or .parquet, which chooses the format',
  ],
  result: ['writes the file; prints its size and the digest that the record of the export has'],
  examples: [
    'akashi export records.csv --as auditor --from 2026-04-01',
    'akashi export tax.parquet --as auditor --recipient tax-portal --purpose tax-return',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  addOverwrite(
    program
      .command('export')
      .summary('write records to a file')
      .description(
        'Write every record that a query finds to a CSV, NDJSON or Parquet file. Auditors use it; the export is itself recorded.',
      )
      .argument('<file>', 'ending in .csv, .ndjson or .parquet')
      .option('--recipient <principal>', 'answers to this principal, or to `public`')
      .option('--actor <principal>', 'acts of this principal, or of `service`')
      .option('--certificate <ref>', "records of this certificate: CA/SERIAL, or the certificate's file")
      .option('--holder <holder>', "records of this holder's certificates")
      .option('--office <office>', 'what this sub-office did, or was told')
      .option('--tenant <tenant>', "what is about this tenant's affairs")
      .option('--purpose <purpose>', 'answers for this purpose')
      .option('--channel <channel>', 'answers that left so: ocsp, crl, certificate, records, …')
      .option('--exclude-own', 'without what your own look at the records made')
      .option('--kind <kind>', 'of this kind: provision, issuance, revocation, …')
      .option(
        '--from <time>',
        'the earliest time, inclusive: 2026-04-01 (in Japan), or 2026-04-01T09:00:00+09:00',
      )
      .option('--to <time>', 'the latest time, exclusive'),
  )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async (run, { file, certificate, overwrite, excludeOwn, ...query }) => {
        const format = FORMATS.exec(file)?.[1];
        if (format === undefined) throw usage('The file ends in none of .csv, .ndjson, .parquet.');
        const ref = certificate === undefined ? {} : await findCertificateRef(run, certificate);
        const saved = await saving(file, { overwrite }, (take) =>
          run.client.save(`/api/v1/exports/records.${format}`, take, {
            ...query,
            ...ref,
            ...(excludeOwn && { excludeOwn: 'true' }),
          }),
        );
        run.show(saved, savedText(run.say, saved));
      }),
    );
};
