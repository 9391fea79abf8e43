import type { Command } from 'commander';
import { z } from 'zod';
import { type Phrase, phrase } from '../../lib/fault.ts';
import { EXIT } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { table } from '../output.ts';
import type { AddCommand, Perform } from '../perform.ts';
import {
  endedAnswer,
  endedText,
  monthAnswer,
  type Order,
  orderAnswer,
  orderRow,
  orderText,
} from '../retention-text.ts';

const PATH = '/api/v1/retention';

const READER = 'a running service, and an operator or auditor: --as or --token';
const OPERATOR = 'a running service, and an operator: --as or --token';
const TWO_OPERATORS = 'a running service, and two operators, one after the other: --as or --token';
const A_HOLDER = 'the pseudonym of a holder, as akashi holders list shows it';
const ASKED = '4  asked for; another operator has to ask for the same';
const HOLDER = 'holder-sato';
/** The first operator's call ends with the exit code for what awaits another one. */
const firstOf = (call: string): string => `${call} --as operator-sakai || [ $? -eq 4 ]`;
const bothOf = (call: string): readonly string[] => [firstOf(call), `${call} --as operator-noda`];

const MONTHS: Guide = {
  needs: [READER],
  result: [
    'prints a line for each: month, tenant, state, since when or from when on',
    'open: the month is not over; over: its keys are due to be destroyed; ended: they are destroyed',
  ],
  examples: ['akashi retention months --as auditor'],
};

const END: Guide = {
  needs: [OPERATOR, 'a month that is over'],
  result: [
    'prints when the keys were destroyed, and until when copies of them may still open copies of the data',
  ],
  examples: ['akashi retention end 2037-04 --tenant tokiwa --as operator-sakai'],
};

const ORDERS: Guide = {
  needs: [READER],
  result: ['prints a line for each: holder, tenant, how the data stand, what awaits another operator'],
  examples: ['akashi retention orders --as auditor'],
};

const SHOW: Guide = {
  needs: [READER, A_HOLDER],
  result: ['prints how the data stand, the newest act, and what is next'],
  examples: [`akashi retention show ${HOLDER} --tenant tokiwa --as auditor`],
};

const WITHDRAW: Guide = {
  needs: [OPERATOR, 'an order that awaits another operator'],
  result: ['prints how the data stand; nothing awaits another operator any more'],
  examples: [
    firstOf(`akashi retention hold ${HOLDER} --reference court/2027-18 --tenant tokiwa`),
    `akashi retention withdraw ${HOLDER} --tenant tokiwa --as operator-noda`,
  ],
};

const tenant = z.string().exactOptional();

const holder = z.string().regex(/^[a-z0-9-]{1,64}$/, 'A pseudonym is 1 to 64 of a-z, 0-9 and hyphens.');

/** Names the tenant in a body or a query, where the caller does. */
const of = (tenant: string | undefined): { readonly tenant?: string } =>
  tenant === undefined ? {} : { tenant };

interface Ordering {
  readonly name: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly result: string;
  readonly examples: readonly string[];
  /** What two operators have done. */
  readonly done: (order: Order, reference: string) => Phrase;
}

const ORDERINGS: readonly Ordering[] = [
  {
    name: 'hold',
    path: 'hold',
    summary: 'keep the data of a holder beyond their month (legal hold)',
    description:
      'Keep the personal data of a holder beyond the end of their month, until the legal hold is released. Two operators ask for it, one after the other.',
    result: 'prints how the data stand; from then on no month takes them',
    examples: bothOf(`akashi retention hold ${HOLDER} --reference court/2027-17 --tenant tokiwa`),
    done: ({ holder, heldUnder }, reference) =>
      heldUnder === undefined || heldUnder === reference
        ? phrase`The data of ${holder} stay until the legal hold is released.`
        : phrase`The legal hold ${heldUnder} keeps the data of ${holder} already; nothing has changed.`,
  },
  {
    name: 'release',
    path: 'release',
    summary: 'release a legal hold',
    description:
      'Release the legal hold on the personal data of a holder. They end with their month then; what is over ends with the current month. Two operators ask for it, one after the other.',
    result: 'prints how the data stand',
    examples: bothOf(`akashi retention release ${HOLDER} --reference court/2027-17-end --tenant tokiwa`),
    done: ({ holder }) => phrase`No legal hold keeps the data of ${holder} any more.`,
  },
  {
    name: 'erase',
    path: 'erasure',
    summary: 'erase the data of a holder before their month ends',
    description:
      'Erase the personal data of a holder before the end of their month, by order of a court or because they were wrong. Refused while a request of the holder is open, a certificate still counts, or a legal hold keeps the data. Two operators ask for it, one after the other.',
    result: 'prints that the data are gone from the table, and what is next',
    examples: [
      `REQUEST=$(akashi requests --as higashi-counter --holder ${HOLDER} | head -n 1 | cut -d ' ' -f 1)`,
      'akashi withdraw $REQUEST --reason 裁判所の命令 --as higashi-counter',
      ...bothOf(`akashi retention erase ${HOLDER} --reference court/2027-19 --tenant tokiwa`),
    ],
    done: ({ holder }) => phrase`The data of ${holder} are gone from the table.`,
  },
];

const addMonths = (group: Command, perform: Perform): void => {
  group
    .command('months')
    .summary('the months in which personal data end')
    .description(
      'List the months in which personal data end, and those whose keys were destroyed in the last year.',
    )
    .addHelpText('after', guideText(MONTHS))
    .action(
      perform(z.object({}), async ({ client, say, show }) => {
        const found = await client.get(`${PATH}/months`, z.looseObject({ months: z.array(monthAnswer) }));
        const lines = table(
          found.months.map(({ month, tenant = '-', state, endsAt, destroyedAt }) => [
            month,
            tenant,
            state,
            destroyedAt ?? endsAt,
          ]),
        );
        show(found, `${lines}${say(phrase`months: ${found.months.length}`)}\n`);
      }),
    );

  group
    .command('end')
    .summary('destroy the data keys of a month that is over')
    .description(
      'Destroy the data keys of a month that is over, as the service does once a day by itself. Nobody can read the personal data that ended in it from then on. What a legal hold keeps stays, and so do open requests.',
    )
    .argument('<month>', 'such as 2037-04')
    .option('--tenant <tenant>', "the tenant whose data they are; an operator's own need not be named")
    .addHelpText('after', guideText(END))
    .action(
      perform(z.object({ month: z.string(), tenant }), async ({ client, say, show }, { month, tenant }) => {
        const path = `${PATH}/months/${encodeURIComponent(month)}/end`;
        const { answer } = await client.post(path, endedAnswer, of(tenant));
        show(answer, endedText(say, answer));
      }),
    );
};

const addOrdering = (group: Command, perform: Perform, ordering: Ordering): void => {
  const { name, path, done, result, examples } = ordering;
  group
    .command(name)
    .summary(ordering.summary)
    .description(ordering.description)
    .argument('<holder>', 'the pseudonym of the holder')
    .requiredOption('--reference <reference>', 'what the order is called at the court or office that gave it')
    .option('--tenant <tenant>', "the tenant whose holder it is; an operator's own need not be named")
    .addHelpText(
      'after',
      guideText({ needs: [TWO_OPERATORS, A_HOLDER], result: [result], exitCodes: [ASKED], examples }),
    )
    .action(
      perform(
        z.object({ holder, reference: z.string(), tenant }),
        async ({ client, say, show }, { holder, reference, tenant }) => {
          const { answer } = await client.post(`${PATH}/holders/${holder}/${path}`, orderAnswer, {
            reference,
            ...of(tenant),
          });
          const outcome = answer.awaiting ? '' : `${say(done(answer, reference))}\n`;
          show(answer, outcome + orderText(say, answer));
          return answer.awaiting ? EXIT.awaiting : EXIT.ok;
        },
      ),
    );
};

const addOrders = (group: Command, perform: Perform): void => {
  group
    .command('orders')
    .summary('the holders about whose data something was ordered')
    .description('List the holders about whose personal data something was ordered or asked for.')
    .addHelpText('after', guideText(ORDERS))
    .action(
      perform(z.object({}), async ({ client, say, show }) => {
        const found = await client.get(`${PATH}/orders`, z.looseObject({ orders: z.array(orderAnswer) }));
        const lines = table(found.orders.map((order) => orderRow(say, order)));
        show(found, `${lines}${say(phrase`holders: ${found.orders.length}`)}\n`);
      }),
    );

  const input = z.object({ holder, tenant });
  group
    .command('show')
    .summary('what is ordered about the data of a holder')
    .description(
      'Show whether a legal hold keeps the data of a holder, an order erases them, or one awaits another operator.',
    )
    .argument('<holder>', 'the pseudonym of the holder')
    .option('--tenant <tenant>', "the tenant whose holder it is; an operator's own need not be named")
    .addHelpText('after', guideText(SHOW))
    .action(
      perform(input, async ({ client, say, show }, { holder, tenant }) => {
        const found = await client.get(`${PATH}/holders/${holder}`, orderAnswer, of(tenant));
        show(found, orderText(say, found));
      }),
    );

  for (const ordering of ORDERINGS) addOrdering(group, perform, ordering);

  group
    .command('withdraw')
    .summary('take back an order that awaits another operator')
    .description(
      'Take back what an operator asked for about the data of a holder, before another one asks for the same.',
    )
    .argument('<holder>', 'the pseudonym of the holder')
    .option('--tenant <tenant>', "the tenant whose holder it is; an operator's own need not be named")
    .addHelpText('after', guideText(WITHDRAW))
    .action(
      perform(input, async ({ client, say, show }, { holder, tenant }) => {
        const { answer } = await client.post(`${PATH}/holders/${holder}/withdrawal`, orderAnswer, of(tenant));
        const outcome = say(phrase`What was asked for is taken back; nothing else has changed.`);
        show(answer, `${outcome}\n${orderText(say, answer)}`);
      }),
    );
};

export const addCommand: AddCommand = (program, perform) => {
  const group = program
    .command('retention')
    .summary('when personal data end; legal holds and erasures')
    .description(
      'Personal data end by months: when a month is over, its data keys are destroyed. Here operators and auditors see the months, and two operators order that the data of one holder stay longer (a legal hold) or go before the time.',
    );
  addMonths(group, perform);
  addOrders(group, perform);
};
