import { spawnSync } from 'node:child_process';

/** Stock openssl; tests that compare with it are skipped where it is not installed. */
export const NO_OPENSSL = spawnSync('openssl', ['version']).status !== 0;
if (NO_OPENSSL) console.log('openssl is not installed: the tests that compare with it are skipped.');

/** Runs openssl on `input` and gives its output. If openssl refuses, throws its message. */
export const openssl = (args: readonly string[], input?: Uint8Array): string => {
  const { status, stdout, stderr } = spawnSync('openssl', args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
  return stdout;
};
