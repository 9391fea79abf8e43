import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { details, table } from '../output.ts';
import type { AddCommand } from '../perform.ts';
import { purposeText } from '../purpose-text.ts';
import { addOverwrite, overwriteOption, saving } from '../save.ts';
import { savedText } from '../saved-text.ts';

const PATH = '/api/v1/reports/annual';

const input = z.object({
  year: z
    .string()
    .regex(/^2\d{3}$/, 'A fiscal year is written like 2026.')
    .optional(),
  make: z.boolean().default(false),
  tenant: z.string().exactOptional(),
  out: z
    .string()
    .regex(/\.(json|csv|html)$/, 'The file ends in none of .json, .csv, .html.')
    .exactOptional(),
  ...overwriteOption,
});

const version = z.looseObject({
  tenant: z.string().exactOptional(),
  fiscalYear: z.int(),
  version: z.int(),
  madeAt: z.string(),
  digest: z.string(),
});

const report = z.looseObject({
  fiscalYear: z.int(),
  from: z.string(),
  to: z.string(),
  totals: z.looseObject({ records: z.int(), items: z.int(), repeated: z.int(), itemsBefore: z.int() }),
  lines: z.array(
    z.looseObject({
      recipient: z.string(),
      month: z.string(),
      channel: z.string(),
      method: z.string(),
      purpose: z.string().nullable(),
      purposeAssumed: z.literal(true).exactOptional(),
      items: z.int(),
      change: z.int(),
    }),
  ),
});

const GUIDE: Guide = {
  needs: [
    'a running service; to make a report, an operator or auditor: --as or --token',
    'a fiscal year with a report; without a year, the reports are listed',
    'a report of a tenant is named with --tenant; only to make one, its operator or auditor leaves that out',
  ],
  result: ['prints the totals by month and recipient, or writes the file of --out and prints its digest'],
  examples: [
    'akashi report 2025 --make --as auditor',
    'akashi report 2025 --make --tenant tokiwa --as auditor',
    'akashi report',
    'akashi report 2025 --out report.html',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  addOverwrite(
    program
      .command('report')
      .summary('show, save or make the annual report')
      .description(
        'Show, save or make the annual report on answers given, of the whole service or of one tenant. Anyone may read it; operators and auditors make it when the fiscal year, which begins in April, is over.',
      )
      .argument('[year]', 'the fiscal year')
      .option('--make', 'make it now, for operators and auditors')
      .option('--tenant <tenant>', 'that of this tenant')
      .option('--out <file>', 'save it, ending in .json, .csv or .html'),
  )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async ({ client, say, show }, { year, make, tenant, out, overwrite }) => {
        if (year === undefined) {
          if (make || out !== undefined) throw usage('Name the fiscal year.');
          const found = await client.get(PATH, z.looseObject({ reports: z.array(version) }));
          const reports = found.reports.filter((one) => tenant === undefined || one.tenant === tenant);
          const rows = reports.map((one) => [
            String(one.fiscalYear),
            one.tenant ?? '-',
            say(phrase`version ${one.version}`),
            one.madeAt,
            one.digest,
          ]);
          show({ reports }, rows.length === 0 ? `${say(phrase`There are no reports yet.`)}\n` : table(rows));
          return;
        }
        const of = { ...(tenant !== undefined && { tenant }) };
        const made = async () =>
          (await client.post(PATH, version, { fiscalYear: Number(year), ...of })).answer;
        if (out !== undefined) {
          const saved = await saving(out, { overwrite }, async (take) => {
            // If no tenant was named, the report has the tenant of its maker.
            const whose = make ? { tenant: (await made()).tenant } : of;
            return client.save(`${PATH}/${year}.${out.split('.').at(-1)}`, take, whose);
          });
          show(saved, savedText(say, saved));
          return;
        }
        if (make) {
          const answer = await made();
          show(
            answer,
            details(say, [
              [phrase`fiscal year`, String(answer.fiscalYear)],
              [phrase`tenant`, answer.tenant],
              [phrase`version`, String(answer.version)],
              [phrase`made at`, answer.madeAt],
              ['SHA-256', answer.digest],
            ]),
          );
          return;
        }
        const found = await client.get(`${PATH}/${year}.json`, report, of);
        const { totals } = found;
        const rows = found.lines.map((line) => [
          line.month,
          line.recipient,
          `${line.channel} ${line.method}`,
          purposeText(say, line),
          String(line.items),
          line.change > 0 ? `+${line.change}` : String(line.change),
        ]);
        const head = phrase`${found.from} to ${found.to}: ${totals.items} items in ${totals.records} records, ${totals.repeated} repeated, ${totals.itemsBefore} items the year before`;
        show(found, `${say(head)}\n${table(rows)}`);
      }),
    );
};
