import type { z } from 'zod';
import type { App } from '../../lib/app.ts';
import type { FaultCode } from '../../lib/fault.ts';
import type { Principal, Role } from '../../lib/principal.ts';
import type { HttpRequest, HttpResponse } from './http.ts';

/**
 * `public`: credentials are not looked at. `optional`: a caller that proves who it is is named in the record of
 * the answer; any other is `public` there and is answered all the same, because relying parties must get a status
 * whatever else their client sends. Where credentials came that do not hold, the record says for which fault. A list
 * of roles: the caller must be one of these.
 */
export type Access = 'public' | 'optional' | readonly Role[];

type CallerOf<A extends Access> = A extends 'public'
  ? undefined
  : A extends 'optional'
    ? Principal | undefined
    : Principal;

/** A JSON body, at most 256 KiB, or bytes of one of these types. Routes without a body refuse one. */
export type Body<B extends z.core.$ZodType> =
  | { readonly kind: 'json'; readonly schema: B }
  | { readonly kind: 'bytes'; readonly contentTypes: readonly string[]; readonly maxBytes: number };

export interface Input<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  /** Of a JSON body. Bytes are in `request.body`. */
  readonly body: B;
  readonly request: HttpRequest;
  /** Of `optional` access: why credentials that came along prove nothing. */
  readonly unproven: FaultCode | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** What an answer of success is, for the OpenAPI document. */
export interface ResponseDescription {
  readonly description: string;
  readonly contentType?: string;
  /** Of JSON. Other types are described as bytes or text. */
  readonly schema?: z.core.$ZodType;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One operation of the public surface. `path` is a template with `{name}` for a segment or a part of one and
 * `{name+}` for all the rest (API Gateway's notation). A `GET` route answers `HEAD` as well (RFC 9110 9.3.2). `S` is
 * the part of the service that it needs, for the routes that also run where there is no other part.
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
  readonly description?: string;
  /** `status` answers relying parties, `api` the rest; each has its own bound on work under way. `free` has none. */
  readonly lane: 'status' | 'api' | 'free';
  readonly access: A;
  /** The caller must come with a client certificate; a token does not do. */
  readonly certificateOnly?: true;
  readonly params?: P;
  readonly query?: Q;
  readonly headers?: z.core.$ZodObject;
  readonly body?: Body<B>;
  readonly responses: Readonly<Record<number, ResponseDescription>>;
  /** Those of the rooms. What the stack itself refuses is added to the OpenAPI document by what the route is. */
  readonly faults: readonly FaultCode[];
  handle(
    app: S,
    input: Input<z.output<P>, z.output<Q>, z.output<B>>,
    caller: CallerOf<A>,
  ): HttpResponse | Promise<HttpResponse>;
}

/** Checks the parts against each other; the table of routes then forgets which schemas each has. */
export const defineRoute = <
  P extends z.core.$ZodType,
  Q extends z.core.$ZodType,
  B extends z.core.$ZodType,
  const A extends Access,
  S extends Pick<App, 'principals'> = App,
>(
  route: Route<P, Q, B, A, S>,
): AnyRoute<S> => route as unknown as AnyRoute<S>;

/** What a route says of itself: all but what it does. */
export type RouteTerms = Omit<Route, 'handle'>;

/** A route that has forgotten its schemas. */
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

/** Matches a percent-encoded path; gives the parameters still encoded. Literal parts match byte for byte. */
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
