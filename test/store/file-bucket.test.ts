import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFileBucket } from '../../lib/store/file-bucket.ts';
import { bucketContract } from './bucket-contract.ts';
import { temporaryFolder } from './temporary.ts';

describe('file bucket', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  bucketContract({ open: () => openFileBucket(join(folder.path, 'contract')), writers: 50, listRuns: 200 });

  it('keeps objects as plain files, for this user only, and leaves nothing else behind', async () => {
    const root = join(folder.path, 'plain');
    const bucket = await openFileBucket(root);
    const { version } = await bucket.put('tile/0/000', Buffer.from('tile'), { if: 'absent' });
    await bucket.put('tile/0/000', Buffer.from('other'), { if: { version } });
    await expect(bucket.put('tile/0/000', Buffer.from('x'), { if: 'absent' })).rejects.toThrow();
    expect(await readFile(join(root, 'tile/0/000'), 'utf8')).toBe('other');
    expect((await stat(join(root, 'tile/0/000'))).mode & 0o077).toBe(0);
    expect((await readdir(root, { recursive: true })).sort()).toEqual([
      'tile',
      'tile/0',
      'tile/0/000',
      '~incoming',
    ]);
  });

  it('ignores temporary files of a crash, and removes them at the next opening', async () => {
    const root = join(folder.path, 'crashed');
    const first = await openFileBucket(root);
    await first.put('a', Buffer.from('whole'), { if: 'absent' });
    await writeFile(join(root, '~incoming/0'), 'half of an obj');
    await writeFile(join(root, '~incoming/17'), 'half of an obj');
    expect(await first.list('', { limit: 10 })).toEqual({ keys: ['a'] });
    const second = await openFileBucket(root);
    expect(await readdir(join(root, '~incoming'))).toEqual([]);
    await second.put('b', Buffer.from('new'), { if: 'absent' });
    expect(await second.list('', { limit: 10 })).toEqual({ keys: ['a', 'b'] });
  });

  it('lists no files that no key can name', async () => {
    const root = join(folder.path, 'strange');
    const bucket = await openFileBucket(root);
    await bucket.put('a', Buffer.from('1'), { if: 'absent' });
    await writeFile(join(root, 'with space'), '');
    await mkdir(join(root, 'lost+found'));
    await writeFile(join(root, 'lost+found/x'), '');
    await symlink('/etc', join(root, 'link'));
    expect(await bucket.list('', { limit: 10 })).toEqual({ keys: ['a'] });
  });

  it('refuses a key that is the folder of another one, and the reverse', async () => {
    const bucket = await openFileBucket(join(folder.path, 'nested'));
    await bucket.put('a/b', Buffer.from('1'), { if: 'absent' });
    const refused = { code: 'store-request-invalid' };
    await expect(bucket.put('a', Buffer.from('2'), { if: 'absent' })).rejects.toMatchObject(refused);
    await expect(bucket.put('a/b/c', Buffer.from('2'), { if: 'absent' })).rejects.toMatchObject(refused);
    await expect(bucket.put('a/b/c/d', Buffer.from('2'), { if: 'absent' })).rejects.toMatchObject(refused);
    expect(await bucket.list('', { limit: 10 })).toEqual({ keys: ['a/b'] });
    expect(await readdir(join(folder.path, 'nested/~incoming'))).toEqual([]);
  });

  it('is store-unavailable if the folder cannot be used', async () => {
    const file = join(folder.path, 'file');
    await writeFile(file, '');
    await expect(openFileBucket(join(file, 'below'))).rejects.toMatchObject({ code: 'store-unavailable' });
  });
});
