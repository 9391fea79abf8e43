import type { Command } from 'commander';
import { z } from 'zod';
import { phrase } from '../lib/fault.ts';
import type { Say } from '../lib/messages/messages.ts';
import { type RecordAnswer, recordPage } from './answers.ts';
import { findCertificateRef } from './certificate-ref.ts';
import { compact, details, table } from './output.ts';
import { cursorOption, pageOptions } from './page.ts';
import type { Run } from './perform.ts';
import { NONE, purposeText } from './purpose-text.ts';
import { timeOption } from './time.ts';
import { toldText, unregisteredIn } from './told-text.ts';

/** The options that both lists of records take. */
export const addRecordOptions = (command: Command): Command =>
  command
    .option('--recipient <principal>', 'answers to this principal, or to `public`')
    .option('--request <id>', 'answers that showed this request, also before there was a certificate')
    .option('--certificate <ref>', "records of this certificate: CA/SERIAL, or the certificate's file")
    .option('--holder <holder>', "records of this holder's certificates")
    .option('--office <office>', 'what this sub-office did, or was told')
    .option('--tenant <tenant>', "what is about this tenant's affairs")
    .option('--purpose <purpose>', 'answers for this purpose')
    .option('--channel <channel>', 'answers that left so: ocsp, crl, certificate, records, …')
    .option('--exclude-own', 'without what your own look at the records made')
    .option(
      '--from <time>',
      'the earliest time, inclusive: 2026-04-01 (in Japan), or 2026-04-01T09:00:00+09:00',
    )
    .option('--to <time>', 'the latest time, exclusive')
    .option('--limit <count>', 'records on a page, at most 1000')
    .addOption(cursorOption())
    .option('--all', 'every page to the end');

export const recordOptions = z.object({
  recipient: z.string().exactOptional(),
  request: z.string().exactOptional(),
  certificate: z.string().exactOptional(),
  holder: z.string().exactOptional(),
  office: z.string().exactOptional(),
  tenant: z.string().exactOptional(),
  purpose: z.string().exactOptional(),
  channel: z.string().exactOptional(),
  excludeOwn: z.boolean().default(false),
  from: timeOption.exactOptional(),
  to: timeOption.exactOptional(),
  ...pageOptions,
  all: z.boolean().default(false),
});

/** As many as the service gives where no limit is named. */
const USUAL_LIMIT = 100;

type Page = z.output<typeof recordPage>;

/** Pages of records, one or all of them. */
async function* pagesOf(
  run: Run,
  path: string,
  { certificate, all, excludeOwn, ...options }: z.output<typeof recordOptions>,
  more: Readonly<Record<string, string | undefined>>,
): AsyncGenerator<Page> {
  const ref = certificate === undefined ? {} : await findCertificateRef(run, certificate);
  const query = { ...options, ...ref, ...more, ...(excludeOwn && { excludeOwn: 'true' }) };
  let cursor = options.cursor;
  let limit = options.limit ?? (all ? '1000' : `${USUAL_LIMIT}`);
  let left = Number(limit);
  do {
    const page: Page = await run.client.get(path, recordPage, { ...query, limit, cursor });
    yield page;
    cursor = page.cursor;
    // The service ends a page early where a filter leaves most records out.
    left -= page.records.length;
    if (!all) limit = `${left}`;
  } while ((all || left > 0) && cursor !== undefined);
}

const channelText = (say: Say, { channel, method, repeats, shared }: RecordAnswer): string =>
  [channel, method, repeats && say(phrase`repeated`), shared && say(phrase`${shared.length} answers`)]
    .filter((part) => part !== undefined)
    .join(' ');

/** Serial numbers are long, and come last. */
const rowOf = (say: Say, record: RecordAnswer): readonly string[] => [
  record.id,
  record.time.replace(/\.\d+Z$/, 'Z'),
  record.recipient ?? record.actor ?? NONE,
  record.kind === 'provision' ? channelText(say, record) : record.kind,
  purposeText(say, record),
  toldText(say, record),
  [
    ...(record.certificates ?? []).map(({ ca, serial }) => `${ca}/${serial}`),
    ...unregisteredText(say, record),
  ].join(' ') || NONE,
];

const unregisteredText = (say: Say, record: RecordAnswer): readonly string[] => {
  const { length } = unregisteredIn(record);
  return length === 0 ? [] : [say(phrase`${length} unregistered`)];
};

/** Lists records: for people page by page, as the pages come; for machines as one value. */
export const listRecords = async (
  run: Run,
  path: string,
  options: z.output<typeof recordOptions>,
  more: Readonly<Record<string, string | undefined>> = {},
): Promise<void> => {
  const records: RecordAnswer[] = [];
  let count = 0;
  let cursor: string | undefined;
  for await (const page of pagesOf(run, path, options, more)) {
    cursor = page.cursor;
    count += page.records.length;
    if (run.settings.json) records.push(...page.records);
    else
      run.terminal.out(
        table(
          page.records.map((record) => rowOf(run.say, record)),
          run.terminal.columns,
        ),
      );
  }
  const end =
    cursor === undefined
      ? phrase`records: ${count}`
      : phrase`records: ${count}; more with --cursor ${cursor}`;
  run.show({ records, ...(cursor === undefined ? {} : { cursor }) }, `${run.say(end)}\n`);
};

/** A whole record, for people. Its members have the names that queries have. */
export const recordText = (say: Say, record: RecordAnswer): string =>
  details(
    say,
    Object.entries(record).map(([name, value]) => [name, compact(value)] as const),
  );
