import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openClient } from './bulk/client.ts';
import { inFile, newCsrs, oneByOne, type People } from './bulk/ways.ts';
import { load } from './ocsp/processes.ts';
import { startService } from './pages/service.ts';

/** Files of requests against requests one by one, over the service's own door: see README.md for what is measured and how. */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    concurrency: { type: 'string', default: '16' },
  },
});
const [rows, rounds, concurrency] = [values.rows, values.rounds, values.concurrency].map(Number) as [
  number,
  number,
  number,
];
const TARGET_BULK = 1.5;
const TARGET_BOUND = 0.3;
const BOUND = join(import.meta.dirname, 'issue/worker.ts');

interface Round {
  readonly rate: number;
  /** Microseconds of the server's processor time for one request. */
  readonly work: number;
}

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

const folder = mkdtempSync(join(tmpdir(), 'akashi-bench-bulk-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const service = await startService(folder);
const client = (principal: string) => openClient(folder, service.tlsPort, principal, concurrency);
const people: People = {
  counter: client('higashi-counter'),
  examiner: client('higashi-examiner'),
  operator: client('operator-noda'),
};

const measure = async (count: number, way: (csrs: readonly string[]) => Promise<void>): Promise<Round> => {
  const csrs = await newCsrs(count);
  const [began, cpu] = [performance.now(), service.processor()];
  await way(csrs);
  return {
    rate: (count * 1000) / (performance.now() - began),
    work: ((service.processor() - cpu) * 1000) / count,
  };
};

const bound = async (): Promise<Round> => {
  service.pause();
  try {
    const line = await load([
      process.execPath,
      '--no-warnings',
      BOUND,
      '3',
      '1',
      String(concurrency),
      'bound',
    ]);
    return JSON.parse(line.trim().split('\n').at(-1) ?? '') as Round;
  } finally {
    service.resume();
  }
};

const WAYS = {
  bound,
  one: () => measure(rows, (csrs) => oneByOne(people, csrs, concurrency)),
  file: () => measure(rows, (csrs) => inFile(people, csrs)),
};
const NAMES: Readonly<Record<keyof typeof WAYS, string>> = {
  bound: 'the bound: verify, sign, one durable commit',
  one: 'one by one: submitted, examined twice, issued, collected',
  file: 'in a file: the same, with parts, samples and an archive',
};

const taken: Record<string, Round[]> = { bound: [], one: [], file: [] };
// The first turn warms up.
for (let round = -1; round < rounds; round++)
  for (const [what, way] of Object.entries(WAYS)) {
    const found = await way();
    if (round >= 0) taken[what]?.push(found);
  }
for (const one of Object.values(people)) one.close();
await service.stop();

const middle = (what: keyof typeof WAYS): Round =>
  [...(taken[what] ?? [])].sort((a, b) => a.rate - b.rate)[Math.floor(rounds / 2)] as Round;

say(`The service on one core, ${rows} requests, ${concurrency} connections, P-256`);
for (const what of Object.keys(WAYS) as (keyof typeof WAYS)[]) {
  const { rate, work } = middle(what);
  say(`  ${NAMES[what].padEnd(60)}${`${Math.round(rate)}/s`.padStart(9)}  ${work.toFixed(0)} us of work`);
}
const [least, one, file] = [middle('bound'), middle('one'), middle('file')];
say();
say(`${'target'.padEnd(44)}${'figure'.padStart(9)}${'target'.padStart(9)}`);
for (const [name, figure, target] of [
  ['a file : one by one', file.rate / one.rate, TARGET_BULK],
  ['a file : the bound', file.rate / least.rate, TARGET_BOUND],
] as const)
  say(
    `${name.padEnd(44)}${figure.toFixed(2).padStart(9)}${target.toFixed(2).padStart(9)}  ${figure >= target ? 'met' : 'MISSED'}`,
  );
say(`by processor time: ${(one.work / file.work).toFixed(2)}, ${(least.work / file.work).toFixed(2)}`);
