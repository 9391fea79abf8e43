import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const NO_OPENSSL = spawnSync('openssl', ['version']).status !== 0;

if (NO_OPENSSL) console.log('There is no openssl command here: the tests that compare with it are skipped.');

/** Runs stock openssl in a folder of its own with `files`, and gives its standard output. */
export const openssl = (
  args: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
) => {
  const folder = mkdtempSync(join(tmpdir(), 'akashi-openssl-'));
  try {
    for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
    return execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  } finally {
    rmSync(folder, { recursive: true });
  }
};
