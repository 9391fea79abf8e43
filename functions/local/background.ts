/** Work that goes on after the answer. */
export interface Background {
  later(work: () => Promise<void>): void;
  /** Resolves when everything is done that was asked for before. */
  settled(): Promise<void>;
}

/**
 * Work that comes within so many milliseconds is begun together, so that its writes share a commit. No answer waits for it.
 */
const TOGETHER_MS = 250;

/** More would hold what comes after it for long. */
const MOST_TOGETHER = 256;

/** The work throws nothing. */
export const openBackground = (): Background => {
  let queue: (() => Promise<void>)[] = [];
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    while (queue.length > 0) {
      const some = queue.slice(0, MOST_TOGETHER);
      queue = queue.slice(MOST_TOGETHER);
      await Promise.all(some.map((work) => work()));
    }
    running = undefined;
  };

  const soon = (): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(() => resolve(run()), TOGETHER_MS);
    });

  return {
    later: (work) => {
      queue.push(work);
      running ??= soon();
    },
    settled: async () => {
      while (running) await running;
    },
  };
};
