import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataDir } from '../../../functions/local/data-dir.ts';
import { startUpErrorText } from '../../../functions/local/start-up-error.ts';
import { temporaryFolder } from '../../service.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const modeOf = (path: string): number => statSync(path).mode & 0o777;

const withMode = (name: string, mode: number): string => {
  const path = join(folder.path, name);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
};

const failureOf = async (path: string): Promise<string> =>
  openDataDir(path).then(
    () => 'none',
    (error: unknown) => startUpErrorText(error),
  );

describe('the data folder', () => {
  it('is made for this user alone, with the folders that lead to it', async () => {
    const path = join(folder.path, 'new', 'データ', 'akashi');
    expect(await openDataDir(path)).toBeUndefined();
    for (const made of ['new', 'new/データ', 'new/データ/akashi'])
      expect(modeOf(join(folder.path, made))).toBe(0o700);
    expect(await openDataDir(path)).toBeUndefined();
  });

  it.each([0o750, 0o755, 0o711])(
    'that others can look into (mode %o) stays as it is, with a warning',
    async (mode) => {
      const path = withMode(`read-${mode}`, mode);
      expect(await openDataDir(path)).toContain(`chmod 700 ${path}`);
      expect(modeOf(path)).toBe(mode);
    },
  );

  it.each([0o770, 0o777, 0o702])('that others can write into (mode %o) is refused', async (mode) => {
    const path = withMode(`write-${mode}`, mode);
    expect(await failureOf(path)).toContain(`Others on this machine can write into ${path}`);
    expect(modeOf(path)).toBe(mode);
  });

  it('in the place of a file, or below one, is refused', async () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    expect(await failureOf(join(file, 'data'))).toContain('a file is in its way (ENOTDIR)');
    expect(await failureOf(file)).toContain('a file is in its way (ENOTDIR)');
  });

  it.skipIf(process.platform !== 'linux')(
    'where no folder can be made is refused at once',
    async () => {
      expect(await failureOf('/proc/akashi/data')).toContain('/proc/akashi cannot be made (ENOENT)');
    },
    5_000,
  );
});
