import { z } from 'zod';
import { type Phrase, phrase } from '../lib/fault.ts';
import type { Say } from '../lib/messages/messages.ts';
import { asRun } from './as-run.ts';
import { details } from './output.ts';

export const monthAnswer = z.looseObject({
  tenant: z.string().exactOptional(),
  month: z.string(),
  state: z.string(),
  endsAt: z.string(),
  destroyedAt: z.string().exactOptional(),
});

export const endedAnswer = z.looseObject({
  tenant: z.string().exactOptional(),
  month: z.string(),
  destroyedAt: z.string(),
  record: z.string(),
  copiesUntil: z.string(),
  first: z.boolean(),
});

export const orderAnswer = z.looseObject({
  tenant: z.string(),
  holder: z.string(),
  held: z.boolean(),
  heldUnder: z.string().exactOptional(),
  changed: z
    .looseObject({
      act: z.string(),
      reference: z.string().exactOptional(),
      by: z.string(),
      at: z.string(),
      record: z.string(),
    })
    .exactOptional(),
  awaiting: z
    .looseObject({
      act: z.string(),
      reference: z.string(),
      askedBy: z.string(),
      askedAt: z.string(),
      lapsesAt: z.string(),
    })
    .exactOptional(),
  erasingSince: z.string().exactOptional(),
  copiesUntil: z.string().exactOptional(),
});

export type Order = z.output<typeof orderAnswer>;

/** The commands of the acts. */
export const COMMANDS: Readonly<Record<string, string>> = {
  hold: 'hold',
  release: 'release',
  erasure: 'erase',
};

const ACTS: Readonly<Record<string, Phrase>> = {
  hold: phrase`legal hold`,
  release: phrase`release of the legal hold`,
  erasure: phrase`erasure`,
  asked: phrase`an order was asked for`,
  withdrawn: phrase`what was asked for was taken back`,
  erased: phrase`erasure complete`,
};

const actText = (act: string, reference: string | undefined): Phrase => {
  const name = ACTS[act] ?? act;
  return reference === undefined ? phrase`${name}` : phrase`${name}, ${reference}`;
};

const copiesText = (copiesUntil: string): Phrase =>
  phrase`Until ${copiesUntil} copies of the data keys that were made before may still open copies of the data; those who keep such copies delete them by then.`;

const line = (text: string): string => `${text}\n`;

/** What happened to a month. */
export const endedText = (say: Say, ended: z.output<typeof endedAnswer>): string => {
  const { tenant, month, destroyedAt, record, copiesUntil, first } = ended;
  const shown = details(say, [
    [phrase`month`, month],
    [phrase`tenant`, tenant],
    [phrase`keys destroyed`, destroyedAt],
    [phrase`record`, record],
  ]);
  const what = first
    ? phrase`The data keys of ${month} are destroyed: nobody can read the personal data that ended in it.`
    : phrase`The data keys of ${month} were destroyed before; nothing has changed.`;
  return shown + line(say(what)) + line(say(copiesText(copiesUntil)));
};

const standingText = ({ held, heldUnder, erasingSince, copiesUntil }: Order): Phrase => {
  if (held)
    return heldUnder === undefined
      ? phrase`kept by a legal hold`
      : phrase`kept by the legal hold ${heldUnder}`;
  if (erasingSince !== undefined) return phrase`erased, and their keys not destroyed yet`;
  return copiesUntil === undefined ? phrase`kept until their month ends` : phrase`erased`;
};

/** A line of the list. */
export const orderRow = (say: Say, order: Order): readonly string[] => [
  order.holder,
  order.tenant,
  say(standingText(order)),
  order.awaiting ? say(phrase`asked for: ${actText(order.awaiting.act, order.awaiting.reference)}`) : '',
];

/** How the data of a holder stand, and what is next. */
export const orderText = (say: Say, order: Order): string => {
  const { holder, tenant, changed, awaiting, erasingSince, copiesUntil } = order;
  const shown = details(say, [
    [phrase`holder`, holder],
    [phrase`tenant`, tenant],
    [phrase`data`, standingText(order)],
    [
      phrase`newest act`,
      changed && phrase`${changed.at} ${actText(changed.act, changed.reference)} by ${changed.by}`,
    ],
    [phrase`record`, changed?.record],
  ]);
  if (awaiting) return shown + awaitingText(say, order, awaiting);
  if (erasingSince !== undefined)
    return (
      shown +
      line(
        say(
          phrase`next: the service puts what others have under new keys and destroys the old ones, five minutes later at the earliest. Then this says until when copies of the keys may still open copies of the data:`,
        ),
      ) +
      line(`  ${asRun(`akashi retention show ${holder} --tenant ${tenant}`)}`)
    );
  return shown + (copiesUntil === undefined ? '' : line(say(copiesText(copiesUntil))));
};

const awaitingText = (
  say: Say,
  { holder, tenant }: Order,
  { act, reference, askedBy, askedAt, lapsesAt }: NonNullable<Order['awaiting']>,
): string => {
  const command = `akashi retention ${COMMANDS[act] ?? act} ${holder} --reference ${reference} --tenant ${tenant}`;
  return [
    say(
      phrase`${actText(act, reference)}: asked for at ${askedAt} by ${askedBy}; nothing is done yet. Before ${lapsesAt} another operator runs`,
    ),
    `  ${asRun(`${command} --as OPERATOR`)}`,
    say(phrase`and to withdraw it, any operator runs`),
    `  ${asRun(`akashi retention withdraw ${holder} --tenant ${tenant} --as OPERATOR`)}`,
  ]
    .map(line)
    .join('');
};
