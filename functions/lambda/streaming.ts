import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { App } from '../../lib/app.ts';
import type { AnyRoute } from '../http/route.ts';
import type { Edge } from '../http/stack.ts';
import { answerEvents } from './answer-events.ts';

/** The global with which Lambda's Node runtime lets functions stream. */
declare const awslambda: {
  streamifyResponse(
    handler: (event: APIGatewayProxyEventV2, answer: Writable, context: Context) => Promise<void>,
  ): StreamingHandler;
  readonly HttpResponseStream: {
    from(
      answer: Writable,
      head: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> },
    ): Writable;
  };
};

export type StreamingHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<void>;

/** A piece is written as soon as the runtime takes it. */
const PIECE_BYTES = 256 * 1024;

/**
 * A function that serves these routes behind a CDN, by a function URL. An answer is streamed and may have 200 MB, where
 * an answer in one piece has 6. The CDN passes no caller's credentials on. It shows its own in the `authorization`
 * header, which is removed here: with it, every record would say that a caller's credentials were not accepted.
 */
export const streaming = <S extends Pick<App, 'principals'>>(
  routes: readonly AnyRoute<S>[],
  load: () => Promise<Edge<S>>,
): StreamingHandler => {
  const answer = answerEvents(routes, load);
  return awslambda.streamifyResponse(async (event, out, context) => {
    const headers = Object.fromEntries(
      Object.entries(event.headers).filter(([name]) => name.toLowerCase() !== 'authorization'),
    );
    const { method } = event.requestContext.http;
    const response = await answer({ ...event, headers }, context, (given) => given);
    const to = awslambda.HttpResponseStream.from(out, {
      statusCode: response.status,
      headers: response.headers,
    });
    await pipeline(method === 'HEAD' ? [] : pieces(response.body, response.stream), to);
  });
};

const pieces = async function* (
  body: Uint8Array | string,
  stream: AsyncIterable<Uint8Array> | undefined,
): AsyncGenerator<Uint8Array> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
  if (stream) yield* stream;
};
