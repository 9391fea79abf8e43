import type { Readable } from 'node:stream';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy, { type MiddlewareObj, type Request } from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import eventNormalizer from '@middy/http-event-normalizer';
import headerNormalizer from '@middy/http-header-normalizer';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { failure } from './answer-events.ts';
import type { LambdaHandler } from './gateway.ts';
import { knownInvocation, logger } from './powertools.ts';

/**
 * The middlewares of every function but the OCSP one, which starts faster without them. The checks that the local server
 * shares are in functions/http/stack.ts. No middleware parses a body, because json-body.ts refuses members that are
 * given twice, and middy's parser does not.
 */

/** Around a function that nobody calls over HTTP. An error goes on to Lambda, which tries again. */
export const taskPipeline = <E, R>(
  task: (event: E, context: Context) => Promise<R>,
): ((event: E, context: Context) => Promise<R>) =>
  middy<E, R>(knownInvocation(task), NO_TIMER).use(observed());

/** Around a function that answers requests in one piece. */
export const answerPipeline = (answer: LambdaHandler): LambdaHandler =>
  middy(knownInvocation(answer), NO_TIMER).use(observed()).use(normalised()).onError(answerFailure);

/** An answer that is streamed. */
export interface Streamed {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

export type StreamingHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<unknown>;

/** Around a function that streams its answers. */
export const streamPipeline = (
  answer: (event: APIGatewayProxyEventV2, context: Context) => Promise<Streamed>,
): StreamingHandler =>
  middy(knownInvocation(answer), { ...NO_TIMER, executionMode: executionModeStreamifyResponse })
    .use(observed())
    .use(normalised())
    .onError(answerFailure);

/** Middy ends nothing early: stack.ts answers in time by itself, and Lambda ends a task whose time is up. */
const NO_TIMER = { timeoutEarlyInMillis: 0 };

/** Events hold personal data, so they are not logged. */
const observed = () => injectLambdaContext(logger, { logEvent: false });

/** The casts keep the middlewares' types from narrowing the event: each handler declares the event that it takes. */
const normalised = (): MiddlewareObj[] => [
  eventNormalizer() as MiddlewareObj,
  headerNormalizer() as MiddlewareObj,
];

/** Answers even an event that cannot be read. */
const answerFailure = async (request: Request): Promise<void> => {
  const { awsRequestId: id } = request.context;
  const { status, headers, body } = await failure(request.error, { id, headers: {} });
  request.response = { statusCode: status, headers, body: String(body) };
};
