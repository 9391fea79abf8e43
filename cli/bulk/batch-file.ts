import { createHash, hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { phrase } from '../../lib/fault.ts';
import { usage } from '../failure.ts';

/** Keep equal to the service's MAX_PART_BYTES. */
export const PART_BYTES = 192 * 1024;
/** Keep equal to the service's MAX_PARTS. */
export const MAX_PARTS = 128;

const FORMATS = /\.(csv|ndjson|jsonl)$/i;

export interface BatchFile {
  readonly format: 'csv' | 'ndjson';
  readonly bytes: number;
  /** SHA-256 of the file and of each of its parts, hex. */
  readonly digest: string;
  readonly parts: readonly string[];
  /** A part by its number, from 1. Failure: `usage` where the file has changed. */
  read(number: number): Promise<Uint8Array>;
}

/**
 * Goes through the file once for its digests, and gives it to `work`, which reads the parts that it needs. Memory does not grow with the
 * file. Failure: `usage` where it cannot be read, has no byte or too many.
 */
export const withBatchFile = async <T>(path: string, work: (file: BatchFile) => Promise<T>): Promise<T> => {
  const ending = FORMATS.exec(path)?.[1]?.toLowerCase();
  if (ending === undefined) throw usage('The file ends in none of .csv, .ndjson, .jsonl.');
  const format = ending === 'csv' ? 'csv' : 'ndjson';
  const handle = await open(path).catch(notRead(path));
  try {
    const { bytes, digest, parts } = await digestsOf(handle, path);
    const read = async (number: number): Promise<Uint8Array> => {
      const part = await readPart(handle, number - 1, path);
      if (hash('sha256', part) === parts[number - 1]) return part;
      throw usage(phrase`The file ${path} has changed while it was sent.`, 'Run the command again.');
    };
    return await work({ format, bytes, digest, parts, read });
  } finally {
    await handle.close();
  }
};

const digestsOf = async (
  handle: FileHandle,
  path: string,
): Promise<Pick<BatchFile, 'bytes' | 'digest' | 'parts'>> => {
  const whole = createHash('sha256');
  const parts: string[] = [];
  let bytes = 0;
  for (;;) {
    const part = await readPart(handle, parts.length, path);
    if (part.length === 0) break;
    if (parts.length === MAX_PARTS)
      throw usage(
        phrase`The file ${path} has more than the ${MAX_PARTS * PART_BYTES} bytes that are taken.`,
        'Divide it into several files.',
      );
    whole.update(part);
    parts.push(hash('sha256', part));
    bytes += part.length;
    if (part.length < PART_BYTES) break;
  }
  if (bytes === 0) throw usage(phrase`The file ${path} is empty.`);
  return { bytes, digest: whole.digest('hex'), parts };
};

/** `index` counts from 0. Only the last part is shorter than the others, and behind it nothing is read. */
const readPart = async (handle: FileHandle, index: number, path: string): Promise<Uint8Array> => {
  const part = Buffer.allocUnsafe(PART_BYTES);
  let length = 0;
  while (length < PART_BYTES) {
    const at = index * PART_BYTES + length;
    const { bytesRead } = await handle.read(part, length, PART_BYTES - length, at).catch(notRead(path));
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return part.subarray(0, length);
};

const notRead =
  (path: string) =>
  (error: NodeJS.ErrnoException): never => {
    if (error.code === 'EISDIR') throw usage(phrase`${path} is a folder, not a file.`);
    // A pipe cannot be read twice.
    throw usage(phrase`The file ${path} cannot be read (${error.code ?? error.message}).`, undefined, error);
  };
