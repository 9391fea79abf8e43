import { hash } from 'node:crypto';
import { Fault, wentThrough } from '../fault.ts';
import { numberIn, textIn } from '../members.ts';
import type { Principal } from '../principal.ts';
import { EXAMINATION_STAGES, type ExaminationStage } from '../registration/registration.ts';
import type { Value, Write } from '../store/store.ts';
import type { BatchesDeps, KeptRecord } from './deps.ts';
import type { BatchRow } from './rows.ts';

/*
 * What persons do with a file. Each act is one object, `outcomes/batch.{id}/{n}`: sent, cancelled, a sample drawn, examined. The
 * service goes on with the rows in the name of whoever acted, and does so by the act: a row of the table that says that a file was
 * sent sends nothing.
 */

export type BatchAct =
  | {
      readonly act: 'sent';
      /** SHA-256 of the file. */
      readonly digest: string;
      readonly profile: string;
      readonly rows: number;
      /** SHA-256 over those of the packs into which the file was divided: what the service read is what is submitted. */
      readonly packs: string;
    }
  /** `words`: under which its reason is sealed. */
  | { readonly act: 'cancelled'; readonly words: string }
  | {
      readonly act: 'sampled';
      readonly stage: ExaminationStage;
      /** SHA-256 of the list of rows (lists below). */
      readonly list: string;
      readonly rows: number;
      readonly sampled: number;
    }
  | {
      readonly act: 'examined';
      readonly stage: ExaminationStage;
      readonly decision: 'approve' | 'reject';
      /** The number of the act by which the sample was drawn. */
      readonly sample: number;
      readonly list: string;
      readonly rows: number;
      readonly words?: string;
    };

export interface DoneAct {
  readonly number: number;
  readonly record: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly by: string;
  readonly person: string;
  readonly office: string;
  readonly said: BatchAct;
}

/** The rows that an act is about. `sample`: those that have to be opened, with their requests. */
export interface RowsOfAct {
  readonly rows: readonly ListedRow[];
  readonly sample: readonly SampledRow[];
}

/** The application is the one with that digest, in that round of examinations. */
export type ListedRow = readonly [row: number, request: string, applicationDigest: string, round: number];
export type SampledRow = readonly [row: number, request: string];

export interface Acts {
  /** Undefined where there is none of that number. Fault: `act-object-invalid`. */
  at(id: string, number: number): Promise<DoneAct | undefined>;
  newest(id: string): Promise<DoneAct | undefined>;
  /**
   * Does what `decide` makes of the newest act, unless another act is first: then `decide` is asked again. Undefined does nothing
   * and gives the newest. The writes stage the record.
   */
  act(
    id: string,
    batch: BatchRow,
    actor: Principal,
    decide: (newest: DoneAct | undefined) => Promise<BatchAct | undefined>,
  ): Promise<{ readonly done: DoneAct; readonly writes: readonly Write[] }>;
  /** The writes that stage the record of an act, where the ledger does not have it. */
  writesOf(id: string, number: number): Promise<readonly Write[]>;
  /** Puts the list as an object that has its digest as its name. Resolves with that. */
  putList(id: string, list: RowsOfAct): Promise<string>;
  /** Fault: `act-object-invalid` where it is missing or another one. */
  list(id: string, digest: string): Promise<RowsOfAct>;
  /** The rows to be opened, without the list of all. Fault: as above. */
  sample(id: string, digest: string): Promise<readonly SampledRow[]>;
}

/** Rows of one object of a list: an object is one row of the store on one machine. */
const LISTED_TOGETHER = 2_000;

/** A list of more rows is several objects, which the one that has the list's name names by their digests. */
interface ListHead {
  readonly lists: readonly string[];
  readonly sample: readonly SampledRow[];
}

const nameOf = (id: string): string => `batch.${id}`;
const listPath = (id: string, digest: string): string => `batches/${id}/${digest}`;

export const openActs = ({ recorder, objects }: Pick<BatchesDeps, 'recorder' | 'objects'>): Acts => {
  const at: Acts['at'] = async (id, number) => {
    const found = await recorder.conclusion({ act: nameOf(id), number });
    return found && actOf(id, number, found.record);
  };

  const put = async (id: string, value: unknown): Promise<string> => {
    const body = Buffer.from(JSON.stringify(value));
    const digest = hash('sha256', body);
    await wentThrough(objects.put(listPath(id, digest), body, { if: 'absent' }));
    return digest;
  };

  const read = async <T>(id: string, digest: string): Promise<T> => {
    const body = (await objects.get(listPath(id, digest)))?.body;
    if (body === undefined || hash('sha256', body) !== digest) throw damaged(id);
    return JSON.parse(Buffer.from(body).toString('utf8')) as T;
  };

  return {
    at,

    newest: async (id) => {
      const { newest, next } = await recorder.newest(nameOf(id));
      return newest && actOf(id, next.number - 1, newest.record);
    },

    act: async (id, { tenant, office }, actor, decide) => {
      for (;;) {
        const { newest, next } = await recorder.newest(nameOf(id));
        const before = newest && actOf(id, next.number - 1, newest.record);
        const said = await decide(before);
        if (said === undefined && before !== undefined) return { done: before, writes: newest?.writes ?? [] };
        if (said === undefined) throw damaged(id);
        const details: Value = { batch: id, person: actor.person, ...said };
        const draft = { kind: 'batch', actor: actor.id, tenant, office, details } as const;
        const { record, isOurs, writes } = await recorder.conclude(draft, next);
        if (isOurs) return { done: actOf(id, next.number, record), writes };
      }
    },

    writesOf: async (id, number) => (await recorder.conclusion({ act: nameOf(id), number }))?.writes ?? [],

    putList: async (id, { rows, sample }) => {
      const lists: string[] = [];
      for (let at = 0; at < rows.length; at += LISTED_TOGETHER)
        lists.push(await put(id, rows.slice(at, at + LISTED_TOGETHER)));
      return put(id, { lists, sample } satisfies ListHead);
    },

    sample: async (id, digest) => (await read<ListHead>(id, digest)).sample,

    list: async (id, digest) => {
      const { lists, sample } = await read<ListHead>(id, digest);
      const rows = await Promise.all(lists.map((one) => read<RowsOfAct['rows']>(id, one)));
      return { rows: rows.flat(), sample };
    },
  };
};

const damaged = (batch: string): Fault =>
  new Fault(
    'act-object-invalid',
    'An act on a file of requests, or its list of rows, is not what it should be.',
    {
      batch,
    },
  );

/** The service itself signed it. Another kind of act under the name would be a fault of the service. */
const actOf = (
  id: string,
  number: number,
  { id: record, time, kind, actor, office, details }: KeptRecord,
): DoneAct => {
  const said = saidIn(details);
  const person = textIn(details?.person);
  const isWhole =
    kind === 'batch' &&
    details?.batch === id &&
    actor !== undefined &&
    office !== undefined &&
    person !== undefined;
  if (!isWhole || said === undefined) throw damaged(id);
  return { number, record, at: `${time.slice(0, 19)}Z`, by: actor, person, office, said };
};

const saidIn = (details: Value = {}): BatchAct | undefined => {
  const { act } = details;
  const rows = numberIn(details.rows);
  const stage = EXAMINATION_STAGES.find((one) => one === details.stage);
  const list = textIn(details.list);
  const digest = textIn(details.digest);
  const profile = textIn(details.profile);
  const words = textIn(details.words);
  if (act === 'cancelled' && words !== undefined) return { act, words };
  const packs = textIn(details.packs);
  if (act === 'sent' && digest !== undefined && profile !== undefined && rows !== undefined)
    return packs === undefined ? undefined : { act, digest, profile, rows, packs };
  if (stage === undefined || list === undefined || rows === undefined) return undefined;
  const sampled = numberIn(details.sampled);
  if (act === 'sampled' && sampled !== undefined) return { act, stage, list, rows, sampled };
  const sample = numberIn(details.sample);
  const { decision } = details;
  return act === 'examined' && sample !== undefined && (decision === 'approve' || decision === 'reject')
    ? { act, stage, decision, sample, list, rows, ...(words !== undefined && { words }) }
    : undefined;
};
