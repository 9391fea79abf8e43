/** What may become of a request besides a good answer. Neither leaves the adapters, which make Faults of them. */

/** The service answered that it will not. */
export class Refusal extends Error {
  /** The service's own word, such as `ConditionalCheckFailedException`; `Unknown` where it gave none. */
  override readonly name: string;
  /** Of HTTP. */
  readonly status: number;
  /** The members of the answer's JSON object, if it is one. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(name: string, status: number, members: Readonly<Record<string, unknown>> = {}) {
    super(`refused with ${status}`);
    this.name = name;
    this.status = status;
    this.members = members;
  }
}

/** No answer came, or not a whole one. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** A code of Node's, such as `ECONNRESET`, or a word of ours. */
  readonly reason: string;
  /** Whether the service may have had the request. */
  readonly sent: boolean;

  constructor(reason: string, sent: boolean, options?: { cause?: unknown }) {
    super(`no answer: ${reason}`, options);
    this.reason = reason;
    this.sent = sent;
  }
}
