import { Fault } from '../../lib/fault.ts';
import type { HttpResponse } from '../http/http.ts';
import type { LargeAnswers } from '../http/large-answers.ts';
import { recordHeaderOf } from '../http/record-header.ts';

interface Terms {
  readonly method: string;
  /** The most bytes that a body may have. */
  readonly limit: number;
  /** How many milliseconds the function has left. */
  readonly timeLeft: () => number;
  readonly largeAnswers?: LargeAnswers | undefined;
}

/** Lambda ends a function without a word when its time is up. This leaves time to abort an upload and to say so. */
const EARLY_MS = 2_000;

/**
 * The answer itself if it is small enough, else a redirect to its address in S3. The record of the answer is
 * durable when this resolves: a stream ends after its record (lib/ledger/export/recorded-file.ts), and the redirect is
 * made after the stream ends.
 *
 * Faults: `value-too-large` where the answer can be fetched nowhere, or cannot be made in time; those of the stream.
 */
export const fitAnswer = async (response: HttpResponse, terms: Terms): Promise<HttpResponse> => {
  const { stream, object, ...whole } = response;
  // No body is sent, so the stream is not read: reading it would record a delivery that did not happen.
  if (terms.method === 'HEAD') return { ...whole, body: '' };
  const { limit, largeAnswers } = terms;
  if (!stream && byteLength(whole.body) <= limit) return whole;
  if (object !== undefined && largeAnswers?.addressOf) {
    // 302 because it is the same object, and because some clients of CRLs follow only 301 and 302.
    return redirect(302, await largeAnswers.addressOf(object), whole);
  }

  const source = bytesOf(response);
  try {
    const pieces: Uint8Array[] = [];
    let total = 0;
    for (let next = await source.next(); !next.done; next = await source.next()) {
      pieces.push(next.value);
      total += next.value.length;
      if (total > limit) return await handOver(pieces, source, whole, terms);
    }
    return { ...whole, body: Buffer.concat(pieces) };
  } finally {
    await source.return(undefined);
  }
};

const handOver = async (
  begun: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  response: HttpResponse,
  { limit, timeLeft, largeAnswers }: Terms,
): Promise<HttpResponse> => {
  if (!largeAnswers?.handOver) throw tooLarge(limit);
  const file = async function* (): AsyncGenerator<Uint8Array> {
    yield* begun;
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      yield next.value;
      if (timeLeft() < EARLY_MS) throw tooLong();
    }
  };
  const { headers } = response;
  const address = await largeAnswers.handOver.file(file(), {
    contentType: headers['content-type'] ?? 'application/octet-stream',
    // S3 sends a page without the content security policy of our answers, so a browser must not show it.
    contentDisposition: headers['content-disposition'] ?? 'attachment',
  });
  return redirect(303, address, response);
};

const tooLarge = (limit: number): Fault =>
  new Fault('value-too-large', 'The file is too large to be sent in one answer; ask for less.', { limit });

const tooLong = (): Fault =>
  new Fault(
    'value-too-large',
    'The file is too large to be made in the time that one request has; ask for a shorter time, or for one kind of record at once.',
  );

const bytesOf = async function* ({ body, stream }: HttpResponse): AsyncGenerator<Uint8Array> {
  if (body.length > 0) yield Buffer.from(body);
  if (stream) yield* stream;
};

const byteLength = (body: HttpResponse['body']): number =>
  typeof body === 'string' ? Buffer.byteLength(body) : body.length;

/** The redirect keeps the header that names the record, and no header about the bytes. No cache may keep the address. */
const redirect = (status: 302 | 303, location: string, { headers }: HttpResponse): HttpResponse => {
  return { status, headers: { location, 'cache-control': 'no-store', ...recordHeaderOf(headers) }, body: '' };
};
