import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load } from './ocsp/processes.ts';

/** Enrolment against its targets: see README.md for what is measured and how. */
const { values } = parseArgs({
  options: {
    officers: { type: 'string', default: '60000' },
    transfers: { type: 'string', default: '20000' },
    offices: { type: 'string', default: '1741' },
    holders: { type: 'string', default: '1000000' },
  },
});

interface Figures {
  /** Microseconds of a first page of 50 of each list, with a thousand officers and holders and with all. */
  readonly few: Readonly<Record<string, number>>;
  readonly many: Readonly<Record<string, number>>;
  /** Milliseconds of a start. */
  readonly startOfFew: number;
  readonly startOfMany: number;
  /** Microseconds: one row read; a caller known by rows; a caller known by acts. */
  readonly read: number;
  readonly byRows: number;
  readonly byActs: number;
  /** Prepared transfers, and the seconds in which they came into force. */
  readonly changed: number;
  readonly seconds: number;
}

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

const worker = join(import.meta.dirname, 'enrolment/worker.ts');
const { officers, transfers, offices, holders } = values;
const words = [process.execPath, '--no-warnings', worker, officers, transfers, offices, holders];
const figures = JSON.parse((await load(words)).trim().split('\n').at(-1) ?? '') as Figures;
const { few, many, startOfFew, startOfMany, read, byRows, byActs, changed, seconds } = figures;

say(`One core, ${officers} officers, ${offices} offices, ${holders} holders`);
for (const [list, time] of Object.entries(many))
  say(`  first page: ${list.padEnd(23)}${time.toFixed(0)} us; with a thousand ${few[list]?.toFixed(0)} us`);
say(
  `  start                              ${startOfMany.toFixed(0)} ms; with a thousand ${startOfFew.toFixed(0)} ms`,
);
say(`  one row read                       ${read.toFixed(0)} us`);
say(`  a caller known by rows             ${byRows.toFixed(0)} us`);
say(`  a caller known by the newest act   ${byActs.toFixed(0)} us`);
say(`  ${changed} prepared transfers in force in ${seconds.toFixed(1)} s`);
const rate = changed / seconds;
const verdicts = [
  ...Object.keys(many).map(
    (list) => [`first page of ${list}: few : all`, (few[list] ?? 0) / (many[list] ?? 1), 0.8] as const,
  ),
  ['start: few : all', startOfFew / startOfMany, 0.8],
  ['transfers in force, a second', rate, 20_000 / 60],
] as const;
say();
say(`${'target'.padEnd(44)}${'figure'.padStart(9)}${'target'.padStart(9)}`);
for (const [name, figure, target] of verdicts) {
  const digits = target < 10 ? 2 : 0;
  say(
    `${name.padEnd(44)}${figure.toFixed(digits).padStart(9)}${target.toFixed(digits).padStart(9)}  ${figure >= target ? 'met' : 'MISSED'}`,
  );
}
