import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchRow, StepRow } from '../../lib/batches/rows.ts';
import { FIELDS, openService, type Service, temporaryFolder } from '../service.ts';
import { putRow } from '../store/row-attacks.ts';
import { allRecords } from '../world.ts';
import {
  approve,
  bytesOf,
  codeOf,
  csvFile,
  newRows,
  openWork,
  rowsOf,
  send,
  shown,
  submit,
  termsOf,
  work,
} from './files.ts';

/* Rows that somebody puts who writes to the table and can do nothing else. No act rests on them. */

const folder = temporaryFolder();
let service: Service;
beforeAll(async () => {
  service = await openService(join(folder.path, 'data'));
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

const batches = () => service.app.batches;
const who = (id: string) => service.principal(id);
const counter = () => who('higashi-counter');
const examiner = () => who('higashi-examiner');
const put = (pk: string, sk: string, value: Parameters<typeof putRow>[2]) =>
  putRow(service.table, { pk, sk }, value);
const statesOf = async (id: string) => (await rowsOf(service, id)).map(({ state }) => state);
/** A request that no file led to. */
const alone = async (by: string): Promise<string> => {
  const [row] = await newRows(1);
  const { request } = await service.app.registration.submit(who(by), {
    profile: 'official-position',
    csr: `-----BEGIN CERTIFICATE REQUEST-----\n${row?.csr}\n-----END CERTIFICATE REQUEST-----\n`,
    fields: FIELDS['official-position'] ?? {},
  });
  return request.id;
};

const STEP: StepRow = {
  rows: 2,
  packs: 1,
  next: 0,
  done: 0,
  refused: 0,
  setAside: 0,
  attempts: 0,
  by: 'higashi-counter',
  at: '2026-01-01T00:00:00Z',
};

const forgeStep = async (id: string, step: string, more: Partial<StepRow> = {}): Promise<void> => {
  await put(`batch/${id}`, `step/${step}`, { ...STEP, ...more });
  await put('batch-work', `mizusaki-higashi/${id}/${step}`, {});
};

const goOn = async (id: string, step: string): Promise<string> =>
  codeOf(service.core.batchWork.goOn({ office: 'mizusaki-higashi', batch: id, step }, 0));

describe('a step', () => {
  it('without an act does nothing and is not shown, and stands in the way of none', async () => {
    const file = csvFile(await newRows(2));
    const id = await send(service, file);
    for (const act of [undefined, 1, 7]) {
      const more = act === undefined ? {} : { act };
      for (const step of [
        'submission-1',
        'cancellation-1',
        'examination-1',
        'submission-x',
        'submission-0',
      ]) {
        await forgeStep(id, step, more);
        // It is given up, so that it holds up nothing.
        expect(await goOn(id, step), step).toBe('none');
      }
    }
    await forgeStep(id, 'nothing-1');
    expect(await goOn(id, 'nothing-1')).toBe('none');
    await put(`batch/${id}`, 'step/submission-9', { ...STEP, done: 2, isOver: true });
    const view = await batches().get(counter(), id);
    expect(view.state).toBe('received');
    for (const step of ['submission', 'cancellation', 'examinations'] as const)
      expect(view[step]).toBeUndefined();
    expect(shown(await rowsOf(service, id))).toEqual([
      [1, 'waiting'],
      [2, 'waiting'],
    ]);
    const records = (await allRecords(service)).filter(({ kind }) => kind === 'submission');
    expect(records).toEqual([]);

    // The officer's own act makes its step, over the forged one.
    for (const { sk } of (await service.table.query({ pk: 'batch-work', limit: 100 })).items)
      if (!sk.endsWith('submission-1')) await forget(sk);
    await batches().submit(counter(), id, termsOf(file).digest);
    await work(service);
    expect(await statesOf(id)).toEqual(['submitted', 'submitted']);
    expect((await batches().get(counter(), id)).submission).toMatchObject({ done: 2, by: 'higashi-counter' });
  });

  it('put back after a cancellation submits nothing', async () => {
    const file = csvFile(await newRows(2));
    const id = await send(service, file);
    await batches().submit(counter(), id, termsOf(file).digest);
    await batches().cancel(counter(), id, 'Wrong file');
    await work(service);
    const batch = await service.table.get<BatchRow>({ pk: `batch/${id}`, sk: 'batch' });
    await put(`batch/${id}`, 'batch', { ...(batch?.value as BatchRow), state: 'submitting', act: 1 });
    await forgeStep(id, 'submission-1', { act: 1 });
    await goOn(id, 'submission-1');
    await work(service);
    expect(await statesOf(id)).toEqual(['waiting', 'waiting']);
    // Neither do officers whom the row misleads.
    expect(await codeOf(batches().replay(counter(), id))).toBe('wrong-state');
    await work(service);
    expect((await batches().get(counter(), id)).state).toBe('cancelled');
  });

  it('that was read, checked or is over is forgotten, however often it is listed', async () => {
    const id = await send(service, csvFile(await newRows(1)));
    for (const sk of [`mizusaki-higashi/${id}/reading`, `x/${id}/reading`, `x/${id}/check-7`, 'x/y/z'])
      for (const _ of [1, 2]) await put('batch-work', sk, {});
    await put('batch-work', 'nothing', {});
    await forget('nothing');
    await work(service);
    expect(await openWork(service)).toEqual([]);
  });

  it('that checks looks at nothing for somebody of another office', async () => {
    const id = await send(service, csvFile(await newRows(2)));
    await forgeStep(id, 'check-1', { by: 'nishi-counter' });
    await work(service);
    expect(shown(await rowsOf(service, id))).toEqual(
      [1, 2].map((row) => [row, 'refused', 'row: Whoever sent the file is at another office now.']),
    );
  });
});

const forget = async (sk: string): Promise<void> => {
  const row = await service.table.get({ pk: 'batch-work', sk });
  if (row) await service.table.write([{ delete: { pk: row.pk, sk: row.sk }, if: { version: row.version } }]);
};

describe('a row that says that the examiner opened a request', () => {
  it('is not shown and counts for nothing, and the examiner opens it by an act', async () => {
    const [id, other] = [
      await submit(service, csvFile(await newRows(2))),
      await submit(service, csvFile(await newRows(2))),
    ];
    const { sample: drawn } = await batches().drawSample(examiner(), id);
    const { sample: otherSample } = await batches().drawSample(examiner(), other);
    for (const row of [1, 2]) await batches().openRow(examiner(), other, row);
    const key = (row: number, act = 2) =>
      `opened/${String(act).padStart(6, '0')}/${String(row).padStart(6, '0')}`;
    expect([drawn?.number, otherSample?.number]).toEqual([2, 2]);
    // The record of an opening, but that of another file.
    const { value: real } = (await service.table.get({ pk: `batch/${other}`, sk: key(1) })) ?? {};
    for (const value of [{}, { record: 'nothing' }, real ?? {}]) {
      for (const row of [1, 2]) await put(`batch/${id}`, key(row), value);
      expect((await batches().get(examiner(), id)).sample?.opened).toEqual([]);
      expect((await rowsOf(service, id)).some(({ opened }) => opened)).toBe(false);
      expect(await codeOf(batches().examine(examiner(), id, { sample: 2, decision: 'approve' }))).toBe(
        'sample-not-opened',
      );
    }
    await work(service);
    expect(await statesOf(id)).toEqual(['submitted', 'submitted']);
    for (const row of [1, 2]) await batches().openRow(examiner(), id, row);
    expect((await batches().get(examiner(), id)).sample?.opened).toEqual([1, 2]);
    await batches().examine(examiner(), id, { sample: 2, decision: 'approve' });
    await work(service);
    expect(await statesOf(id)).toEqual(['examined', 'examined']);
  });
});

describe('a row that says which request a row of the file led to', () => {
  it("shows, examines and hands over nothing of another office's request", async () => {
    const foreign = await alone('nishi-counter');
    await service.app.registration.examine(who('nishi-examiner'), foreign, { decision: 'approve' });
    const id = await submit(service, csvFile([...(await newRows(2)), { key: 'bad', position: '市長' }]));
    await approve(service, id, 'higashi-examiner');
    await put(`batch/${id}`, 'row/000003', { request: foreign });
    await put(`batch/${id}`, 'row/000009', { request: foreign });
    for (const by of ['higashi-counter', 'operator-noda']) {
      const rows = await rowsOf(service, id, { who: by });
      expect(rows.map(({ number }) => number)).toEqual([1, 2, 3]);
      expect(JSON.stringify(rows)).not.toContain(foreign);
      for (const row of [3, 9]) expect(await codeOf(batches().openRow(who(by), id, row))).toBe('unknown-row');
    }
    // The operator may examine the requests of both offices, and this sample is of one.
    const { sample } = await batches().drawSample(who('operator-noda'), id);
    expect(sample).toMatchObject({ rows: 2, sample: [1, 2] });
    await approve(service, id, 'operator-noda');
    expect((await service.app.registration.get(who('auditor'), foreign)).state).toBe('examined');
    await service.app.registration.examine(who('operator-mori'), foreign, { decision: 'approve' });
    for (const by of ['higashi-counter', 'operator-noda'])
      expect(await batches().collect(who(by), id)).toMatchObject({ number: 1, certificates: 2 });
    await put(`batch/${id}`, 'collection/000001', { rows: [1, 3] });
    const archive = await batches().collection(who('operator-noda'), id, 1, 'GET', 'ja');
    const handed = (await bytesOf(archive)).toString('latin1');
    expect(handed).toContain('00001-');
    expect(handed).not.toContain('00003-');
    expect(handed).toContain('unknown-row');
    expect(handed).not.toContain(foreign);
  });

  it('examines and withdraws no request of the office that came from elsewhere', async () => {
    const [own, other] = [await alone('higashi-counter'), await alone('higashi-counter')];
    const id = await submit(service, csvFile(await newRows(3)));
    await put(`batch/${id}`, 'row/000002', { request: own });
    await put(`batch/${id}`, 'row/000003', { request: other });
    await approve(service, id, 'higashi-examiner');
    const stateOf = async (request: string) => (await service.app.registration.get(counter(), request)).state;
    expect(await stateOf(own)).toBe('submitted');
    const [examination] = (await batches().get(counter(), id)).examinations ?? [];
    expect(examination).toMatchObject({ rows: 3, done: 1, refused: 2 });
    await batches().cancel(counter(), id, 'Wrong file');
    await work(service);
    expect([await stateOf(own), await stateOf(other)]).toEqual(['submitted', 'submitted']);
    expect((await batches().get(counter(), id)).cancellation).toMatchObject({ done: 1, refused: 2 });
  });
});

describe('the row of a batch', () => {
  it('that names another office shows that office nothing of the file, and submits nothing there', async () => {
    const file = csvFile(await newRows(2));
    const id = await send(service, file);
    const key = { pk: `batch/${id}`, sk: 'batch' };
    const { value: true_ } = (await service.table.get<BatchRow>(key)) ?? {};
    await put(key.pk, key.sk, { ...true_, office: 'mizusaki-nishi' } as BatchRow);
    const nishi = who('nishi-counter');
    expect((await batches().get(nishi, id)).personalData).toEqual({
      state: 'unreadable',
      code: 'personal-data-damaged',
    });
    expect(await rowsOf(service, id, { who: 'nishi-counter' })).toEqual([]);
    const errors = await bytesOf(await batches().errors(nishi, id, 'ndjson', 'ja'));
    expect(errors).toHaveLength(0);
    expect(await codeOf(batches().submit(nishi, id, termsOf(file).digest))).toBe('personal-data-damaged');
    await put(key.pk, key.sk, { ...true_ } as BatchRow);
    expect(await statesOf(id)).toEqual(['waiting', 'waiting']);
  });

  it('that the same file gives again is one of the office and of that file', async () => {
    const [mine, others] = [csvFile(await newRows(1)), csvFile(await newRows(1))];
    const id = await send(service, mine);
    const foreign = await send(service, others, { who: 'nishi-counter' });
    const page = await service.table.query({ pk: 'batch-files/mizusaki-higashi', limit: 100 });
    const pointer = page.items.find(({ value }) => value.batch === id);
    for (const batch of [foreign, await send(service, csvFile(await newRows(1))), 'nothing']) {
      await put('batch-files/mizusaki-higashi', pointer?.sk ?? '', { batch });
      const again = await batches().create(counter(), termsOf(mine));
      expect(again.replayed).toBe(false);
      expect([id, batch]).not.toContain(again.batch.id);
    }
  });
});
