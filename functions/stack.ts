import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import type { App } from '../lib/app.ts';
import { Fault, type FaultCode, type FaultFacts } from '../lib/fault.ts';
import type { Clock, Log } from '../lib/ports.ts';
import type { Principal } from '../lib/principal.ts';
import { authenticate } from './authenticate.ts';
import { notModified } from './conditional.ts';
import { type HttpRequest, type HttpResponse, mediaType } from './http.ts';
import { readJson } from './json-body.ts';
import { errorFacts, PROBLEMS, problem } from './problems.ts';
import { type AnyRoute, maxBodyBytes, type RouteTerms, takesMethod } from './route.ts';

/** What every entry needs besides the request. */
export interface Edge<S = App> {
  readonly app: S;
  readonly clock: Clock;
  readonly log: Log;
}

export type Answer<S = App> = (
  edge: Edge<S>,
  request: HttpRequest,
  context?: Context,
) => Promise<HttpResponse>;

/** What travels through the stack: each step adds what it found. */
interface Call<S = Pick<App, 'principals'>> {
  readonly edge: Edge<S>;
  readonly request: HttpRequest;
  caller?: Principal | undefined;
  unproven?: FaultCode | undefined;
  params?: unknown;
  query?: unknown;
  body?: unknown;
}

type Step = (request: middy.Request<Call, HttpResponse>) => Promise<void> | void;

/** Lambda ends a function without a word when its time is up; this leaves time to say so. */
const EARLY_MS = 300;

/** The one stack that every request goes through, on Lambda and locally alike, in this order. */
export const stack = <S extends Pick<App, 'principals'>>(route: AnyRoute<S>): Answer<S> => {
  const handler = middy<Call<S>, HttpResponse, Error>({
    timeoutEarlyInMillis: EARLY_MS,
    timeoutEarlyResponse: () => {
      throw new Fault('try-later', 'The answer was not ready when the time of the function was up.');
    },
  })
    .before(capSize(route))
    .before(checkMethodAndType(route))
    .before(nameCaller(route))
    .before(checkRole(route))
    .before(readInput(route))
    .after(answerConditionally)
    .onError(answerWithProblem(route))
    .handler((call: Call<S>) => handle(route, call));
  return (edge, request, context) => handler({ edge, request }, context ?? NO_CONTEXT);
};

/** Without `getRemainingTimeInMillis` middy sets no timer. */
const NO_CONTEXT = {} as Context;

/** What every answer carries, those included that never reach a route: the last thing that each edge does to it. */
export const finish = (response: HttpResponse, request: Pick<HttpRequest, 'id'>): HttpResponse => ({
  ...response,
  headers: {
    'cache-control': 'no-store',
    ...response.headers,
    'x-content-type-options': 'nosniff',
    'x-request-id': request.id,
  },
});

const capSize =
  (route: RouteTerms): Step =>
  ({ event: { request } }) => {
    const limit = maxBodyBytes(route);
    if (request.body.length > limit) throw bodyTooLarge(limit);
  };

export const bodyTooLarge = (limit: number): Fault =>
  new Fault(
    'body-too-large',
    limit === 0
      ? 'This operation takes no body; send none.'
      : `The body has more than the ${limit} bytes that are taken here.`,
    { limit },
  );

const checkMethodAndType =
  (route: RouteTerms): Step =>
  ({ event: { request } }) => {
    if (!takesMethod(route, request.method)) throw methodNotAllowed([route]);
    if (route.body === undefined) return;
    const accept = route.body.kind === 'json' ? ['application/json'] : route.body.contentTypes;
    const contentType = request.headers['content-type'] ?? '';
    const encoding = request.headers['content-encoding'] ?? 'identity';
    const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1] ?? 'utf-8';
    if (
      !accept.includes(mediaType(contentType)) ||
      encoding.toLowerCase() !== 'identity' ||
      charset.toLowerCase() !== 'utf-8'
    ) {
      throw new Fault(
        'unsupported-media-type',
        `Send the body as ${accept.join(' or ')}, without a content encoding.`,
        { accept },
      );
    }
  };

export const methodNotAllowed = (routes: readonly RouteTerms[]): Fault => {
  const allow = allowedMethods(routes);
  return new Fault('method-not-allowed', `Use ${allow.join(', ')} here.`, { allow });
};

export const allowedMethods = (routes: readonly RouteTerms[]): readonly string[] => {
  const methods = routes.map(({ method }) => method);
  return [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])];
};

const nameCaller =
  (route: RouteTerms): Step =>
  async ({ event }) => {
    const { app, log } = event.edge;
    const { caller, unproven } = await authenticate(app.principals, route, event.request, log);
    event.caller = caller;
    event.unproven = unproven;
  };

const checkRole =
  (route: RouteTerms): Step =>
  ({ event: { caller } }) => {
    if (route.access === 'public' || route.access === 'optional') return;
    if (caller === undefined) {
      throw new Fault('unauthenticated', 'Show a client certificate or send a token.');
    }
    if (!route.access.includes(caller.role)) {
      throw new Fault('forbidden', 'This operation is not for callers of this role.', {
        role: caller.role,
        roles: route.access,
      });
    }
  };

const readInput =
  (route: RouteTerms): Step =>
  ({ event }) => {
    const { request } = event;
    if (route.params) event.params = check(route.params, 'path', decodeParams(request.params));
    if (route.headers) check(route.headers, 'header', request.headers);
    event.query = check(route.query, 'query', singleValues(request.query));
    if (route.body?.kind === 'json') event.body = check(route.body.schema, 'body', readJson(request.body));
  };

const decodeParams = (params: HttpRequest['params']): Readonly<Record<string, string>> => {
  try {
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    throw new Fault('invalid-input', 'The path is not percent-encoded UTF-8.');
  }
};

const singleValues = (query: URLSearchParams): Readonly<Record<string, string>> => {
  const names = [...query.keys()];
  if (new Set(names).size !== names.length) {
    throw new Fault('invalid-input', 'A query parameter is given twice; give each once.');
  }
  return Object.fromEntries(query);
};

type Part = 'path' | 'query' | 'header' | 'body';

const check = (schema: z.ZodType | undefined, part: Part, value: unknown): unknown => {
  if (schema === undefined) {
    if (Object.keys(value as object).length === 0) return undefined;
    throw new Fault('invalid-input', 'This operation takes no query parameters.');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Fault('invalid-input', 'The request does not fit its schema; see facts.problems.', {
    problems: result.error.issues.slice(0, 20).map((issue) => describe(part, issue)),
  } satisfies FaultFacts);
};

const describe = (
  part: Part,
  issue: z.core.$ZodIssue,
): { readonly at: string; readonly problem: string } => ({
  at: [part, ...issue.path.map(named)].join('.'),
  problem:
    issue.code === 'unrecognized_keys'
      ? `There is no member ${issue.keys.slice(0, 20).map(named).join(', ')} here.`
      : issue.message,
});

/** A member that nobody here has heard of may be a value in the wrong place, so only what looks like a name is told. */
const named = (key: PropertyKey): string => {
  const name = String(key);
  return /^[A-Za-z][A-Za-z0-9_-]{0,39}$|^\d{1,6}$/.test(name) ? name : '?';
};

const handle = async <S extends Pick<App, 'principals'>>(
  route: AnyRoute<S>,
  call: Call<S>,
): Promise<HttpResponse> => {
  const { edge, request, params, query, body, caller, unproven } = call;
  return route.handle(edge.app, { params, query, body, request, unproven, now: edge.clock() }, caller);
};

const answerConditionally: Step = (state) => {
  if (state.response) state.response = notModified(state.event.request, state.response) ?? state.response;
};

const answerWithProblem =
  (route: RouteTerms): Step =>
  (state) => {
    const { edge, request } = state.event;
    const { error } = state;
    if (!Fault.is(error) || PROBLEMS[error.code].status >= 500) {
      edge.log('error', 'request failed', { request: request.id, route: route.id, ...errorFacts(error) });
    }
    state.response = problem(error, request.id);
  };
