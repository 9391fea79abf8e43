import { Fault, phrase } from '../fault.ts';
import type { Principal } from '../principal.ts';
import { everyItem, type Item } from '../store/store.ts';
import type { Acts } from './acts.ts';
import type { Batches, BatchState } from './contract.ts';
import type { BatchesDeps } from './deps.ts';
import type { Finding } from './finding.ts';
import { type BatchRow, batchKey, type StepRow } from './rows.ts';
import type { Sealed } from './sealed.ts';
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

/** What officers do with a file as a whole. */
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

  /** The same officer's sending again is the one that was. `isAgain`: a replay is another one. */
  const send = async (actor: Principal, id: string, batch: BatchRow, isAgain: boolean): Promise<void> => {
    const { read, profile, digest } = batch;
    if (read === undefined) throw wrongState(batch.state, 'received');
    await acts.act(id, batch, actor, async (newest) => {
      if (newest?.said.act === 'cancelled') throw wrongState('cancelled', 'received');
      const wasSent = newest !== undefined;
      if (wasSent && !isAgain) return undefined;
      return { act: 'sent', digest, profile, rows: read.rows - read.unreadable };
    });
    await settling.settle(id);
  };

  return {
    check: async (actor, id) => {
      const { value: batch } = await settled(actor, id);
      const { read, state } = batch;
      if (state !== 'received' || read === undefined) throw wrongState(state, 'received');
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
      const [name = '', last] = own.findLast(([, { value }]) => value.isOver && value.setAside > 0) ?? [];
      if (last !== undefined) {
        const { rows, packs, by, at, act } = last.value;
        await settling.begin(id, readable, name, { rows, packs, by, at, ...(act !== undefined && { act }) });
        return views.view(actor, id);
      }
      // The answer to an earlier call was lost, and the rows are on their way.
      const isSender = actor.role === 'officer' && actor.duties?.includes('receive') === true;
      if (!isSender && own.some(([, { value }]) => !value.isOver)) return views.view(actor, id);
      const { value: batch } = await settled(actor, id);
      const newest = await acts.newest(id);
      if (batch.state === 'submitting' && newest?.said.act === 'sent' && newest.by === actor.id)
        return views.view(actor, id);
      if (batch.state !== 'submitted') throw wrongState(batch.state, 'submitted');
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
