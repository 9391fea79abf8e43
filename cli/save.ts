import { createHash, randomBytes } from 'node:crypto';
import { constants, rmSync } from 'node:fs';
import { access, type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { z } from 'zod';
import { phrase } from '../lib/fault.ts';
import { type Failure, usage } from './failure.ts';

export interface Saved {
  readonly file: string;
  readonly bytes: number;
  /** Hex. The service's record of the answer has the same one. */
  readonly sha256: string;
}

/** Writes an answer to the file that was opened for it. When this resolves, the whole file has its final name. */
export type Take = (answer: Readable) => Promise<Saved>;

/** The option of every command that writes a file. */
export const addOverwrite = (command: Command): Command =>
  command.option('--overwrite', 'replace the file if it is there');

export const overwriteOption = { overwrite: z.boolean().default(false) };

export interface SavingOptions {
  /** Whether a file that is there already is replaced. */
  readonly overwrite: boolean;
  /** The file's mode. Answers hold personal data, so others may not read them by default. */
  readonly mode?: number;
}

/**
 * Opens a file, and then calls `ask`, which asks the service for the content. The file comes first, because the service
 * records each hand-over, and a disclosure ends with it: nothing is asked for that cannot be kept. The file grows under
 * a temporary name, and gets its final name when it is whole. An older file of that name stays until then. A file that
 * does not become whole is removed, also where a signal ends the process. Failure: `usage` if the file cannot be written, or is there and is not replaced.
 */
export const saving = async <T>(
  file: string,
  { overwrite, mode = 0o600 }: SavingOptions,
  ask: (take: Take) => Promise<T>,
): Promise<T> => {
  await assertFree(file, overwrite);
  const part = `${file}.${randomBytes(6).toString('hex')}.part`;
  const unwatch = removeOnSignal(part);
  try {
    const handle = await open(part, 'wx', mode).catch(notWritten(file));
    try {
      return await ask((answer) => write(handle, answer, file, () => giveName(part, file, overwrite)));
    } finally {
      await handle.close().catch(() => {});
      // A whole file has its final name by now.
      await rm(part, { force: true });
    }
  } finally {
    unwatch();
  }
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The process ends by the signal all the same, so that a shell sees it. Returns what stops the watching. */
const removeOnSignal = (part: string): (() => void) => {
  const end = (signal: NodeJS.Signals): void => {
    unwatch();
    rmSync(part, { force: true });
    process.kill(process.pid, signal);
  };
  const unwatch = (): void => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return unwatch;
};

/** If the name is taken, it must be by a file that the user wants to replace and may write to. */
const assertFree = async (file: string, overwrite: boolean): Promise<void> => {
  const there = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    return notWritten(file)(error);
  });
  if (!there) return;
  if (!there.isFile()) {
    throw usage(phrase`${file} is there already and is no file that could be replaced.`, ADVICE);
  }
  if (!overwrite) throw taken(file);
  await access(file, constants.W_OK).catch(notWritten(file));
};

const taken = (file: string): Failure =>
  usage(phrase`${file} is there already.`, 'Name another file, or add --overwrite.');

const write = async (
  handle: FileHandle,
  answer: Readable,
  file: string,
  finish: () => Promise<void>,
): Promise<Saved> => {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    digest.update(chunk);
    bytes += chunk.length;
    await handle.appendFile(chunk).catch(notWritten(file));
  }
  // The content is on the disk before the file gets its name: a file of that name is whole, even after a power failure.
  await handle.sync().catch(notWritten(file));
  await handle.close().catch(notWritten(file));
  await finish();
  return { file, bytes, sha256: digest.digest('hex') };
};

/** Codes of file systems that have no hard links. */
const NO_LINKS = new Set<unknown>(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** A link takes no name that is taken, also by a file that came in the meantime; renaming would replace that one. */
const giveName = async (part: string, file: string, overwrite: boolean): Promise<void> => {
  if (!overwrite) {
    try {
      await link(part, file);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw taken(file);
      if (!NO_LINKS.has(code)) notWritten(file)(error as NodeJS.ErrnoException);
      await assertFree(file, overwrite);
    }
  }
  await rename(part, file).catch(notWritten(file));
};

const ADVICE = phrase`Name a file in a folder that is there, with room in it, and that you may write to.`;

const notWritten =
  (file: string) =>
  (error: NodeJS.ErrnoException): never => {
    throw usage(phrase`The file ${file} cannot be written (${error.code ?? error.message}).`, ADVICE);
  };
