import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load } from './ocsp/processes.ts';
import type { Cost } from './personal/cost.ts';

/** Lists, searches and ends of personal data against their targets: see README.md for what is measured and how. */
const { values } = parseArgs({ options: { requests: { type: 'string', default: '1000000' } } });

/** `month` is in seconds. */
interface Figures {
  /** The first page of each list, with 10,000 requests and with all. */
  readonly pages: Readonly<Record<string, { readonly few: Cost; readonly all: Cost }>>;
  readonly decrypted: Readonly<Record<string, { readonly decrypted: Cost; readonly bare: Cost }>>;
  /** By how many are submitted at once. */
  readonly submissions: Readonly<Record<string, { readonly stored: Cost; readonly bare: Cost }>>;
  readonly month: number;
  readonly persons: number;
}

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};
const us = (time: number): string => `${time.toFixed(0)} us`;

const before = loadavg()[0] ?? 0;
const worker = join(import.meta.dirname, 'personal/worker.ts');
const output = await load([process.execPath, '--no-warnings', worker, values.requests], 'inherit');
const figures = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Figures;
const { pages, decrypted, submissions, month, persons } = figures;

say(
  `One core of ${availableParallelism()}, whose load was ${before.toFixed(1)} before and ${loadavg()[0]?.toFixed(1)} after; ${values.requests} requests`,
);
const line = (name: string, cost: Cost, other: string, otherCost: Cost): void =>
  say(
    `  ${name.padEnd(46)}${us(cost.clock).padStart(9)} (${us(cost.processor)} of work); ${other} ${us(otherCost.clock)} (${us(otherCost.processor)})`,
  );
for (const [list, { few, all }] of Object.entries(pages)) line(`first page, ${list}`, all, 'of 10,000', few);
for (const [list, { decrypted: whole, bare }] of Object.entries(decrypted))
  line(`decrypted, ${list}`, whole, 'without', bare);
for (const [atOnce, { stored, bare }] of Object.entries(submissions))
  line(`one submission, ${atOnce} at once`, stored, 'without storage', bare);
say(`  ${`the end of a month of ${persons} requests`.padEnd(46)}${month.toFixed(3).padStart(6)} s`);

interface Verdict {
  readonly name: string;
  readonly figure: number;
  /** The same ratio by processor time. */
  readonly work?: number;
  readonly least?: number;
  readonly most?: number;
}
const verdicts: readonly Verdict[] = [
  ...Object.entries(pages).map(([list, { few, all }]) => ({
    name: `${list}, few : all`,
    figure: few.clock / all.clock,
    work: few.processor / all.processor,
    least: 0.8,
  })),
  ...Object.entries(decrypted).map(([list, { decrypted: whole, bare }]) => ({
    name: `${list}, decrypted : without`,
    figure: whole.clock / bare.clock,
    work: whole.processor / bare.processor,
    most: 2,
  })),
  { name: 'end of a month, seconds', figure: month, most: 1 },
];
say();
say(`${'target'.padEnd(52)}${'figure'.padStart(9)}${'by work'.padStart(9)}${'target'.padStart(9)}`);
for (const { name, figure, work, least, most } of verdicts) {
  const target = least === undefined ? `<= ${most}` : `>= ${least}`;
  const isMet = figure >= (least ?? 0) && figure <= (most ?? Number.POSITIVE_INFINITY);
  say(
    `${name.padEnd(52)}${figure.toFixed(2).padStart(9)}${(work?.toFixed(2) ?? '').padStart(9)}${target.padStart(9)}  ${isMet ? 'met' : 'MISSED'}`,
  );
}
