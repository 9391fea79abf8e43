import type { PersonalDataState } from '../personal/personal.ts';
import type { Principal } from '../principal.ts';
import { everyItem, type Item } from '../store/store.ts';
import type { Acts, DoneAct } from './acts.ts';
import type { BatchView, BulkExamination, Progress, Sample } from './contract.ts';
import type { BatchesDeps } from './deps.ts';
import type { Finding } from './finding.ts';
import { type OpenedRows, openOpenedRows } from './opened-rows.ts';
import { type BatchRow, batchKey, type CollectionRow, numberOf, type StepRow } from './rows.ts';
import type { Sealed } from './sealed.ts';

export interface Views {
  /** Fault: `unknown-batch`. */
  view(actor: Principal, id: string): Promise<BatchView>;
  /** For a list: without what costs a look-up for each, so it goes by the rows alone. */
  outline(id: string, batch: BatchRow): Promise<BatchView>;
  /** The newest act by which this person drew a sample, if no act has used it. */
  openSample(id: string, by: string): Promise<(DoneAct & { readonly said: SampledAct }) | undefined>;
  /** The newest act of this person, or the cancellation that came after it. */
  newestBy(id: string, by: string): Promise<DoneAct | undefined>;
  openedRows(id: string, drawn: DoneAct): Promise<OpenedRows>;
  /** The newest step of each name, and its row; undefined where there is none. */
  newestSteps(id: string): Promise<(what: string) => readonly [name: string, row: StepRow] | undefined>;
}

/** The acts that steps carry out. The other acts need no step. */
const ACT_OF: Readonly<Record<string, DoneAct['said']['act']>> = {
  submission: 'sent',
  cancellation: 'cancelled',
  examination: 'examined',
};

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
  { table, recorder }: Pick<BatchesDeps, 'table' | 'recorder'>,
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
  const pk = (id: string): string => batchKey(id).pk;

  const readSteps = async (id: string): Promise<ReadonlyMap<string, StepRow>> => {
    const steps = new Map<string, StepRow>();
    for await (const { sk, value } of everyItem<StepRow>(table, { pk: pk(id), prefix: 'step/' }))
      steps.set(sk.slice('step/'.length), value);
    return steps;
  };

  /** Without those that no act asked for: rows of the table that claim to be steps. */
  const provenSteps = async (id: string): Promise<ReadonlyMap<string, StepRow>> => {
    const proven = await Promise.all(
      [...(await readSteps(id))].map(async ([name, row]): Promise<(readonly [string, StepRow])[]> => {
        const [what = '', said] = name.split('-');
        const act = ACT_OF[what];
        if (act === undefined) return [[name, row]];
        const number = Number(said);
        const done = Number.isSafeInteger(number) && number > 0 ? await acts.at(id, number) : undefined;
        return done?.said.act === act ? [[name, { ...row, by: done.by, at: done.at }]] : [];
      }),
    );
    return new Map(proven.flat());
  };

  const newestBy: Views['newestBy'] = async (id, by) => {
    let done = await acts.newest(id);
    // Acts on one file are few.
    while (done !== undefined && done.by !== by && done.said.act !== 'cancelled')
      done = done.number > 1 ? await acts.at(id, done.number - 1) : undefined;
    return done;
  };

  const openSample: Views['openSample'] = async (id, by) => {
    const done = await newestBy(id, by);
    return done?.said.act === 'sampled' ? { ...done, said: done.said } : undefined;
  };

  const openedRows = openOpenedRows({ table, recorder }, acts);

  const sampleView = async (id: string, who: string): Promise<Sample | undefined> => {
    const drawn = await openSample(id, who);
    if (drawn === undefined) return undefined;
    const { number, by, at, said } = drawn;
    const sample = (await acts.sample(id, said.list)).map(([row]) => row);
    const opened = await (await openedRows(id, drawn)).all();
    return {
      number,
      stage: said.stage,
      by,
      at,
      rows: said.rows,
      sample,
      opened: sample.filter((row) => opened.has(row)),
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
    batch: BatchRow,
  ): Promise<Pick<BatchView, 'problems' | 'personalData'>> => {
    const { state, read } = batch;
    if (state !== 'refused' && read === undefined) return {};
    const found = await sealed.file(id, batch);
    if (found.state === 'kept') return found.value.problems ? { problems: found.value.problems } : {};
    return { personalData: personalDataOf(found) };
  };

  const outlineWith = async (
    id: string,
    batch: BatchRow,
    steps: ReadonlyMap<string, StepRow>,
  ): Promise<BatchView> => {
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
    outline: async (id, batch) => outlineWith(id, batch, await readSteps(id)),
    openSample,
    newestBy,
    openedRows,
    newestSteps: async (id) => {
      const steps = await provenSteps(id);
      return (what) => {
        const [number, row] = stepsOf(steps, what).at(-1) ?? [];
        return row && [`${what}-${number}`, row];
      };
    },
    view: async (actor, id) => {
      const { value: batch } = await finding.readable(actor, id);
      const steps = await provenSteps(id);
      const examinations = await examinationsOf(id, steps);
      const sample = batch.act > 0 ? await sampleView(id, actor.id) : undefined;
      const collections = await collectionsOf(id);
      return {
        ...(await outlineWith(id, batch, steps)),
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
