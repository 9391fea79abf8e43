/** What the process ends with. */
export const EXIT = {
  ok: 0,
  /** The service said no; for `status`: revoked or on hold. */
  refused: 1,
  /** The command line was not understood; or what came back cannot be relied on. */
  usage: 2,
  doubt: 2,
  unreachable: 3,
  /** Asked for, and not done before a second person asks for the same. */
  awaiting: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A problem in the terms of RFC 9457, whether the service told it or the command line found it itself. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  /** HTTP's, where the service answered. */
  readonly status?: number;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
}

/** The one error of the command line: how it ends, and what is said about it. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  readonly problem: Problem;
  /** What to do next, where the problem's own sentence does not say. */
  readonly advice: string | undefined;

  constructor(exitCode: ExitCode, problem: Problem, advice?: string, options?: { cause?: unknown }) {
    super(problem.detail, options);
    this.exitCode = exitCode;
    this.problem = problem;
    this.advice = advice;
  }
}

const own = (code: string, title: string, detail: string): Problem => ({
  type: `urn:akashi:cli:${code}`,
  title,
  detail,
  code,
});

/** The command line asks for what cannot be asked. */
export const usage = (detail: string, advice?: string): Failure =>
  new Failure(EXIT.usage, own('usage', 'Invalid command line', detail), advice);

/** Something answered, and not as this service answers. */
export const unexpected = (detail: string, cause?: unknown): Failure =>
  new Failure(
    EXIT.doubt,
    own('unexpected-answer', 'The answer cannot be relied on', detail),
    'Check that the address is that of an Akashi service of this version.',
    { cause },
  );

export const unreachable = (detail: string, advice?: string, cause?: unknown): Failure =>
  new Failure(EXIT.unreachable, own('unreachable', 'The service is not reachable', detail), advice, {
    cause,
  });
