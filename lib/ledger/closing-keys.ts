import type { ActKeyKind } from '../act-kinds.ts';
import { Fault } from '../fault.ts';
import type { Log } from '../ports.ts';
import { everyItem, type Item, type Table } from '../store/store.ts';
import type { LedgerRecord } from './contract.ts';
import { isRecordId } from './ids.ts';
import { recordKey, STAGED_PKS, UNSEQUENCED_PKS } from './rows.ts';
import { type ActSigning, verifiedAct } from './signed-act.ts';
import { readRecord } from './well-formed.ts';

/** What closing a key asks of the keys of acts. */
export interface KeysToClose extends Pick<ActSigning, 'verify'> {
  keys(): Promise<
    readonly { readonly kind: ActKeyKind; readonly generation: number; readonly closedAt?: number }[]
  >;
  closeKey(kind: ActKeyKind, generation: number, size: number): Promise<void>;
}

/**
 * Closes keys of acts that have a successor. From then on an act by the old key counts only if its leaf is among the
 * leaves that the log had when the key was closed.
 *
 * 1. The successor has been there for five minutes, by this process's own observation, whatever the clocks of others
 *    say. Every process looks for new keys once a minute, so all of them sign with the new one.
 * 2. No act by the old key waits for its leaf. None can come after that, by 1.
 * 3. The log is published as it is now. It has the leaves of all acts by the old key, and its size closes the key.
 *
 * Several sequencers may do so at once: each of their sizes is right, and the one that is put first counts. An act that
 * was signed before the successor and stored after the closing is not believed any more: its sequencer sets it aside.
 */
const WAIT_MS = 5 * 60_000;
const LOOK_EVERY_MS = 60_000;

export const openKeyClosing = (deps: {
  readonly table: Table;
  readonly acts: KeysToClose;
  readonly log: Log;
  /** Milliseconds of a clock that nobody can set. */
  readonly elapsed: () => number;
  /** Publishes the log as it is committed. Resolves with its size; undefined where another process was faster. */
  readonly publish: () => Promise<number | undefined>;
}): (() => Promise<void>) => {
  const { table, acts, log, elapsed } = deps;
  const seenAt = new Map<string, number>();
  let nextLook = Number.NEGATIVE_INFINITY;

  const due = async (): Promise<ReadonlyMap<string, { kind: ActKeyKind; generation: number }>> => {
    const keys = await acts.keys();
    const names = new Set(keys.map(nameOf));
    const now = elapsed();
    const found = new Map<string, { kind: ActKeyKind; generation: number }>();
    for (const { kind, generation, closedAt } of keys) {
      if (closedAt !== undefined || !names.has(nameOf({ kind, generation: generation + 1 }))) continue;
      const name = nameOf({ kind, generation });
      const since = seenAt.get(name) ?? now;
      seenAt.set(name, since);
      if (now - since >= WAIT_MS) found.set(name, { kind, generation });
    }
    return found;
  };

  /** The keys of acts that wait for their leaves. Staged rows are read first, as in choosing.ts. */
  const keysOfWaiting = async (): Promise<ReadonlySet<string>> => {
    const found = new Set<string>();
    const add = async (record: LedgerRecord | undefined): Promise<void> => {
      if (record?.signature && (await verifiedAct(acts, record))) found.add(record.signature.key);
    };
    for (const pk of STAGED_PKS) {
      for await (const item of everyItem(table, { pk })) await add(readRecord(item));
    }
    for (const pk of UNSEQUENCED_PKS) {
      for await (const { sk } of everyItem(table, { pk })) {
        const item: Item | undefined = isRecordId(sk) ? await table.get(recordKey(sk)) : undefined;
        await add(item && readRecord(item));
      }
    }
    return found;
  };

  const close = async (): Promise<void> => {
    const keys = await due();
    if (keys.size === 0) return;
    const waiting = await keysOfWaiting();
    const ready = [...keys].filter(([name]) => !waiting.has(name));
    const size = ready.length === 0 ? undefined : await deps.publish();
    if (size === undefined) return;
    for (const [key, { kind, generation }] of ready) {
      await acts.closeKey(kind, generation, size);
      log('info', 'A key of acts was closed: it has a successor', { key, size });
    }
  };

  return async () => {
    if (elapsed() < nextLook) return;
    nextLook = elapsed() + LOOK_EVERY_MS;
    try {
      await close();
    } catch (error) {
      // Leaves do not depend on it, and the next look tries again.
      log('error', 'Keys of acts that have a successor could not be closed', {
        error: Fault.is(error) ? error.code : 'internal',
      });
    }
  };
};

const nameOf = ({ kind, generation }: { readonly kind: ActKeyKind; readonly generation: number }): string =>
  `${kind}-${generation}`;
