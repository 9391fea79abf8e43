import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchView } from '../../lib/batches/batches.ts';
import { derOf } from '../bulk/demonstration.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { breakableTable, puts } from './breakable-table.ts';
import { csvFile, newRows, openWork, rowsOf, send, shown, submit, termsOf, work } from './files.ts';

/* Rows that do not go through, and through no fault of their own: they are tried again, by the same person or by another one. */

const folder = temporaryFolder();
const breakable = breakableTable();
let service: Service;
beforeAll(async () => {
  service = await openService(join(folder.path, 'data'), breakable);
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

const batches = () => service.app.batches;
const who = (id: string) => service.principal(id);
const counter = () => who('higashi-counter');
const viewOf = (id: string): Promise<BatchView> => batches().get(counter(), id);

describe('rows that were set aside', () => {
  it('are submitted by a replay, and no other row again', async () => {
    const file = csvFile(await newRows(4));
    const id = await send(service, file);
    breakable.breakAt(puts((pk, sk) => pk === `batch/${id}` && sk === 'row/000003'));
    await batches().submit(counter(), id, termsOf(file).digest);
    await work(service);
    breakable.breakAt();
    expect(await viewOf(id)).toMatchObject({
      state: 'submitted',
      submission: { done: 3, refused: 0, setAside: 1, isOver: true },
    });
    expect(shown(await rowsOf(service, id, { list: 'problems' }))).toEqual([
      [3, 'set-aside', expect.stringMatching(/^row: /)],
    ]);
    const before = await rowsOf(service, id);
    await batches().replay(counter(), id);
    // The client did not get the answer.
    await batches().replay(counter(), id);
    await work(service);
    const after = await rowsOf(service, id);
    expect(after.map(({ state }) => state)).toEqual(Array(4).fill('submitted'));
    for (const n of [0, 1, 3]) expect(after[n]?.request).toBe(before[n]?.request);
    expect(await rowsOf(service, id, { list: 'problems' })).toEqual([]);
    expect(await openWork(service)).toEqual([]);
  });

  it('of an examination are examined by a replay of the examiner', async () => {
    const id = await submit(service, csvFile(await newRows(4)));
    const rows = await rowsOf(service, id);
    const actor = who('higashi-examiner');
    const { sample } = await batches().drawSample(actor, id);
    for (const row of sample?.sample ?? []) await batches().openRow(actor, id, row);
    breakable.breakAt(puts((pk) => pk === `request/${rows[1]?.request}`));
    await batches().examine(actor, id, { sample: sample?.number ?? 0, decision: 'approve' });
    await work(service);
    breakable.breakAt();
    const [examination] = (await batches().get(actor, id)).examinations ?? [];
    expect(examination).toMatchObject({ done: 3, refused: 0, setAside: 1, isOver: true });
    expect(shown(await rowsOf(service, id, { list: 'problems' }))).toEqual([
      [2, 'submitted', expect.stringMatching(/^row: /)],
    ]);
    await batches().replay(actor, id);
    await batches().replay(actor, id);
    await work(service);
    expect((await batches().get(actor, id)).examinations).toMatchObject([{ done: 4, setAside: 0 }]);
    expect(await rowsOf(service, id, { list: 'problems' })).toEqual([]);
    expect((await rowsOf(service, id)).map(({ state }) => state)).toEqual(Array(4).fill('examined'));
  });

  it('are all tried again, where none of them goes through', async () => {
    const file = csvFile(await newRows(2));
    const id = await send(service, file);
    breakable.breakAt(puts((pk) => pk.startsWith('request/')));
    await batches().submit(counter(), id, termsOf(file).digest);
    const [one] = await openWork(service);
    await expect(service.core.batchWork.goOn(one as NonNullable<typeof one>, 0)).rejects.toMatchObject({
      code: 'store-unavailable',
    });
    breakable.breakAt();
    expect(await viewOf(id)).toMatchObject({ state: 'submitting', submission: { done: 0, setAside: 0 } });
    await work(service);
    expect(await viewOf(id)).toMatchObject({ submission: { done: 2, setAside: 0, isOver: true } });
  });
});

describe('an officer whose term ends', () => {
  const people = () => service.app.enrolment.people;

  it('while the rows are submitted: those before stand, and another officer finishes the others', async () => {
    const file = csvFile(await newRows(150));
    const hatanoura = { who: 'hatanoura-counter' };
    const id = await send(service, file, hatanoura);
    const sent = await batches().submit(who('hatanoura-counter'), id, termsOf(file).digest);
    expect(sent.state).toBe('submitting');
    const [one] = await openWork(service);
    expect(await service.core.batchWork.goOn(one as NonNullable<typeof one>, 0)).toBe(true);
    await people().end(who('operator-noda'), 'hatanoura-counter');
    await work(service);
    const examiner = who('hatanoura-examiner');
    expect(await batches().get(examiner, id)).toMatchObject({
      state: 'submitted',
      submission: { rows: 150, done: 100, refused: 50, setAside: 0, isOver: true, by: 'hatanoura-counter' },
    });
    const found = shown(await rowsOf(service, id, { who: 'hatanoura-examiner' }));
    expect(found.slice(0, 100).every(([, state]) => state === 'submitted')).toBe(true);
    expect(found.slice(100)).toEqual(
      Array.from({ length: 50 }, (_, n) => [
        101 + n,
        'refused',
        'row: The enrolment of hatanoura-counter has ended.',
      ]),
    );
    await batches().replay(examiner, id);
    await work(service);
    const rows = await rowsOf(service, id, { who: 'hatanoura-examiner' });
    expect(rows.map(({ state }) => state)).toEqual(Array(150).fill('submitted'));
    expect(new Set(rows.map(({ request }) => request)).size).toBe(150);
    const { registration } = service.app;
    const by = async (n: number) => (await registration.get(examiner, rows[n]?.request ?? '')).submittedBy;
    expect([await by(99), await by(100)]).toEqual(['hatanoura-counter', 'hatanoura-examiner']);
    // Who submitted a row does not examine it: the others are left.
    const { sample } = await batches().drawSample(examiner, id);
    expect(sample?.rows).toBe(100);
  });

  it('before the file is read: it is refused, and another officer sends it', async () => {
    const file = csvFile([{ key: '1', position: 'Mayor', positionJa: '市長', csr: derOf(9) }]);
    const { batch } = await batches().create(who('higashi-chief'), termsOf(file));
    await batches().putPart(who('higashi-chief'), batch.id, 1, file);
    await people().suspend(who('operator-noda'), 'higashi-chief');
    await work(service);
    expect(await viewOf(batch.id)).toMatchObject({
      state: 'refused',
      problems: [{ phrase: { template: expect.stringContaining('The enrolment of') } }],
    });
    expect((await viewOf(await send(service, file))).state).toBe('received');
  });
});
