import { spawn } from 'node:child_process';
import { asRun } from '../as-run.ts';
import { EXIT, Failure } from '../failure.ts';

/** Where the story's commands run. */
export interface Place {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (text: string) => void;
  /** What to run for a command's first word, if no program has that name. */
  readonly programs: Readonly<Record<string, readonly [string, ...string[]]>>;
}

export interface Outcome {
  readonly code: number;
  /** Standard output and standard error, as they came. */
  readonly text: string;
}

const COMMAND_TIMEOUT_MS = 120_000;
/** Lines of one command's output that are shown from its beginning and from its end. */
const SHOWN_LINES = 20;

/** A step of the demo did not do what it should. */
export const broken = (detail: string): Failure =>
  new Failure(EXIT.refused, {
    type: 'urn:akashi:cli:demo',
    title: 'The demonstration did not hold',
    detail,
    code: 'demo',
  });

const quoted = (word: string): string =>
  /^[\p{L}\p{N}_./:=@%+,-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

export const commandLine = (words: readonly string[]): string => words.map(quoted).join(' ');

const indented = (text: string): string => {
  const lines = text.trimEnd().split('\n');
  const cut = lines.length - 2 * SHOWN_LINES;
  const shown =
    cut > 0 ? [...lines.slice(0, SHOWN_LINES), `… ${cut} lines more …`, ...lines.slice(-SHOWN_LINES)] : lines;
  return shown.map((line) => (line === '' ? '\n' : `    ${line}\n`)).join('');
};

const execute = (place: Place, words: readonly string[]): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const [name = '', ...args] = words;
    const [program, ...before] = place.programs[name] ?? [name];
    const child = spawn(program, [...before, ...args], {
      cwd: place.folder,
      env: { ...place.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: COMMAND_TIMEOUT_MS,
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(broken(`The program ${name} cannot be run (${error.code}).`));
    });
    child.on('close', (code, signal) => {
      const text = Buffer.concat(chunks).toString('utf8');
      if (code === null) reject(broken(`${name} was ended by ${signal}: ${text.slice(-2000)}`));
      else resolve({ code, text });
    });
  });

/**
 * Runs a command, and shows it as a person would type it, with its output. Throws if the exit code is not the expected
 * one. With `quiet`, only the length of the output is shown.
 */
export const command = async (
  place: Place,
  words: readonly string[],
  expected: { readonly code?: number; readonly says?: readonly RegExp[]; readonly quiet?: boolean } = {},
): Promise<string> => {
  const { code: wanted = 0, says = [], quiet = false } = expected;
  place.say(`  $ ${asRun(commandLine(words))}\n`);
  const { code, text } = await execute(place, words);
  if (quiet && code === wanted) place.say(`    (${Buffer.byteLength(text)} bytes)\n`);
  else if (text !== '') place.say(indented(text));
  if (code !== 0) place.say(`    exit code ${code}\n`);
  if (code !== wanted) throw broken(`${words[0]} ended with ${code} instead of ${wanted}.`);
  for (const pattern of says) {
    if (!pattern.test(text)) throw broken(`${words[0]} did not say what was expected: ${pattern}`);
  }
  return text;
};
