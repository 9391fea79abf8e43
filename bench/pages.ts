import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { load } from './ocsp/processes.ts';
import { topOfProfile } from './ocsp/profile.ts';

/** The pages of the console and of everybody against their targets: see README.md for what is measured and how. */
const { values } = parseArgs({
  options: {
    certificates: { type: 'string', default: '1000000' },
    few: { type: 'string', default: '10000' },
    requests: { type: 'string', default: '300' },
    only: { type: 'string', default: '' },
    folder: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
});

const TARGET_MS = 100;
const TARGET_BYTES = 100_000;

/** Milliseconds by the clock, and of processor time of the service. */
interface Figures {
  readonly median: number;
  readonly p99: number;
  readonly work: number;
  readonly workP99: number;
}

interface Page {
  readonly role: string;
  readonly name: string;
  readonly few: Figures;
  readonly all: Figures;
  /** Octets of the page itself, and of what it loads. */
  readonly bytes: number;
  readonly script: number;
  readonly style: number;
}

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};
const part = (name: string): string => join(import.meta.dirname, 'pages', name);

/** A folder that was filled before is asked again. */
const folderOf = (named: string | undefined): string => {
  if (named !== undefined) {
    mkdirSync(named, { recursive: true });
    return resolve(named);
  }
  const made = mkdtempSync(join(tmpdir(), 'akashi-bench-pages-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const before = loadavg()[0] ?? 0;
const folder = folderOf(values.folder);
if (!existsSync(join(folder, 'all', 'benchmark.json'))) {
  // It may have both cores.
  const words = ['--no-warnings', part('filling.ts'), folder, values.few, values.certificates];
  const filling = spawn(process.execPath, words, { stdio: 'inherit' });
  process.once('exit', () => filling.kill());
  const [status] = await once(filling, 'exit');
  if (status !== 0) throw new Error('the folders could not be filled');
}
const profiles = values.profile ? mkdtempSync(join(tmpdir(), 'akashi-bench-profile-')) : '';
const output = await load(
  [
    process.execPath,
    '--no-warnings',
    part('measuring.ts'),
    folder,
    values.requests,
    values.only,
    ...(values.profile ? [profiles] : []),
  ],
  'inherit',
);
const pages = JSON.parse(output.trim().split('\n').at(-1) ?? '') as readonly Page[];

say(
  `One core of ${availableParallelism()}, whose load was ${before.toFixed(1)} before and ${loadavg()[0]?.toFixed(1)} after; ${values.certificates} certificates (all) and ${values.few} (few), ${values.requests} requests for each page. Milliseconds by the clock, and of processor time (work)`,
);
say();
const cells = (name: string, ...rest: readonly string[]): void =>
  say(`${name.padEnd(52)}${rest.map((cell) => cell.padStart(9)).join('')}`);
const ms = (time: number): string => time.toFixed(1);
const nameOf = ({ role, name }: Page): string => `${role}, ${name}`;

cells('', 'median', 'p99', 'work', 'p99', 'few', 'p99', 'few:all', 'by work', 'bytes');
for (const page of pages) {
  const { few, all, bytes } = page;
  cells(
    nameOf(page),
    ms(all.median),
    ms(all.p99),
    ms(all.work),
    ms(all.workP99),
    ms(few.median),
    ms(few.p99),
    (few.median / all.median).toFixed(2),
    (few.work / all.work).toFixed(2),
    String(bytes),
  );
}

say();
const heaviest = Math.max(...pages.map(({ script, style }) => script + style));
const [{ script = 0, style = 0 } = {}] = pages.filter((page) => page.script + page.style === heaviest);
cells('target', 'figure', 'target');
cells(
  `script and style of a page: ${script} + ${style} octets`,
  String(heaviest),
  `<= ${TARGET_BYTES}`,
  heaviest <= TARGET_BYTES ? 'met' : 'MISSED',
);
const missed = pages.filter(({ all }) => !(all.p99 <= TARGET_MS));
const slowest = Math.max(...pages.map(({ all }) => all.p99));
cells(
  'the slowest page with all, p99, ms',
  ms(slowest),
  `<= ${TARGET_MS}`,
  missed.length === 0 ? 'met' : 'MISSED',
);
for (const page of missed) {
  const { p99, workP99 } = page.all;
  cells(`  ${nameOf(page)}`, ms(p99), `<= ${TARGET_MS}`, 'MISSED');
  // Then other programs had the core.
  if (workP99 <= TARGET_MS) say(`    of processor time ${ms(workP99)} ms`);
}
if (values.profile) {
  say();
  for (const line of topOfProfile(profiles, 40)) say(line);
  rmSync(profiles, { recursive: true });
}
