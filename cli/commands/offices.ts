import type { Command } from 'commander';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { asRun } from '../as-run.ts';
import { officeAnswer } from '../enrolment/answers.ts';
import { addOfficeOptions, officeOptions, readOfficeTerms } from '../enrolment/office-terms.ts';
import { officeTable, officeText } from '../enrolment/office-text.ts';
import { confirmationOf, idArgument, LOOKED_AT } from '../enrolment/terms.ts';
import { usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { cursorOption, endOfPage, pageOptions } from '../page.ts';
import type { AddCommand, Perform } from '../perform.ts';

const PATH = '/api/v1/offices';

const pathOf = (id: string): string => `${PATH}/${id}`;

const officePage = z.looseObject({ offices: z.array(officeAnswer), cursor: z.string().exactOptional() });

const OPERATOR = 'a running service, and an operator: --as or --token';

const LIST: Guide = {
  needs: ['a running service, and an operator or auditor: --as or --token'],
  result: ['prints a line for each office: id, state, government code, parent, name, what waits'],
  examples: ['akashi offices list --as operator-sakai'],
};

const SHOW: Guide = {
  needs: ['a running service, and an operator, an auditor or an officer of the office: --as or --token'],
  result: ['prints the terms of the office, and what is proposed'],
  examples: ['akashi offices show minami --as operator-sakai'],
};

const TERMS =
  '--name-en Ward --tenant tokiwa --attribute O=Mizusaki --attribute organisationJa=瑞崎市 --attribute prefecture=Tokiwa --attribute L=Ward';

const PROPOSE: Guide = {
  needs: [OPERATOR, 'all of the terms: a change replaces those that are in force'],
  result: ['prints the proposal, and what another operator runs next'],
  examples: [
    `akashi offices propose minami --name-ja 南区役所 ${TERMS} --profile official-position --code 131016 --as operator-sakai`,
    `akashi offices propose kita --name-ja 北区役所 ${TERMS} --parent mizusaki-higashi --as operator-sakai`,
  ],
};

const CONFIRM: Guide = {
  needs: ['a running service, and an operator who has not proposed it: --as or --token'],
  result: ['prints the office as it is from now on'],
  examples: ['akashi offices confirm minami --as operator-noda'],
};

const WITHDRAW: Guide = {
  needs: [OPERATOR],
  result: ['prints that the proposal is taken back'],
  examples: ['akashi offices withdraw kita --as operator-noda'],
};

const END: Guide = {
  needs: [
    OPERATOR,
    'the office that takes over its requests and certificates, or the statement that there is none',
  ],
  result: ['prints the office, in state ended'],
  examples: ['akashi offices end minami --successor mizusaki-higashi --as operator-sakai'],
};

export const addCommand: AddCommand = (program, perform) => {
  const offices = program
    .command('offices')
    .summary('registration offices: open, change, end')
    .description(
      'Open, change and end registration offices. Opening and changing take two operators; ending takes one, and works at once.',
    );
  addReading(offices, perform);
  addProposal(offices, perform);
  addEnd(offices, perform);
};

const input = z.object({ id: idArgument });

const addReading = (offices: Command, perform: Perform): void => {
  offices
    .command('list', { isDefault: true })
    .summary('list offices')
    .description('List the offices, by their ids.')
    .option('--limit <count>', 'offices on the page, at most 100')
    .addOption(cursorOption())
    .addHelpText('after', guideText(LIST))
    .action(
      perform(z.object({ ...pageOptions }), async ({ client, say, show }, query) => {
        const page = await client.get(PATH, officePage, query);
        const count = phrase`offices: ${page.offices.length}`;
        show(page, officeTable(say, page.offices) + endOfPage(say, count, page.cursor));
      }),
    );

  offices
    .command('show')
    .summary('show an office')
    .description('Show an office and what waits for a confirmation. Officers see their own.')
    .argument('<id>', 'the id of the office')
    .addHelpText('after', guideText(SHOW))
    .action(
      perform(input, async ({ client, say, show }, { id }) => {
        const found = await client.get(pathOf(id), officeAnswer);
        show(found, officeText(say, found));
      }),
    );
};

const addProposal = (offices: Command, perform: Perform): void => {
  const propose = offices
    .command('propose')
    .summary('propose an office, or a change')
    .description('Propose to open an office or to change one. Another operator has to confirm it.')
    .argument('<id>', 'the id of the office, 1 to 40 of a-z, 0-9 and hyphens; it stays')
    .addHelpText('after', guideText(PROPOSE));
  addOfficeOptions(propose).action(
    perform(input.extend(officeOptions), async ({ client, say, show }, { id, ...options }) => {
      const terms = await readOfficeTerms(options);
      const { answer } = await client.post(`${pathOf(id)}/proposal`, officeAnswer, terms);
      const next = phrase`next: another operator compares this and runs ${asRun(`akashi offices confirm ${id} --number ${answer.number}`)}`;
      show(answer, `${officeText(say, answer)}${say(next)}\n`);
    }),
  );

  offices
    .command('confirm')
    .summary('confirm what another operator proposed')
    .description('Confirm an office, or its change, that another operator proposed. It is in force then.')
    .argument('<id>', 'the id of the office')
    .option('--number <number>', LOOKED_AT)
    .addHelpText('after', guideText(CONFIRM))
    .action(
      perform(input.extend({ number: z.string().exactOptional() }), async (run, { id, number }) => {
        const { client, say, show } = run;
        const { answer } = await client.post(confirmationOf(pathOf(id), number), officeAnswer);
        show(answer, officeText(say, answer));
      }),
    );

  offices
    .command('withdraw')
    .summary('take back what is proposed')
    .description('Take back a proposal that nobody has confirmed. Any operator may.')
    .argument('<id>', 'the id of the office')
    .addHelpText('after', guideText(WITHDRAW))
    .action(
      perform(input, async ({ client, say, show }, { id }) => {
        const stands = await client.deleteAndRead(`${pathOf(id)}/proposal`, officeAnswer);
        show(stands, `${say(phrase`${id}: the proposal is taken back`)}\n`);
      }),
    );
};

const addEnd = (offices: Command, perform: Perform): void => {
  const options = input.extend({ successor: z.union([idArgument, z.literal(false)]).exactOptional() });
  offices
    .command('end')
    .summary('end an office, at once and for good')
    .description(
      'End an office. It names the office that takes over what it leaves, or says that there is none.',
    )
    .argument('<id>', 'the id of the office')
    .option('--successor <office>', 'the office that takes over')
    .option('--no-successor', 'no office takes over')
    .addHelpText('after', guideText(END))
    .action(
      perform(options, async ({ client, say, show }, { id, successor }) => {
        if (successor === undefined) {
          throw usage('Name the office that takes over with --successor, or say --no-successor.');
        }
        const { answer } = await client.post(`${pathOf(id)}/end`, officeAnswer, {
          successor: successor === false ? null : successor,
        });
        show(answer, `${officeText(say, answer)}${say(phrase`${id} has ended.`)}\n`);
      }),
    );
};
