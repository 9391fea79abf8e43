import { Fault, wentThrough } from '../fault.ts';
import { everyItem, type Item, type Write } from '../store/store.ts';
import type { BatchState, BatchWork, Work } from './contract.ts';
import type { BatchesDeps } from './deps.ts';
import {
  type BatchRow,
  batchKey,
  type StepRow,
  stepKey,
  storeBatch,
  WORK_PK,
  workKey,
  workOf,
} from './rows.ts';
import type { Sealed } from './sealed.ts';
import { isPassing, type Trials } from './trying.ts';

/** A pack that was begun so often, and never finished, is finished by setting aside what could not be done. */
const MAX_ATTEMPTS = 10;

/** The work on the rows, pack by pack. */
export interface Step {
  /** `isLast`: what cannot be done now is set aside. Undefined where nothing is left to do, for another act put an end to it. */
  perform(pack: number, isLast: boolean): Promise<Trials | undefined>;
  /** The state of the batch after the last pack, where it changes. */
  readonly gives?: BatchState;
}

/** Prepares a step once for the packs that are done in one go. */
export type Open = (id: string, batch: BatchRow, step: string, row: StepRow) => Promise<Step>;

export const openSteps = (
  { table, clock, log }: Pick<BatchesDeps, 'table' | 'clock' | 'log'>,
  { sealed, open, chance }: { readonly sealed: Sealed; readonly open: Open; readonly chance: () => string },
): BatchWork => {
  const read = (id: string, step: string) => table.get<StepRow>(stepKey(id, step));

  const put = async (
    id: string,
    step: string,
    before: Item<StepRow>,
    row: StepRow,
    more: readonly Write[] = [],
  ): Promise<Item<StepRow> | undefined> => {
    const key = stepKey(id, step);
    const stored = await wentThrough(
      table.write([{ put: key, value: row, if: { version: before.version } }, ...more]),
    );
    return stored ? { ...key, version: before.version + 1, value: row } : undefined;
  };

  /** The work may have been listed more than once, by somebody who writes to the table. */
  const unlisted = async (work: Work): Promise<readonly Write[]> => {
    const key = workKey(work);
    const row = await table.get(key);
    return row ? [{ delete: key, if: { version: row.version } }] : [];
  };

  /** The step is over, and with it the state that the batch was in. */
  const finish = async (
    work: Work,
    before: Item<StepRow>,
    row: StepRow,
    gives: BatchState | undefined,
  ): Promise<void> => {
    const { batch: id, step } = work;
    for (;;) {
      const over: readonly Write[] = [
        { put: stepKey(id, step), value: { ...row, isOver: true }, if: { version: before.version } },
        ...(await unlisted(work)),
      ];
      const batch = await table.get<BatchRow>(batchKey(id));
      // Somebody else has finished it, or has begun something that comes after it.
      const isChanged =
        batch === undefined || gives === undefined || !FOLLOWS[gives].includes(batch.value.state);
      if (isChanged) {
        await wentThrough(table.write(over));
        return;
      }
      if (await storeBatch(table, id, batch, { ...batch.value, state: gives, change: chance() }, over))
        return;
      const now = await read(id, step);
      if (now === undefined || now.version !== before.version) return;
    }
  };

  const forget = async (work: Work): Promise<void> => {
    const writes = await unlisted(work);
    if (writes.length > 0) await wentThrough(table.write(writes));
  };

  const packByPack = async (
    work: Work,
    batch: BatchRow,
    begun: Item<StepRow>,
    until: number,
  ): Promise<boolean> => {
    const { batch: id, step: name } = work;
    let at = begun;
    const step = await open(id, batch, name, begun.value);
    for (;;) {
      const { next, packs, attempts } = at.value;
      const performed: Trials | undefined =
        next < packs ? await step.perform(next, attempts > MAX_ATTEMPTS) : undefined;
      if (performed === undefined) {
        await finish(work, at, at.value, step.gives);
        return false;
      }
      const { done, results } = performed;
      // An earlier turn may have found something wrong with rows that are done now.
      const isFound = results.length > 0 || (await sealed.results(id, batch, name, next)).length > 0;
      if (isFound) await sealed.putResults(id, batch, name, next, results);
      const setAside = results.filter(({ state }) => state === 'set-aside').length;
      const row: StepRow = {
        ...at.value,
        next: next + 1,
        done: at.value.done + done,
        refused: at.value.refused + results.length - setAside,
        setAside: at.value.setAside + setAside,
        attempts: 0,
      };
      if (row.next === packs) {
        await finish(work, at, row, step.gives);
        return false;
      }
      const isEnough = clock() >= until;
      const stored = await put(id, name, at, { ...row, attempts: isEnough ? 0 : 1 });
      if (stored === undefined || isEnough) return true;
      at = stored;
    }
  };

  /**
   * No other turn would do better: the contents of the file have ended, or no act asks for what a row says. The step is over, so that
   * it holds up nothing, and its rows count as refused.
   */
  const giveUp = async (work: Work, { code, message }: Fault): Promise<void> => {
    const { batch: id, step } = work;
    log('error', 'A step of a file of requests cannot go on, and is given up', {
      batch: id,
      step,
      error: code,
      detail: message,
    });
    const at = await read(id, step);
    if (at === undefined || at.value.isOver) return forget(work);
    const { rows, done, setAside } = at.value;
    const gives = GIVEN_UP.find(([what]) => step.startsWith(what))?.[1];
    await finish(work, at, { ...at.value, refused: Math.max(0, rows - done - setAside) }, gives);
  };

  return {
    open: async function* (after = '') {
      const ofOffices = new Map<string, Work[]>();
      for await (const { sk } of everyItem(table, { pk: WORK_PK })) {
        const work = workOf(sk);
        if (work) ofOffices.set(work.office, [...(ofOffices.get(work.office) ?? []), work]);
      }
      const offices = [...ofOffices.keys()];
      const first = Math.max(
        0,
        offices.findIndex((office) => office > after),
      );
      const inTurn = [...offices.slice(first), ...offices.slice(0, first)];
      const most = Math.max(0, ...[...ofOffices.values()].map((all) => all.length));
      for (let turn = 0; turn < most; turn++)
        for (const office of inTurn) {
          const work = ofOffices.get(office)?.[turn];
          if (work) yield work;
        }
    },

    goOn: async (work, until) => {
      const { batch: id, step: name } = work;
      const batch = await table.get<BatchRow>(batchKey(id));
      let at = await read(id, name);
      if (batch === undefined || at === undefined || at.value.isOver) {
        await forget(work);
        return false;
      }
      at = await put(id, name, at, { ...at.value, attempts: at.value.attempts + 1 });
      // Another process goes on with it.
      if (at === undefined) return true;
      try {
        return await packByPack(work, batch.value, at, until);
      } catch (error) {
        if (isPassing(error)) throw error;
        await giveUp(work, error as Fault);
        return false;
      }
    },
  };
};

/** The state of a batch after a step that was given up. */
const GIVEN_UP: readonly (readonly [what: string, state: BatchState])[] = [
  ['reading', 'refused'],
  ['submission-', 'submitted'],
  ['cancellation-', 'cancelled'],
];

/** The states from which a step may lead to this one. Another step may have begun meanwhile. */
const FOLLOWS: Readonly<Record<BatchState, readonly BatchState[]>> = {
  receiving: [],
  reading: [],
  refused: ['reading'],
  received: ['reading'],
  submitting: [],
  submitted: ['submitting'],
  cancelling: [],
  cancelled: ['cancelling'],
};

export const unknownStep = (step: string): Fault =>
  new Fault('record-invalid', 'There is no such step of a file of requests.', { step });
