import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { phrase } from '../../lib/fault.ts';
import { unexpected, unreachable, usage } from '../failure.ts';
import { readFileWithin } from '../read-file.ts';

/** Where the files of a log are read. */
export interface LogFiles {
  readonly name: string;
  /** The file at a path below the log, such as `checkpoint`; undefined where there is none. */
  readonly read: (path: string) => Promise<Uint8Array | undefined>;
}

/** An entry bundle of this ledger has 16 kB; other logs' have more. */
const MAX_FILE_BYTES = 1024 * 1024;
const TIMEOUT_MS = 30_000;
const ATTEMPTS = 4;

/** A folder that has the log's files as they are in the service's bucket: `checkpoint` and `tile/`. */
export const folderFiles = (folder: string): LogFiles => ({
  name: folder,
  read: async (path) => {
    try {
      return await readFile(join(folder, path));
    } catch (error) {
      const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw usage(phrase`${join(folder, path)} cannot be read (${String(code)}).`);
    }
  },
});

/** The log of a running service, or of a server that has a copy of its files. */
export const urlFiles = (url: string): LogFiles => {
  const base = `${url.replace(/\/+$/, '')}/log`;
  return {
    name: base,
    read: async (path) => {
      for (let attempt = 1; ; attempt++) {
        let answer: Response;
        try {
          answer = await fetch(`${base}/${path}`, {
            redirect: 'error',
            signal: AbortSignal.timeout(TIMEOUT_MS),
          });
          if (answer.ok) return await bodyOf(answer, base);
          await answer.body?.cancel();
        } catch (error) {
          if (!(error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError')))
            throw error;
          if (attempt < ATTEMPTS) {
            await wait(250 * 2 ** attempt);
            continue;
          }
          throw unreachable(phrase`Nothing that answers was found at ${base}.`, undefined, error);
        }
        if (answer.status === 404) return undefined;
        if (attempt === ATTEMPTS || (answer.status !== 429 && answer.status < 500)) {
          throw unexpected(phrase`${base}/${path} was answered with status ${answer.status}.`);
        }
        await wait(250 * 2 ** attempt);
      }
    },
  };
};

const bodyOf = async (answer: Response, base: string): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > MAX_FILE_BYTES)
      throw unexpected(phrase`A file of ${base} has more than ${MAX_FILE_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** `target` is what the command line names: an http or https address, or a folder. */
export const logFilesAt = (target: string): LogFiles => {
  if (/^https?:\/\//.test(target)) return urlFiles(target);
  return folderFiles(target);
};

/** `given` is a verifier key, or a file that holds one. */
export const readKey = async (given: string): Promise<string> =>
  given.includes('+') ? given : (await readFileWithin(given, 65_536)).toString('utf8').trim();
