import { hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchEvents, isUnderWay } from '../../../functions/routes/batches/batch-events.ts';
import { goOnWithBatches } from '../../../functions/tasks/batches.ts';
import { type BatchView, MAX_LEFT_OUT, MAX_PART_BYTES } from '../../../lib/batches/batches.ts';
import { approve, csvFile, newRows, partsOf, send, termsOf, work } from '../../batches/files.ts';
import { type ServedService, serveService } from '../../served-service.ts';
import { temporaryFolder } from '../../service.ts';

/** Files of requests at the door: what is refused, what is said, and what is recorded. */

const COUNTER = 'higashi-counter';
/** Receives no requests here. */
const EXAMINER = 'higashi-examiner';

const folder = temporaryFolder();
let service: ServedService;
beforeAll(async () => {
  service = await serveService(folder.path, {
    people: ({ principals }) =>
      Object.assign(principals.find(({ id }) => id === EXAMINER) as object, { duties: ['examine'] }),
  });
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

interface Given {
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly type?: string;
  readonly language?: string;
}

const call = async (who: string, method: 'GET' | 'POST', path: string, given: Given = {}) => {
  const { json, bytes, type, language = 'en' } = given;
  const { token } = await service.app.principals.issueToken(service.principal(who));
  const body =
    bytes === undefined ? (json === undefined ? undefined : JSON.stringify(json)) : Buffer.from(bytes);
  const answer = await fetch(`${service.url}/api/v1/batches${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'accept-language': language,
      ...(body !== undefined && {
        'content-type': type ?? (bytes ? 'application/octet-stream' : 'application/json'),
      }),
    },
    ...(body !== undefined && { body }),
  });
  const content = Buffer.from(await answer.arrayBuffer());
  return {
    status: answer.status,
    headers: answer.headers,
    content,
    record: answer.headers.get('akashi-record') ?? '',
    get json() {
      return JSON.parse(content.toString());
    },
  };
};

const refusal = async (...asked: Parameters<typeof call>): Promise<readonly [number, string]> => {
  const { status, json } = await call(...asked);
  return [status, json.code];
};

/** A file of three parts, most of which is blank lines. */
const fileOfParts = async (): Promise<Buffer> =>
  Buffer.concat([csvFile(await newRows(1)), Buffer.alloc(2 * MAX_PART_BYTES, '\n')]);

describe('a file that is announced', () => {
  it('gets a batch, and the same one again, which is then recorded as shown', async () => {
    const terms = termsOf(await fileOfParts());
    const first = await call(COUNTER, 'POST', '', { json: terms });
    expect([first.status, first.record]).toEqual([201, '']);
    const { id } = first.json;
    expect(first.headers.get('location')).toBe(`/api/v1/batches/${id}`);
    expect(first.json).toMatchObject({ state: 'receiving', missing: [1, 2, 3], createdBy: COUNTER });
    const again = await call(COUNTER, 'POST', '', { json: terms });
    expect([again.status, again.json.id, again.headers.get('location')]).toEqual([
      200,
      id,
      `/api/v1/batches/${id}`,
    ]);
    expect(await service.app.ledger.get(again.record)).toMatchObject({
      kind: 'provision',
      recipient: COUNTER,
      channel: 'requests',
      tenant: 'tokiwa',
      provided: { batch: id, state: 'receiving' },
      responseDigest: hash('sha256', again.content),
    });
  });

  it.each([
    ['without parts', { parts: [] }, 400, 'invalid-input'],
    ['in too few parts', { parts: ['0'.repeat(64)] }, 400, 'invalid-input'],
    ['in too many parts', { parts: Array(129).fill('0'.repeat(64)) }, 400, 'invalid-input'],
    ['with a digest in capitals', { digest: 'A'.repeat(64) }, 400, 'invalid-input'],
    ['without bytes', { bytes: 0, parts: [] }, 400, 'invalid-input'],
    ['of too many bytes', { bytes: 128 * MAX_PART_BYTES + 1 }, 413, 'input-too-large'],
    ['in an unknown format', { format: 'xlsx' }, 400, 'invalid-input'],
    ['in an unknown encoding', { encoding: 'utf-16' }, 400, 'invalid-input'],
    ['for an unknown profile', { profile: 'none' }, 403, 'profile-not-allowed'],
    ['with a member too many', { name: 'rows.csv' }, 400, 'invalid-input'],
  ])('%s is refused', async (_, more, status, code) => {
    const json = { ...termsOf(await fileOfParts()), ...more };
    expect(await refusal(COUNTER, 'POST', '', { json })).toEqual([status, code]);
  });

  it('by somebody who does not receive requests is refused', async () => {
    const json = termsOf(await fileOfParts());
    for (const who of [EXAMINER, 'operator-noda', 'auditor'])
      expect(await refusal(who, 'POST', '', { json })).toEqual([403, 'forbidden']);
  });
});

describe('a part', () => {
  let id: string;
  let parts: readonly Uint8Array[];
  beforeAll(async () => {
    const file = await fileOfParts();
    parts = partsOf(file);
    id = (await call(COUNTER, 'POST', '', { json: termsOf(file) })).json.id;
  });
  const part = (index: number): Uint8Array => parts[index] as Uint8Array;

  it.each<[string, string, () => Given, number, string]>([
    ['that is too large', '2', () => ({ bytes: new Uint8Array(MAX_PART_BYTES + 1) }), 413, 'body-too-large'],
    ['with a wrong digest', '2', () => ({ bytes: Buffer.from('wrong') }), 409, 'part-differs'],
    ['of another number', '2', () => ({ bytes: part(0) }), 409, 'part-differs'],
    ['without bytes', '2', () => ({ bytes: new Uint8Array() }), 409, 'part-differs'],
    ['behind the last one', '4', () => ({ bytes: part(0) }), 400, 'invalid-input'],
    ['of number 0', '0', () => ({ bytes: part(0) }), 400, 'invalid-input'],
    ['of no number', 'x', () => ({ bytes: part(0) }), 400, 'invalid-input'],
    [
      'as a form',
      '1',
      () => ({ bytes: part(0), type: 'multipart/form-data' }),
      415,
      'unsupported-media-type',
    ],
  ])('%s is refused, and changes nothing', async (_, number, given, status, code) => {
    expect(await refusal(COUNTER, 'POST', `/${id}/parts/${number}`, given())).toEqual([status, code]);
    expect((await call(COUNTER, 'GET', `/${id}`)).json.missing).toEqual([1, 2, 3]);
  });

  it('of an unknown batch, or of that of another office, is refused alike', async () => {
    const given = { bytes: part(0) };
    const unknown = [404, 'unknown-batch'];
    expect(await refusal('nishi-counter', 'POST', `/${id}/parts/1`, given)).toEqual(unknown);
    expect(await refusal(COUNTER, 'POST', `/${id.replace(/..$/, '00')}/parts/1`, given)).toEqual(unknown);
    expect(await refusal(COUNTER, 'POST', '/none/parts/1', given)).toEqual(unknown);
    expect(await refusal(COUNTER, 'POST', '/no%20ne/parts/1', given)).toEqual([400, 'invalid-input']);
    expect(await refusal(EXAMINER, 'POST', `/${id}/parts/1`, given)).toEqual([403, 'forbidden']);
  });

  it('comes in any order and more than once, and the last one has the file read', async () => {
    for (const [number, missing] of [
      [3, [1, 2]],
      [3, [1, 2]],
      [1, [2]],
    ] as const)
      expect(
        (await call(COUNTER, 'POST', `/${id}/parts/${number}`, { bytes: part(number - 1) })).json,
      ).toMatchObject({
        state: 'receiving',
        missing,
      });
    const last = await call(COUNTER, 'POST', `/${id}/parts/2`, { bytes: part(1) });
    expect([last.status, last.json.state, last.json.missing]).toEqual([200, 'reading', undefined]);
    await work(service);
    expect((await call(COUNTER, 'GET', `/${id}`)).json).toMatchObject({ state: 'received', rows: 1 });
  });
});

describe('the problems of a file', () => {
  it('are in the language of the caller, in lists and in files', async () => {
    const [first, second] = await newRows(2);
    const id = await send(
      service,
      csvFile([first ?? {}, { ...second, positionJa: '', position: 'Chief'.repeat(100) }]),
    );
    expect((await call(COUNTER, 'POST', `/${id}/check`)).status).toBe(200);
    await work(service);
    const listed = await call(COUNTER, 'GET', `/${id}/rows?list=problems`, { language: 'ja' });
    expect(listed.json.rows).toEqual([
      {
        number: 2,
        line: 3,
        key: '第2号',
        state: 'refused',
        problems: [
          { column: '職名(英字)', problem: expect.stringContaining('64 文字以内') },
          { column: '職名', problem: expect.stringContaining('必須です。') },
        ],
      },
    ]);
    const english = await call(COUNTER, 'GET', `/${id}/rows?list=problems`);
    expect(english.json.rows[0].problems[1].problem).toContain('is required.');

    const errors = await call(COUNTER, 'GET', `/${id}/errors.csv`, { language: 'ja' });
    expect(errors.headers.get('content-type')).toContain('text/csv');
    expect(errors.content.toString()).toContain('必須です。');
    expect(await service.app.ledger.get(errors.record)).toMatchObject({
      kind: 'export',
      actor: COUNTER,
      tenant: 'tokiwa',
      details: { step: 'begun', list: 'batch-errors', format: 'csv', batch: id },
    });
    const { records } = await service.app.ledger.query({ recipient: COUNTER, limit: 5 });
    expect(records).toContainEqual(
      expect.objectContaining({ channel: 'export', responseDigest: hash('sha256', errors.content) }),
    );
    const lines = await call('auditor', 'GET', `/${id}/errors.ndjson`);
    expect(lines.headers.get('content-type')).toBe('application/x-ndjson');
    expect(JSON.parse(lines.content.toString())).toMatchObject({ key: '第2号' });
  });

  it('of a file that cannot be read are with the batch', async () => {
    const id = await send(service, Buffer.from('name,csr\nx,y\n'));
    const { json } = await call(COUNTER, 'GET', `/${id}`, { language: 'ja' });
    expect(json.state).toBe('refused');
    expect(json.problems[0]).toEqual({ problem: '「name」という列はありません。' });
    expect(await refusal(COUNTER, 'POST', `/${id}/check`)).toEqual([409, 'wrong-state']);
  });
});

describe('the rows of a file', () => {
  let id: string;
  beforeAll(async () => {
    const file = csvFile(await newRows(12));
    id = await send(service, file);
    const { digest } = termsOf(file);
    const other = { json: { digest: 'a'.repeat(64) } };
    expect(await refusal(COUNTER, 'POST', `/${id}/submission`, other)).toEqual([409, 'confirmation-differs']);
    expect((await call(COUNTER, 'POST', `/${id}/submission`, { json: { digest } })).json.state).toBe(
      'submitting',
    );
    await work(service);
  });

  it('are listed page by page, and the record names their requests', async () => {
    const page = await call(COUNTER, 'GET', `/${id}/rows?limit=10`);
    const { rows, cursor } = page.json;
    expect(rows).toHaveLength(10);
    expect(await service.app.ledger.get(page.record)).toMatchObject({
      recipient: COUNTER,
      channel: 'requests',
      tenant: 'tokiwa',
      requests: rows.map(({ request }: { request: string }) => request),
      provided: { batch: id, limit: 10 },
      count: 10,
      responseDigest: hash('sha256', page.content),
    });
    const rest = await call(COUNTER, 'GET', `/${id}/rows?limit=10&cursor=${cursor}`);
    expect(rest.json.rows.map(({ number }: { number: number }) => number)).toEqual([11, 12]);
    expect(await refusal(COUNTER, 'GET', `/${id}/rows?list=all&state=issued&cursor=${cursor}`)).toEqual([
      400,
      'cursor-invalid',
    ]);
    for (const query of ['list=most', 'state=lost', 'limit=51', 'limit=0', 'list=all&list=all'])
      expect(await refusal(COUNTER, 'GET', `/${id}/rows?${query}`)).toEqual([400, 'invalid-input']);
  });

  it('are in a batch of the list, which other offices do not see', async () => {
    const own = await call(COUNTER, 'GET', '?limit=50');
    expect(own.json.batches.map((one: BatchView) => one.id)).toContain(id);
    expect(await service.app.ledger.get(own.record)).toMatchObject({
      channel: 'requests',
      provided: { list: 'batches', limit: 50 },
      count: own.json.batches.length,
    });
    expect((await call('nishi-counter', 'GET', '')).json.batches).toEqual([]);
    expect(await refusal('nishi-counter', 'GET', '?office=mizusaki-higashi')).toEqual([403, 'forbidden']);
    expect(await refusal('operator-noda', 'GET', '?office=none')).toEqual([404, 'unknown-office']);
  });

  it('are opened one by one, which is recorded with the request', async () => {
    const drawn = await call(EXAMINER, 'POST', `/${id}/samples`);
    const { number, sample } = drawn.json.sample;
    const json = { sample: number, decision: 'approve' };
    expect(await refusal(EXAMINER, 'POST', `/${id}/examinations`, { json })).toEqual([
      409,
      'sample-not-opened',
    ]);
    const opened = await call(EXAMINER, 'POST', `/${id}/rows/${sample[0]}/opening`);
    expect(opened.json).toMatchObject({
      row: { number: sample[0], opened: true },
      request: { state: 'submitted', fields: { position: `Director ${sample[0]}` } },
    });
    expect(await service.app.ledger.get(opened.record)).toMatchObject({
      recipient: EXAMINER,
      requests: [opened.json.request.id],
      provided: { batch: id, row: sample[0], state: 'submitted' },
    });
    expect((await call(EXAMINER, 'GET', `/${id}`)).json.sample.opened).toEqual([sample[0]]);
    for (const row of ['13', '999999999'])
      expect(await refusal(EXAMINER, 'POST', `/${id}/rows/${row}/opening`)).toEqual([404, 'unknown-row']);
    expect(await refusal(EXAMINER, 'POST', `/${id}/rows/0/opening`)).toEqual([400, 'invalid-input']);
  });

  it.each([
    ['without a reason for a rejection', { decision: 'reject' }],
    ['with a reason of spaces', { decision: 'reject', reason: '  ' }],
    ['without a decision', {}],
    ['with too many rows left out', { decision: 'approve', leaveOut: Array(MAX_LEFT_OUT + 1).fill(1) }],
    ['with row 0 left out', { decision: 'approve', leaveOut: [0] }],
  ])('are not examined %s', async (_, more) => {
    const json = { sample: 1, ...more };
    expect(await refusal(EXAMINER, 'POST', `/${id}/examinations`, { json })).toEqual([400, 'invalid-input']);
  });

  it('are collected in one file, of which each certificate is recorded', async () => {
    expect(await refusal(COUNTER, 'POST', `/${id}/collections`)).toEqual([409, 'not-issued']);
    await approve(service, id, EXAMINER);
    await approve(service, id, 'operator-noda');
    expect((await call(COUNTER, 'POST', `/${id}/collections`)).json).toEqual({
      number: 1,
      certificates: 12,
      first: true,
    });
    const { headers, content } = await call(COUNTER, 'GET', `/${id}/collections/1.zip`);
    expect(headers.get('content-type')).toBe('application/zip');
    expect(headers.get('content-disposition')).toContain(`akashi-batch-${id}-1.zip`);
    expect(content.subarray(0, 2).toString()).toBe('PK');
    const { records } = await service.app.ledger.query({
      recipient: COUNTER,
      channel: 'certificate',
      limit: 50,
    });
    expect(records).toHaveLength(12);
    expect(await refusal(COUNTER, 'GET', `/${id}/collections/2.zip`)).toEqual([409, 'not-issued']);
  });
});

describe('a stop of the service', () => {
  it('ends the events of a batch, and does not wait for them', async () => {
    const other = temporaryFolder();
    const stopped = await serveService(other.path);
    const file = csvFile(await newRows(1));
    const id = await send(stopped, file);
    const counter = stopped.principal(COUNTER);
    await stopped.app.batches.submit(counter, id, termsOf(file).digest);
    const { token } = await stopped.app.principals.issueToken(counter);
    const answer = await fetch(`${stopped.url}/api/v1/batches/${id}/events`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const began = Date.now();
    const [text] = await Promise.all([answer.text(), stopped.close()]);
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(text).toMatch(/^retry: 15000\n\ndata: \{.*"state":"submitting".*\}\n\n$/);
    expect(stopped.logged.filter(({ level }) => level !== 'info')).toEqual([]);
    other.remove();
  });
});

describe('the events of a batch', () => {
  const view = (more: Partial<BatchView>) => ({ id: 'b', state: 'submitted', ...more }) as BatchView;
  const under = (done: number, isOver = false) =>
    view({ check: { rows: 3, done, refused: 0, setAside: 0, isOver } });

  const textOf = async (first: BatchView, later: readonly BatchView[]): Promise<string> => {
    let at = 0;
    let text = '';
    const read = async (): Promise<BatchView> => later[Math.min(at++, later.length - 1)] as BatchView;
    for await (const piece of batchEvents(
      first,
      read,
      ({ check }) => `${check?.done}`,
      async () => {},
    ))
      text += Buffer.from(piece).toString();
    return text;
  };

  it('are one for each change, and end when nothing is under way', async () => {
    expect(await textOf(under(0), [under(0), under(1), under(1), under(3, true)])).toBe(
      'retry: 15000\n\ndata: 0\n\ndata: 1\n\ndata: 3\n\n',
    );
    expect(await textOf(view({}), [])).toBe('retry: 15000\n\ndata: undefined\n\n');
  });

  it('have comments in between, and end after ten minutes', async () => {
    const text = await textOf(under(0), [under(0)]);
    expect(text.match(/^:$/gm)).toHaveLength(600 / 15);
    expect(text.match(/^data:/gm)).toHaveLength(1);
  });

  it('are about what goes on by itself', () => {
    for (const state of ['reading', 'submitting', 'cancelling'] as const)
      expect(isUnderWay(view({ state }))).toBe(true);
    for (const state of ['receiving', 'refused', 'received', 'submitted', 'cancelled'] as const)
      expect(isUnderWay(view({ state }))).toBe(false);
  });

  it('come at the door while the service goes on, and are recorded once', async () => {
    const file = csvFile(await newRows(2));
    const id = await send(service, file);
    await service.app.batches.submit(service.principal(COUNTER), id, termsOf(file).digest);
    const before = await service.app.ledger.query({ recipient: EXAMINER, limit: 100 });
    const [events] = await Promise.all([
      call(EXAMINER, 'GET', `/${id}/events`),
      pause(400).then(() => goOnWithBatches(service.core.batchWork)),
    ]);
    expect(events.headers.get('content-type')).toBe('text/event-stream');
    const states = [...events.content.toString().matchAll(/^data: (.*)$/gm)].map(
      ([, data = '']) => JSON.parse(data).state,
    );
    expect(states[0]).toBe('submitting');
    expect(states.at(-1)).toBe('submitted');
    const after = await service.app.ledger.query({ recipient: EXAMINER, limit: 100 });
    expect(after.records.length - before.records.length).toBe(1);
    expect(after.records[0]).toMatchObject({
      id: events.record,
      provided: { batch: id, state: 'submitting' },
    });
  });
});
