/** What surrounds a run of the command line: the process's own, or a test's. */
export interface Terminal {
  readonly out: (text: string) => void;
  /** Characters that fit on a line, where `out` goes to a screen. */
  readonly columns?: number;
  readonly err: (text: string) => void;
  /** Whether somebody looks at what `err` writes, so that progress is shown there. */
  readonly isWatched: boolean;
  /** All of standard input. Rejects with a `Failure` beyond `maxBytes`. */
  readonly input: (maxBytes: number) => Promise<Buffer>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}
