/** The exit codes of the process. */
export const EXIT = {
  ok: 0,
  /** The service refused; for `status`: the certificate is revoked or on hold. */
  refused: 1,
  /** The command line is invalid, or the answer cannot be relied on. */
  usage: 2,
  doubt: 2,
  unreachable: 3,
  /** The action takes effect when a second person asks for the same. */
  awaiting: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A problem in the form of RFC 9457, from the service or from the command line itself. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  /** The HTTP status, where the service answered. */
  readonly status?: number;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
}

/** The one error of the command line, with its exit code and its problem. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  readonly problem: Problem;
  /** What to do next, where the problem's detail does not say it. */
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

/** The command line is invalid. */
export const usage = (detail: string, advice?: string): Failure =>
  new Failure(EXIT.usage, own('usage', 'Invalid command line', detail), advice);

/** The answer is not one of this service. */
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
