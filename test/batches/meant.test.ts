import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';
import { approve, bytesOf, codeOf, csvFile, newRows, rowsOf, submit, termsOf, work } from './files.ts';

/** What was decided is what is done, whatever happens between the two. */

const folder = temporaryFolder();
let service: Service;
beforeAll(async () => {
  service = await openService(join(folder.path, 'data'), {
    people: ({ offices, principals }) => {
      for (const office of offices)
        if (office.id === 'mizusaki-nishi') Object.assign(office, { officeApproval: true });
      for (const person of principals)
        if (person.office === 'mizusaki-nishi')
          Object.assign(person, { duties: ['receive', 'examine', 'approve'] });
    },
  });
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

const batches = () => service.app.batches;
const who = (id: string) => service.principal(id);
const draw = async (by: string, id: string) => {
  const { sample } = await batches().drawSample(who(by), id);
  for (const row of sample?.sample ?? []) await batches().openRow(who(by), id, row);
  return sample?.number ?? 0;
};

describe('an approval of many', () => {
  it('is the examination that was meant: the first one never becomes the second', async () => {
    const file = csvFile(await newRows(2));
    const id = await submit(service, file, { who: 'higashi-counter' });
    const [mine, others] = [await draw('higashi-examiner', id), await draw('higashi-chief', id)];
    await batches().examine(who('higashi-examiner'), id, { sample: mine, decision: 'approve' });
    await work(service);
    await batches().examine(who('higashi-chief'), id, { sample: others, decision: 'approve' });
    await work(service);
    const { examinations } = await batches().get(who('higashi-chief'), id);
    expect(examinations).toMatchObject([
      { by: 'higashi-examiner', done: 2, refused: 0 },
      { by: 'higashi-chief', done: 0, refused: 2 },
    ]);
    const [row] = await rowsOf(service, id);
    const request = await service.app.registration.get(who('higashi-chief'), row?.request ?? '');
    expect(request.examinations.map(({ by }) => by)).toEqual(['higashi-examiner']);
  });

  it('is of one round: where an approval has lapsed meanwhile, somebody has to look again', async () => {
    const id = await submit(service, csvFile(await newRows(1)));
    const [row] = await rowsOf(service, id);
    const examine = (meant: { stage: 'office'; round: number }) =>
      service.app.registration.examine(who('higashi-examiner'), row?.request ?? '', {
        decision: 'approve',
        meant,
      });
    expect(await codeOf(examine({ stage: 'office', round: 2 }))).toBe('wrong-state');
    expect(await codeOf(examine({ stage: 'office', round: 1 }))).toBe('none');
  });

  it('issues nothing after the office has cancelled', async () => {
    const id = await submit(service, csvFile(await newRows(3)));
    await approve(service, id, 'higashi-examiner');
    const sample = await draw('operator-noda', id);
    await batches().examine(who('operator-noda'), id, { sample, decision: 'approve' });
    await batches().cancel(who('higashi-counter'), id, '申請の取りやめ');
    await work(service);
    expect((await batches().get(who('higashi-counter'), id)).state).toBe('cancelled');
    expect((await rowsOf(service, id)).map(({ state }) => state)).toEqual(Array(3).fill('withdrawn'));
  });

  it('is another one where other rows are left out, and not answered as if it were obeyed', async () => {
    const id = await submit(service, csvFile(await newRows(8)));
    const sample = await draw('higashi-examiner', id);
    const examine = (leaveOut: readonly number[]) =>
      batches().examine(who('higashi-examiner'), id, { sample, decision: 'approve', leaveOut });
    expect(await codeOf(examine([9]))).toBe('invalid-input');
    await examine([]);
    await examine([]);
    expect(await codeOf(examine([1]))).toBe('wrong-state');
  });
});

describe('a row that names another request than the one that was listed', () => {
  it('shows the examiner the listed one, and hands over neither', async () => {
    const id = await submit(service, csvFile(await newRows(2)));
    const rows = await rowsOf(service, id);
    const requests = rows.map(({ request = '' }) => request) as [string, string];
    const claim = (row: number) => ({ pk: `batch/${id}`, sk: `row/00000${row}` });
    const swap = async (first: string, second: string): Promise<void> => {
      await putRow(service.table, claim(1), { request: first });
      await putRow(service.table, claim(2), { request: second });
    };
    const { sample } = await batches().drawSample(who('higashi-examiner'), id);
    await swap(requests[1], requests[0]);
    for (const row of [1, 2]) {
      const { request } = await batches().openRow(who('higashi-examiner'), id, row);
      expect(request.id).toBe(requests[row - 1]);
    }
    await swap(...requests);
    await batches().examine(who('higashi-examiner'), id, {
      sample: sample?.number ?? 0,
      decision: 'approve',
    });
    await work(service);
    await approve(service, id, 'operator-noda');
    await batches().collect(who('higashi-counter'), id);
    await swap(requests[1], requests[0]);
    const archive = await bytesOf(await batches().collection(who('higashi-counter'), id, 1, 'GET', 'ja'));
    expect(archive.toString('latin1')).not.toContain('BEGIN CERTIFICATE');
  });
});

describe('what costs the service much and the office nothing', () => {
  it('is bounded: files that were announced and do not come', async () => {
    const counter = who('hatanoura-counter');
    const announce = async () => batches().create(counter, termsOf(csvFile(await newRows(1))));
    const made = await Promise.all(Array.from({ length: 20 }, announce));
    expect(await codeOf(announce())).toBe('too-many-requests');
    await batches().cancel(counter, made[0]?.batch.id ?? '', '取りやめ');
    await work(service);
    expect(await codeOf(announce())).toBe('none');
  });

  it('is refused: a replay with nothing to try again', async () => {
    const id = await submit(service, csvFile(await newRows(1)));
    expect(await codeOf(batches().replay(who('higashi-counter'), id))).toBe('wrong-state');
  });
});

describe('work whose row was lost', () => {
  it('goes on when the sender asks for it again', async () => {
    const file = csvFile(await newRows(1));
    const { batch } = await batches().create(who('higashi-counter'), termsOf(file));
    await batches().putPart(who('higashi-counter'), batch.id, 1, file);
    await work(service);
    await batches().submit(who('higashi-counter'), batch.id, termsOf(file).digest);
    await deleteRow(service.table, {
      pk: 'batch-work',
      sk: `mizusaki-higashi/${batch.id}/submission-1`,
    });
    await work(service);
    expect((await batches().get(who('higashi-counter'), batch.id)).state).toBe('submitting');
    await batches().replay(who('higashi-counter'), batch.id);
    await work(service);
    expect((await batches().get(who('higashi-counter'), batch.id)).state).toBe('submitted');
  });
});
