import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { App } from '../../lib/app.ts';
import { type HttpResponse, mediaType } from '../http/http.ts';
import type { AnyRoute } from '../http/route.ts';
import type { Edge } from '../http/stack.ts';
import { answerEvents, type RequestEvent } from './answer-events.ts';
import { fitAnswer } from './fit-answer.ts';

/** An event of API Gateway, or of a load balancer in the same form. */
export type FrontEvent = RequestEvent & {
  /** The most bytes that a body may have, where API Gateway does not set the limit. */
  readonly answerBytes?: number;
};

export type LambdaHandler = (
  event: FrontEvent,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** A function's result has at most 6 MB. Base64 makes the body a third longer, and the headers need room too. */
const ANSWER_BYTES = 4_400_000;

/** A function that serves these routes behind an API Gateway HTTP API, which takes an answer in one piece. */
export const lambda = <S extends Pick<App, 'principals'>>(
  routes: readonly AnyRoute<S>[],
  load: () => Promise<Edge<S>>,
): LambdaHandler => {
  const answer = answerEvents(routes, load);
  return async (event, context) => {
    const { answerBytes = ANSWER_BYTES, requestContext } = event;
    const { method } = requestContext.http;
    const timeLeft = () => context.getRemainingTimeInMillis();
    const response = await answer(event, context, (given, { largeAnswers }) =>
      fitAnswer(given, { method, limit: answerBytes, timeLeft, largeAnswers }),
    );
    return writeResult(response, method, answerBytes);
  };
};

const isText = (contentType: string): boolean =>
  /^(text\/.*|application\/(json|.*\+json|pem-certificate-chain))$/.test(mediaType(contentType));

/** Text is put into JSON, where one byte may become six (`\u0000`). */
const TEXT_GROWS = 6;

/** API Gateway takes cookies apart from the headers (payload format 2.0). */
const headersAndCookies = ({
  'set-cookie': cookie,
  ...headers
}: HttpResponse['headers']): Pick<APIGatewayProxyStructuredResultV2, 'headers' | 'cookies'> => ({
  headers: { ...headers },
  ...(cookie !== undefined && { cookies: [cookie] }),
});

const writeResult = (
  { status, headers: given, body }: HttpResponse,
  method: string,
  limit: number,
): APIGatewayProxyStructuredResultV2 => {
  const headers = headersAndCookies(given);
  if (method === 'HEAD' || body.length === 0) return { statusCode: status, ...headers, body: '' };
  const bytes =
    typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.length);
  return isText(given['content-type'] ?? '') && bytes.length * TEXT_GROWS <= limit
    ? { statusCode: status, ...headers, body: bytes.toString('utf8'), isBase64Encoded: false }
    : { statusCode: status, ...headers, body: bytes.toString('base64'), isBase64Encoded: true };
};
