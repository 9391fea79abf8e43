import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import type { Say } from '../../lib/messages/messages.ts';
import { certificatePage, type ListedCertificateAnswer } from '../answers.ts';
import { usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { table } from '../output.ts';
import { countText, cursorOption, endOfPage, pageOptions, predecessorLines } from '../page.ts';
import type { AddCommand, Run } from '../perform.ts';
import { NONE } from '../purpose-text.ts';
import { personalDataText } from '../request-text.ts';
import { addOverwrite, overwriteOption } from '../save.ts';
import { saveList } from '../save-list.ts';
import { timeOption } from '../time.ts';

const PATH = '/api/v1/certificates';

const input = z.object({
  office: z.string().exactOptional(),
  tenant: z.string().exactOptional(),
  profile: z.string().exactOptional(),
  holder: z.string().exactOptional(),
  issuedTo: z.string().exactOptional(),
  status: z.string().exactOptional(),
  expiresAfter: timeOption.exactOptional(),
  expiresBefore: timeOption.exactOptional(),
  latest: z.boolean().exactOptional(),
  text: z.string().exactOptional(),
  count: z.boolean().exactOptional(),
  save: z.string().exactOptional(),
  all: z.boolean().default(false),
  ...pageOptions,
  ...overwriteOption,
});

const GUIDE: Guide = {
  needs: ['a running service, and an officer, operator or auditor: --as or --token'],
  result: [
    'prints a line for each certificate: CA/SERIAL, status, end, office, profile, subject, holder',
    'those that end soonest come first, from now on unless the options say otherwise',
    '--text finds the beginning of a name, or two characters that stand in it; the text is not recorded',
  ],
  examples: [
    'akashi certificates --as higashi-counter --count',
    'akashi certificates --as higashi-counter --expires-before 2032-04-01 --all',
    'akashi certificates --as higashi-counter --text 齋藤',
    'akashi certificates --as higashi-chief --profile official-position --save certificates.xlsx',
    'akashi certificates --as operator-sakai --office mizusaki-higashi --status revoked --json',
  ],
};

type Asked = Omit<z.output<typeof input>, 'save' | 'overwrite'>;
type Page = z.output<typeof certificatePage>;

/** Pages of certificates, one or all of them. */
async function* pagesOf({ client }: Run, { all, count, ...asked }: Asked): AsyncGenerator<Page> {
  const { text, limit = all ? '50' : undefined, ...query } = asked;
  const { expiresAfter: expiresFrom, expiresBefore: expiresTo, latest, cursor: first, ...named } = query;
  const filter = {
    ...named,
    ...(expiresFrom !== undefined && { expiresFrom }),
    ...(expiresTo !== undefined && { expiresTo }),
  };
  let cursor = first;
  do {
    const page: Page =
      text === undefined
        ? await client.get(PATH, certificatePage, {
            ...filter,
            limit,
            cursor,
            ...(latest && { order: 'latest' }),
            ...(count && { count: 'true' }),
          })
        : // A name does not go into an address, because addresses are logged on their way.
          (
            await client.post('/api/v1/searches/certificates', certificatePage, {
              ...filter,
              text,
              ...(limit !== undefined && { limit: Number(limit) }),
              ...(cursor !== undefined && { cursor }),
            })
          ).answer;
    yield page;
    cursor = page.cursor;
  } while (all && cursor !== undefined);
}

const rowOf = (say: Say, certificate: ListedCertificateAnswer): readonly string[] => {
  const { ca, serial, status, notAfter, office, profile, subject, personalData, holder } = certificate;
  return [
    `${ca}/${serial}`,
    status,
    notAfter,
    office ?? NONE,
    profile,
    subject ?? (personalData ? say(personalDataText(personalData)) : NONE),
    holder ?? NONE,
  ];
};

/** For people page by page, as the pages come; for machines as one value. */
const list = async (run: Run, asked: Asked): Promise<void> => {
  const certificates: ListedCertificateAnswer[] = [];
  let shown = 0;
  let counted: Partial<Page> = {};
  let last: Partial<Page> = {};
  for await (const page of pagesOf(run, asked)) {
    if (shown === 0) counted = page;
    last = page;
    shown += page.certificates.length;
    if (run.settings.json) certificates.push(...page.certificates);
    else
      run.terminal.out(
        table(
          page.certificates.map((one) => rowOf(run.say, one)),
          run.terminal.columns,
        ),
      );
  }
  const { total, more } = counted;
  const { cursor, predecessors = [] } = last;
  const count = { ...(total !== undefined && { total }), ...(more && { more }) };
  run.show(
    {
      certificates,
      ...(cursor !== undefined && { cursor }),
      ...count,
      ...(predecessors.length > 0 && { predecessors }),
    },
    endOfPage(run.say, countText(phrase`certificates: ${shown}`, count), cursor) +
      predecessorLines(run.say, predecessors),
  );
};

export const addCommand: AddCommand = (program, perform) => {
  addOverwrite(
    program
      .command('certificates')
      .summary('list certificates')
      .description(
        'List certificates of organisations, persons and principals, those that end soonest first. Officers see those of their own office, or with --office of one whose affairs it has taken over; operators and auditors see all, and name a tenant, an office, a holder or an officer where there are several tenants.',
      )
      .option('--office <office>', 'of this office')
      .option('--tenant <tenant>', 'of this tenant')
      .option('--profile <profile>', 'of this profile')
      .option('--holder <holder>', 'about this holder, by the pseudonym')
      .option('--issued-to <officer>', 'that this officer got')
      .option('--status <status>', 'good, hold, revoked or expired')
      .option(
        '--expires-after <time>',
        'that end then or later: 2026-04-01 (in Japan), or 2026-04-01T09:00:00+09:00',
      )
      .option('--expires-before <time>', 'that end before then')
      .option('--latest', 'those that end last first')
      .option('--text <text>', 'by the beginning of a name, in 2 to 64 characters; of one office')
      .option('--count', 'also say how many there are')
      .option('--limit <count>', 'certificates on the page, at most 50')
      .option('--save <file>', 'write the whole list to a file that ends in .csv or .xlsx')
      .addOption(cursorOption())
      .option('--all', 'every page to the end'),
  )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async (run, { save, overwrite, ...asked }) => {
        if (save === undefined) return list(run, asked);
        const { text, latest, expiresAfter: expiresFrom, expiresBefore: expiresTo } = asked;
        if (text !== undefined || latest)
          throw usage(
            'A file has the certificates that end soonest first, and of no search; leave out --text and --latest.',
          );
        const { office, tenant, profile, holder, issuedTo, status } = asked;
        const filter = { office, tenant, profile, holder, issuedTo, status, expiresFrom, expiresTo };
        return saveList(run, '/api/v1/exports/certificates', save, { overwrite }, filter);
      }),
    );
};
