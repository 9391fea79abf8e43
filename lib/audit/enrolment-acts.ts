import * as z from 'zod';
import type { LedgerRecord } from '../ledger/ledger.ts';
import { numberIn, textIn } from '../members.ts';

/* Acts on offices and principals as their records have them. Whoever can write to the table puts anything into a record. */

export type Subject = 'office' | 'principal';

const key = z.looseObject({ publicKeyDigest: z.string(), keyIdentity: z.string(), invitation: z.string() });

const state = z.looseObject({
  standing: z.string(),
  from: z.string(),
  until: z.string().optional(),
  role: z.string().optional(),
  person: z.string().optional(),
  tenant: z.string().optional(),
  office: z.string().optional(),
  duties: z.array(z.string()).optional(),
  officeApproval: z.boolean().optional(),
  successor: z.string().optional(),
  invitation: z.looseObject({ secret: z.string(), until: z.string(), person: z.string() }).optional(),
  brought: key.optional(),
  key: key.optional(),
  contents: z.string().optional(),
});

export type State = z.output<typeof state>;

const details = z.looseObject({
  act: z.string(),
  subject: z.enum(['office', 'principal']),
  id: z.string(),
  person: z.string().optional(),
  state: state.optional(),
  proposed: z
    .looseObject({
      state,
      lapsesAt: z.string(),
      effectiveFrom: z.string().optional(),
      invites: z.boolean().optional(),
    })
    .optional(),
  prepared: z.looseObject({ state, effectiveFrom: z.string() }).optional(),
  confirms: z.string().optional(),
  ceremony: z
    .looseObject({
      event: z.string(),
      basis: z.array(z.string()),
      operators: z.array(z.looseObject({ id: z.string(), person: z.string() })),
    })
    .optional(),
  closes: z.looseObject({ act: z.string(), number: z.int().min(1) }),
});

export interface EnrolmentAct {
  readonly record: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly actor: string;
  /** Of the actor; absent where the actor has none, or no credentials. */
  readonly person?: string | undefined;
  readonly office?: string | undefined;
  readonly act: string;
  readonly subject: Subject;
  readonly id: string;
  readonly number: number;
  readonly state?: State | undefined;
  readonly proposed?: z.output<typeof details>['proposed'];
  /** What comes into force at its moment, unless another act is first. */
  readonly prepared?: z.output<typeof details>['prepared'];
  readonly confirms?: string | undefined;
  /** Where the persons of the ceremony enrolled an operator. */
  readonly ceremony?: z.output<typeof details>['ceremony'];
  readonly newer: boolean;
}

/** Undefined where the record is no act that the service could have recorded. */
export const enrolmentActOf = (record: LedgerRecord, newer: boolean): EnrolmentAct | undefined => {
  if (record.kind !== 'enrolment') return undefined;
  const { data } = details.safeParse(record.details);
  if (data === undefined || data.closes.act !== `${data.subject}.${data.id}`) return undefined;
  const { closes, ...said } = data;
  return {
    ...said,
    record: record.id,
    time: Date.parse(record.time),
    actor: textIn(record.actor) ?? '',
    office: textIn(record.office),
    number: numberIn(closes.number) ?? 0,
    newer,
  };
};

/** The acts on each subject, by `{subject} {id}`, in the order of their numbers. */
export const chainsOf = (acts: Iterable<EnrolmentAct>): ReadonlyMap<string, readonly EnrolmentAct[]> => {
  const chains = Map.groupBy(acts, ({ subject, id }) => `${subject} ${id}`);
  for (const chain of chains.values()) {
    chain.sort((a, b) => a.number - b.number || (a.record < b.record ? -1 : 1));
  }
  return chains;
};
