import type { Command } from 'commander';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { type Guide, guideText } from '../guide.ts';
import { table } from '../output.ts';
import { cursorOption, endOfPage } from '../page.ts';
import type { AddCommand, Perform } from '../perform.ts';
import { timeOption } from '../time.ts';

const text = z.string();

const certificates = z.looseObject({
  certificates: z.array(
    z.looseObject({
      ca: text,
      serial: text,
      profile: text,
      notBefore: text,
      notAfter: text,
      status: text,
    }),
  ),
});

const bilingual = z.looseObject({ ja: text, en: text });

const records = z.looseObject({
  entries: z.array(
    z.looseObject({
      time: text,
      who: bilingual,
      why: bilingual.exactOptional(),
      channel: text,
      count: z.number(),
    }),
  ),
  cursor: text.exactOptional(),
});

const HOLDER =
  'a running service, and a holder: --as or --token; the certificate may be one that was issued to the holder';

const CERTIFICATES: Guide = {
  needs: [HOLDER],
  result: ['prints a line for each: CA and serial number, status, until when, profile'],
  examples: ['akashi own certificates --as holder-tanabe'],
};

const RECORDS: Guide = {
  needs: [HOLDER],
  result: ['prints a line for each: when, who was told, by what channel, for what purpose'],
  examples: ['akashi own records --as holder-tanabe'],
};

const addCertificates = (group: Command, perform: Perform): void => {
  group
    .command('certificates')
    .summary('my certificates and their status')
    .description('List the certificates that were issued to the holder, newest first, with their status.')
    .addHelpText('after', guideText(CERTIFICATES))
    .action(
      perform(z.object({}), async ({ client, say, show }) => {
        const found = await client.get('/api/v1/own/certificates', certificates);
        const lines = found.certificates.map(({ ca, serial, status, notAfter, profile }) => [
          `${ca}/${serial}`,
          status,
          notAfter,
          profile,
        ]);
        const count = phrase`certificates: ${found.certificates.length}`;
        show(found, table(lines) + endOfPage(say, count, undefined));
      }),
    );
};

const addRecords = (group: Command, perform: Perform): void => {
  const options = z.object({
    holder: text.exactOptional(),
    from: timeOption.exactOptional(),
    to: timeOption.exactOptional(),
    limit: text.exactOptional(),
    cursor: text.exactOptional(),
  });
  group
    .command('records', { isDefault: true })
    .summary('who was told what about me')
    .description("List who was told what about the holder's certificates, newest first.")
    .option('--holder <holder>', 'the holder whose delegate you are; yourself if not given')
    .option('--from <time>', 'the earliest time, inclusive')
    .option('--to <time>', 'the latest time, exclusive')
    .option('--limit <count>', 'how many on the page')
    .addOption(cursorOption())
    .addHelpText('after', guideText(RECORDS))
    .action(
      perform(options, async ({ client, say, show }, query) => {
        const page = await client.get('/api/v1/own/records', records, query);
        const lines = page.entries.map(({ time, who, why, channel }) => [
          time,
          say(phrase`${who}`),
          channel,
          ...(why ? [say(phrase`${why}`)] : []),
        ]);
        show(page, table(lines) + endOfPage(say, phrase`records: ${page.entries.length}`, page.cursor));
      }),
    );
};

export const addCommand: AddCommand = (program, perform) => {
  const group = program
    .command('own')
    .summary("a holder's own certificates and records")
    .description('What a holder sees of itself: its certificates, and who was told what about them.');
  addRecords(group, perform);
  addCertificates(group, perform);
};
