import { Fault } from '../../lib/fault.ts';
import type { HandOver } from '../../lib/store/store.ts';
import type { HttpResponse } from '../http/http.ts';

/** Where an answer is fetched that the front cannot carry. */
export interface Elsewhere {
  /** For what is made as it is asked for. */
  readonly handOver?: HandOver;
  /** The address of an object that was published, by its key. */
  readonly addressOf?: (key: string) => string;
}

interface Terms {
  readonly method: string;
  /** Bytes of a body that the front carries. */
  readonly limit: number;
  /** Milliseconds that the function has left. */
  readonly until: () => number;
  readonly elsewhere?: Elsewhere | undefined;
}

/** Lambda ends a function without a word when its time is up; this leaves time to abort an upload and to say so. */
const EARLY_MS = 2_000;

/**
 * The answer as the front can carry it: itself, or the way to where it is. What is recorded of an answer has been
 * recorded when this resolves: a stream's last bytes come after its record (lib/ledger/export/recorded-file.ts), and
 * the address comes after the last bytes.
 *
 * Faults: `value-too-large` where there is no other place, or not enough time to fill it; those of the stream.
 */
export const fitting = async (response: HttpResponse, terms: Terms): Promise<HttpResponse> => {
  const { stream, object, ...whole } = response;
  // Nothing is sent, so nothing is made: what a stream would record has not happened.
  if (terms.method === 'HEAD') return { ...whole, body: '' };
  const { limit, elsewhere } = terms;
  if (!stream && byteLength(whole.body) <= limit) return whole;
  if (object !== undefined && elsewhere?.addressOf) {
    // Found: it is that very object, and there are clients of CRLs that follow no other redirect than 301 and 302.
    return redirect(302, elsewhere.addressOf(object), whole);
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
  { limit, until, elsewhere }: Terms,
): Promise<HttpResponse> => {
  if (!elsewhere?.handOver) throw tooLarge(limit);
  const file = async function* (): AsyncGenerator<Uint8Array> {
    yield* begun;
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      yield next.value;
      if (until() < EARLY_MS) throw tooLong();
    }
  };
  const { headers } = response;
  const address = await elsewhere.handOver.file(file(), {
    contentType: headers['content-type'] ?? 'application/octet-stream',
    // A page is not to run where it is fetched, without the policy that would come with it from here.
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

/** With what the answer says of itself and not of its bytes. The address is for who asked, and nobody's copy. */
const redirect = (status: 302 | 303, location: string, { headers }: HttpResponse): HttpResponse => {
  const { 'akashi-export': id } = headers;
  return {
    status,
    headers: { location, 'cache-control': 'no-store', ...(id !== undefined && { 'akashi-export': id }) },
    body: '',
  };
};
