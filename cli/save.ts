import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { usage } from './failure.ts';

export interface Saved {
  readonly file: string;
  readonly bytes: number;
  /** Hex. The service's record of the answer has the same one. */
  readonly sha256: string;
}

/** Writes an answer to the file that was opened for it, which is there, under its own name, when this resolves. */
export type Take = (answer: Readable) => Promise<Saved>;

/**
 * Opens a place for a file and gives it to whoever asks the service for what is to be in it: the service records what it
 * hands over, and a disclosure ends with it, so nothing is asked for that cannot be kept. The file grows under a name of
 * its own, beside the one that it gets when it is whole; whatever had that name before stays until then, and nothing is
 * left of a file that did not become whole. Failure: `usage` where it cannot be written.
 */
export const saving = async <T>(file: string, ask: (take: Take) => Promise<T>): Promise<T> => {
  await assertReplaceable(file);
  const part = `${file}.${randomBytes(6).toString('hex')}.part`;
  const handle = await open(part, 'wx', 0o600).catch(notWritten(file));
  try {
    return await ask((answer) => write(handle, part, file, answer));
  } finally {
    await handle.close().catch(() => {});
    // A whole file has its final name by now.
    await rm(part, { force: true });
  }
};

/** Where there is something of that name, it must be a file that could as well be written to. */
const assertReplaceable = async (file: string): Promise<void> => {
  const there = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    return notWritten(file)(error);
  });
  if (!there) return;
  if (!there.isFile()) {
    throw usage(`${file} is there already and is no file that could be replaced.`, ADVICE);
  }
  await access(file, constants.W_OK).catch(notWritten(file));
};

const write = async (handle: FileHandle, part: string, file: string, answer: Readable): Promise<Saved> => {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    digest.update(chunk);
    bytes += chunk.length;
    await handle.appendFile(chunk).catch(notWritten(file));
  }
  // On the disk before it has its name: a file of that name is a whole one, whatever happens to the machine.
  await handle.sync().catch(notWritten(file));
  await handle.close().catch(notWritten(file));
  await rename(part, file).catch(notWritten(file));
  return { file, bytes, sha256: digest.digest('hex') };
};

const ADVICE = 'Name a file in a folder that is there, with room in it, and that you may write to.';

const notWritten =
  (file: string) =>
  (error: NodeJS.ErrnoException): never => {
    throw usage(`The file ${file} cannot be written (${error.code}).`, ADVICE);
  };
