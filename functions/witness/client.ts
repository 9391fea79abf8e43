import { Fault } from '../../lib/fault.ts';
import type { Witness } from '../../lib/ledger/ledger.ts';

/** How long a checkpoint waits for its witnesses. */
const TIMEOUT_MS = 5_000;
/** Room for the most signatures of the largest kind that a note may have. */
const MAX_ANSWER_BYTES = 512 * 1024;

/** Witnesses over HTTP (C2SP tlog-witness), from their verifier keys and the addresses before `/add-checkpoint`. */
export const witnessesAt = (
  places: readonly { readonly vkey: string; readonly url: string }[],
): readonly Witness[] =>
  places.map(({ vkey, url }) => ({
    vkey,
    ask: async (body) => {
      try {
        const answer = await fetch(`${url.replace(/\/+$/, '')}/add-checkpoint`, {
          method: 'POST',
          headers: { 'content-type': 'text/plain; charset=utf-8' },
          body,
          redirect: 'error',
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        return {
          status: answer.status,
          contentType: answer.headers.get('content-type') ?? '',
          body: await textOf(answer),
        };
      } catch (cause) {
        if (Fault.is(cause)) throw cause;
        throw new Fault('store-unavailable', 'The witness did not answer.', {}, { cause });
      }
    },
  }));

const textOf = async (answer: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) {
      throw new Fault('witness-refused', 'The answer of the witness is too long for cosignatures.');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
