import { X509Certificate } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { App } from '../lib/app.ts';
import { Fault } from '../lib/fault.ts';
import { type HttpRequest, type HttpResponse, mediaType } from './http.ts';
import { errorFacts, PROBLEMS, problem } from './problems.ts';
import type { AnyRoute } from './route.ts';
import { router } from './router.ts';
import { type Answer, type Edge, finish, methodNotAllowed, stack } from './stack.ts';

export type LambdaHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/**
 * The function of some routes behind an API Gateway HTTP API (payload format 2.0, the `$default` stage). `load` composes
 * the service at the first request and is asked again after it failed; a container that could not start says so to the
 * caller as any other failure.
 */
export const lambda = <S extends Pick<App, 'principals'>>(
  routes: readonly AnyRoute<S>[],
  load: () => Promise<Edge<S>>,
): LambdaHandler => {
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

  return async (event, context) => {
    const id = context.awsRequestId;
    const { method } = event.requestContext.http;
    try {
      const path = encodedPath(event.rawPath);
      const found = find(method, path);
      if (found.kind === 'none') {
        throw new Fault('unknown-route', 'No operation has this path; see /openapi.json.');
      }
      if (found.kind === 'other-method') throw methodNotAllowed(found.routes);
      const { route, params } = found;
      const answer = answers.get(route) as Answer<S>;
      const request = { ...readEvent(event), id, path, params };
      const response = finish(await answer(await edge(), request, context), { id });
      return writeResult(response.stream ? await collect(response, response.stream) : response, method);
    } catch (error) {
      // There may be no log yet, if composing it is what failed: Lambda records what goes to standard error.
      if (!Fault.is(error) || PROBLEMS[error.code].status >= 500) {
        console.error(JSON.stringify({ level: 'error', request: id, ...errorFacts(error) }));
      }
      return writeResult(finish(problem(error, id), { id }), method);
    }
  };
};

/** HTTP APIs give the path decoded; what cannot stand in a path is encoded again and the rest left as it is. */
const encodedPath = (rawPath: string): string =>
  rawPath
    .replace(/%(?![0-9A-Fa-f]{2})/g, '%25')
    .replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu, (character) =>
      encodeURIComponent(character.toWellFormed()),
    );

const readEvent = (event: APIGatewayProxyEventV2): Omit<HttpRequest, 'id' | 'path' | 'params'> => {
  const { http, authentication } = event.requestContext;
  const pem = authentication?.clientCert.clientCertPem;
  return {
    method: http.method,
    query: new URLSearchParams(event.rawQueryString),
    headers: Object.fromEntries(
      Object.entries(event.headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name.toLowerCase(), value]],
      ),
    ),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    client: {
      tls: true,
      address: http.sourceIp,
      // API Gateway has verified it against its trust store, so it is a certificate.
      ...(pem ? { certificate: new X509Certificate(pem).raw } : {}),
    },
  };
};

/** A function's answer has at most 6 MB, and base64 takes a third more than the bytes. */
const MAX_COLLECTED_BYTES = 4_400_000;

/** Functions answer in one piece. Fault: `value-too-large`. */
const collect = async (response: HttpResponse, stream: AsyncIterable<Uint8Array>): Promise<HttpResponse> => {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of stream) {
    total += piece.length;
    if (total > MAX_COLLECTED_BYTES) {
      throw new Fault('value-too-large', 'The file is too large to be sent in one answer; ask for less.', {
        limit: MAX_COLLECTED_BYTES,
      });
    }
    pieces.push(piece);
  }
  return { ...response, body: Buffer.concat(pieces) };
};

const isText = (contentType: string): boolean =>
  /^(text\/.*|application\/(json|.*\+json|pem-certificate-chain))$/.test(mediaType(contentType));

const writeResult = (
  { status, headers, body }: HttpResponse,
  method: string,
): APIGatewayProxyStructuredResultV2 => {
  if (method === 'HEAD' || body.length === 0)
    return { statusCode: status, headers: { ...headers }, body: '' };
  const bytes = Buffer.from(body);
  return isText(headers['content-type'] ?? '')
    ? { statusCode: status, headers: { ...headers }, body: bytes.toString('utf8'), isBase64Encoded: false }
    : { statusCode: status, headers: { ...headers }, body: bytes.toString('base64'), isBase64Encoded: true };
};
