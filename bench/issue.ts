import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load } from './ocsp/processes.ts';
import { topOfProfile } from './ocsp/profile.ts';

/** Issuing against its targets: see README.md for what is measured and how. */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    concurrency: { type: 'string', default: '16' },
    /** Shows where the time goes, even if every target is met. */
    profile: { type: 'boolean', default: false },
  },
});

const WORKER = join(import.meta.dirname, 'issue/worker.ts');
const TARGET_RATE = 500;
const TARGET_RATIO = 0.5;

interface Round {
  readonly what: string;
  readonly rate: number;
  readonly work: number;
}

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};
const run = async (flags: readonly string[], ...more: readonly string[]): Promise<readonly Round[]> => {
  const { seconds, rounds, concurrency } = values;
  const words = [process.execPath, '--no-warnings', ...flags, WORKER, seconds, rounds, concurrency, ...more];
  return (await load(words))
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Round);
};

const taken = await run([]);
const middle = (what: string): Round =>
  taken
    .filter((round) => round.what === what)
    .sort((a, b) => a.rate - b.rate)
    .at(Math.floor(Number(values.rounds) / 2)) as Round;
const NAMES = {
  bound: 'the bound: verify, sign, one durable commit',
  issue: 'one certificate: CSR verified, linted, recorded, signed, durable',
  office: 'with the office: submitted, examined twice, issued, collected',
} as const;

say(`One core, ${values.concurrency} at once, P-256`);
for (const [what, name] of Object.entries(NAMES)) {
  const { rate, work } = middle(what);
  say(`  ${name.padEnd(68)}${`${Math.round(rate)}/s`.padStart(9)}  ${work.toFixed(0)} us of work`);
}
const { rate, work } = middle('issue');
const bound = middle('bound');
const verdicts = [
  ['one certificate, a second', rate, TARGET_RATE],
  ['one certificate : the bound', rate / bound.rate, TARGET_RATIO],
] as const;
say();
say(`${'target'.padEnd(44)}${'figure'.padStart(9)}${'target'.padStart(9)}`);
for (const [name, figure, target] of verdicts) {
  const digits = target < 10 ? 2 : 0;
  say(
    `${name.padEnd(44)}${figure.toFixed(digits).padStart(9)}${target.toFixed(digits).padStart(9)}  ${figure >= target ? 'met' : 'MISSED'}`,
  );
}
say(`by processor time: ${(bound.work / work).toFixed(2)}`);

if (values.profile || verdicts.some(([, figure, target]) => !(figure >= target))) {
  const folder = mkdtempSync(join(tmpdir(), 'akashi-bench-profile-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await run(['--cpu-prof', `--cpu-prof-dir=${folder}`], 'issue');
  say();
  say('Where the time goes while certificates are issued:');
  for (const line of topOfProfile(folder, 35)) say(`  ${line}`);
}
