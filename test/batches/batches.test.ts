import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { approve, csvFile, newRows, partsOf, send, termsOf, work } from './files.ts';

const folder = temporaryFolder();
let service: Service;
beforeAll(async () => {
  service = await openService(join(folder.path, 'data'));
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

const fault = (code: string) => expect.objectContaining({ name: 'Fault', code });
const who = (id: string) => service.principal(id);

const collected = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
};

describe('a file of requests', () => {
  it('goes from its parts to certificates in an archive', async () => {
    const { batches } = service.app;
    const counter = who('higashi-counter');
    const file = csvFile(await newRows(230));
    const id = await send(service, file);
    expect(await batches.get(counter, id)).toMatchObject({
      state: 'received',
      tenant: 'tokiwa',
      office: 'mizusaki-higashi',
      encoding: 'utf-8',
      rows: 230,
      unreadable: 0,
    });

    await batches.check(counter, id);
    await work(service);
    const checked = await batches.get(counter, id);
    expect(checked.check).toEqual({ rows: 230, done: 230, refused: 0, setAside: 0, isOver: true });
    expect(checked.submission).toBeUndefined();

    await batches.submit(counter, id, termsOf(file).digest);
    await work(service);
    const submitted = await batches.get(counter, id);
    expect(submitted.state).toBe('submitted');
    expect(submitted.submission).toMatchObject({
      done: 230,
      refused: 0,
      isOver: true,
      by: 'higashi-counter',
    });

    await approve(service, id, 'higashi-examiner');
    await approve(service, id, 'operator-noda');
    const issued = await batches.get(counter, id);
    expect(issued.examinations).toMatchObject([
      { stage: 'office', by: 'higashi-examiner', done: 230, refused: 0, isOver: true },
      { stage: 'centre', by: 'operator-noda', done: 230, refused: 0, isOver: true },
    ]);
    const { rows } = await batches.rows(counter, id, { list: 'differing', limit: 50 });
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 23 }, (_, n) => 10 * (n + 1)));
    expect(rows[0]).toMatchObject({ key: '第10号', state: 'issued', differs: ['departmentJa'] });

    expect(await batches.collect(counter, id)).toEqual({ number: 1, certificates: 230, first: true });
    expect(await batches.collect(counter, id)).toEqual({ number: 1, certificates: 230, first: false });
    const zip = await collected(await batches.collection(counter, id, 1, 'GET', 'ja'));
    const place = mkdtempSync(join(folder.path, 'zip-'));
    writeFileSync(join(place, 'all.zip'), zip);
    const listed = execFileSync(
      'python3',
      [
        '-c',
        'import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);print(z.testzip(),len(z.namelist()),z.read("certificates.csv").decode("utf-8-sig").splitlines()[1])',
        join(place, 'all.zip'),
      ],
      { encoding: 'utf8' },
    );
    expect(listed).toMatch(
      /^None 232 1,第1号,[0-9a-f-]{36},organisation-1,[0-9a-f]+,00001-[0-9a-f]+\.pem,[0-9a-f]{32}\n$/,
    );
  });
});

describe('parts', () => {
  it('come in any order and twice, and nothing else in their place', async () => {
    const { batches } = service.app;
    const counter = who('higashi-counter');
    const file = csvFile(await newRows(3));
    const size = 400;
    const parts = partsOf(file, size);
    const terms = termsOf(file, {}, size);
    const { batch, replayed } = await batches.create(counter, terms);
    expect(replayed).toBe(false);
    expect(batch).toMatchObject({ state: 'receiving', missing: parts.map((_, n) => n + 1) });
    await expect(batches.putPart(counter, batch.id, 1, parts[1] as Uint8Array)).rejects.toEqual(
      fault('part-differs'),
    );
    await expect(
      batches.putPart(counter, batch.id, parts.length + 1, parts[0] as Uint8Array),
    ).rejects.toEqual(fault('invalid-input'));
    for (const number of [...parts.keys()].reverse()) {
      const part = parts[number] as Uint8Array;
      await batches.putPart(counter, batch.id, number + 1, part);
      await batches.putPart(counter, batch.id, number + 1, part);
      if (number === 1) expect((await batches.get(counter, batch.id)).missing).toEqual([1]);
    }
    expect((await batches.get(counter, batch.id)).state).toBe('reading');
    await work(service);
    expect(await batches.get(counter, batch.id)).toMatchObject({ state: 'received', rows: 3 });
    expect(await batches.create(counter, terms)).toMatchObject({ replayed: true, batch: { id: batch.id } });
    await expect(batches.get(who('nishi-counter'), batch.id)).rejects.toEqual(fault('unknown-batch'));
  });
});

describe('an Individual Number', () => {
  it('is kept nowhere: its row is one with a problem, and without the value', async () => {
    const { batches } = service.app;
    const counter = who('higashi-counter');
    const number = '1234 5678 9018';
    const [first, second] = await newRows(2);
    const id = await send(service, csvFile([{ ...first, positionJa: `課長 ${number}` }, second ?? {}]));
    expect(await batches.get(counter, id)).toMatchObject({ state: 'received', rows: 2, unreadable: 1 });
    const { rows } = await batches.rows(counter, id, { list: 'problems', limit: 10 });
    expect(
      rows.map(({ number: row, state, problems }) => [row, state, String(problems?.[0]?.phrase)]),
    ).toEqual([[1, 'unreadable', expect.stringContaining('Individual Number')]]);
    const errors = String(await collected(await batches.errors(counter, id, 'csv', 'en')));
    expect(errors).toContain('Director 1');
    expect(errors).not.toContain('5678');
    // A file without a header has its first row there.
    const headless = await send(service, Buffer.from(`a,${number},c\nd,e,f\n`));
    const refused = await batches.get(counter, headless);
    expect(refused.state).toBe('refused');
    expect(String(refused.problems?.map(({ phrase }) => phrase))).not.toContain('5678');
  });
});
