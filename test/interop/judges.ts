import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs stock software that judges our bytes. It does not block, because the service that it asks is in this process. */
export const run = (command: string, args: readonly string[], input = '') =>
  new Promise<{ status: number | null; stdout: string; stderr: string }>((done, failed) => {
    const child = spawn(command, args, { timeout: 60_000 });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', failed);
    child.once('close', (status) => done({ status, stdout, stderr }));
    // A program that reads no input may end before its input is written.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });

export const openssl = async (
  ...args: readonly string[]
): Promise<{ status: number | null; output: string }> => {
  const { status, stdout, stderr } = await run('openssl', args);
  return { status, output: stdout + stderr };
};

/** Java with its compiler: the programs are here as sources. */
export const hasJava = ((): boolean => {
  const { status, stdout } = spawnSync('java', ['--list-modules'], { encoding: 'utf8' });
  const there = status === 0 && /^jdk\.compiler/m.test(stdout);
  if (!there)
    process.stdout.write('Java with its compiler is not installed: its judgement of paths is skipped.\n');
  return there;
})();

/** Where a program of this folder was compiled to. Each is compiled once for all files of a worker, and goes with the run's folder. */
const compiled = new Map<string, string>();
const compile = (program: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'akashi-java-'));
  const source = join(import.meta.dirname, `${program}.java`);
  const compiler = ['--module', 'jdk.compiler/com.sun.tools.javac.Main', '-d', folder, source];
  const { status, stderr } = spawnSync('java', compiler, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  compiled.set(program, folder);
  return folder;
};

/** What a program of this folder writes. */
export const java = async (program: string, args: readonly string[], input = ''): Promise<string> => {
  const classes = compiled.get(program) ?? compile(program);
  const quick = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
  const { stdout, stderr, status } = await run('java', [...quick, '-cp', classes, program, ...args], input);
  if (status !== 0) throw new Error(stderr);
  return stdout;
};

/** The input of `PathCheck.java`: files in PEM; `ca` may be several, between commas. */
export interface Case {
  readonly by: 'ocsp' | 'crl' | 'crls' | 'nonce' | 'given' | 'trusted';
  readonly ca: string;
  readonly certificate: string;
  readonly more?: readonly (string | number)[];
}

/** One verdict for each case, in order. */
export const javaVerdicts = async (cases: readonly Case[]): Promise<readonly string[]> => {
  const input = cases
    .map(({ by, ca, certificate, more = [] }) => `${[by, ca, certificate, ...more].join('\t')}\n`)
    .join('');
  return (await java('PathCheck', [], input)).trim().split('\n');
};
