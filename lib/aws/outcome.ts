/**
 * The two ways in which a request to AWS fails. The adapters turn both into Faults, so callers of an adapter see
 * neither.
 */

/** The service answered with an error. */
export class Refusal extends Error {
  /** The service's name for the error, such as `ConditionalCheckFailedException`; `Unknown` if it gave none. */
  override readonly name: string;
  /** The HTTP status. */
  readonly status: number;
  /** The members of the error, such as `CancellationReasons`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(name: string, status: number, members: Readonly<Record<string, unknown>> = {}) {
    super(`refused with ${status}`);
    this.name = name;
    this.status = status;
    this.members = members;
  }
}

/** No answer came, or only a part of one. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** A code of Node, such as `ECONNRESET`, or a name from here, such as `AnswerTimeout`. */
  readonly reason: string;
  /** Whether the service may have received the request. */
  readonly sent: boolean;

  constructor(reason: string, sent: boolean, options?: { cause?: unknown }) {
    super(`no answer: ${reason}`, options);
    this.reason = reason;
    this.sent = sent;
  }
}
