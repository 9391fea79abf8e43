import type { ActKeyKind } from '../../lib/act-kinds.ts';
import type { Concurrency } from './concurrency.ts';

/**
 * The rows that a function may touch, by the beginning of their partition keys (`status/*`) or the whole key
 * (`issuers`).
 */
export interface Rows {
  readonly get?: readonly string[];
  readonly query?: readonly string[];
  readonly put?: readonly string[];
  readonly delete?: readonly string[];
  /** Rows whose presence or absence may be the condition of another write. */
  readonly check?: readonly string[];
}

/** What a function may do with personal data. Without the right to open data keys it can read no item. */
export interface PersonalGrants {
  readonly rows?: Rows;
  /** Keys of personal data. `list`: which ones there are. `make`: a key under which items are put. */
  readonly dataKeys: readonly ('list' | 'open' | 'make' | 'destroy')[];
}

/** The queues of work on files of requests: that of all steps but one, and that of examinations. */
export type BatchQueue = 'submissions' | 'examinations';

export interface Grants {
  readonly rows?: Rows;
  /** Items of personal data, and the rows that list them, in a table of their own. Nothing else of it can be read. */
  readonly personal?: PersonalGrants;
  /** Further rows, if an authority's answers name the CRL that lists a certificate (RFC 6960 4.4.2). */
  readonly rowsForCrlReferences?: Rows;
  /** CRLs in the bucket; `list` includes reading. */
  readonly crls?: 'read' | 'list' | 'publish';
  /** The object with the number of the bucket's format. */
  readonly bucketFormat?: 'mark';
  /** The files of the log in the bucket; `extend` includes the use of the key that signs the log's checkpoints. */
  readonly log?: 'read' | 'extend';
  /** Annual reports in the bucket. */
  readonly reports?: 'read' | 'make' | 'expire';
  /** CA keys: reading the public half, and signing. */
  readonly caKeys?: 'sign';
  /** Keys of responders: with `make` a function cannot open one, with `use` it cannot make one. */
  readonly responderKeys?: 'make' | 'use';
  /** The key that signs disclosures to holders. The function that needs it first makes it. */
  readonly disclosureKey?: 'make' | 'use';
  /**
   * Keys of acts: the kinds of acts that the function signs, and the kinds whose keys it makes. The function that takes
   * submissions cannot sign an examination.
   */
  readonly actKeys?: { readonly sign: readonly ActKeyKind[]; readonly make?: 'all' | readonly ActKeyKind[] };
  /** Objects that prove acts, by the beginning of their names (`outcomes/*`). `put` includes reading. */
  readonly proofs?: { readonly read?: readonly string[]; readonly put?: readonly string[] };
  /** The place from which callers fetch answers that are too large for API Gateway or the load balancer. */
  readonly handOver?: true;
  /**
   * Users of tokens, where tokens are taken. `list`: the rows that name those behind the acts, and no user. `open`: makes,
   * enables and signs out the one that an act concerns. `bring`: disables it too. `finish`: so with all that are listed.
   * `compare`: so with every user.
   */
  readonly tokenUsers?: 'list' | 'open' | 'bring' | 'finish' | 'compare';
  /** The keys of the console's sessions: with `open` a function knows who has signed in; with `make` it signs people in as well. */
  readonly sessions?: 'open' | 'make';
  /** Work on files of requests: `ask` sends messages to the queues. The name of a queue takes its messages, and sends to it. */
  readonly batchWork?: 'ask' | BatchQueue;
  /** The CDN's access logs, in the bucket to which it delivers them. */
  readonly cdnLogs?: 'read';
}

/** The part of the service that a function loads: the name of its loader, the loader's module, and the environment. */
export const PARTS = {
  bare: { load: 'loadBare', from: 'lambda/bare.ts' },
  responder: { load: 'loadResponder', from: 'lambda/responder.ts' },
  rows: { load: 'loadRows', from: 'lambda/parts.ts' },
  published: { load: 'loadPublished', from: 'lambda/parts.ts' },
  issuing: { load: 'loadIssuing', from: 'lambda/parts.ts' },
  following: { load: 'loadFollowing', from: 'lambda/parts.ts' },
  enrolling: { load: 'loadEnrolling', from: 'lambda/parts.ts' },
  disclosing: { load: 'loadDisclosing', from: 'lambda/parts.ts' },
  bundling: { load: 'loadBundling', from: 'lambda/parts.ts' },
  handing: { load: 'loadHanding', from: 'lambda/parts.ts' },
  reporting: { load: 'loadReporting', from: 'lambda/parts.ts' },
} as const;

/**
 * Who must show credentials at a route: with `public` nobody, with `callers` everybody. With `both` credentials are
 * checked if they are shown.
 */
export type Doors = 'public' | 'callers' | 'both';

export interface RouteOfFunction {
  /** The file that has the route: of an operation in functions/routes/, of a page in functions/pages/. */
  readonly file: string;
  /** Of a page: its name in the file. Pages stand at no door for tokens. */
  readonly page?: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
}

/** A function for one route, or for several that need the same grants. */
export interface RouteFunction extends Grants {
  readonly id: string;
  readonly routes: readonly RouteOfFunction[];
  readonly doors: Doors;
  readonly part: keyof typeof PARTS;
  /** Takes nearly the half minute that API Gateway waits. */
  readonly slow?: true;
  /** Absent: it shares what the account has left. A function that is open to everybody always has its own. */
  readonly concurrency?: Concurrency;
  /** Its routes have a throttle of their own at each door, so no other route takes their turns. */
  readonly ownThrottle?: true;
}

export const together = (...parts: readonly Rows[]): Rows => {
  const all = (action: keyof Rows): string[] =>
    [...new Set(parts.flatMap((part) => part[action] ?? []))].sort();
  return {
    get: all('get'),
    query: all('query'),
    put: all('put'),
    delete: all('delete'),
    check: all('check'),
  };
};

export interface TaskFunction extends Grants {
  readonly id: string;
  /** The file in functions/ that has the handler. */
  readonly file: string;
  readonly environment: 'gauges' | 'rows' | 'following' | 'published' | 'issuing' | 'sequencing' | 'cdnLogs';
  /** Minutes between two runs; absent where a person invokes it. */
  readonly everyMinutes?: number;
  /** Cannot be invoked until a person opens it. */
  readonly closed?: true;
  /** The CDN itself invokes it. */
  readonly behindCdn?: true;
  /** Exists only where there is a CDN. */
  readonly publicOnly?: true;
  readonly concurrency?: Concurrency;
}
