import type { Lane } from '../http/route.ts';

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
  /**
   * The part of a door's connections that one source may have; twice as much where the settings give it a larger rate. A
   * trusted proxy may have all of them.
   */
  readonly sourceShare: number;
  /** Requests being answered at once in each lane. */
  readonly underWay: Readonly<Record<Exclude<Lane, 'free'>, number>>;
  /** Requests of a second that one source may send to public routes without credentials. */
  readonly rate: number;
  /** Requests on one connection without an answer, so that a few connections cannot fill a lane. */
  readonly pipelined: number;
  /** How often the log says how many requests were refused. */
  readonly refusalsMs: number;
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
  sourceShare: 1 / 4,
  underWay: { status: 512, public: 128, revocation: 64, api: 64 },
  rate: 100,
  pipelined: 8,
  refusalsMs: 60_000,
  stopMs: 10_000,
};

/** What the service opens besides connections: tables, objects, keys, and room for a backup. */
const OTHER_FILES = 256;

/** How many connections each of the two doors can have, where the process may have so many files open (`ulimit -n`). */
export const connectionsWithin = (openFiles: number): number =>
  Math.max(16, Math.min(LIMITS.connections, Math.floor((openFiles - OTHER_FILES) / 2)));
