import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import type { CheckedWrite } from './limits.ts';

/** How long a commit waits at most for as many writes as the last one knew of. */
const LONGEST_WAIT_MS = 0.4;
/** So many writes are a batch whoever else may come. */
const LARGE_BATCH = 256;
/** Rows in one transaction, so that one commit does not hold the event loop for long. */
const BATCH_ROWS = 4096;

interface Waiting {
  readonly writes: readonly CheckedWrite[];
  readonly resolve: () => void;
  readonly reject: (fault: Fault) => void;
}

interface File {
  /** One transaction; the outcome of each of its writes in their order, undefined where it was applied. */
  commit(batch: readonly (readonly CheckedWrite[])[]): readonly (Fault | undefined)[];
  /** Resolves, off this thread, when what was committed before the call survives power loss; with a fault where it may not. */
  sync(): Promise<Fault | undefined>;
}

/**
 * Writes on their way to the disk. Those that one turn of the event loop asks for share a commit and a sync; while that
 * sync is under way the process goes on with other work, and what is asked for meanwhile is the next batch. Whoever was
 * just told of its write often asks for another at once, so a commit waits a moment for them: else callers would fall
 * apart into two halves that take turns, and each sync would serve one half only. One caller alone does not. Callers
 * learn their outcomes when the sync is done, a condition that failed included: it may have failed by a write of the
 * same batch. They are judged one after another in the order of the calls.
 */
export class GroupCommit {
  readonly #file: File;
  #queue: Waiting[] = [];
  /** Writes that were on their way when the last sync ended. */
  #expected = 1;
  #running: Promise<void> | undefined;

  constructor(file: File) {
    this.#file = file;
  }

  add(writes: readonly CheckedWrite[]): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#queue.push({ writes, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when what was added before is settled. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // After the poll phase: everything that this turn's sockets and timers ask for joins the first commit.
    await nextTurn();
    while (this.#queue.length > 0) {
      await this.#gather();
      const batch = this.#take();
      const outcomes = this.#file.commit(batch.map(({ writes }) => writes));
      const lost = await this.#file.sync();
      // Those of this batch, and those who came during its sync.
      this.#expected = batch.length + this.#queue.length;
      for (const [i, { resolve, reject }] of batch.entries()) {
        const fault = lost ?? outcomes[i];
        if (fault === undefined) resolve();
        else reject(fault);
      }
    }
    this.#running = undefined;
  }

  async #gather(): Promise<void> {
    const enough = Math.min(this.#expected, LARGE_BATCH);
    const until = performance.now() + LONGEST_WAIT_MS;
    while (this.#queue.length < enough && performance.now() < until) await nextTurn();
  }

  #take(): readonly Waiting[] {
    let rows = 0;
    const end = this.#queue.findIndex(({ writes }) => {
      rows += writes.length;
      return rows > BATCH_ROWS;
    });
    return this.#queue.splice(0, end === -1 ? this.#queue.length : end);
  }
}
