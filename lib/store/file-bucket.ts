import { hash } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '../fault.ts';
import type { Bucket, ObjectPage, StoredObject } from './contract.ts';
import { cursorInvalid, listScope, readCursor, writeCursor } from './cursor.ts';
import { makeFolder, syncFolder } from './folder.ts';
import {
  checkLimit,
  checkObjectKey,
  checkObjectPrefix,
  isObjectSegment,
  objectConditionFailed,
} from './limits.ts';

/**
 * A Bucket in one folder: the object `a/b` is the plain file `a/b`. Only one process at a time may use the folder. This
 * file does not enforce that; the table's lock on the same data folder does.
 *
 * A put writes a new file in `~incoming` and syncs it. It then gives the file its name, by link (absent) or rename
 * (version), both atomic, and syncs the folder. A crash before the naming leaves a file in `~incoming`, which no key
 * can name and which the next opening removes. A crash after it leaves the new object, whole. A delete unlinks the file
 * and syncs the folder.
 */
export const openFileBucket = async (folder: string): Promise<Bucket> => {
  const root = resolve(folder);
  try {
    await rm(join(root, INCOMING), { recursive: true, force: true });
    await makeFolder(join(root, INCOMING));
  } catch (cause) {
    throw unavailable(cause);
  }
  return new FileBucket(root);
};

/** Keys cannot contain `~`. */
const INCOMING = '~incoming';

type Expected = 'absent' | { readonly version: string };

class FileBucket implements Bucket {
  readonly #root: string;
  /**
   * The last change requested for each key. The next one waits for it, so nothing changes between a comparison and its
   * swap.
   */
  readonly #changes = new Map<string, Promise<unknown>>();
  /** Folders that are durable or are being made so. */
  readonly #folders = new Map<string, Promise<void>>();
  #incoming = 0;

  constructor(root: string) {
    this.#root = root;
  }

  async get(key: string): Promise<StoredObject | undefined> {
    checkObjectKey(key);
    // A put in progress may have named the file already, but the file may not yet survive power loss.
    await this.#changes.get(key)?.catch(() => {});
    return await this.#stored(key);
  }

  async put(key: string, body: Uint8Array, options: { readonly if: Expected }): Promise<{ version: string }> {
    checkObjectKey(key);
    const bytes = body.slice();
    return await this.#inTurn(key, () => this.#replace(key, bytes, options.if));
  }

  async delete(key: string): Promise<void> {
    checkObjectKey(key);
    await this.#inTurn(key, () => this.#remove(key));
  }

  async list(
    prefix: string,
    options: { readonly limit: number; readonly cursor?: string },
  ): Promise<ObjectPage> {
    checkObjectPrefix(prefix);
    checkLimit(options.limit);
    const scope = listScope(prefix);
    const after = options.cursor === undefined ? '' : readCursor(scope, options.cursor);
    if (after !== '' && !after.startsWith(prefix)) throw cursorInvalid();
    const keys: string[] = [];
    try {
      for await (const key of this.#keysFrom('', prefix, after)) {
        const last = keys.at(-1);
        if (last !== undefined && keys.length === options.limit)
          return { keys, cursor: writeCursor(scope, last) };
        keys.push(key);
      }
    } catch (cause) {
      throw unavailable(cause);
    }
    return { keys };
  }

  async #inTurn<T>(key: string, change: () => Promise<T>): Promise<T> {
    const before = this.#changes.get(key)?.catch(() => {});
    const after = (async () => {
      await before;
      return await change();
    })();
    this.#changes.set(key, after);
    try {
      return await after;
    } finally {
      if (this.#changes.get(key) === after) this.#changes.delete(key);
    }
  }

  /** The folder stays even if it is empty now: no key names it. */
  async #remove(key: string): Promise<void> {
    const path = join(this.#root, key);
    try {
      if (!(await stat(path)).isFile()) return;
      await unlink(path);
    } catch (cause) {
      if (!isCode(cause, 'ENOENT', 'ENOTDIR')) throw unavailable(cause);
    }
    try {
      // Sync even if the file was absent already: another process may have died before it could sync.
      await syncFolder(dirname(path));
    } catch (cause) {
      if (!isCode(cause, 'ENOENT', 'ENOTDIR')) throw unavailable(cause);
    }
  }

  async #stored(key: string): Promise<StoredObject | undefined> {
    try {
      const body = new Uint8Array(await readFile(join(this.#root, key)));
      return { body, version: versionOf(body) };
    } catch (cause) {
      if (isCode(cause, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
      throw unavailable(cause);
    }
  }

  async #replace(key: string, body: Uint8Array, expected: Expected): Promise<{ version: string }> {
    if (expected !== 'absent' && (await this.#stored(key))?.version !== expected.version) {
      throw objectConditionFailed(key);
    }
    const incoming = join(this.#root, INCOMING, `${this.#incoming++}`);
    const path = join(this.#root, key);
    try {
      const file = await open(incoming, 'wx', 0o600);
      try {
        await file.writeFile(body);
        await file.sync();
      } finally {
        await file.close();
      }
      if (expected === 'absent') {
        await this.#folder(dirname(path));
        await link(incoming, path);
        await unlink(incoming);
      } else {
        await rename(incoming, path);
      }
      await syncFolder(dirname(path));
    } catch (cause) {
      await rm(incoming, { force: true }).catch(() => {});
      throw await this.#putFault(key, cause);
    }
    return { version: versionOf(body) };
  }

  /**
   * Makes a folder of objects durable once in the life of this process. It syncs an existing folder as well: another
   * put may just have made it, or a process may have died before it could sync.
   */
  async #folder(path: string): Promise<void> {
    let made = this.#folders.get(path);
    if (made === undefined) {
      made = (async () => {
        await mkdir(path, { recursive: true, mode: 0o700 });
        for (let inner = path; inner !== this.#root; inner = dirname(inner)) await syncFolder(dirname(inner));
      })();
      this.#folders.set(path, made);
    }
    try {
      await made;
    } catch (cause) {
      this.#folders.delete(path);
      throw cause;
    }
  }

  /** `mkdir` and `link` report an obstacle under different error codes, by platform and depth. */
  async #putFault(key: string, cause: unknown): Promise<Fault> {
    if (!isCode(cause, 'EEXIST', 'ENOTDIR')) return unavailable(cause);
    const path = join(this.#root, key);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) return objectConditionFailed(key);
    return new Fault('store-request-invalid', 'An object key may not also be the folder of another one.', {
      key,
    });
  }

  /** Keys under `folder` (empty, or ending in a slash) that start with `prefix` and come after `after`, in byte order. Keys are ASCII. */
  async *#keysFrom(folder: string, prefix: string, after: string): AsyncGenerator<string> {
    const entries = await readdir(join(this.#root, folder), { withFileTypes: true });
    // `a-b` comes before `a/b`, as in the order of whole keys: a folder sorts as its name with the slash.
    const names = entries
      .filter((entry) => isObjectSegment(entry.name) && (entry.isFile() || entry.isDirectory()))
      .map((entry) => folder + entry.name + (entry.isDirectory() ? '/' : ''))
      .sort((a, b) => (a < b ? -1 : 1));
    for (const name of names) {
      if (!name.endsWith('/')) {
        if (name.startsWith(prefix) && name > after) yield name;
      } else if (
        (name.startsWith(prefix) || prefix.startsWith(name)) &&
        (name > after || after.startsWith(name))
      ) {
        yield* this.#keysFrom(name, prefix, after);
      }
    }
  }
}

/** A digest of the content: an object put again with the same bytes has the same version. */
const versionOf = (body: Uint8Array): string => hash('sha256', body, 'hex');

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

const unavailable = (cause: unknown): Fault =>
  Fault.is(cause)
    ? cause
    : new Fault(
        'store-unavailable',
        'The bucket folder cannot be read or written; look at the disk.',
        {},
        { cause },
      );
