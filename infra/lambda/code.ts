import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RouteFunction, TaskFunction } from './grants.ts';

/** A function's bundled code. index.cjs exports `handler` and, where the function has routes, `behindBalancer`. */
export interface Code {
  /** The folder that becomes the function's code. */
  readonly folder: string;
  /** SHA-256 of all files in the folder, hex. The same sources give the same digest. */
  readonly digest: string;
}

/** Gives a function's code, bundled from sources or taken from the package. `files` are put beside it, by name. */
export type CodeOf = (fn: RouteFunction | TaskFunction, files: Readonly<Record<string, string>>) => Code;

/** The digest of a folder. It depends on the names and bytes of its files alone. */
export const digestOf = (folder: string): string => {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    const bytes = readFileSync(join(folder, name));
    hash.update(`${name} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
};
