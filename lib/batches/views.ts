import type { PersonalDataState } from '../personal/personal.ts';
import type { Principal } from '../principal.ts';
import { everyItem, type Item } from '../store/store.ts';
import type { Acts, DoneAct } from './acts.ts';
import type { BatchView, BulkExamination, Progress, Sample } from './contract.ts';
import type { BatchesDeps } from './deps.ts';
import type { Finding } from './finding.ts';
import { type BatchRow, batchKey, type CollectionRow, numberOf, openedPrefix, type StepRow } from './rows.ts';
import type { Sealed } from './sealed.ts';

export interface Views {
  /** Fault: `unknown-batch`. */
  view(actor: Principal, id: string): Promise<BatchView>;
  /** For a list: without what costs a look-up for each. */
  outline(id: string, batch: BatchRow): Promise<BatchView>;
  /** The newest act that drew a sample, if no act has used it. */
  openSample(id: string): Promise<(DoneAct & { readonly said: SampledAct }) | undefined>;
  /** The rows of the sample that were opened. */
  openedOf(id: string, sample: number): Promise<readonly number[]>;
  /** The rows of the newest step of that name, and the step; undefined where there is none. */
  newestStep(id: string, what: string): Promise<readonly [name: string, row: StepRow] | undefined>;
}

type SampledAct = Extract<DoneAct['said'], { readonly act: 'sampled' }>;

const progressOf = ({ rows, done, refused, setAside, isOver }: StepRow): Progress => ({
  rows,
  done,
  refused,
  setAside,
  isOver: isOver === true,
});

/** Whose steps these are, with the number in the name. */
const stepsOf = (
  steps: ReadonlyMap<string, StepRow>,
  what: string,
): readonly (readonly [number, StepRow])[] =>
  [...steps]
    .flatMap(([name, row]): (readonly [number, StepRow])[] =>
      name.startsWith(`${what}-`) ? [[Number(name.slice(what.length + 1)), row]] : [],
    )
    .sort(([a], [b]) => a - b);

const progressView = (
  steps: ReadonlyMap<string, StepRow>,
): Pick<BatchView, 'check' | 'submission' | 'cancellation'> => {
  const [, check] = stepsOf(steps, 'check').at(-1) ?? [];
  const [, submission] = stepsOf(steps, 'submission').at(-1) ?? [];
  const [, cancellation] = stepsOf(steps, 'cancellation').at(-1) ?? [];
  const withActor = (row: StepRow) => ({ ...progressOf(row), by: row.by, at: row.at });
  return {
    ...(check && { check: progressOf(check) }),
    ...(submission && { submission: withActor(submission) }),
    ...(cancellation && { cancellation: withActor(cancellation) }),
  };
};

export const openViews = (
  { table }: Pick<BatchesDeps, 'table'>,
  {
    acts,
    finding,
    sealed,
    missing,
  }: {
    readonly acts: Acts;
    readonly finding: Finding;
    readonly sealed: Sealed;
    readonly missing: (id: string, batch: BatchRow) => Promise<readonly number[]>;
  },
): Views => {
  const { pk } = { pk: (id: string) => batchKey(id).pk };

  const readSteps = async (id: string): Promise<ReadonlyMap<string, StepRow>> => {
    const steps = new Map<string, StepRow>();
    for await (const { sk, value } of everyItem<StepRow>(table, { pk: pk(id), prefix: 'step/' }))
      steps.set(sk.slice('step/'.length), value);
    return steps;
  };

  const openSample: Views['openSample'] = async (id) => {
    const newest = await acts.newest(id);
    return newest?.said.act === 'sampled' ? { ...newest, said: newest.said } : undefined;
  };

  const openedOf: Views['openedOf'] = async (id, sample) => {
    const rows: number[] = [];
    for await (const item of everyItem(table, { pk: pk(id), prefix: openedPrefix(sample) }))
      rows.push(numberOf(item));
    return rows;
  };

  const sampleView = async (id: string): Promise<Sample | undefined> => {
    const drawn = await openSample(id);
    if (drawn === undefined) return undefined;
    const { number, by, at, said } = drawn;
    const { sample } = await acts.list(id, said.list);
    const opened = await openedOf(id, number);
    return {
      number,
      stage: said.stage,
      by,
      at,
      rows: said.rows,
      sample,
      opened: opened.filter((row) => sample.includes(row)),
    };
  };

  const examinationsOf = async (
    id: string,
    steps: ReadonlyMap<string, StepRow>,
  ): Promise<readonly BulkExamination[]> => {
    const found = await Promise.all(
      stepsOf(steps, 'examination').map(async ([number, row]) => {
        const done = await acts.at(id, number);
        if (done?.said.act !== 'examined') return [];
        const { stage, decision } = done.said;
        return [
          { ...progressOf(row), number, stage, decision, by: done.by, at: done.at, record: done.record },
        ];
      }),
    );
    return found.flat();
  };

  const collectionsOf = async (id: string) => {
    const found: { readonly number: number; readonly certificates: number }[] = [];
    for await (const item of everyItem<CollectionRow>(table, { pk: pk(id), prefix: 'collection/' }))
      found.push({ number: numberOf(item), certificates: item.value.rows.length });
    return found;
  };

  const fileView = async (
    id: string,
    { state, read }: BatchRow,
  ): Promise<Pick<BatchView, 'problems' | 'personalData'>> => {
    if (state !== 'refused' && read === undefined) return {};
    const found = await sealed.file(id);
    if (found.state === 'kept') return found.value.problems ? { problems: found.value.problems } : {};
    return { personalData: personalDataOf(found) };
  };

  const outline: Views['outline'] = async (id, batch) => {
    const steps = await readSteps(id);
    const { tenant, office, profile, state, format, bytes, digest, parts, createdBy, createdAt, read } =
      batch;
    return {
      id,
      tenant,
      office,
      profile,
      state,
      format,
      ...(read
        ? {
            encoding: read.encoding,
            encodingBy: read.encodingBy,
            rows: read.rows,
            unreadable: read.unreadable,
          }
        : batch.encoding !== undefined && { encoding: batch.encoding }),
      bytes,
      digest,
      parts: parts.length,
      ...(state === 'receiving' && { missing: await missing(id, batch) }),
      createdBy,
      createdAt,
      ...progressView(steps),
    };
  };

  return {
    outline,
    openSample,
    openedOf,
    newestStep: async (id, what) => {
      const [number, row] = stepsOf(await readSteps(id), what).at(-1) ?? [];
      return row && [`${what}-${number}`, row];
    },
    view: async (actor, id) => {
      const { value: batch } = await finding.readable(actor, id);
      const examinations = await examinationsOf(id, await readSteps(id));
      const sample = batch.act > 0 ? await sampleView(id) : undefined;
      const collections = await collectionsOf(id);
      return {
        ...(await outline(id, batch)),
        ...(await fileView(id, batch)),
        ...(examinations.length > 0 && { examinations }),
        ...(sample && { sample }),
        ...(collections.length > 0 && { collections }),
      };
    },
  };
};

/** A missing item is damage: nothing says that it ended. */
export const personalDataOf = (
  found:
    | { readonly state: 'ended'; readonly month?: string }
    | { readonly state: 'unreadable'; readonly code: string }
    | { readonly state: 'absent' },
): PersonalDataState => {
  if (found.state === 'ended')
    return { state: 'ended', ...(found.month !== undefined && { month: found.month }) };
  return { state: 'unreadable', code: found.state === 'absent' ? 'personal-data-damaged' : found.code };
};

export type ReadBatch = Item<BatchRow> & {
  readonly value: BatchRow & { readonly read: NonNullable<BatchRow['read']> };
};
