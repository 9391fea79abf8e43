/** Milliseconds, bytes and counts. */
export interface Limits {
  readonly headerBytes: number;
  readonly headersMs: number;
  readonly bodyMs: number;
  /** All bodies that are arriving, together. */
  readonly bodyBytes: number;
  /** How long a connection without a request is kept; one whose request or answer stalls is kept four times as long. */
  readonly idleMs: number;
  /** Connections to one door. */
  readonly connections: number;
  /** Requests being answered at once in each lane, so that a storm on one does not starve the other. */
  readonly underWay: Readonly<Record<'status' | 'api', number>>;
  /** Requests on one connection without an answer, so that a few connections cannot fill a lane. */
  readonly pipelined: number;
  /** How long `stop` waits for requests under way. */
  readonly stopMs: number;
}

export const LIMITS: Limits = {
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  bodyMs: 10_000,
  bodyBytes: 256 * 1024 * 1024,
  idleMs: 15_000,
  connections: 4096,
  underWay: { status: 512, api: 64 },
  pipelined: 8,
  stopMs: 10_000,
};
