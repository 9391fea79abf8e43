import { Phrase, phrase } from '../lib/fault.ts';

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
  /** For `status`: unknown, or nothing that can be relied on. */
  cannotTell: 5,
  /** For `status`: the path is refused. */
  invalid: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The service's own words, or English ones of the command line, which can be said in other languages. */
export type Text = string | Phrase;

/** A problem in the form of RFC 9457, from the service or from the command line itself. */
export interface Problem {
  readonly type: string;
  readonly title: Text;
  readonly detail: Text;
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
  readonly advice: Phrase | undefined;

  /** The detail of the problem. */
  get phrase(): Phrase {
    const { detail } = this.problem;
    return typeof detail === 'string' ? phrase`${detail}` : detail;
  }

  constructor(exitCode: ExitCode, problem: Problem, advice?: Phrase, options?: { cause?: unknown }) {
    super(String(problem.detail), options);
    this.exitCode = exitCode;
    this.problem = problem;
    this.advice = advice;
  }
}

const own = (code: string, title: Phrase, detail: Text): Problem => ({
  type: `urn:akashi:cli:${code}`,
  title,
  detail: phraseOf(detail),
  code,
});

const phraseOf = (text: Text): Phrase => (typeof text === 'string' ? new Phrase(text) : text);

/** The command line is invalid. */
export const usage = (detail: Text, advice?: Text, cause?: unknown): Failure =>
  new Failure(
    EXIT.usage,
    own('usage', phrase`Invalid command line`, detail),
    advice === undefined ? undefined : phraseOf(advice),
    { cause },
  );

/** The answer is not one of this service. */
export const unexpected = (detail: Text, cause?: unknown): Failure =>
  new Failure(
    EXIT.doubt,
    own('unexpected-answer', phrase`The answer cannot be relied on`, detail),
    phrase`Check that the address is that of an Akashi service of this version.`,
    { cause },
  );

export const unreachable = (detail: Text, advice?: Text, cause?: unknown): Failure =>
  new Failure(
    EXIT.unreachable,
    own('unreachable', phrase`The service is not reachable`, detail),
    advice === undefined ? undefined : phraseOf(advice),
    { cause },
  );
