import { wentThrough } from '../fault.ts';
import { rfc3339 } from '../pki/pki.ts';
import type { Item, Write } from '../store/store.ts';
import type { Acts, DoneAct } from './acts.ts';
import type { BatchState, Work } from './contract.ts';
import type { BatchesDeps } from './deps.ts';
import { EXAMINED_TOGETHER } from './performing.ts';
import { asItStands, type BatchRow, batchKey, type StepRow, stepKey, storeBatch, workKey } from './rows.ts';

/** The rows that follow from acts. A crash may come between an act and its rows: whoever touches the batch next makes them. */
export interface Settling {
  /** Resolves with the batch's row, which has all acts. */
  settle(id: string): Promise<Item<BatchRow>>;
  /** Lists a step as work where it is not listed. */
  resume(id: string, batch: BatchRow, step: string): Promise<void>;
  /** Begins a step that takes no act, or one again. */
  begin(
    id: string,
    batch: BatchRow,
    step: string,
    row: Pick<StepRow, 'rows' | 'packs' | 'by'> & Partial<StepRow>,
  ): Promise<void>;
}

interface Follows {
  readonly step?: { readonly name: string; readonly rows: number; readonly packs: number };
  readonly state?: BatchState;
}

const followsFrom = ({ number, said }: DoneAct, { read }: BatchRow): Follows => {
  const packs = read?.packs.length ?? 0;
  const rows = (read?.rows ?? 0) - (read?.unreadable ?? 0);
  if (said.act === 'sent')
    return { step: { name: `submission-${number}`, rows, packs }, state: 'submitting' };
  if (said.act === 'cancelled')
    return { step: { name: `cancellation-${number}`, rows, packs }, state: 'cancelling' };
  if (said.act === 'sampled') return {};
  return {
    step: { name: `examination-${number}`, rows: said.rows, packs: Math.ceil(said.rows / EXAMINED_TOGETHER) },
  };
};

const NOTHING_DONE = { next: 0, done: 0, refused: 0, setAside: 0, attempts: 0 } as const;

export const openSettling = (
  { table, wake, clock }: Pick<BatchesDeps, 'table' | 'wake' | 'clock'>,
  acts: Acts,
  chance: () => string,
): Settling => {
  /** False where another process was first. */
  const settleOne = async (id: string, before: Item<BatchRow>, done: DoneAct): Promise<boolean> => {
    const { step, state } = followsFrom(done, before.value);
    const row: BatchRow = {
      ...before.value,
      ...(state !== undefined && { state }),
      act: done.number,
      change: chance(),
    };
    const work: Work | undefined = step && { office: before.value.office, batch: id, step: step.name };
    const key = step && stepKey(id, step.name);
    const begun: Write[] =
      step && work && key
        ? [
            {
              put: key,
              value: {
                ...NOTHING_DONE,
                rows: step.rows,
                packs: step.packs,
                by: done.by,
                at: done.at,
                act: done.number,
              },
              if: await asItStands(table, key),
            },
            { put: workKey(work), value: {}, if: await asItStands(table, workKey(work)) },
          ]
        : [];
    const staged = await acts.writesOf(id, done.number);
    if (!(await storeBatch(table, id, before, row, [...begun, ...staged]))) return false;
    if (work) await wake(work);
    return true;
  };

  return {
    settle: async (id) => {
      for (;;) {
        const batch = (await table.get<BatchRow>(batchKey(id))) as Item<BatchRow>;
        const next = await acts.at(id, batch.value.act + 1);
        if (next === undefined) return batch;
        await settleOne(id, batch, next);
      }
    },

    resume: async (id, { office }, step) => {
      const work: Work = { office, batch: id, step };
      await wentThrough(table.write([{ put: workKey(work), value: {}, if: 'absent' }]));
      await wake(work);
    },

    begin: async (id, { office }, name, row) => {
      const work: Work = { office, batch: id, step: name };
      const key = stepKey(id, name);
      const before = await table.get<StepRow>(key);
      const value: StepRow = { at: rfc3339(new Date(clock())), ...row, ...NOTHING_DONE };
      // Where another process was first, it has begun.
      const isBegun = await wentThrough(
        table.write([
          { put: key, value, if: before === undefined ? 'absent' : { version: before.version } },
          { put: workKey(work), value: {}, if: await asItStands(table, workKey(work)) },
        ]),
      );
      if (isBegun) await wake(work);
    },
  };
};
