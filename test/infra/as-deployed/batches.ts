import { hash } from 'node:crypto';
import { unzipSync } from 'fflate';
import { expect } from 'vitest';
import type { BatchView } from '../../../lib/batches/batches.ts';
import { csvFile, newRows, partsOf, termsOf } from '../../batches/files.ts';
import type { Cloud } from './cloud.ts';
import type { Answered, Asked } from './door.ts';
import type { Functions } from './functions.ts';

/** A file of requests on AWS: the messages of its queues are handed to the functions, as Lambda hands them. */

/** A thousand of them take minutes; `AKASHI_BATCH_ROWS=1000` asks for that. */
export const BATCH_ROWS = Number(process.env.AKASHI_BATCH_ROWS ?? 12);

const WORKERS = { Submissions: 'batch-submissions', Examinations: 'batch-examinations' } as const;

type As = (
  principal: string,
  method: string,
  path: string,
  body?: unknown,
  more?: Asked,
) => Promise<Answered>;

/** Hands out every message until none is left, those of different groups side by side. Resolves with how many there were. */
export const carry = async (cloud: Cloud, functions: Functions): Promise<number> => {
  let carried = 0;
  for (;;) {
    const turns = Object.entries(WORKERS).flatMap(([queue, id]) =>
      cloud.messages(queue).map(async ({ id: messageId, body, delete: done }) => {
        await functions.invoke(id, { Records: [{ messageId, body, eventSource: 'aws:sqs' }] });
        done();
        carried++;
      }),
    );
    if (turns.length === 0) return carried;
    await Promise.all(turns);
  }
};

const ok = async (answer: Promise<Answered>, status = 200): Promise<Answered> => {
  const given = await answer;
  expect(given.status, given.text).toBe(status);
  return given;
};

/** From the file to the collection, by the people of the demonstration. Resolves with the batch at its end. */
export const takeFileThrough = async (as: As, cloud: Cloud, functions: Functions): Promise<BatchView> => {
  const rows = await newRows(BATCH_ROWS);
  const [first, ...others] = rows;
  // One row has a position that no certificate may have; it is corrected and sent again.
  const file = csvFile([{ ...first, position: '知事' }, ...others]);
  const create = (bytes: Uint8Array) =>
    ok(as('higashi-counter', 'POST', '/api/v1/batches', termsOf(bytes)), 201);
  const send = async (bytes: Uint8Array): Promise<string> => {
    const { id } = (await create(bytes)).json<BatchView>();
    for (const [n, part] of partsOf(bytes).entries())
      await ok(
        as('higashi-counter', 'POST', `/api/v1/batches/${id}/parts/${n + 1}`, undefined, {
          body: Buffer.from(part),
          headers: { 'Content-Type': 'application/octet-stream' },
        }),
      );
    await carry(cloud, functions);
    return id;
  };
  const viewOf = async (id: string) =>
    (await ok(as('higashi-counter', 'GET', `/api/v1/batches/${id}`))).json<BatchView>();

  const id = await send(file);
  expect(await viewOf(id)).toMatchObject({ state: 'received', rows: BATCH_ROWS, unreadable: 0 });
  await ok(as('higashi-counter', 'POST', `/api/v1/batches/${id}/check`));
  await carry(cloud, functions);
  expect((await viewOf(id)).check).toMatchObject({ done: BATCH_ROWS - 1, refused: 1, isOver: true });
  await ok(
    as('higashi-counter', 'POST', `/api/v1/batches/${id}/submission`, { digest: hash('sha256', file) }),
  );
  await carry(cloud, functions);
  expect((await viewOf(id)).submission).toMatchObject({ done: BATCH_ROWS - 1, refused: 1, isOver: true });
  // A message that was lost: the schedule sends another.
  await ok(as('higashi-counter', 'POST', `/api/v1/batches/${id}/replay`));
  for (const message of cloud.messages('Submissions')) message.delete();
  expect(await functions.invoke('scheduled-batches', {})).toEqual({ open: 1 });
  expect(await carry(cloud, functions)).toBe(1);
  expect((await viewOf(id)).submission).toMatchObject({ refused: 1, isOver: true });

  for (const examiner of ['higashi-examiner', 'operator-noda']) {
    const drawn = (await ok(as(examiner, 'POST', `/api/v1/batches/${id}/samples`))).json<BatchView>();
    const { number = 0, sample = [] } = drawn.sample ?? {};
    expect(sample.length).toBe(Math.max(5, Math.ceil((BATCH_ROWS - 1) / 20)));
    for (const row of sample) await ok(as(examiner, 'POST', `/api/v1/batches/${id}/rows/${row}/opening`));
    await ok(
      as(examiner, 'POST', `/api/v1/batches/${id}/examinations`, {
        sample: number,
        decision: 'approve',
        reason: '抽出した行を確認済み',
      }),
    );
    await carry(cloud, functions);
  }
  const examined = await viewOf(id);
  expect(examined.examinations).toMatchObject([
    { stage: 'office', done: BATCH_ROWS - 1, refused: 0, setAside: 0 },
    { stage: 'centre', done: BATCH_ROWS - 1, refused: 0, setAside: 0 },
  ]);
  const listed = await ok(
    as('higashi-counter', 'GET', `/api/v1/batches/${id}/rows`, undefined, { query: 'state=issued&limit=5' }),
  );
  expect(listed.json<{ rows: unknown[] }>().rows).toHaveLength(5);
  expect((await ok(as('higashi-counter', 'POST', `/api/v1/batches/${id}/collections`))).json()).toEqual({
    number: 1,
    first: true,
    certificates: BATCH_ROWS - 1,
  });
  const address = `/api/v1/batches/${id}/collections/1.zip`;
  const zip = await ok(as('higashi-counter', 'GET', address));
  expect(zip.headers['content-type']).toBe('application/zip');
  // Too large for the door: it is fetched from the bucket.
  const large = await ok(as('higashi-counter', 'GET', address, undefined, { answerBytes: 1_000 }), 303);
  const handedOver = await fetch(large.headers.location ?? '');
  expect(handedOver.status).toBe(200);
  // The same files. Only the list names other records, those of this collection.
  const namesIn = (archive: Uint8Array): readonly string[] => Object.keys(unzipSync(archive));
  expect(namesIn(await handedOver.bytes())).toEqual(namesIn(zip.bytes));
  const errors = await ok(as('higashi-counter', 'GET', `/api/v1/batches/${id}/errors.csv`));
  expect(errors.text).toContain('第1号');
  await ok(as('higashi-counter', 'GET', `/api/v1/batches/${id}/errors.ndjson`));
  await ok(as('higashi-counter', 'GET', '/api/v1/batches'));
  await ok(as('operator-noda', 'GET', '/api/v1/batches'));

  // The row that was refused, corrected and sent again; then withdrawn.
  const again = await send(Buffer.from(errors.text.replace('知事', 'Governor')));
  await ok(
    as('higashi-counter', 'POST', `/api/v1/batches/${again}/submission`, {
      digest: (await viewOf(again)).digest,
    }),
  );
  await carry(cloud, functions);
  expect((await viewOf(again)).submission).toMatchObject({ done: 1, refused: 0 });
  await ok(
    as('higashi-counter', 'POST', `/api/v1/batches/${again}/cancellation`, { reason: '申請の取りやめ' }),
  );
  await carry(cloud, functions);
  expect(await viewOf(again)).toMatchObject({ state: 'cancelled', cancellation: { done: 1, refused: 0 } });
  return viewOf(id);
};
