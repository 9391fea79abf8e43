import { open } from 'node:fs/promises';
import { phrase } from '../lib/fault.ts';
import { usage } from './failure.ts';

/** A file's bytes. Rejects with a `Failure` where it cannot be read or is larger. */
export const readFileWithin = async (path: string, maxBytes: number): Promise<Buffer> => {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw usage(phrase`The file ${path} cannot be read (${error.code ?? error.message}).`, undefined, error);
  });
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of file.createReadStream({ autoClose: false })) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes)
        throw usage(phrase`The file ${path} has more than the ${maxBytes} bytes that are taken.`);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'EISDIR') {
      throw usage(phrase`${path} is a folder, not a file.`);
    }
    throw error;
  } finally {
    await file.close();
  }
};
