import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import type { App } from '../../lib/app.ts';
import {
  Fault,
  type FaultCode,
  type FaultFacts,
  type Phrase,
  phrase,
  SchemaPhrase,
} from '../../lib/fault.ts';
import type { Clock, Log } from '../../lib/ports.ts';
import type { Principal } from '../../lib/principal.ts';
import { authenticate, type Identified } from './authenticate.ts';
import { notModified } from './conditional.ts';
import { hasDuty } from './duty.ts';
import { type HttpHead, type HttpRequest, type HttpResponse, mediaType, type Unread } from './http.ts';
import { readJson } from './json-body.ts';
import type { LargeAnswers } from './large-answers.ts';
import { assertOfService } from './of-service.ts';
import { errorFacts, isOwnFailure, PROBLEMS, problem } from './problems.ts';
import { recordRefusal } from './refused-sign-in.ts';
import { type AnyRoute, maxBodyBytes, type RouteTerms, takesMethod } from './route.ts';

/** What every entry has besides the request. */
export interface Edge<S = App> {
  readonly app: S;
  readonly clock: Clock;
  readonly log: Log;
  /** Where callers fetch answers that are too large; absent where no answer is. */
  readonly largeAnswers?: LargeAnswers;
  /** On one machine. On AWS the doors before the functions limit what comes in. */
  readonly admission?: Admission;
  /** Hears of each request to a route with roles whose caller has proven who it is. */
  readonly identified?: (request: HttpHead) => void;
}

export interface Admission {
  /** Called before the body is read. `caller` is absent where nobody is known yet. Fault: `rate-exceeded`. */
  enter(route: RouteTerms, request: HttpHead, caller: Principal | undefined): Promise<void>;
  /** Has the request answered now, or throws the fault that says why it is not. The request is whole, and its caller may ask. */
  admit(
    route: RouteTerms,
    caller: Principal | undefined,
    answer: () => Promise<HttpResponse>,
  ): Promise<HttpResponse>;
  /** Whether the disk has space for records that anybody can cause. */
  hasSpace(): boolean;
}

/** Faults that come by the thousand. Their cause is in the log once, or is the caller's own. */
const UNLOGGED: ReadonlySet<FaultCode> = new Set<FaultCode>(['too-many-requests', 'storage-low']);

export type Answer<S = App> = (edge: Edge<S>, request: Unread, context?: Context) => Promise<HttpResponse>;

/** Lambda ends a function without a word when its time is up. This leaves time to answer. */
const EARLY_MS = 300;

/**
 * The steps that every request goes through, on Lambda and on one machine, in this order. They are written out, without
 * a general runner of middlewares: such a runner took as long as an OCSP answer itself, and a part of each cold start.
 * What belongs to Lambda alone is in lambda/pipeline.ts, which the OCSP function does without.
 */
export const stack = <S extends Pick<App, 'principals'>>(route: AnyRoute<S>): Answer<S> => {
  const capSize = sizeCap(route);
  const checkMethodAndType = methodAndTypeCheck(route);
  const readInput = inputReader(route);

  const answer = async (edge: Edge<S>, unread: Unread): Promise<HttpResponse> => {
    checkMethodAndType(unread);
    const { caller, unproven } = await identify(route, edge, unread);
    checkRole(route, caller);
    const request =
      typeof unread.body === 'function' ? { ...unread, body: await unread.body() } : (unread as HttpRequest);
    capSize(request);
    const { params, query, body } = readInput(request);
    const handle = async (): Promise<HttpResponse> => {
      const input = { params, query, body, request, unproven, now: edge.clock() };
      const { failure, ...response } = await route.handle(edge.app, input, caller);
      if (failure !== undefined) logFailure(edge, route, request, failure);
      return notModified(request, response) ?? response;
    };
    return edge.admission ? edge.admission.admit(route, caller, handle) : handle();
  };

  return async (edge, request, context) => {
    try {
      return await (context ? inTime(answer(edge, request), context) : answer(edge, request));
    } catch (error) {
      logFailure(edge, route, request, error);
      const status = Fault.is(error) ? PROBLEMS[error.code].status : 500;
      if (route.tryLater && (status === 429 || status === 503)) return route.tryLater();
      return await (route.problem ?? problem)(error, request);
    }
  };
};

const logFailure = (
  { log }: Pick<Edge, 'log'>,
  { id: route }: RouteTerms,
  { id: request }: Pick<HttpHead, 'id'>,
  error: unknown,
): void => {
  if (Fault.is(error) && (!isOwnFailure(error.code) || UNLOGGED.has(error.code))) return;
  log('error', 'request failed', { request, route, ...errorFacts(error) });
};

/**
 * The operation for a page of the console, which knows its caller: the same roles, schemas and records as for a program, without
 * the credentials of one.
 */
export const performed = async <S extends Pick<App, 'principals'>>(
  route: AnyRoute<S>,
  app: S,
  caller: Principal | undefined,
  request: HttpRequest,
  now: number,
): Promise<HttpResponse> => {
  checkRole(route, caller);
  sizeCap(route)(request);
  const { params, query, body } = inputReader(route)(request);
  return route.handle(app, { params, query, body, request, unproven: undefined, now }, caller);
};

const inTime = async <T>(answer: Promise<T>, context: Context): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const end = () =>
      reject(new Fault('try-later', 'The answer was not ready when the time of the function was up.'));
    timer = setTimeout(end, Math.max(0, context.getRemainingTimeInMillis() - EARLY_MS));
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** Adds the headers of every answer, even if the request reached no route. Each edge does this last. */
export const finish = (response: HttpResponse, request: Pick<HttpRequest, 'id'>): HttpResponse => ({
  ...response,
  headers: {
    'cache-control': 'no-store',
    ...response.headers,
    'x-content-type-options': 'nosniff',
    'x-request-id': request.id,
  },
});

const sizeCap = (route: RouteTerms): ((request: HttpRequest) => void) => {
  const limit = maxBodyBytes(route);
  return ({ body }) => {
    if (body.length > limit) throw bodyTooLarge(limit);
  };
};

export const bodyTooLarge = (limit: number): Fault =>
  new Fault(
    'body-too-large',
    limit === 0
      ? 'This operation takes no body; send none.'
      : phrase`The body has more than the ${limit} bytes that are taken here.`,
    { limit },
  );

const methodAndTypeCheck = (route: RouteTerms): ((request: HttpHead) => void) => {
  const { body } = route;
  const accept = body?.kind === 'bytes' ? body.contentTypes : ['application/json'];
  const taken = ({
    'content-type': type = '',
    'content-encoding': encoding,
  }: HttpHead['headers']): boolean => {
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return false;
    if (accept.includes(type)) return true;
    const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(type)?.[1] ?? 'utf-8';
    return accept.includes(mediaType(type)) && charset.toLowerCase() === 'utf-8';
  };
  return ({ method, headers }) => {
    if (!takesMethod(route, method)) throw methodNotAllowed([route]);
    if (body === undefined || taken(headers)) return;
    throw new Fault(
      'unsupported-media-type',
      phrase`Send the body as one of ${accept.join(', ')}, without a content encoding.`,
      { accept },
    );
  };
};

export const methodNotAllowed = (routes: readonly RouteTerms[]): Fault => {
  const allow = allowedMethods(routes);
  return new Fault('method-not-allowed', phrase`Use ${allow.join(', ')} here.`, { allow });
};

/** The answer to OPTIONS (RFC 9110 9.3.7). */
export const allow = (routes: readonly RouteTerms[]): HttpResponse => ({
  status: 204,
  headers: { allow: allowedMethods(routes).join(', ') },
  body: '',
});

const allowedMethods = (routes: readonly RouteTerms[]): readonly string[] => {
  const methods = routes.map(({ method }) => method);
  return [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])];
};

/** Whoever does not prove who it is has entered as a stranger, before it is told so. */
const identify = async <S extends Pick<App, 'principals'>>(
  route: RouteTerms,
  { app, log, admission, identified }: Edge<S>,
  request: HttpHead,
): Promise<Identified> => {
  let found: Identified;
  try {
    found = await authenticate(app.principals, route, request, log);
  } catch (error) {
    await admission?.enter(route, request, undefined);
    // Below the floor of the disk, what is left is for revocations.
    if (admission?.hasSpace() !== false) await recordRefusal(app, log, request, error);
    throw error;
  }
  await admission?.enter(route, request, found.caller);
  if (found.caller && typeof route.access !== 'string') identified?.(request);
  return found;
};

const checkRole = (route: RouteTerms, caller: Principal | undefined): void => {
  if (route.access === 'public' || route.access === 'optional') return;
  if (caller === undefined) {
    throw new Fault('unauthenticated', 'Show a client certificate or send a token.');
  }
  if (!route.access.includes(caller.role)) {
    throw new Fault('forbidden', 'This operation is not for callers of this role; see facts.roles.', {
      role: caller.role,
      roles: route.access,
    });
  }
  if (route.ofService) assertOfService(caller);
  if (hasDuty(route, caller)) return;
  const { duty = [] } = route;
  const needed = [duty].flat();
  throw new Fault(
    'forbidden',
    needed.length === 1
      ? phrase`Your office has not given you the duty "${needed.join()}"; ask its responsible person.`
      : phrase`Your office has given you none of these duties: ${needed.join(', ')}; ask its responsible person.`,
    { duty },
  );
};

interface Read {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

const inputReader = (route: RouteTerms): ((request: HttpRequest) => Read) => {
  const { params, headers, query, body } = route;
  const declared = Object.keys(headers?._zod.def.shape ?? {});
  // Most requests have none of these headers. Such a request needs no check if the schema accepts that.
  const noneWillDo = headers === undefined || z.safeParse(headers, {}).success;
  return (request) => {
    const read = params && check(params, 'path', decodeParams(request.params));
    if (headers && !(noneWillDo && declared.every((name) => request.headers[name] === undefined)))
      check(headers, 'header', request.headers);
    return {
      params: read,
      query:
        request.query.size === 0 && !query ? undefined : check(query, 'query', singleValues(request.query)),
      body: body?.kind === 'json' ? check(body.schema, 'body', readJson(request.body)) : undefined,
    };
  };
};

/** Fault: `invalid-input`. */
export const decodeParams = (params: HttpRequest['params']): Readonly<Record<string, string>> => {
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

const check = (schema: z.core.$ZodType | undefined, part: Part, value: unknown): unknown => {
  if (schema === undefined) {
    if (Object.keys(value as object).length === 0) return undefined;
    throw new Fault('invalid-input', 'This operation takes no query parameters.');
  }
  const result = z.safeParse(schema, value, { reportInput: true });
  if (result.success) return result.data;
  throw new Fault('invalid-input', 'The request does not fit its schema; see facts.problems.', {
    problems: result.error.issues.slice(0, 20).map((issue) => describe(part, issue)),
  } satisfies FaultFacts);
};

const describe = (
  part: Part,
  issue: z.core.$ZodIssue,
): { readonly at: string; readonly problem: Phrase } => ({
  at: [part, ...issue.path.map(named)].join('.'),
  problem:
    issue.code === 'unrecognized_keys'
      ? phrase`There is no member ${issue.keys.slice(0, 20).map(named).join(', ')} here.`
      : new SchemaPhrase(issue),
});

/** An unknown member may be a value in the wrong place, so it is shown only if it looks like a name. */
const named = (key: PropertyKey): string => {
  const name = String(key);
  return /^[A-Za-z][A-Za-z0-9_-]{0,39}$|^\d{1,6}$/.test(name) ? name : '?';
};
