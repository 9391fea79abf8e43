import { z } from 'zod';
import { type Phrase, phrase } from '../../lib/fault.ts';
import type { ApiClient } from '../api-client.ts';
import { timeOption } from '../time.ts';
import {
  confirmedAnswer,
  invitedAnswer,
  type PrincipalAnswer,
  type PrincipalStateAnswer,
  principalAnswer,
} from './answers.ts';
import type { Columns } from './rows-file.ts';
import { idArgument } from './terms.ts';

/** Each kind of file: its columns, its request, and how a row is known to be done already. */

export interface Sent {
  readonly outcome: Phrase;
  readonly principal: PrincipalAnswer;
  /** For the invited person alone; shown this once. */
  readonly invitation?: string | undefined;
}

export interface Many<R> extends Columns<R> {
  /** Whether the row may be about somebody who is not there yet. */
  readonly isOfNew?: true;
  /** What stands already; undefined where the row is still to be done. Times of rows and answers are RFC 3339. */
  done(row: R, principal: PrincipalAnswer): Phrase | undefined;
  /** Whether the service refuses the row where something else is prepared for the person. */
  needsNothingPrepared?(row: R): boolean;
  send(client: ApiClient, row: R): Promise<Sent>;
}

const optional = z.string().transform((text) => text || undefined);
const moment = optional.pipe(timeOption.optional());
const duties = z
  .string()
  .transform((text) => text.split(/\s+/).filter((duty) => duty !== ''))
  .pipe(z.array(z.string()).min(1, 'Name at least one duty: receive, examine, approve or responsible.'));
const needed = z.string().min(1);

const pathOf = (id: string, step: string): string => `/api/v1/principals/${id}/${step}`;

/** Members without a value are left out. */
const present = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

const isTime = (a: string | undefined, b: string | undefined): boolean =>
  a === undefined || b === undefined ? a === b : Date.parse(a) === Date.parse(b);

const areDuties = (a: readonly string[], b: readonly string[] = []): boolean =>
  new Set(a).size === new Set(b).size && a.every((duty) => b.includes(duty));

/** Where the state that a row asks for stands: it waits, it is prepared for the row's moment, or it is in force. */
const where = (
  { standing, awaiting, prepared, ...state }: PrincipalAnswer,
  effectiveFrom: string | undefined,
  is: (state: PrincipalStateAnswer) => boolean,
): Phrase | undefined => {
  if (awaiting && is(awaiting) && isTime(awaiting.effectiveFrom, effectiveFrom))
    return phrase`is proposed already`;
  if (prepared && is(prepared) && isTime(prepared.effectiveFrom, effectiveFrom))
    return phrase`is prepared already`;
  const isDue = effectiveFrom === undefined || Date.parse(effectiveFrom) <= Date.now();
  const isThere = standing !== undefined && standing !== 'ended';
  return isThere && isDue && is(state) ? phrase`is so already` : undefined;
};

const preparedOr = (principal: PrincipalAnswer, at: Phrase): Phrase =>
  principal.prepared ? phrase`is prepared` : at;

const transfer = z.object({
  id: idArgument,
  office: idArgument,
  duties,
  until: moment,
  effectiveFrom: moment,
});

export const TRANSFERS: Many<z.output<typeof transfer>> = {
  names: ['id', 'office', 'duties', 'until', 'effectiveFrom'],
  row: transfer,
  done: (row, principal) =>
    where(
      principal,
      row.effectiveFrom,
      (state) =>
        state.office === row.office && areDuties(row.duties, state.duties) && isTime(state.until, row.until),
    ),
  needsNothingPrepared: () => true,
  send: async (client, { id, ...to }) => {
    const { answer } = await client.post(pathOf(id, 'transfer'), principalAnswer, present(to));
    return { principal: answer, outcome: phrase`is proposed` };
  },
};

const person = {
  id: idArgument,
  office: idArgument,
  duties,
  nameJa: needed,
  nameEn: needed,
  kana: optional,
  person: optional.pipe(idArgument.optional()),
  until: moment,
};

const termsOf = ({
  nameJa,
  nameEn,
  ...row
}: Omit<z.output<z.ZodObject<typeof person>>, 'id'>): Readonly<Record<string, unknown>> => ({
  role: 'officer',
  name: { ja: nameJa, en: nameEn },
  ...present(row),
});

const isOf =
  (row: z.output<z.ZodObject<typeof person>>) =>
  (state: PrincipalStateAnswer): boolean =>
    state.office === row.office &&
    areDuties(row.duties, state.duties) &&
    state.name?.ja === row.nameJa &&
    state.name.en === row.nameEn &&
    state.kana === row.kana &&
    state.person === (row.person ?? row.id) &&
    isTime(state.until, row.until);

const change = z.object({ ...person, effectiveFrom: moment });

export const CHANGES: Many<z.output<typeof change>> = {
  names: ['id', 'office', 'duties', 'nameJa', 'nameEn', 'kana', 'person', 'until', 'effectiveFrom'],
  row: change,
  done: (row, principal) => where(principal, row.effectiveFrom, isOf(row)),
  needsNothingPrepared: () => true,
  send: async (client, { id, ...terms }) => {
    const { answer } = await client.post(pathOf(id, 'change'), principalAnswer, termsOf(terms));
    return { principal: answer, outcome: preparedOr(answer, phrase`is changed`) };
  },
};

const enrolment = z.object({ ...person, from: moment });

/** The responsible person of the office invites; an operator proposes, and another one confirms. */
export const enrolments = (isOperator: boolean): Many<z.output<typeof enrolment>> => ({
  names: ['id', 'office', 'duties', 'nameJa', 'nameEn', 'kana', 'person', 'from', 'until'],
  row: enrolment,
  isOfNew: true,
  done: (row, principal) =>
    where(
      principal,
      undefined,
      (state) => isOf(row)(state) && (row.from === undefined || isTime(state.from, row.from)),
    ),
  send: async (client, { id, ...terms }) => {
    if (isOperator) {
      const { answer } = await client.post(pathOf(id, 'proposal'), principalAnswer, termsOf(terms));
      return { principal: answer, outcome: phrase`is proposed` };
    }
    const { answer } = await client.post(pathOf(id, 'invitation'), invitedAnswer, termsOf(terms));
    return { ...answer, outcome: phrase`is invited` };
  },
});

const end = z.object({ id: idArgument, effectiveFrom: moment });

export const ENDS: Many<z.output<typeof end>> = {
  names: ['id', 'effectiveFrom'],
  row: end,
  done: ({ effectiveFrom }, { standing, prepared }) => {
    if (standing === 'ended') return phrase`is so already`;
    const isPrepared =
      effectiveFrom !== undefined &&
      prepared?.standing === 'ended' &&
      isTime(prepared.effectiveFrom, effectiveFrom);
    return isPrepared ? phrase`is prepared already` : undefined;
  },
  needsNothingPrepared: ({ effectiveFrom }) => effectiveFrom !== undefined,
  send: async (client, { id, effectiveFrom }) => {
    const query = effectiveFrom === undefined ? '' : `?effectiveFrom=${encodeURIComponent(effectiveFrom)}`;
    const { answer } = await client.post(pathOf(id, `end${query}`), principalAnswer);
    return { principal: answer, outcome: preparedOr(answer, phrase`has ended`) };
  },
};

const confirmation = z.object({ id: idArgument });

/** What somebody else proposed in a file. */
export const CONFIRMATIONS: Many<z.output<typeof confirmation>> = {
  names: ['id'],
  row: confirmation,
  done: (_, { awaiting, prepared, standing }) => {
    if (awaiting) return undefined;
    if (prepared) return phrase`is prepared already`;
    return standing === undefined ? undefined : phrase`is so already`;
  },
  send: async (client, { id }) => {
    const { answer } = await client.post(pathOf(id, 'confirmation'), confirmedAnswer);
    const { principal, invitation } = answer;
    const at = invitation === undefined ? phrase`is in force` : phrase`is invited`;
    return { principal, invitation, outcome: preparedOr(principal, at) };
  },
};
