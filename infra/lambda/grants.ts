/** What a function may do to rows, by the beginning of their partition keys (`status/*`) or the whole (`issuers`). */
export interface Rows {
  readonly get?: readonly string[];
  readonly query?: readonly string[];
  readonly put?: readonly string[];
  readonly delete?: readonly string[];
  /** To be there or not as a condition of another write. */
  readonly check?: readonly string[];
}

export interface Grants {
  readonly rows?: Rows;
  /** Besides, where an authority's answers name the CRL on which a certificate stands (RFC 6960 4.4.2). */
  readonly rowsForCrlReferences?: Rows;
  /** CRLs in the bucket; to `list` is to read them besides. */
  readonly crls?: 'read' | 'list' | 'publish';
  /** The object that says in which format the bucket is. */
  readonly bucketFormat?: 'mark';
  /** The files of the log in the bucket; to extend it takes the key that signs its checkpoints besides. */
  readonly log?: 'read' | 'extend';
  /** Annual reports in the bucket. */
  readonly reports?: 'read' | 'make' | 'expire';
  /** CA keys: read the public half and sign. */
  readonly caKeys?: 'sign';
  /** Keys of responders: `make` never sees one, `use` never makes one. */
  readonly responderKeys?: 'make' | 'use';
  /** The key that signs what holders are given: the function that needs it first makes it. */
  readonly disclosureKey?: 'make' | 'use';
  /** A place for answers that are too large for the front, from where they are fetched. */
  readonly handOver?: true;
  /** The CDN's access logs, in the bucket to which it delivers them. */
  readonly cdnLogs?: 'read';
}

/** Which part of the service a function loads: the name of its loader, the module that has it, its environment. */
export const PARTS = {
  bare: { load: 'loadBare', from: 'lambda/bare.ts' },
  responder: { load: 'loadResponder', from: 'lambda/responder.ts' },
  rows: { load: 'loadRows', from: 'lambda/parts.ts' },
  published: { load: 'loadPublished', from: 'lambda/parts.ts' },
  issuing: { load: 'loadIssuing', from: 'lambda/parts.ts' },
  signing: { load: 'loadSigning', from: 'lambda/parts.ts' },
  disclosing: { load: 'loadDisclosing', from: 'lambda/parts.ts' },
  bundling: { load: 'loadBundling', from: 'lambda/parts.ts' },
  handing: { load: 'loadHanding', from: 'lambda/parts.ts' },
  reporting: { load: 'loadReporting', from: 'lambda/parts.ts' },
} as const;

/** Who is asked for a name at a route's doors: at `public` nobody, at `callers` everybody, at `both` who shows one. */
export type Doors = 'public' | 'callers' | 'both';

export interface RouteOfFunction {
  /** The file in functions/routes/ that has the route. */
  readonly file: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
}

/** One route, or several that may do the same: all that one of them may do covers the others. */
export interface RouteFunction extends Grants {
  readonly id: string;
  readonly routes: readonly RouteOfFunction[];
  readonly doors: Doors;
  readonly part: keyof typeof PARTS;
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
  readonly environment:
    | 'gauges'
    | 'rows'
    | 'published'
    | 'issuing'
    | 'signing'
    | 'sequencing'
    | 'renewing'
    | 'cdnLogs'
    | 'ceremony';
  /** Minutes between two runs; absent where it is invoked by hand. */
  readonly everyMinutes?: number;
  /** Cannot be invoked until somebody opens it. */
  readonly closed?: true;
  /** Asked by the CDN itself. */
  readonly behindCdn?: true;
  /** Only where there is a CDN. */
  readonly publicOnly?: true;
}
