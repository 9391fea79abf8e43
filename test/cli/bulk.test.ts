import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_PARTS, PART_BYTES } from '../../cli/bulk/batch-file.ts';
import { rangesOf } from '../../cli/bulk/batch-text.ts';
import { rowNumbers } from '../../cli/bulk/row-numbers.ts';
import { type Service, startService } from '../../cli/demo/service.ts';
import * as batches from '../../lib/batches/batches.ts';
import { csvFile, newRows, POSITION, type TestRow } from '../batches/files.ts';
import { type Ended, enter, akashi as inProcess } from './in-process.ts';

/** Files of requests by the commands, at the service as it runs on one machine. */
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'akashi-bulk-'));
let service: Service;

const akashi = (args: string, options?: Parameters<typeof inProcess>[1]): Promise<Ended> =>
  inProcess(['bulk', ...args.split(' ')], options);

const done = async (args: string): Promise<string> => {
  const { code, out, err } = await akashi(args);
  expect({ args, code, err }).toEqual({ args, code: 0, err: '' });
  return out;
};

const json = async (args: string) => JSON.parse((await akashi(`${args} --json`)).out);

const refused = async (args: string): Promise<{ readonly code: number; readonly problem: string }> => {
  const { code, out, err } = await akashi(`${args} --json`);
  expect(out).toBe('');
  return { code, problem: JSON.parse(err).code };
};

const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return name;
};

const OFFICER = `--profile ${POSITION} --as higashi-counter`;

/** Blank lines are no rows: they make parts. */
const PADDING = Buffer.alloc(2 * PART_BYTES, '\n');

const fileOf = async (name: string, rows: readonly TestRow[], padding = Buffer.alloc(0)): Promise<string> =>
  write(name, Buffer.concat([csvFile(rows), padding]));

beforeAll(async () => {
  service = await startService(root, folder, process.env);
  enter(folder, service);
}, 120_000);

afterAll(async () => {
  await service.stop();
  process.chdir(root);
  rmSync(folder, { recursive: true, force: true });
});

describe('akashi bulk template', () => {
  it('makes an empty file with the columns of the profile', async () => {
    const out = await done(`template ${POSITION} --as higashi-counter --language ja`);
    expect(out).toMatch(/^\ufeff整理番号,/);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    await done(`template ${POSITION} --as higashi-counter --language ja --save template.csv`);
    expect(readFileSync(join(folder, 'template.csv'), 'utf8')).toBe(out);
    expect(await json(`template ${POSITION} --as higashi-counter --language ja`)).toEqual({ template: out });
    expect((await refused('template none --as higashi-counter')).code).toBe(2);
  });
});

describe('akashi bulk check', () => {
  it('submits nothing, prints the rows with problems, and writes them to a file', async () => {
    const [first, second] = await newRows(2);
    const rows = [first as TestRow, { ...second, positionJa: '' }, { ...second, csr: 'AAAA' }];
    const file = await fileOf('problems.csv', rows);
    const { code, out } = await akashi(`check ${file} ${OFFICER} --errors errors.csv --language ja`);
    expect({ code, out }).toMatchObject({ code: 1 });
    expect(out).toMatch(/^2 {2}/m);
    expect(out).toContain('整理番号: 2 番目の行に同じ整理番号があります。');
    expect(out).toMatch(/^状態 {2,}received$/m);
    const errors = readFileSync(join(folder, 'errors.csv'), 'utf8');
    expect(errors).toContain('項目「職名」（positionJa）は必須です。');

    const { batch, problems, setAside, rows: listed } = await json(`check ${file} ${OFFICER}`);
    expect({ problems, setAside }).toEqual({ problems: 2, setAside: 0 });
    expect(listed.map(({ number }: { number: number }) => number)).toEqual([2, 3]);
    expect(batch).toMatchObject({ rows: 3, unreadable: 1, check: { done: 1, refused: 1, isOver: true } });
    expect(batch.submission).toBeUndefined();
  });

  it('says what is wrong with a file as a whole', async () => {
    const file = write('header.csv', 'name,csr\nx,y\n');
    const { code, out } = await akashi(`check ${file} ${OFFICER} --language ja`);
    expect(code).toBe(1);
    expect(out).toMatch(/^状態 {2,}refused$/m);
    expect(out).toContain('「name」という列はありません。');
  });

  it('is for a file of requests', async () => {
    expect(await refused(`check ${write('rows.txt', 'x')} ${OFFICER}`)).toEqual({
      code: 2,
      problem: 'usage',
    });
    expect((await akashi(`check ${write('empty.csv', '')} ${OFFICER}`)).err).toContain('is empty');
    expect((await akashi(`check none.csv ${OFFICER}`)).err).toContain('ENOENT');
    truncateSync(join(folder, write('large.csv', '')), PART_BYTES * MAX_PARTS + 1);
    expect((await akashi(`check large.csv ${OFFICER}`)).err).toContain('25165824 bytes');
    expect(await refused(`check header.csv --profile none --as higashi-counter`)).toEqual({
      code: 1,
      problem: 'profile-not-allowed',
    });
    expect(await refused(`check header.csv --profile ${POSITION} --as auditor`)).toEqual({
      code: 1,
      problem: 'forbidden',
    });
  });
});

describe('akashi bulk errors', () => {
  it('writes rows that are taken when they are corrected', async () => {
    const [first, second] = await newRows(2);
    const file = await fileOf('wrong.csv', [first as TestRow, { ...second, positionJa: '' }]);
    const { batch } = await json(`send ${file} ${OFFICER}`);
    expect(batch).toMatchObject({ submission: { done: 1, refused: 1 } });
    await done(`errors ${batch.id} --save wrong.errors.csv --as higashi-counter --language ja`);
    const errors = readFileSync(join(folder, 'wrong.errors.csv'), 'utf8');
    const corrected = write('corrected.csv', errors.replace('Director 2,,', 'Director 2,課長,'));
    const { code, out } = await akashi(`send ${corrected} ${OFFICER}`);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('done: 1 of 1') });
    await done(`errors ${batch.id} --save wrong.ndjson --as higashi-counter`);
    expect(readFileSync(join(folder, 'wrong.ndjson'), 'utf8')).toContain('"position":"Director 2"');
    expect((await refused(`errors ${batch.id} --save wrong.xlsx --as higashi-counter`)).code).toBe(2);
  });
});

describe('akashi bulk send', () => {
  it('submits the rows without problems, and says that there are others', async () => {
    const [first, second] = await newRows(2);
    const file = await fileOf('some.csv', [first as TestRow, { ...second, csr: 'AAAA' }]);
    const { code, out } = await akashi(`send ${file} ${OFFICER}`);
    expect(code).toBe(1);
    expect(out).toMatch(/^submission .* done: 1 of 2; refused: 1; set aside: 0$/m);
    const [, id] = /^batch {2,}(\S+)$/m.exec(out) ?? [];
    expect(out).toContain(`npx akashi bulk errors ${id} --save errors.csv`);

    // The same file again is the same batch, and nothing is sent a second time.
    const again = await json(`send ${file} ${OFFICER} --yes`);
    expect(again).toMatchObject({ batch: { id, state: 'submitted' }, problems: 1 });
    const { batches: listed } = await json('list --as higashi-counter');
    expect(listed.filter(({ digest }: { digest: string }) => digest === again.batch.digest)).toHaveLength(1);
  });

  it('takes each row of NDJSON', async () => {
    const [row] = await newRows(1);
    const { code, out } = await akashi(`send ${write('rows.jsonl', JSON.stringify(row))} ${OFFICER}`);
    expect({ code, out }).toMatchObject({ code: 0 });
    expect(out).toMatch(/^file {2,}ndjson, /m);
  });

  it('shows its progress to somebody who looks at it', async () => {
    const file = await fileOf('watched.csv', await newRows(3), PADDING);
    const { code, err } = await akashi(`send ${file} ${OFFICER}`, { isWatched: true });
    expect(code).toBe(0);
    expect(err).toContain('\rparts sent: 3 of 3');
    expect(err).toMatch(/\n$/);
  });
});

/** A door before the service's plain one, which may lose answers. */
const openDoor = async (
  loses: (method: string, path: string) => 'answer' | 'nothing' | number,
): Promise<{ readonly url: string; readonly asked: string[]; readonly door: Server }> => {
  const asked: string[] = [];
  const { host } = new URL(service.url);
  const door = createServer((incoming, outgoing) => {
    const { method = '', url = '' } = incoming;
    const what = loses(method, url);
    asked.push(`${method} ${url.replace(/.*\/batches/, '')}`);
    if (typeof what === 'number') {
      incoming.resume().on('end', () => outgoing.writeHead(what).end('{"message":"Not Found"}'));
      return;
    }
    const [hostname, port] = host.split(':');
    const passed = httpRequest({ hostname, port, method, path: url, headers: incoming.headers }, (answer) => {
      if (what === 'answer') {
        answer.resume();
        incoming.socket.destroy();
      } else answer.pipe(outgoing.writeHead(answer.statusCode ?? 0, answer.headers));
    });
    outgoing.on('close', () => passed.destroy());
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => door.once('listening', listening));
  return { url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`, asked, door };
};

const through = async (url: string): Promise<string> => {
  const { token } = JSON.parse((await inProcess(['token', '--as', 'higashi-counter', '--json'])).out);
  return `--profile ${POSITION} --url ${url} --token-url ${url} --token ${token}`;
};

describe('a file on its way', () => {
  it('is sent to its end although the answer to a part is lost', async () => {
    let lost = 0;
    const { url, asked, door } = await openDoor((_, path) =>
      path.endsWith('/parts/2') && lost++ === 0 ? 'answer' : 'nothing',
    );
    const file = await fileOf('lost.csv', await newRows(2), PADDING);
    const { batch } = await json(`send ${file} ${await through(url)}`);
    expect(batch).toMatchObject({ state: 'submitted', parts: 3, submission: { done: 2 } });
    const parts = asked.flatMap((line) => /\/parts\/(\d)$/.exec(line)?.[1] ?? []);
    expect(parts.sort()).toEqual(['1', '2', '2', '3']);
    door.close();
  });

  it('goes on where it was interrupted, with the parts that are missing', async () => {
    const { url, asked, door } = await openDoor((_, path) => (path.endsWith('/parts/3') ? 418 : 'nothing'));
    const file = await fileOf('interrupted.csv', await newRows(2), PADDING);
    const first = await refused(`send ${file} ${await through(url)}`);
    expect(first).toEqual({ code: 2, problem: 'unexpected-answer' });
    door.close();
    const { batches: listed } = await json('list --as higashi-counter');
    expect(listed[0]).toMatchObject({ state: 'receiving', missing: [3] });
    expect(asked.filter((line) => line.includes('/parts/'))).toHaveLength(3);

    const whole = await openDoor(() => 'nothing');
    const { batch } = await json(`send ${file} ${await through(whole.url)}`);
    expect(batch).toMatchObject({ id: listed[0].id, state: 'submitted', submission: { done: 2 } });
    expect(whole.asked.filter((line) => line.includes('/parts/'))).toEqual([`POST /${batch.id}/parts/3`]);
    whole.door.close();
  });

  it('is followed by events, each of which costs no request', async () => {
    const { url, asked, door } = await openDoor(() => 'nothing');
    const file = await fileOf('events.csv', await newRows(20));
    expect((await json(`send ${file} ${await through(url)}`)).batch.submission.done).toBe(20);
    const looks = asked.filter((line) => /^GET \/[^/]+$/.test(line));
    expect(looks.length).toBeLessThanOrEqual(1);
    expect(asked.some((line) => line.endsWith('/events'))).toBe(true);
    door.close();
  });

  it('is asked for where the service has no events', async () => {
    const { url, asked, door } = await openDoor((_, path) => (path.endsWith('/events') ? 404 : 'nothing'));
    const file = await fileOf('polled.csv', await newRows(20));
    expect((await json(`send ${file} ${await through(url)}`)).batch.submission.done).toBe(20);
    expect(asked.filter((line) => line.endsWith('/events'))).not.toHaveLength(0);
    expect(asked.filter((line) => /^GET \/[^/]+$/.test(line)).length).toBeGreaterThan(1);
    door.close();
  });
});

describe('a batch', () => {
  let id: string;
  beforeAll(async () => {
    const file = await fileOf('batch.csv', await newRows(12));
    id = (await json(`send ${file} ${OFFICER}`)).batch.id;
  });

  it('is listed and shown, with its rows', async () => {
    expect(await done('list --as higashi-counter')).toMatch(new RegExp(`^${id}  submitted  `));
    expect(await done(`show ${id} --as auditor`)).toMatch(/^submission .*done: 12 of 12/m);
    expect(await done(`rows ${id} --list differing --as higashi-counter`)).toMatch(
      /^10 {2}line 11 {2}第10号 {2}submitted {2}\S+ {2}differs in departmentJa\nrows: 1\n$/,
    );
    const page = await json(`rows ${id} --limit 5 --as higashi-counter`);
    expect(page.rows).toHaveLength(5);
    const next = await json(`rows ${id} --limit 5 --cursor ${page.cursor} --as higashi-counter`);
    expect(next.rows[0].number).toBe(6);
    expect(await done(`rows ${id} --list problems --as higashi-counter`)).toBe('rows: 0\n');
    expect(await refused(`show ${id} --as nishi-counter`)).toEqual({ code: 1, problem: 'unknown-batch' });
    expect((await akashi(`show ${id} --as nishi-counter`)).err).toContain('akashi bulk list');
  });

  it('is approved together after a look at a sample, by two persons', async () => {
    expect((await akashi(`examine ${id} --approve --as higashi-examiner`)).err).toContain(
      `akashi bulk examine ${id}`,
    );
    expect(await refused(`examine ${id} --as higashi-counter`)).toMatchObject({ code: 1 });
    for (const who of ['higashi-examiner', 'operator-sakai']) {
      const drawn = await done(`examine ${id} --as ${who}`);
      const [, ranges = ''] = new RegExp(`akashi bulk open ${id} (.*)\n`).exec(drawn) ?? [];
      expect(drawn).toMatch(new RegExp(`^rows to open +${ranges}$`, 'm'));
      const early = await akashi(`examine ${id} --approve --as ${who}`);
      expect(early.code).toBe(1);
      expect(early.err).toContain('(sample-not-opened)');
      const opened = await json(`open ${id} ${ranges} --as ${who}`);
      expect(opened.rows[0]).toMatchObject({ row: { opened: true }, request: { profile: POSITION } });
      expect(await done(`examine ${id} --as ${who}`)).toMatch(/^rows to open {2,}none$/m);
      const strange = await akashi(`examine ${id} --approve --leave-out 3,13 --as ${who}`);
      expect(strange.err).toMatch(/Row (3|13) is not among those that wait for you/);
      const leftOut = who === 'operator-sakai' ? '' : ' --leave-out 3,11-12';
      const out = await done(`examine ${id} --approve${leftOut} --as ${who}`);
      expect(out).toMatch(/^examination \d+ .*approve.* done: 9 of 9/m);
      // An interrupted command is run again: it decides nothing more.
      expect(await done(`examine ${id} --approve --leave-out 3,11-12 --as ${who}`)).toBe(out);
    }
    const { rows } = await json(`rows ${id} --state issued --limit 50 --as higashi-counter`);
    expect(rows.map(({ number }: { number: number }) => number)).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('gives its certificates in one file, and the same once more', async () => {
    const first = await json(`collect ${id} --save first.zip --as higashi-counter`);
    expect(first).toMatchObject({ number: 1, certificates: 9, file: 'first.zip' });
    const bytes = readFileSync(join(folder, 'first.zip'));
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    expect(hash('sha256', bytes)).toBe(first.sha256);
    expect(await done(`collect ${id} --save again.zip --again 1 --as higashi-counter`)).toMatch(
      /^collection 1\n/,
    );
    expect(await refused(`collect ${id} --save first.zip --as higashi-counter`)).toEqual({
      code: 2,
      problem: 'usage',
    });
    expect(await refused(`collect ${id} --save none.zip --again 9 --as higashi-counter`)).toEqual({
      code: 1,
      problem: 'not-issued',
    });
    expect(await done(`show ${id} --as higashi-counter`)).toMatch(/^collection 1 {2,}certificates: 9$/m);
  });

  it('is rejected together for a reason', async () => {
    await done(`examine ${id} --as operator-noda`).catch(() => {});
    expect(await refused(`examine ${id} --reject --as higashi-examiner`)).toEqual({
      code: 2,
      problem: 'usage',
    });
    const file = await fileOf('rejected.csv', await newRows(2));
    const { batch } = await json(`send ${file} ${OFFICER}`);
    await done(`examine ${batch.id} --as higashi-examiner`);
    const out = await done(`examine ${batch.id} --reject --reason incomplete --as higashi-examiner`);
    expect(out).toMatch(/reject.* done: 2 of 2/);
    expect((await json(`rows ${batch.id} --as higashi-counter`)).rows[1].state).toBe('rejected');
  });

  it('is cancelled', async () => {
    const file = await fileOf('cancelled.csv', await newRows(2));
    const { batch } = await json(`send ${file} ${OFFICER}`);
    const out = await done(`cancel ${batch.id} --reason mistyped --as higashi-counter`);
    expect(out).toMatch(/^state {2,}cancelled$/m);
    expect(out).toMatch(/^cancellation .*done: 2 of 2/m);
    const late = await akashi(`examine ${batch.id} --as higashi-examiner`);
    expect(late.err).toContain('(wrong-state)');
    expect(late.err).toContain('akashi bulk show BATCH');
    // The file is not lost: it makes another batch.
    expect((await json(`check ${file} ${OFFICER}`)).batch.id).not.toBe(batch.id);
  });

  it('whose rows went through is not tried again', async () => {
    expect((await akashi(`replay ${id} --as higashi-counter`)).err).toContain('(wrong-state)');
    expect(await done(`show ${id} --as higashi-counter`)).toMatch(/^submission .*done: 12 of 12/m);
  });
});

describe('rows', () => {
  it('are named by numbers and ranges', () => {
    expect(rowNumbers('7-9,3, 8')).toEqual([3, 7, 8, 9]);
    expect(rangesOf([3, 7, 8, 9])).toBe('3 7-9');
    for (const wrong of ['', 'x', '0', '9-7', '1-10001', '1,,2'])
      expect(() => rowNumbers(wrong)).toThrow('Rows are named by their numbers');
  });
});

describe('the parts', () => {
  it('are those that the service takes', () => {
    expect([PART_BYTES, MAX_PARTS]).toEqual([batches.MAX_PART_BYTES, batches.MAX_PARTS]);
  });
});
