import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Fault, type Phrase, phrase } from '../lib/fault.ts';

/** A longer file is no passphrase. Counted with the end of the line. */
const MOST_BYTES = 1024;

/** The group may read: systemd gives a service its credential that way, and so do files of root that one group reads. */
const OTHERS = 0o007;
const GROUP_WRITES = 0o020;

interface Passphrases {
  readonly AKASHI_PASSPHRASE?: string | undefined;
  readonly AKASHI_PASSPHRASE_FILE?: string | undefined;
}

/**
 * The passphrase that the environment gives, by itself or as one line of a file; undefined where it gives none. Fault:
 * `configuration-invalid` for a file that cannot be read, that others may read or that the group may write, and for one
 * that is not one line of UTF-8 of 1 to 1024 bytes. No message shows what is in the file.
 */
export const givenPassphrase = async (env: Passphrases): Promise<string | undefined> => {
  const { AKASHI_PASSPHRASE_FILE: path } = env;
  if (path === undefined) return env.AKASHI_PASSPHRASE;
  let handle: FileHandle | undefined;
  try {
    // A pipe would otherwise keep the start waiting for a writer.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return lineOf(path, await contentOf(path, handle));
  } catch (error) {
    if (Fault.is(error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw invalid(
      path,
      phrase`AKASHI_PASSPHRASE_FILE must be a file that this user can read; ${path} is not.`,
      error,
    );
  } finally {
    await handle?.close();
  }
};

const contentOf = async (path: string, handle: FileHandle): Promise<Buffer> => {
  const found = await handle.stat();
  if (!found.isFile())
    throw invalid(
      path,
      phrase`AKASHI_PASSPHRASE_FILE must be a file that this user can read; ${path} is not.`,
    );
  if ((found.mode & (OTHERS | GROUP_WRITES)) !== 0) {
    throw invalid(
      path,
      phrase`Others on this machine may read or write ${path}, which holds the passphrase; run chmod 600 ${path}.`,
    );
  }
  const buffer = Buffer.alloc(MOST_BYTES + 1);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
  return buffer.subarray(0, bytesRead);
};

const lineOf = (path: string, content: Buffer): string => {
  if (content.length <= MOST_BYTES) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
      const line = text.replace(/\r?\n$/, '');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a passphrase has none, and a binary file has some.
      if (line !== '' && !/[\x00-\x1f]/.test(line)) return line;
    } catch {
      // Not UTF-8: refused below.
    }
  }
  throw invalid(
    path,
    phrase`AKASHI_PASSPHRASE_FILE must hold the passphrase as one line of UTF-8, of 1 to ${MOST_BYTES} bytes; ${path} does not.`,
  );
};

const invalid = (path: string, message: Phrase, cause?: unknown): Fault =>
  new Fault('configuration-invalid', message, { path }, { cause });
