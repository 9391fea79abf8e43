import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { givenPassphrase } from '../../functions/passphrase-file.ts';
import { temporaryFolder } from '../service.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

let files = 0;
const fileOf = (content: string | Buffer, mode = 0o600): string => {
  const path = join(folder.path, `passphrase-${files++}`);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
};
const refusal = async (path: string): Promise<string> => {
  try {
    await givenPassphrase({ AKASHI_PASSPHRASE_FILE: path });
  } catch (error) {
    const { code, message, facts } = error as { code: string; message: string; facts: unknown };
    expect([code, facts]).toEqual(['configuration-invalid', { path }]);
    return message;
  }
  throw new Error('not refused');
};

describe('a file with the passphrase', () => {
  it.each([
    ['one line', '秘密 の 言葉\n', '秘密 の 言葉'],
    ['a line that Windows ends', 'secret\r\n', 'secret'],
    ['a line without an end', 'secret', 'secret'],
    ['spaces, which belong to it', ' secret \n', ' secret '],
    ['the most bytes', `${'a'.repeat(1023)}\n`, 'a'.repeat(1023)],
  ])('is taken with %s', async (_, content, passphrase) => {
    expect(await givenPassphrase({ AKASHI_PASSPHRASE_FILE: fileOf(content) })).toBe(passphrase);
  });

  it('may be readable for its group, and be reached by a link, as the credentials of a service manager are', async () => {
    const link = join(folder.path, 'link');
    symlinkSync(fileOf('secret\n', 0o440), link);
    expect(await givenPassphrase({ AKASHI_PASSPHRASE_FILE: link })).toBe('secret');
  });

  it.each(['604', '602', '601', '620', '644'])('is refused with the mode %s', async (mode) => {
    const path = fileOf('secret\n', Number.parseInt(mode, 8));
    expect(await refusal(path)).toBe(
      `Others on this machine may read or write ${path}, which holds the passphrase; run chmod 600 ${path}.`,
    );
  });

  it.each([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['two lines', 'secret\nsecret\n'],
    ['two ends of a line', 'secret\n\n'],
    ['a NUL', 'secret\0'],
    ['bytes that are no UTF-8', Buffer.from([0x73, 0xff])],
    ['a byte more than it may', 'a'.repeat(1025)],
  ])('is refused with %s, and never shown', async (_, content) => {
    const path = fileOf(content);
    expect(await refusal(path)).toBe(
      `AKASHI_PASSPHRASE_FILE must hold the passphrase as one line of UTF-8, of 1 to 1024 bytes; ${path} does not.`,
    );
  });

  it('is refused where it is not there, or no file; nobody waits for a pipe', async () => {
    const at = (name: string) => join(folder.path, name);
    mkdirSync(at('folder'));
    symlinkSync('/dev/zero', at('device'));
    execFileSync('mkfifo', [at('pipe')]);
    for (const path of ['absent', 'folder', 'device', 'pipe'].map(at)) {
      expect(await refusal(path)).toBe(
        `AKASHI_PASSPHRASE_FILE must be a file that this user can read; ${path} is not.`,
      );
    }
  });

  it('is not looked for where none is named', async () => {
    expect(await givenPassphrase({})).toBeUndefined();
    expect(await givenPassphrase({ AKASHI_PASSPHRASE: 'secret\n' })).toBe('secret\n');
  });
});
