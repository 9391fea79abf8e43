import { createGunzip } from 'node:zlib';
import { Fault, type Phrase, phrase } from '../../../lib/fault.ts';
import { MAX_LINE } from '../../../lib/ledger/ledger.ts';

/** No access log unpacks to more. */
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;

const malformed = (why: Phrase, cause?: unknown): Fault =>
  new Fault('malformed-cdn-log', phrase`The file ${why}.`, {}, { cause });

/** The lines of a gzip file as CloudFront delivers it. Fault: `malformed-cdn-log`. */
export const linesOfGzip = async function* (bytes: Uint8Array): AsyncGenerator<string> {
  const gunzip = createGunzip();
  gunzip.end(bytes);
  const decoder = new TextDecoder();
  let unpacked = 0;
  let rest = '';
  const chunks: AsyncIterator<Buffer> = gunzip[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await chunks.next().catch((cause: unknown) => {
        throw malformed(phrase`is not whole, or not compressed by gzip`, cause);
      });
      if (next.done) break;
      unpacked += next.value.length;
      if (unpacked > MAX_UNPACKED_BYTES) throw malformed(phrase`unpacks to more than an access log has`);
      const lines = (rest + decoder.decode(next.value, { stream: true })).split(/\r?\n/);
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw malformed(phrase`has a line that is too long`);
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    gunzip.destroy();
  }
};
