import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The file in the data folder that says that a service runs. Where it is there at a start, the last run did not end by itself. */
export interface RunningMark {
  readonly unclean: boolean;
  /** After a stop in good order: there is nothing to recover. */
  remove(): Promise<void>;
  /** After a start that was refused. What an earlier run left is still to be recovered, so its mark stays. */
  takeBack(): Promise<void>;
}

export const markRunning = async (dataDir: string): Promise<RunningMark> => {
  const path = join(dataDir, 'running');
  const unclean = await access(path).then(
    () => true,
    () => false,
  );
  const remove = (): Promise<void> => rm(path, { force: true });
  const takeBack = async (): Promise<void> => {
    if (!unclean) await remove();
  };
  try {
    await writeFile(path, `${process.pid}\n`);
  } catch (error) {
    // On a full disk the file is there, and is empty.
    await takeBack();
    throw error;
  }
  return { unclean, remove, takeBack };
};
