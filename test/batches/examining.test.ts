import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batches } from '../../lib/batches/batches.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { allRecords } from '../world.ts';
import { approve, codeOf, csvFile, newRows, rowsOf, submit, work } from './files.ts';

/* Many requests are examined together, after a look at a sample of them. */

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
const examiner = () => who('higashi-examiner');
const submitted = async (count: number): Promise<string> => submit(service, csvFile(await newRows(count)));
const statesOf = async (id: string) => (await rowsOf(service, id)).map(({ state }) => state);
const draw = async (by: string, id: string) => {
  const { sample } = await batches().drawSample(who(by), id);
  if (sample === undefined) throw new Error('no sample');
  return sample;
};
const examine = (by: string, id: string, what: Partial<Parameters<Batches['examine']>[2]>) =>
  batches().examine(who(by), id, { sample: 1, decision: 'approve', ...what });

describe('the sample', () => {
  it('is five rows, or five in a hundred, in the order of the file', async () => {
    const few = await draw('higashi-examiner', await submitted(4));
    expect(few).toMatchObject({ stage: 'office', by: 'higashi-examiner', rows: 4, sample: [1, 2, 3, 4] });
    const { sample, rows } = await draw('higashi-examiner', await submitted(130));
    expect(rows).toBe(130);
    expect(sample).toHaveLength(7);
    expect(new Set(sample).size).toBe(7);
    expect(sample).toEqual(sample.toSorted((a, b) => a - b));
    expect(sample.every((row) => row >= 1 && row <= 130)).toBe(true);
  });

  it('stays the same one where it is drawn again, until other rows wait', async () => {
    const id = await submitted(30);
    const first = await draw('higashi-examiner', id);
    expect(await draw('higashi-examiner', id)).toEqual(first);
    const [row] = await rowsOf(service, id);
    await service.app.registration.examine(examiner(), row?.request ?? '', { decision: 'approve' });
    const second = await draw('higashi-examiner', id);
    expect(second).toMatchObject({ rows: 29, opened: [] });
    expect(second.number).toBe(first.number + 1);
    expect(second.sample).not.toContain(1);
    expect(await codeOf(examine('higashi-examiner', id, { sample: first.number }))).toBe('wrong-state');
  });

  it('has to be opened before the rows are approved, row by row', async () => {
    const id = await submitted(8);
    const { number, sample } = await draw('higashi-examiner', id);
    await expect(examine('higashi-examiner', id, { sample: number })).rejects.toMatchObject({
      code: 'sample-not-opened',
      facts: { rows: sample },
    });
    const [last, ...others] = sample.toReversed();
    for (const row of others) await batches().openRow(examiner(), id, row);
    await expect(examine('higashi-examiner', id, { sample: number })).rejects.toMatchObject({
      code: 'sample-not-opened',
      facts: { rows: [last] },
    });
    await work(service);
    expect(await statesOf(id)).toEqual(Array(8).fill('submitted'));
    expect((await batches().get(examiner(), id)).sample?.opened).toEqual(others.toReversed());

    const { row, request } = await batches().openRow(examiner(), id, last ?? 0);
    expect(row).toMatchObject({ number: last, opened: true, inSample: true, request: request.id });
    expect(request.fields).toMatchObject({ position: `Director ${last}` });
    // Again, it does nothing.
    await batches().openRow(examiner(), id, last ?? 0);
    const openings = (await allRecords(service)).filter(
      (record) => record.kind === 'batch' && record.details.batch === id && record.details.act === 'opened',
    );
    expect(openings.map((record) => 'details' in record && record.details.row).sort()).toEqual(
      [...sample].sort(),
    );
    await examine('higashi-examiner', id, { sample: number });
    await work(service);
    expect(await statesOf(id)).toEqual(Array(8).fill('examined'));
    // The sample is used.
    expect(
      await codeOf(examine('higashi-examiner', id, { sample: number, decision: 'reject', reason: 'x' })),
    ).toBe('wrong-state');
  });

  it('that somebody else opened is not opened', async () => {
    const id = await submitted(3);
    const { number, sample } = await draw('higashi-examiner', id);
    for (const row of sample) await batches().openRow(who('higashi-chief'), id, row);
    expect((await batches().get(examiner(), id)).sample?.opened).toEqual([]);
    expect(await codeOf(examine('higashi-examiner', id, { sample: number }))).toBe('sample-not-opened');
    // Nor does another examiner use it.
    expect(await codeOf(examine('higashi-chief', id, { sample: number }))).toBe('wrong-state');
    const own = await draw('higashi-chief', id);
    expect(own).toMatchObject({ by: 'higashi-chief', sample, opened: [] });
    expect(await codeOf(examine('higashi-chief', id, { sample: own.number }))).toBe('sample-not-opened');
    // Both stand, each with its examiner.
    for (const row of sample) await batches().openRow(examiner(), id, row);
    expect((await batches().get(examiner(), id)).sample).toMatchObject({ number, opened: sample });
    expect((await batches().get(who('higashi-chief'), id)).sample).toMatchObject({ opened: [] });
    await examine('higashi-examiner', id, { sample: number });
    for (const row of sample) await batches().openRow(who('higashi-chief'), id, row);
    await examine('higashi-chief', id, { sample: own.number });
    await work(service);
    expect((await batches().get(examiner(), id)).examinations).toMatchObject([
      { by: 'higashi-examiner', done: 3, refused: 0 },
      { by: 'higashi-chief', done: 0, refused: 3 },
    ]);
  });
});

describe('an examination of many', () => {
  it('is of another person than the one who submitted', async () => {
    const id = await submitted(2);
    await expect(draw('higashi-counter', id)).rejects.toMatchObject({ code: 'same-person' });
    await approve(service, id, 'higashi-examiner');
    // The same person does not approve twice, and the other officer of the office is not at the centre.
    for (const by of ['higashi-examiner', 'higashi-chief'])
      expect(await codeOf(draw(by, id))).toBe('wrong-state');
    await approve(service, id, 'operator-noda');
    expect(await statesOf(id)).toEqual(['issued', 'issued']);
  });

  it('is for those who examine, in their turn', async () => {
    const id = await submitted(2);
    await expect(draw('operator-noda', id)).rejects.toMatchObject({
      code: 'wrong-state',
      phrase: { template: 'No request of this file waits for you: {0} are not examined at the office yet.' },
    });
    expect(await codeOf(draw('auditor', id))).toBe('forbidden');
    expect(await codeOf(draw('tax-portal', id))).toBe('forbidden');
    for (const by of ['nishi-examiner', 'okitsu-examiner', 'minase-kuroda'])
      expect(await codeOf(draw(by, id))).toBe('unknown-batch');
    expect(await codeOf(batches().openRow(examiner(), id, 3))).toBe('unknown-row');
  });

  it('leaves out rows, which wait on', async () => {
    const id = await submitted(7);
    const { number, sample } = await draw('higashi-examiner', id);
    const [inSample, ...opened] = sample as [number, ...number[]];
    const outside = [1, 2, 3, 4, 5, 6, 7].find((row) => !sample.includes(row)) ?? 0;
    for (const row of opened) await batches().openRow(examiner(), id, row);
    const all = [1, 2, 3, 4, 5, 6, 7];
    expect(await codeOf(examine('higashi-examiner', id, { sample: number, leaveOut: all }))).toBe(
      'invalid-input',
    );
    const many = Array.from({ length: 1_001 }, (_, n) => n);
    expect(await codeOf(examine('higashi-examiner', id, { sample: number, leaveOut: many }))).toBe(
      'invalid-input',
    );
    const how = { sample: number, leaveOut: [inSample, outside] };
    // Who leaves a row of the sample out has looked at it.
    expect(await codeOf(examine('higashi-examiner', id, how))).toBe('sample-not-opened');
    await batches().openRow(examiner(), id, inSample);
    await examine('higashi-examiner', id, how);
    // The client did not get the answer.
    await examine('higashi-examiner', id, how);
    await work(service);
    const left = (await rowsOf(service, id)).filter(({ state }) => state === 'submitted');
    expect(left.map((row) => row.number)).toEqual([inSample, outside].sort((a, b) => a - b));
    expect((await batches().get(examiner(), id)).examinations).toMatchObject([{ rows: 5, done: 5 }]);
    // They are the next sample.
    expect((await draw('higashi-examiner', id)).sample).toEqual(left.map((row) => row.number));
  });

  it('rejects with a reason, which stands at each request, and its rows may be sent again', async () => {
    const rows = await newRows(3);
    const id = await submit(service, csvFile(rows));
    const { number } = await draw('higashi-examiner', id);
    for (const reason of [undefined, ' ', 'x'.repeat(1_001)])
      expect(
        await codeOf(
          examine('higashi-examiner', id, {
            sample: number,
            decision: 'reject',
            ...(reason !== undefined && { reason }),
          }),
        ),
      ).toBe('invalid-input');
    const reason = '部署名が古い';
    await examine('higashi-examiner', id, { sample: number, decision: 'reject', reason, leaveOut: [2] });
    await work(service);
    const found = await rowsOf(service, id);
    expect(found.map(({ state }) => state)).toEqual(['rejected', 'submitted', 'rejected']);
    for (const { request } of found.filter(({ state }) => state === 'rejected')) {
      const { examinations } = await service.app.registration.get(who('higashi-counter'), request ?? '');
      expect(examinations).toMatchObject([
        { stage: 'office', by: 'higashi-examiner', decision: 'reject', reason },
      ]);
    }
    // No record and no row of the table has the words.
    expect(JSON.stringify(await allRecords(service))).not.toContain(reason);
    const again = await submit(service, csvFile(rows.map((row) => ({ ...row, departmentJa: '総務課' }))));
    expect((await rowsOf(service, again)).map(({ state }) => state)).toEqual([
      'submitted',
      'refused',
      'submitted',
    ]);
  });

  it('says of each row why it did not go through', async () => {
    const id = await submitted(3);
    const { number, sample } = await draw('higashi-examiner', id);
    for (const row of sample) await batches().openRow(examiner(), id, row);
    const rows = await rowsOf(service, id);
    // Meanwhile one is withdrawn, and another one examined by the same person.
    await service.app.registration.withdraw(who('higashi-counter'), rows[0]?.request ?? '', 'Wrong row');
    await service.app.registration.examine(examiner(), rows[1]?.request ?? '', { decision: 'approve' });
    await examine('higashi-examiner', id, { sample: number });
    await work(service);
    const view = await batches().get(examiner(), id);
    expect(view.examinations).toMatchObject([{ rows: 3, done: 2, refused: 1, setAside: 0, isOver: true }]);
    expect(await rowsOf(service, id, { list: 'problems' })).toMatchObject([
      { number: 1, state: 'withdrawn', problems: [{}] },
    ]);
  });

  it('by an examiner whose term has ended does nothing', async () => {
    const id = await submit(service, csvFile(await newRows(2)), { who: 'hatanoura-counter' });
    const { number, sample } = await draw('hatanoura-examiner', id);
    for (const row of sample) await batches().openRow(who('hatanoura-examiner'), id, row);
    await examine('hatanoura-examiner', id, { sample: number });
    await service.app.enrolment.people.end(who('operator-noda'), 'hatanoura-examiner');
    await work(service);
    const found = await rowsOf(service, id, { who: 'hatanoura-counter' });
    expect(found.map(({ state }) => state)).toEqual(['submitted', 'submitted']);
    expect(found.map(({ problems = [] }) => String(problems[0]?.phrase))).toEqual(
      Array(2).fill('The enrolment of hatanoura-examiner has ended.'),
    );
  });
});
