import { hash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Data folders of services, each made once in a run. A service begins with a ceremony, which works on keys and certificates for
 * half a second. A copy of such a folder saves that.
 *
 * The worker processes of a run share the folders. Each folder is made under another name and then renamed, so nobody copies
 * half of one. Two workers may make the same one at once: both are whole, and either may be used.
 */
const PLACE = 'AKASHI_TESTS_PREPARED';

/** A test may expect that its service has just begun. */
const OLDEST_MS = 5 * 60_000;

/** Called before the workers start. Without it nothing is kept, because the code may change from one process to the next. */
export const keepPrepared = (place: string): void => {
  mkdirSync(place);
  process.env[PLACE] = place;
};

/** Called when the code has changed. */
export const forgetPrepared = (place: string): void => {
  for (const name of readdirSync(place)) rmSync(join(place, name), { recursive: true, force: true });
};

/**
 * Fills `folder`, which has to be empty or missing, with a copy of what `make` makes in the folder that it is given. `make`
 * closes every file. `asked` says everything that the data depend on.
 */
export const copyPrepared = async (
  folder: string,
  asked: readonly unknown[],
  make: (folder: string) => Promise<void>,
): Promise<void> => {
  const place = process.env[PLACE];
  if (place === undefined) {
    await make(folder);
    return;
  }
  const name = hash('sha256', JSON.stringify(asked)).slice(0, 32);
  cpSync(youngest(place, name) ?? (await makeIn(place, name, make)), folder, { recursive: true });
};

const youngest = (place: string, name: string): string | undefined => {
  const madeAt = readdirSync(place)
    .filter((one) => one.startsWith(`${name}.`))
    .map((one) => Number(one.slice(name.length + 1)));
  const last = Math.max(...madeAt);
  return Date.now() - last <= OLDEST_MS ? join(place, `${name}.${last}`) : undefined;
};

const makeIn = async (
  place: string,
  name: string,
  make: (folder: string) => Promise<void>,
): Promise<string> => {
  const unfinished = mkdtempSync(join(place, 'unfinished-'));
  const made = join(place, `${name}.${Date.now()}`);
  await make(unfinished);
  try {
    renameSync(unfinished, made);
  } catch (error) {
    // Another worker began to make the same folder in the same millisecond.
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    rmSync(unfinished, { recursive: true });
  }
  return made;
};
