import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileBucket } from '../../lib/store/file-bucket.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';

/** A new folder that is gone when its scope ends (`await using`). */
export const temporaryFolder = async () => {
  const path = await mkdtemp(join(tmpdir(), 'akashi-store-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};

/** The table that a local installation uses, in a folder of its own. */
export const openTemporaryTable = async () => {
  const folder = await temporaryFolder();
  const table = await openSqliteTable(join(folder.path, 'table.sqlite'));
  return {
    table,
    async [Symbol.asyncDispose]() {
      await table.close();
      await folder[Symbol.asyncDispose]();
    },
  };
};

/** The bucket that a local installation uses, in a folder of its own. */
export const openTemporaryBucket = async () => {
  const folder = await temporaryFolder();
  return { ...folder, bucket: await openFileBucket(folder.path) };
};
