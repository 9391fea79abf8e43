import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Work } from '../../lib/batches/batches.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { breakableTable, puts } from './breakable-table.ts';
import { approve, codeOf, csvFile, newRows, openWork, rowsOf, send, submit, termsOf, work } from './files.ts';

/* A file is cancelled: no more of its rows are submitted, and requests are withdrawn that the centre has not approved. */

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

const REASON = '様式が古い';
const batches = () => service.app.batches;
const who = (id: string) => service.principal(id);
const counter = () => who('higashi-counter');
const countsOf = async (id: string): Promise<Readonly<Record<string, number>>> => {
  const counts: Record<string, number> = {};
  for (const { state } of await rowsOf(service, id)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
};
const goOn = async (step: string): Promise<boolean> => {
  const one = (await openWork(service)).find((work) => work.step === step);
  return service.core.batchWork.goOn(one as Work, 0);
};

describe('a cancellation', () => {
  it('while rows are submitted withdraws the requests that are there, and submits no more', async () => {
    const file = csvFile(await newRows(230));
    const id = await send(service, file);
    await batches().submit(counter(), id, termsOf(file).digest);
    expect(await goOn('submission-1')).toBe(true);
    // One of them has become a certificate meanwhile.
    const [row] = await rowsOf(service, id);
    for (const examiner of ['higashi-examiner', 'operator-noda'])
      await service.app.registration.examine(who(examiner), row?.request ?? '', { decision: 'approve' });

    const view = await batches().cancel(counter(), id, REASON);
    expect(view).toMatchObject({
      state: 'cancelling',
      cancellation: { by: 'higashi-counter', isOver: false },
    });
    await batches().cancel(who('higashi-chief'), id, 'again');
    await work(service);
    expect(await batches().get(counter(), id)).toMatchObject({
      state: 'cancelled',
      submission: { done: 100, isOver: true },
      cancellation: { rows: 230, done: 99, refused: 1, setAside: 0, isOver: true, by: 'higashi-counter' },
    });
    expect(await countsOf(id)).toEqual({ issued: 1, withdrawn: 99, waiting: 130 });
    const [issued, withdrawn] = await rowsOf(service, id);
    expect(issued?.problems?.map(({ phrase }) => String(phrase))).toEqual([
      expect.stringMatching(/^The request is issued/),
    ]);
    const request = await service.app.registration.get(counter(), withdrawn?.request ?? '');
    expect(request.withdrawal).toMatchObject({ by: 'higashi-counter', reason: REASON });

    for (const act of [
      batches().submit(counter(), id, termsOf(file).digest),
      batches().replay(counter(), id),
      batches().check(counter(), id),
      batches().drawSample(who('higashi-examiner'), id),
    ])
      expect(await codeOf(act)).toBe('wrong-state');
    // The certificate that is there is collected.
    expect(await batches().collect(counter(), id)).toMatchObject({ number: 1, certificates: 1 });
  });

  it('counts at once: a pack that was waiting for its turn submits nothing', async () => {
    const file = csvFile(await newRows(3));
    const id = await send(service, file);
    await batches().submit(counter(), id, termsOf(file).digest);
    await batches().cancel(counter(), id, REASON);
    expect(await goOn('submission-1')).toBe(false);
    await work(service);
    expect(await countsOf(id)).toEqual({ waiting: 3 });
    expect(await batches().get(counter(), id)).toMatchObject({
      state: 'cancelled',
      submission: { done: 0, isOver: true },
    });
  });

  it('that was interrupted finds its own withdrawals done', async () => {
    const id = await submit(service, csvFile(await newRows(3)));
    await batches().cancel(counter(), id, REASON);
    breakable.breakAt(puts((pk, sk) => pk === `batch/${id}` && sk === 'step/cancellation-2'));
    expect(await codeOf(goOn('cancellation-2'))).toBe('store-unavailable');
    // The requests are withdrawn, and the step does not know it.
    let turns = 0;
    breakable.breakAt((writes) => puts((_, sk) => sk === 'step/cancellation-2')(writes) && turns++ > 0);
    expect(await codeOf(goOn('cancellation-2'))).toBe('store-unavailable');
    expect(await countsOf(id)).toEqual({ withdrawn: 3 });
    breakable.breakAt();
    await work(service);
    expect(await batches().get(counter(), id)).toMatchObject({
      state: 'cancelled',
      cancellation: { done: 3, refused: 0, setAside: 0, isOver: true },
    });
    expect(await rowsOf(service, id, { list: 'problems' })).toEqual([]);
  });

  it('of a file that nobody submitted withdraws nothing, and needs a reason', async () => {
    const id = await send(service, csvFile(await newRows(2)));
    for (const reason of ['', '  ', 'x'.repeat(1_001)])
      expect(await codeOf(batches().cancel(counter(), id, reason))).toBe('invalid-input');
    expect(await codeOf(batches().cancel(who('nishi-counter'), id, REASON))).toBe('unknown-batch');
    expect(await codeOf(batches().cancel(who('auditor'), id, REASON))).toBe('forbidden');
    await batches().cancel(counter(), id, REASON);
    await work(service);
    expect((await batches().get(counter(), id)).state).toBe('cancelled');
    expect(await countsOf(id)).toEqual({ waiting: 2 });
  });

  it('of a file that is issued leaves its certificates', async () => {
    const id = await submit(service, csvFile(await newRows(3)));
    await approve(service, id, 'higashi-examiner');
    const { sample } = await batches().drawSample(who('operator-noda'), id);
    for (const row of sample?.sample ?? []) await batches().openRow(who('operator-noda'), id, row);
    await batches().examine(who('operator-noda'), id, {
      sample: sample?.number ?? 0,
      decision: 'approve',
      leaveOut: [2],
    });
    // The cancellation comes before the examination has begun: whichever step has its turn first, each request has one end.
    await batches().cancel(counter(), id, REASON);
    await work(service);
    const counts = await countsOf(id);
    expect((counts.issued ?? 0) + (counts.withdrawn ?? 0)).toBe(3);
    const view = await batches().get(counter(), id);
    expect(view.state).toBe('cancelled');
    const done = (view.cancellation?.done ?? 0) + (view.examinations?.at(-1)?.done ?? 0);
    expect(done).toBe(3);
  });
});
