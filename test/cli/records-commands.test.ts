import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { flattenedVerify, importJWK, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../../cli/demo/service.ts';
import { saving } from '../../cli/save.ts';
import { type Ended, enter, akashi as inProcess } from './in-process.ts';

/** What auditors and holders do from the command line, against the service as it runs on one machine. */
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'akashi-cli-'));
let service: Service;

const akashi = (args: string): Promise<Ended> => inProcess(args.split(' '));

const json = async (args: string): Promise<Record<string, unknown>> => {
  const { code, out, err } = await akashi(`${args} --json`);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
};

const inFolder = (name: string): string => join(folder, name);

beforeAll(async () => {
  service = await startService(root, folder, process.env);
  enter(folder, service);
}, 120_000);

afterAll(async () => {
  await service.stop();
  process.chdir(root);
  rmSync(folder, { recursive: true, force: true });
});

describe('akashi export', () => {
  it.each(['csv', 'ndjson', 'parquet'])('writes a whole .%s file whose digest is on record', async (end) => {
    const saved = await json(`export --as auditor records.${end} --kind issuance`);
    const bytes = readFileSync(inFolder(`records.${end}`));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(saved).toEqual({ file: `records.${end}`, bytes: bytes.length, sha256 });
    const { records } = (await json('records --as auditor --channel export --limit 1')) as {
      records: { responseDigest: string }[];
    };
    expect(records[0]?.responseDigest).toBe(sha256);
  });

  it('leaves no file if it is refused, or if the name says no format', async () => {
    const refused = await akashi('export --as higashi-counter refused.csv');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('forbidden');
    expect((await akashi('export --as auditor records.xlsx')).code).toBe(2);
    expect(readdirSync(folder).filter((name) => name.startsWith('refused'))).toEqual([]);
  });

  it('touches only the named file, and replaces it only when the new one is whole', async () => {
    writeFileSync(inFolder('mine.csv'), 'of last year');
    writeFileSync(inFolder('mine.csv.part'), 'precious');
    expect((await akashi('export --as higashi-counter mine.csv --overwrite')).code).toBe(1);
    expect(readFileSync(inFolder('mine.csv'), 'utf8')).toBe('of last year');
    await json('export --as auditor mine.csv --overwrite --kind issuance');
    expect(readFileSync(inFolder('mine.csv'), 'utf8')).toContain('issuance');
    expect(readFileSync(inFolder('mine.csv.part'), 'utf8')).toBe('precious');
    const left = readdirSync(folder).filter((name) => name.startsWith('mine.csv'));
    expect(left.sort()).toEqual(['mine.csv', 'mine.csv.part']);
  });
});

describe('a file that cannot be written', () => {
  /** Without the leaves: the sequencer gives them to records meanwhile. */
  const everything = (): Promise<unknown> =>
    Promise.all([
      ...['export', 'evidence', 'disclosure'].map(async (channel) => {
        const { records } = await json(`records --as auditor --channel ${channel}`);
        return (records as { leaf?: number }[]).map(({ leaf: _leaf, ...record }) => record);
      }),
      json('report'),
      json('disclose --as holder-minami'),
    ]);

  it('is refused before the service is asked for anything', async () => {
    mkdirSync(inFolder('folder.json'));
    const before = await everything();
    const year = new Date().getUTCFullYear() - 3;
    const period = '--from 2026-04-01T00:00:00Z --to 2026-04-02T00:00:00Z';
    const ended = await Promise.all(
      [
        'export --as auditor missing/b.csv',
        `evidence --as auditor ${period} --out missing/b.ndjson`,
        `report ${year} --make --as auditor --out missing/b.json`,
        'disclose --as holder-minami --holder holder-minami --out missing/b.json',
        'disclose --as holder-minami --holder holder-minami --out folder.json',
      ].map(akashi),
    );
    for (const { code, out, err } of ended) {
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain('Name a file in a folder that is there');
      expect(err).not.toContain('    at ');
    }
    expect(await everything()).toEqual(before);
    expect(readdirSync(folder).filter((found) => found.endsWith('.part'))).toEqual(['mine.csv.part']);
  }, 60_000);

  it('is a usage failure also for a command that writes the file itself', async () => {
    const { records } = (await json('records --as auditor --limit 1')) as { records: { id: string }[] };
    const { code, err } = await akashi(
      `audit prove --as auditor ${records[0]?.id} --out missing/x.tlog-proof`,
    );
    expect(code).toBe(2);
    expect(err).toContain('ENOENT');
    expect(err).not.toContain('    at ');
  });
});

describe('akashi report', () => {
  it('makes, lists, shows and saves the report of a year that is over', async () => {
    const year = new Date().getUTCFullYear() - 2;
    expect(await json(`report ${year} --make --as auditor`)).toMatchObject({ fiscalYear: year, version: 1 });
    expect(await json('report')).toMatchObject({ reports: [{ fiscalYear: year }] });
    expect(await json(`report ${year}`)).toMatchObject({ report: 'annual', fiscalYear: year });
    expect((await akashi(`report ${year} --out report.html`)).code).toBe(0);
    expect(readFileSync(inFolder('report.html'), 'utf8')).toContain(`${year}年度`);
    expect((await akashi(`report ${year} --out report.csv`)).code).toBe(0);
    expect((await akashi(`report ${year - 1}`)).err).toContain('unknown-report');
  });
});

describe('akashi disclose', () => {
  it('opens a disclosure, extends its term and saves the bundle, which verifies', async () => {
    const opened = await json('disclose --as holder-tanabe --holder holder-tanabe');
    expect(opened).toMatchObject({ holder: 'holder-tanabe', state: 'open' });
    const extended = await json(
      `disclose --as operator-sakai --case ${opened.id} --extend 10 --reason 記録が多量であるため`,
    );
    expect(Date.parse(extended.deadline as string)).toBeGreaterThan(Date.parse(opened.deadline as string));
    await json(`disclose --as holder-tanabe --case ${opened.id} --out bundle.json`);
    const answer = await fetch(`${service.url}/.well-known/disclosure-keys.json`);
    const { keys } = (await answer.json()) as { keys: [JWK] };
    const jws = JSON.parse(readFileSync(inFolder('bundle.json'), 'utf8'));
    const { payload } = await flattenedVerify(jws, await importJWK(keys[0], 'EdDSA'));
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({ disclosure: opened.id });
    expect((await akashi(`disclose --as holder-tanabe --case ${opened.id} --out page.html`)).code).toBe(0);
    const { cases } = (await json('disclose --as auditor')) as { cases: { state: string }[] };
    expect(cases.map(({ state }) => state)).toEqual(['disclosed']);
    expect((await akashi(`disclose --as holder-minami --case ${opened.id}`)).err).toContain(
      'unknown-disclosure',
    );
  });
});

describe('akashi evidence', () => {
  it('writes the evidence of a period, and draws a sample by a seed', async () => {
    const period = `--from ${new Date(Date.now() - 86_400_000).toISOString()} --to ${new Date(Date.now() + 60_000).toISOString()}`;
    await json(`evidence --as auditor ${period} --out evidence.ndjson`);
    const lines = readFileSync(inFolder('evidence.ndjson'), 'utf8').trim().split('\n');
    const certificates = lines.filter((line) => line.includes('"evidence":"certificate"'));
    const drawn = await json(`evidence --as auditor ${period} --seed 461352 --size 5`);
    expect(drawn).toMatchObject({ seed: '461352', population: certificates.length });
    expect((drawn.sample as unknown[]).length).toBe(5);
  });
});

describe('akashi import-cdn-log', () => {
  it('counts the copies in a log once', async () => {
    const name = 'E1.2026-11-22-07.ab.gz';
    const lines = [
      '#Version: 1.0',
      '#Fields: date time cs-method cs-uri-stem sc-status x-edge-result-type',
      '2026-11-22\t07:00:00\tGET\t/crl/organisation-1/full.crl\t200\tHit',
      '2026-11-22\t07:00:01\tGET\t/crl/organisation-1/full.crl\t200\tMiss',
    ];
    writeFileSync(inFolder(name), gzipSync(`${lines.join('\n')}\n`));
    expect(await json(`import-cdn-log --as operator-sakai ${name}`)).toEqual({
      files: [{ file: name, lines: 2, hits: 1 }],
    });
    expect(await json(`import-cdn-log --as operator-sakai ${name}`)).toEqual({
      files: [{ file: name, lines: 0, hits: 0 }],
    });
    expect((await akashi(`import-cdn-log --as auditor ${name}`)).err).toContain('forbidden');
  });
});

describe('a file that is there already', () => {
  it('is replaced by every command with --overwrite, and by none without; nothing is asked for then', async () => {
    const { records } = (await json('records --as auditor --limit 1')) as { records: { id: string }[] };
    const open = await json('disclose --as holder-minami --holder holder-minami');
    const year = new Date().getUTCFullYear() - 4;
    await json(`report ${year} --make --as auditor`);
    const exports = async (): Promise<number> =>
      ((await json('records --as auditor --channel export')).records as unknown[]).length;
    const before = await exports();
    const commands = [
      'export --as auditor there.csv',
      'evidence --as auditor --from 2026-04-01 --to 2026-04-02 --out there.ndjson',
      `report ${year} --out there.html`,
      `disclose --as holder-minami --case ${open.id} --out there.json`,
      `audit prove --as auditor ${records[0]?.id} --out there.tlog-proof`,
    ];
    for (const command of commands) {
      const file = inFolder(/there\.\S+/.exec(command)?.[0] ?? '');
      writeFileSync(file, 'mine');
      const { code, err } = await akashi(command);
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('add --overwrite') });
      expect(readFileSync(file, 'utf8')).toBe('mine');
      expect(await exports()).toBe(before);
    }
    for (const command of commands) {
      expect((await akashi(`${command} --overwrite`)).code).toBe(0);
      expect(readFileSync(inFolder(/there\.\S+/.exec(command)?.[0] ?? ''), 'utf8')).not.toBe('mine');
    }
  }, 60_000);

  it('also where it came while the answer was under way', async () => {
    const file = inFolder('meanwhile.txt');
    const saved = saving(file, { overwrite: false }, async (take) => {
      writeFileSync(file, 'mine');
      return take(Readable.from([Buffer.from('theirs')]));
    });
    await expect(saved).rejects.toThrow('is there already');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(readdirSync(folder).filter((name) => name.startsWith('meanwhile'))).toEqual(['meanwhile.txt']);
  });
});
