import type { z } from 'zod';
import type { App } from '../../lib/app.ts';
import type { FaultCode } from '../../lib/fault.ts';
import type { Duty, Principal, Role } from '../../lib/principal.ts';
import type { HttpHead, HttpRequest, HttpResponse } from './http.ts';

/**
 * `public`: credentials are ignored. `optional`: the record of the answer names an identified caller, and says `public`
 * for any other. Both are answered, because a relying party must get a status whatever its client sends. If credentials
 * came and were not accepted, the record has the code of that fault. A list of roles: the caller must have one of them.
 */
export type Access = 'public' | 'optional' | readonly Role[];

type CallerOf<A extends Access> = A extends 'public'
  ? undefined
  : A extends 'optional'
    ? Principal | undefined
    : Principal;

/**
 * Limits the requests under way, so that a storm in one lane starves no other. `status`: OCSP. `public`: everything else
 * that takes no credentials. `revocation`: what must be possible at any time. `api`: all other acts and answers. `free` has
 * no limit.
 */
export type Lane = 'status' | 'public' | 'revocation' | 'api' | 'free';

/** A JSON body of at most 256 KiB, or bytes of one of these types. A route without `body` refuses every body. */
export type Body<B extends z.core.$ZodType> =
  | { readonly kind: 'json'; readonly schema: B }
  | { readonly kind: 'bytes'; readonly contentTypes: readonly string[]; readonly maxBytes: number };

export interface Input<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  /** The value of a JSON body. Bytes are in `request.body`. */
  readonly body: B;
  readonly request: HttpRequest;
  /** Under `optional` access: the fault of credentials that were not accepted. */
  readonly unproven: FaultCode | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** Describes a successful answer for the OpenAPI document. */
export interface ResponseDescription {
  readonly description: string;
  readonly contentType?: string;
  /** The schema of a JSON answer. */
  readonly schema?: z.core.$ZodType;
  /**
   * The headers beside those of every answer, by name. An `etag` says that a client which names it in If-None-Match gets
   * 304 (conditional.ts).
   */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One operation of the public surface. In the template `path`, `{name}` stands for a segment or a part of one, and
 * `{name+}` for the rest of the path (API Gateway's notation). A `GET` route answers `HEAD` too (RFC 9110 9.3.2). `S` is
 * the part of the service that the route uses: a function on AWS may compose that part alone.
 */
export interface Route<
  P extends z.core.$ZodType = z.core.$ZodType,
  Q extends z.core.$ZodType = z.core.$ZodType,
  B extends z.core.$ZodType = z.core.$ZodType,
  A extends Access = Access,
  S extends Pick<App, 'principals'> = App,
> {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  /** What it does, for whom, and what is recorded of it. */
  readonly description: string;
  readonly lane: Lane;
  readonly access: A;
  /** What an officer must have besides the role: this duty, or one of these. */
  readonly duty?: Duty | readonly Duty[];
  /** It concerns the service as a whole, so principals of a tenant are refused. */
  readonly ofService?: true;
  /** Each answer is recorded, whoever asks, and takes space of the disk. */
  readonly recorded?: true;
  /** What the route's own protocol says in place of a problem document with 429 or 503. */
  readonly tryLater?: () => HttpResponse;
  /** Makes a page's answer to a fault, in place of a problem document. */
  readonly problem?: (error: unknown, request: HttpHead) => Promise<HttpResponse>;
  /** The caller must show a client certificate; a token is not enough. */
  readonly certificateOnly?: true;
  /** It is done even while the table is behind its log: no row decides then who calls. */
  readonly whileBehind?: true;
  readonly params?: P;
  readonly query?: Q;
  readonly headers?: z.core.$ZodObject;
  readonly body?: Body<B>;
  readonly responses: Readonly<Record<number, ResponseDescription>>;
  /** The rooms' faults. The OpenAPI document adds those of the stack. */
  readonly faults: readonly FaultCode[];
  handle(
    app: S,
    input: Input<z.output<P>, z.output<Q>, z.output<B>>,
    caller: CallerOf<A>,
  ): HttpResponse | Promise<HttpResponse>;
}

/** Lets the compiler check a route's schemas against its handler. The result drops the types, so that one table holds all. */
export const defineRoute = <
  P extends z.core.$ZodType,
  Q extends z.core.$ZodType,
  B extends z.core.$ZodType,
  const A extends Access,
  S extends Pick<App, 'principals'> = App,
>(
  route: Route<P, Q, B, A, S>,
): AnyRoute<S> => route as unknown as AnyRoute<S>;

/** A route without its handler. */
export type RouteTerms = Omit<Route, 'handle'>;

/** A route without the types of its schemas. */
export type AnyRoute<S extends Pick<App, 'principals'>> = Route<
  z.core.$ZodType,
  z.core.$ZodType,
  z.core.$ZodType,
  Access,
  S
>;

export const MAX_JSON_BYTES = 256 * 1024;

export const maxBodyBytes = (route: RouteTerms): number =>
  route.body === undefined ? 0 : route.body.kind === 'json' ? MAX_JSON_BYTES : route.body.maxBytes;

export const takesMethod = (route: RouteTerms, method: string): boolean =>
  route.method === method || (route.method === 'GET' && method === 'HEAD');

/** Matches a percent-encoded path, and gives the parameters still encoded. Literal parts match byte for byte. */
export type PathMatcher = (path: string) => Readonly<Record<string, string>> | undefined;

export const pathMatcher = (template: string): PathMatcher => {
  const names: string[] = [];
  const source = template.replace(/\{(\w+)(\+?)\}|[^{}\w/]/g, (part, name: string | undefined, rest) => {
    if (name === undefined) return `\\${part}`;
    names.push(name);
    return rest === '+' ? '(.+)' : '([^/]+)';
  });
  const pattern = new RegExp(`^${source}$`, 's');
  const literal = template.replace(/\{.*$/s, '');
  return (path) => {
    if (!path.startsWith(literal)) return undefined;
    const found = pattern.exec(path);
    return found === null
      ? undefined
      : Object.fromEntries(names.map((name, i) => [name, found[i + 1] ?? '']));
  };
};
