import { Fault, phrase } from '../fault.ts';
import type { Principal } from '../principal.ts';
import { everyItem, type Item } from '../store/store.ts';
import type { Acts } from './acts.ts';
import type { Batches, BatchState } from './contract.ts';
import type { BatchesDeps } from './deps.ts';
import type { Finding } from './finding.ts';
import { type BatchRow, batchKey, type StepRow } from './rows.ts';
import { digestOfPacks, type FileSummary, kept, type Sealed } from './sealed.ts';
import type { Settling } from './settling.ts';
import type { Views } from './views.ts';

const MAX_REASON = 1000;

export const assertReason = (reason: string): void => {
  if (reason.trim() !== '' && reason.length <= MAX_REASON) return;
  throw new Fault('invalid-input', phrase`A reason of 1 to ${MAX_REASON} characters is needed.`, {
    path: 'reason',
  });
};

export const wrongState = (state: BatchState, needed: string): Fault =>
  new Fault('wrong-state', phrase`The file of requests is ${state}; this takes one that is ${needed}.`, {
    state,
  });

/** The acts of officers on a file as a whole. */
export const openSending = (
  { table }: Pick<BatchesDeps, 'table'>,
  {
    acts,
    finding,
    settling,
    sealed,
    views,
    chance,
  }: {
    readonly acts: Acts;
    readonly finding: Finding;
    readonly settling: Settling;
    readonly sealed: Sealed;
    readonly views: Views;
    readonly chance: () => string;
  },
): Pick<Batches, 'check' | 'submit' | 'replay' | 'cancel'> => {
  const settled = async (actor: Principal, id: string): Promise<Item<BatchRow>> => {
    await finding.sendable(actor, id);
    return settling.settle(id);
  };

  const stepsOf = async (
    id: string,
    what: string,
  ): Promise<readonly (readonly [name: string, row: Item<StepRow>])[]> => {
    const found: (readonly [string, Item<StepRow>])[] = [];
    for await (const item of everyItem<StepRow>(table, { pk: batchKey(id).pk, prefix: `step/${what}-` }))
      found.push([item.sk.slice('step/'.length), item]);
    return found.sort(([a], [b]) => Number(a.slice(what.length + 1)) - Number(b.slice(what.length + 1)));
  };

  /** What the file says has to be there still. Fault: `personal-data-ended`, and those of an item that cannot be read. */
  const fileOf = async (id: string, batch: BatchRow): Promise<FileSummary> => {
    const file = kept(await sealed.file(id, batch), `batch/${id}/file`);
    if (file.problems === undefined && file.digest === batch.digest) return file;
    throw wrongState('refused', 'received');
  };

  /** The same officer's sending again is the one that was. `isAgain`: a replay is another one. */
  const send = async (actor: Principal, id: string, batch: BatchRow, isAgain: boolean): Promise<void> => {
    const { read, profile, digest } = batch;
    if (read === undefined) throw wrongState(batch.state, 'received');
    const packs = digestOfPacks(await fileOf(id, batch));
    await acts.act(id, batch, actor, async (newest) => {
      if (newest?.said.act === 'cancelled') throw wrongState('cancelled', 'received');
      const wasSent = newest !== undefined;
      if (wasSent && !isAgain) return undefined;
      return { act: 'sent', digest, profile, rows: read.rows - read.unreadable, packs };
    });
    await settling.settle(id);
  };

  /** Begins the newest of the steps again that set rows aside. */
  const triedAgain = async (
    id: string,
    batch: BatchRow,
    steps: readonly (readonly [name: string, row: Item<StepRow>])[],
  ): Promise<boolean> => {
    const [name = '', last] = steps.findLast(([, { value }]) => value.isOver && value.setAside > 0) ?? [];
    if (last === undefined) return false;
    const { rows, packs, by, at, act } = last.value;
    await settling.begin(id, batch, name, { rows, packs, by, at, ...(act !== undefined && { act }) });
    return true;
  };

  return {
    check: async (actor, id) => {
      const { value: batch } = await settled(actor, id);
      const { read, state } = batch;
      if (state !== 'received' || read === undefined) throw wrongState(state, 'received');
      await fileOf(id, batch);
      const checks = await stepsOf(id, 'check');
      // A check that goes on is the one that is asked for.
      if (checks.every(([, { value }]) => value.isOver))
        await settling.begin(id, batch, `check-${checks.length + 1}`, {
          rows: read.rows - read.unreadable,
          packs: read.packs.length,
          by: actor.id,
        });
      return views.view(actor, id);
    },

    submit: async (actor, id, digest) => {
      const { value: batch } = await settled(actor, id);
      if (digest !== batch.digest)
        throw new Fault('confirmation-differs', 'The digest is not that of this file.', {
          digest: batch.digest,
        });
      await send(actor, id, batch, false);
      return views.view(actor, id);
    },

    replay: async (actor, id) => {
      const { value: readable } = await finding.readable(actor, id);
      const own = (await stepsOf(id, 'examination')).filter(([, { value }]) => value.by === actor.id);
      if (await triedAgain(id, readable, own)) return views.view(actor, id);
      // The answer to an earlier call was lost, and the rows are on their way.
      if (own.some(([, { value }]) => !value.isOver)) return views.view(actor, id);
      const { value: batch } = await settled(actor, id);
      if (await triedAgain(id, batch, await stepsOf(id, 'cancellation'))) return views.view(actor, id);
      const [name = '', last] = (await stepsOf(id, 'submission')).at(-1) ?? [];
      if (batch.state === 'submitting' && last) {
        // Its row may have been lost by which the work is found.
        await settling.resume(id, batch, name);
        return views.view(actor, id);
      }
      if (batch.state !== 'submitted') throw wrongState(batch.state, 'submitted');
      if (last && last.value.refused + last.value.setAside === 0)
        throw new Fault('wrong-state', 'Every row has led to a request; nothing is left to try again.');
      await send(actor, id, batch, true);
      return views.view(actor, id);
    },

    cancel: async (actor, id, reason) => {
      assertReason(reason);
      const { value: batch } = await settled(actor, id);
      if (batch.state === 'refused') throw wrongState(batch.state, 'received');
      if (batch.state === 'cancelled' || batch.state === 'cancelling') return views.view(actor, id);
      const words = chance();
      await sealed.putReason(id, batch, words, reason);
      await acts.act(id, batch, actor, async (newest) =>
        newest?.said.act === 'cancelled' ? undefined : { act: 'cancelled', words },
      );
      await settling.settle(id);
      return views.view(actor, id);
    },
  };
};
