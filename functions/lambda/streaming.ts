import { Readable } from 'node:stream';
import type { App } from '../../lib/app.ts';
import type { AnyRoute } from '../http/route.ts';
import type { Edge } from '../http/stack.ts';
import { answerEvents } from './answer-events.ts';
import { type StreamingHandler, streamPipeline } from './pipeline.ts';

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
  return streamPipeline(async (event, context) => {
    // The pipeline has put the names into lower case.
    const { authorization: _shownByCdn, ...headers } = event.headers;
    const { method } = event.requestContext.http;
    const given = await answer({ ...event, headers }, context, (response) => response);
    return {
      statusCode: given.status,
      headers: { ...given.headers },
      body: Readable.from(method === 'HEAD' ? [] : pieces(given.body, given.stream)),
    };
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
