import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { App } from '../../lib/app.ts';
import { Fault } from '../../lib/fault.ts';
import { decodePem, MAX_CERTIFICATE_BYTES } from '../../lib/pki/pki.ts';
import type { HttpRequest, HttpResponse } from '../http/http.ts';
import { errorFacts, isOwnFailure, problem } from '../http/problems.ts';
import type { AnyRoute } from '../http/route.ts';
import { router } from '../http/router.ts';
import { type Answer, allow, type Edge, finish, methodNotAllowed, stack } from '../http/stack.ts';

/** An event of API Gateway, or of a load balancer in the same form, which marks the clients that came without TLS. */
export type RequestEvent = APIGatewayProxyEventV2 & { readonly withoutTls?: true };

/** What a function does with an answer before it gives it back. */
export type Prepare<S> = (response: HttpResponse, edge: Edge<S>) => HttpResponse | Promise<HttpResponse>;

/**
 * Answers events in API Gateway's payload format 2.0 (an HTTP API with the `$default` stage; a function URL). `load`
 * composes the service at the first request, and again after it failed: the caller gets a problem document for such a
 * failure too. Never rejects for an event in this format.
 */
export const answerEvents = <S extends Pick<App, 'principals'>>(
  routes: readonly AnyRoute<S>[],
  load: () => Promise<Edge<S>>,
): ((event: RequestEvent, context: Context, prepare: Prepare<S>) => Promise<HttpResponse>) => {
  const find = router(routes);
  const answers = new Map(routes.map((route) => [route, stack(route)]));
  let loading: Promise<Edge<S>> | undefined;

  const edge = async (): Promise<Edge<S>> => {
    loading ??= load();
    try {
      return await loading;
    } catch (error) {
      loading = undefined;
      throw error;
    }
  };

  return async (event, context, prepare) => {
    const id = context.awsRequestId;
    const { method } = event.requestContext.http;
    try {
      const path = encodedPath(event.rawPath);
      const found = find(method, path);
      if (found.kind === 'none') {
        throw new Fault('unknown-route', 'No operation has this path; see /openapi.json.');
      }
      if (found.kind === 'other-method' && method === 'OPTIONS') return finish(allow(found.routes), { id });
      if (found.kind === 'other-method') throw methodNotAllowed(found.routes);
      const { route, params } = found;
      const answer = answers.get(route) as Answer<S>;
      const request = { ...readEvent(event), id, path, params };
      const loaded = await edge();
      return finish(await prepare(await answer(loaded, request, context), loaded), { id });
    } catch (error) {
      return failure(error, { id, headers: headersOf(event.headers ?? {}) });
    }
  };
};

/** The answer to a request that did not get through the stack. A failure of the service's own is logged. */
export const failure = async (
  error: unknown,
  request: Pick<HttpRequest, 'id' | 'headers'>,
): Promise<HttpResponse> => {
  // Where `load` failed there is no log yet. Lambda keeps what is written to standard error.
  if (!Fault.is(error) || isOwnFailure(error.code)) {
    console.error(JSON.stringify({ level: 'error', request: request.id, ...errorFacts(error) }));
  }
  return refusal(error, request);
};

/** The same answer, for an error that is logged elsewhere or needs no log. */
export const refusal = async (
  error: unknown,
  request: Pick<HttpRequest, 'id' | 'headers'>,
): Promise<HttpResponse> => finish(await problem(error, request), request);

/** HTTP APIs give the path decoded. Characters that a path cannot have are encoded again; the rest stays as it is. */
const encodedPath = (rawPath: string): string =>
  /^[\w\-.~!$&'()*+,;=:@/]*$/.test(rawPath)
    ? rawPath
    : rawPath
        .replace(/%(?![0-9A-Fa-f]{2})/g, '%25')
        .replace(/[^\w\-.~!$&'()*+,;=:@/%]/gu, (character) => encodeURIComponent(character.toWellFormed()));

const headersOf = (given: APIGatewayProxyEventV2['headers']): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  return headers;
};

/** API Gateway takes the header apart (payload format 2.0). */
const cookieOf = ({ cookies }: RequestEvent): { readonly cookie?: string } =>
  cookies === undefined ? {} : { cookie: cookies.join('; ') };

/** API Gateway has verified it against its trust store. One that cannot be read is no mistake of the client's. */
const readCertificate = (pem: string): Uint8Array => {
  try {
    return decodePem('CERTIFICATE', pem, MAX_CERTIFICATE_BYTES);
  } catch (cause) {
    throw new Error('The event has a client certificate that is not PEM.', { cause });
  }
};

const readEvent = (event: RequestEvent): Omit<HttpRequest, 'id' | 'path' | 'params'> => {
  const { http, authentication } = event.requestContext;
  const pem = authentication?.clientCert.clientCertPem;
  return {
    method: http.method,
    query: new URLSearchParams(event.rawQueryString),
    headers: { ...headersOf(event.headers), ...cookieOf(event) },
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    client: {
      tls: !event.withoutTls,
      address: http.sourceIp,
      ...(pem ? { certificate: readCertificate(pem) } : {}),
    },
  };
};
