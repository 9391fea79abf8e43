import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOffices, operatorsOf, readPeople } from '../../functions/local/demonstration-people.ts';
import { type Core, compose } from '../../lib/app.ts';
import { type Opened, openStore } from '../ocsp/store.ts';
import { type Cost, middleCost } from './cost.ts';
import { fillPastMonth, fillRequests } from './fill.ts';
import { LISTS } from './lists.ts';
import { prepareMeans } from './means.ts';
import { withoutItems } from './ports.ts';
import { measureSubmissions } from './submissions.ts';
import { counter, makeTemplates, TENANT } from './templates.ts';

/**
 * `node worker.ts REQUESTS`: one process, as a server is. Its figures go to standard output as one line of JSON, and what it is
 * at to standard error. README.md says what is measured.
 */
const requests = Number(process.argv[2]);
const FEW = 10_000;
const PERSONS_OF_A_MONTH = 100_000;

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const folder = mkdtempSync(join(tmpdir(), 'akashi-bench-personal-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const [fewFolder, allFolder] = [join(folder, 'few'), join(folder, 'all')];

const ROUNDS = 9;
const PAGES_IN_A_ROUND = 20;

type Page = (n: number) => Promise<number>;

const roundOf = async (page: Page): Promise<Cost> => {
  const [began, before] = [performance.now(), process.cpuUsage()];
  for (let n = 0; n < PAGES_IN_A_ROUND; n++) await page(n);
  const { user, system } = process.cpuUsage(before);
  const clock = ((performance.now() - began) * 1000) / PAGES_IN_A_ROUND;
  return { clock, processor: (user + system) / PAGES_IN_A_ROUND };
};

/** Two pages take turns, and the first round warms up. */
const compare = async (one: Page, other: Page): Promise<readonly [Cost, Cost]> => {
  const rounds: (readonly [Cost, Cost])[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const both = [await roundOf(one), await roundOf(other)] as const;
    if (round >= 0) rounds.push(both);
  }
  return [middleCost(rounds.map(([cost]) => cost)), middleCost(rounds.map(([, cost]) => cost))];
};

/** Every page has what it should have, or nothing is measured. */
const assertFull = async (name: string, core: Core): Promise<void> => {
  const { page, rows } = LISTS[name] as (typeof LISTS)[string];
  for (let n = 0; n < PAGES_IN_A_ROUND; n++) {
    const found = await page(core, n);
    if (found < rows) throw new Error(`${name}: a page has ${found} rows`);
  }
};

const firstPages = async (few: Opened, all: Opened) => {
  const pages: Record<string, { readonly few: Cost; readonly all: Cost }> = {};
  for (const [name, { page }] of Object.entries(LISTS)) {
    for (const { core } of [few, all]) await assertFull(name, core);
    const [ofFew, ofAll] = await compare(
      (n) => page(few.core, n),
      (n) => page(all.core, n),
    );
    pages[name] = { few: ofFew, all: ofAll };
  }
  return pages;
};

/** The same pages where no item is found, so that nothing is decrypted. */
const decryption = async ({ core, ports }: Opened) => {
  const bare = compose(withoutItems(ports));
  const pages: Record<string, { readonly decrypted: Cost; readonly bare: Cost }> = {};
  for (const name of ['requests: all', 'requests: two characters', 'certificates: soonest']) {
    const { page } = LISTS[name] as (typeof LISTS)[string];
    const [decrypted, without] = await compare(
      (n) => page(core, n),
      (n) => page(bare, n),
    );
    pages[name] = { decrypted, bare: without };
  }
  return pages;
};

/** Seconds of the act that ends a month; one request shows that its data are gone. */
const endOfMonth = async ({ core, trustDomain }: Opened, month: string, shown: string): Promise<number> => {
  const [, operator] = operatorsOf(trustDomain);
  const stateOf = async () => (await core.registration.get(counter, shown)).personalData?.state;
  if ((await stateOf()) !== undefined) throw new Error('the data were not there');
  const began = performance.now();
  const { first } = await core.personalRetention.end(operator, month, TENANT);
  const seconds = (performance.now() - began) / 1000;
  if (!first || (await stateOf()) !== 'ended') throw new Error('the month did not end');
  return seconds;
};

let few = await openStore(fewFolder);
await openOffices(few.core, operatorsOf(few.trustDomain), await readPeople());
const templates = await makeTemplates(few);
const means = await prepareMeans(few);
await few.close();
say('templates are made');
await fillRequests(fewFolder, templates, means, { from: 0, to: FEW }, say);
cpSync(fewFolder, allFolder, { recursive: true });
await fillRequests(allFolder, templates, means, { from: FEW, to: requests }, say);

few = await openStore(fewFolder);
const all = await openStore(allFolder);
const pages = await firstPages(few, all);
say('first pages are measured');
const decrypted = await decryption(all);
const submissions = await measureSubmissions(all);
say('submissions are measured');
await Promise.all([few, all].map(({ close }) => close()));

const shown = await fillPastMonth(fewFolder, templates, means, PERSONS_OF_A_MONTH);
few = await openStore(fewFolder);
const month = await endOfMonth(few, means.pastMonth, shown);
await few.close();
process.stdout.write(
  `${JSON.stringify({ pages, decrypted, submissions, month, persons: PERSONS_OF_A_MONTH })}\n`,
);
