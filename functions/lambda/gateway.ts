import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { App } from '../../lib/app.ts';
import { type HttpResponse, mediaType } from '../http/http.ts';
import type { AnyRoute } from '../http/route.ts';
import type { Edge } from '../http/stack.ts';
import { type AskingEvent, answering } from './answer-events.ts';
import { fitting } from './fit-answer.ts';

/** An event of API Gateway, or of another front in its form. */
export type FrontEvent = AskingEvent & {
  /** How many bytes of a body the front carries, where it is not API Gateway. */
  readonly answerBytes?: number;
};

export type LambdaHandler = (
  event: FrontEvent,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** What a function gives back has at most 6 MB, and base64 takes a third more than the bytes; headers have their part. */
const ANSWER_BYTES = 4_400_000;

/** The function of some routes behind an API Gateway HTTP API, which takes an answer in one piece. */
export const lambda = <S extends Pick<App, 'principals'>>(
  routes: readonly AnyRoute<S>[],
  load: () => Promise<Edge<S>>,
): LambdaHandler => {
  const answer = answering(routes, load);
  return async (event, context) => {
    const { answerBytes = ANSWER_BYTES, requestContext } = event;
    const { method } = requestContext.http;
    const until = () => context.getRemainingTimeInMillis();
    const response = await answer(event, context, (given, { elsewhere }) =>
      fitting(given, { method, limit: answerBytes, until, elsewhere }),
    );
    return writeResult(response, method, answerBytes);
  };
};

const isText = (contentType: string): boolean =>
  /^(text\/.*|application\/(json|.*\+json|pem-certificate-chain))$/.test(mediaType(contentType));

/** As text it stands in JSON, where a character may take six bytes for its one. */
const TEXT_GROWS = 6;

const writeResult = (
  { status, headers, body }: HttpResponse,
  method: string,
  limit: number,
): APIGatewayProxyStructuredResultV2 => {
  if (method === 'HEAD' || body.length === 0)
    return { statusCode: status, headers: { ...headers }, body: '' };
  const bytes =
    typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.length);
  return isText(headers['content-type'] ?? '') && bytes.length * TEXT_GROWS <= limit
    ? { statusCode: status, headers: { ...headers }, body: bytes.toString('utf8'), isBase64Encoded: false }
    : { statusCode: status, headers: { ...headers }, body: bytes.toString('base64'), isBase64Encoded: true };
};
