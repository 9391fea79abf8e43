import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import type { CheckedWrite } from './limits.ts';

/** The longest time that a commit waits for the expected number of writes. */
const LONGEST_WAIT_MS = 0.4;
/** A batch of this many writes does not wait for more. */
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
  /**
   * Runs off this thread. Resolves when everything committed before the call survives power loss; with a fault where it
   * may not survive.
   */
  sync(): Promise<Fault | undefined>;
}

/**
 * Writes on their way to the disk. The writes that one turn of the event loop requests share a commit and a sync.
 * During that sync the process continues with other work, and the writes that it requests meanwhile are the next batch.
 * A caller whose write was just acknowledged often requests another at once, so a commit waits a moment for such
 * callers. Without the wait, callers would split into two halves that take turns, and each sync would serve only one
 * half. A single caller does not wait.
 *
 * Callers learn their outcomes when the sync is done. That includes a failed condition, since a write of the same batch
 * may have made it fail. The conditions are checked one after another in the order of the calls.
 */
export class GroupCommit {
  readonly #file: File;
  #queue: Waiting[] = [];
  /** They are asked for their writes when the next commit is made. */
  #asked: (() => void)[] = [];
  /** Callers that were waiting or whose writes were being committed when the last sync ended. */
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

  /** `ask` is called right before the next commit: what it adds at once is part of that commit. It throws nothing. */
  before(ask: () => void): void {
    this.#asked.push(ask);
    this.#running ??= this.#run();
  }

  /** Resolves when the writes added before this call are settled. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // This runs after the poll phase, so all writes from this turn's sockets and timers join the first commit.
    await nextTurn();
    while (this.#callers() > 0) {
      await this.#gather();
      const callers = this.#callers();
      for (const ask of this.#asked.splice(0)) ask();
      const batch = this.#take();
      if (batch.length === 0) continue;
      const served = callers - this.#queue.length;
      const outcomes = this.#file.commit(batch.map(({ writes }) => writes));
      const lost = await this.#file.sync();
      // The callers of this batch, and those that came during its sync.
      this.#expected = served + this.#callers();
      for (const [i, { resolve, reject }] of batch.entries()) {
        const fault = lost ?? outcomes[i];
        if (fault === undefined) resolve();
        else reject(fault);
      }
    }
    this.#running = undefined;
  }

  /** Several callers may put what they have into one write, so writes are not counted. */
  #callers(): number {
    return this.#queue.length + this.#asked.length;
  }

  async #gather(): Promise<void> {
    const enough = Math.min(this.#expected, LARGE_BATCH);
    const until = performance.now() + LONGEST_WAIT_MS;
    while (this.#callers() < enough && performance.now() < until) await nextTurn();
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
