import files, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { type FailurePlan, failing } from '../store/faulty-table.ts';

/** The writes of this process to the disk fail as planned: bytes into a file, and the making and removing of names. */
const { link, open, unlink } = files;

const replace = (functions: object): void => {
  Object.assign(files, functions);
  syncBuiltinESMExports();
};

export const stopFailing = (): void => replace({ link, open, unlink });

/** Gives the number of writes that were asked for since. */
export const failFiles = (plan: FailurePlan): (() => number) => {
  const fail = failing(plan);
  const failingHandle = (handle: FileHandle): FileHandle => {
    const { write, writeFile } = handle;
    return Object.assign(handle, {
      write: (...args: Parameters<typeof write>) => fail.next(() => write.apply(handle, args)),
      writeFile: (...args: Parameters<typeof writeFile>) => fail.next(() => writeFile.apply(handle, args)),
    });
  };
  replace({
    open: async (...args: Parameters<typeof open>) => failingHandle(await open(...args)),
    link: (...args: Parameters<typeof link>) => fail.next(() => link(...args)),
    unlink: (...args: Parameters<typeof unlink>) => fail.next(() => unlink(...args)),
  });
  return () => fail.count;
};
