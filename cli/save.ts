import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Saved {
  readonly file: string;
  readonly bytes: number;
  /** Hex. The service's record of the answer has the same one. */
  readonly sha256: string;
}

/** Beside the file until it is whole: a file of that name is a whole one. */
export const save = async (source: Readable, file: string): Promise<Saved> => {
  const part = `${file}.part`;
  const digest = createHash('sha256');
  let bytes = 0;
  try {
    await pipeline(
      source,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          digest.update(chunk);
          bytes += chunk.length;
          yield chunk;
        }
      },
      createWriteStream(part, { mode: 0o600, flush: true }),
    );
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return { file, bytes, sha256: digest.digest('hex') };
};
