import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchAnswer } from '../../cli/bulk/answers.ts';
import { leftToOpen, rangesOf } from '../../cli/bulk/batch-text.ts';
import { POSITION } from '../batches/files.ts';
import { rowsOf as cellsOf } from '../bulk/files.ts';
import { temporaryFolder } from '../service.ts';
import { type FaultyRows, faultyRows, publicKeyOf } from './faulty-rows.ts';
import { akashi as inProcess } from './in-process.ts';
import { momentsOf, openChance, type Phase } from './kill-moments.ts';
import { type KillableService, startKillable } from './killable-service.ts';
import { addressed, complaintsOf, openUnderKills } from './under-kills.ts';

/*
 * A file of requests goes from its parts to its certificates, while the service and the commands are killed at random moments. The
 * service starts again over the same folder, and a command is run again as it was.
 *
 * AKASHI_BULK_ROWS=10000 AKASHI_BULK_KILLS=10 asks for a long run, of minutes. AKASHI_BULK_SEED repeats the moments of a run.
 */
const ROWS = Number(process.env.AKASHI_BULK_ROWS ?? 150);
/** Of the service, and as many of the commands. */
const KILLS = Number(process.env.AKASHI_BULK_KILLS ?? 3);
const SEED = Number(process.env.AKASHI_BULK_SEED ?? randomInt(2 ** 31));
/** So that a short file comes in several parts, too. */
const PADDING = ROWS < 1_000 ? 600_000 : 0;

const OFFICER = 'higashi-counter';
/** Bytes of the archive for one certificate, about. */
const ARCHIVED_BYTES = 2_000;

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
let service: KillableService;
let rows: FaultyRows;
const moments = momentsOf(openChance(SEED), KILLS, ROWS < 1_000 ? 100 : 500);
let killing: ReturnType<typeof openUnderKills>;
const began = performance.now();

const say = (text: string): void => {
  process.stdout.write(`bulk-killed ${((performance.now() - began) / 1000).toFixed(1)} s: ${text}\n`);
};

beforeAll(async () => {
  say(`${ROWS} rows, ${KILLS} kills of each, AKASHI_BULK_SEED=${SEED}`);
  mkdirSync(at('files'));
  [service, rows] = await Promise.all([startKillable(folder.path), faultyRows(ROWS, PADDING)]);
  const archiveBytes = ROWS * ARCHIVED_BYTES;
  killing = openUnderKills({ service, folder: at('files'), moments, archiveBytes, say });
  say('the service runs, and the file is made');
}, 300_000);

afterAll(async () => {
  await service.stop();
  folder.remove();
});

/** What a command that nobody kills prints as JSON. */
const json = async (args: readonly string[], who: string) => {
  const { code, out, err } = await inProcess(addressed(service, [...args, '--json'], who));
  expect({ args, code, err }).toEqual({ args, code: 0, err: '' });
  return JSON.parse(out);
};

/** From the file to the end of its submission. Resolves with the batch's id. */
const send = async (name: string, bytes: Uint8Array, problems: number, phases: readonly Phase[]) => {
  writeFileSync(at(`files/${name}`), bytes);
  const args = ['bulk', 'send', name, '--profile', POSITION];
  const sent = await killing.perform({ phases, who: OFFICER, args });
  expect(sent).toMatchObject({ problems, setAside: 0, batch: { state: 'submitted' } });
  say(`${name} is submitted, in ${sent.batch.parts} parts and ${sent.batch.encoding}`);
  return sent.batch as BatchAnswer;
};

/** Both persons open the sample and approve. Resolves with the batch. */
const examine = async ({ id: batch }: BatchAnswer, count: number, isFirst: boolean): Promise<void> => {
  for (const [n, who] of ['higashi-examiner', 'operator-noda'].entries()) {
    const stage = n === 0 ? '1' : '2';
    const opening = { phases: isFirst ? ([`opening-${stage}`] as const) : [], who, batch };
    const { sample } = await killing.perform({ ...opening, args: ['bulk', 'examine', batch] });
    const left = rangesOf(leftToOpen(sample)).split(' ');
    await killing.perform({ ...opening, args: ['bulk', 'open', batch, ...left] });
    say(`${sample.sample.length} rows of ${sample.rows} are opened by ${who}`);
    const phases = isFirst ? ([`examination-${stage}`] as const) : [];
    const done = await killing.perform({ phases, who, batch, args: ['bulk', 'examine', batch, '--approve'] });
    expect(done).toMatchObject({ problems: 0, setAside: 0 });
    expect(done.batch.examinations[n]).toMatchObject({ by: who, done: count, isOver: true });
    say(`${count} rows are approved by ${who}`);
  }
};

interface Certified {
  readonly row: string;
  readonly key: string;
  readonly request: string;
  readonly certificate: string;
  readonly publicKey: string;
}

/** What the archive of the certificates says. */
const collect = async (
  { id: batch }: BatchAnswer,
  phases: readonly Phase[],
): Promise<readonly Certified[]> => {
  const zip = `${batch}.zip`;
  const args = ['bulk', 'collect', batch, '--save', zip, '--language', 'en'];
  const { number, bytes } = await killing.perform({ phases, who: OFFICER, batch, args });
  expect(number).toBe(1);
  const files = unzipSync(readFileSync(at(`files/${zip}`)));
  const [, ...listed] = await cellsOf(files['certificates.csv'] ?? '');
  expect(Object.keys(files).filter((name) => /^\d{5}-/.test(name))).toHaveLength(listed.length);
  say(`${listed.length} certificates are collected, ${bytes} bytes`);
  return listed.map(({ cells }) => {
    const [row = '', key = '', request = '', ca, serial, file = ''] = cells.map(String);
    const pem = Buffer.from(files[file] ?? []).toString();
    return { row, key, request, certificate: `${ca}/${serial}`, publicKey: publicKeyOf(pem) };
  });
};

const sorted = (values: Iterable<string>): readonly string[] => [...values].sort();

describe(`a file of requests under kills, AKASHI_BULK_SEED=${SEED}`, () => {
  const batches: string[] = [];
  const certified: Certified[] = [];

  it('comes to its end', async () => {
    const first = await send('requests.csv', rows.file, rows.faults, ['parts', 'reading', 'submission']);
    expect(first).toMatchObject({ encoding: 'windows-31j', rows: ROWS });
    await examine(first, ROWS - rows.faults, true);
    certified.push(...(await collect(first, ['collection'])));

    const args = ['bulk', 'errors', first.id, '--save', 'errors.csv', '--language', 'en'];
    await killing.perform({ phases: [], who: OFFICER, args });
    const corrected = await rows.corrected(readFileSync(at('files/errors.csv')));
    const second = await send('corrected.csv', corrected, 0, []);
    await examine(second, rows.faults, false);
    certified.push(...(await collect(second, [])));
    batches.push(first.id, second.id);
    say(
      `killed: ${killing.killed.filter((victim) => victim === 'service').length} times the service, ${killing.killed.filter((victim) => victim === 'client').length} times a command`,
    );
    expect(killing.killed.length).toBeGreaterThanOrEqual(KILLS);
    expect(complaintsOf(service)).toEqual([]);
  }, 7_200_000);

  it('gives each row one certificate, for its own public key', () => {
    expect(certified).toHaveLength(ROWS);
    expect(new Map(certified.map(({ key, publicKey }) => [key, publicKey]))).toEqual(rows.publicKeys);
    for (const name of ['request', 'certificate', 'publicKey'] as const)
      expect(new Set(certified.map((one) => one[name])).size, name).toBe(ROWS);
  });

  it('makes one request of each row, and certifies no request twice', async () => {
    const all = ['records', '--all', '--exclude-own'];
    const submissions = (await json([...all, '--kind', 'submission'], 'auditor')).records.map(
      ({ details }: { details: Record<string, string> }) => details,
    );
    expect(submissions).toHaveLength(ROWS);
    const named = (one: Record<string, string>): string => `${one.batch} ${one.row}`;
    expect(new Set(submissions.map(named)).size).toBe(ROWS);
    const requests = submissions.map(({ request }: Record<string, string>) => request);
    expect(sorted(requests)).toEqual(sorted(certified.map(({ request }) => request)));

    const issued = (await json([...all, '--kind', 'issuance'], 'auditor')).records.filter(
      ({ details }: { details: { profile: string } }) => details.profile === POSITION,
    );
    const certificates = issued.flatMap(
      ({ certificates: some }: { certificates: { ca: string; serial: string }[] }) =>
        some.map(({ ca, serial }) => `${ca}/${serial}`),
    );
    expect(sorted(certificates)).toEqual(sorted(certified.map(({ certificate }) => certificate)));
    await json(['requests', '--save', at('requests.csv'), '--language', 'en'], OFFICER);
    const [, ...listed] = await cellsOf(readFileSync(at('requests.csv')));
    expect(sorted(listed.map(({ cells: [id] }) => String(id)))).toEqual(sorted(requests));
    expect(await json(['bulk', 'list'], OFFICER)).toMatchObject({
      batches: batches.toReversed().map((id) => ({ id })),
    });
  }, 600_000);

  it('leaves a log in which the audit finds nothing', async () => {
    const key = await fetch(`${service.url}/log/key`);
    writeFileSync(at('log.vkey'), await key.text());
    const files = ['--key', at('log.vkey'), '--state', at('state.json')];
    const { code, out } = await inProcess(
      addressed(service, ['audit', 'verify', ...files, '--language', 'en'], 'auditor'),
    );
    say(`audit verify:\n${out}`);
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringMatching(/\ngood: nothing was found\n$/),
    });
  }, 3_600_000);
});
