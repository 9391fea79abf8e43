import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RouteFunction, TaskFunction } from './grants.ts';

/** A function's code, bundled: `handler` in its index.cjs, and beside it `behindBalancer` where it has routes. */
export interface Code {
  /** The folder that becomes the function's code. */
  readonly folder: string;
  /** SHA-256 of everything in it, hex: the same sources give the same. */
  readonly digest: string;
}

/** Where code comes from: bundled from sources, or with the package. `files` are put beside it, by name. */
export type CodeOf = (fn: RouteFunction | TaskFunction, files: Readonly<Record<string, string>>) => Code;

/** A folder's digest: the same for the same names and bytes. */
export const digestOf = (folder: string): string => {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    const bytes = readFileSync(join(folder, name));
    hash.update(`${name} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
};
