import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchView } from '../../lib/batches/batches.ts';
import { derOf } from '../bulk/demonstration.ts';
import { FIELDS, openService, type Service, temporaryFolder } from '../service.ts';
import { breakableTable, puts } from './breakable-table.ts';
import {
  approve,
  bytesOf,
  csvFile,
  newRows,
  openWork,
  rowsOf,
  send,
  shown,
  submit,
  tableOf,
  termsOf,
  work,
} from './files.ts';

/* Rows that can be read, and that the service refuses or sets aside. The others stand. */

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
const errorsOf = async (id: string, format: 'csv' | 'ndjson' = 'csv'): Promise<string> =>
  (await bytesOf(await batches().errors(counter(), id, format, 'en'))).toString();

/** The number of requests that the office has. */
const requestsOf = async (office: string): Promise<number> =>
  (await service.app.registration.list(who('auditor'), { office, limit: 1, count: true })).total ?? 0;

describe('a row', () => {
  it('is refused where the person to whom it is issued is of another office', async () => {
    const [mine, others, nobody] = await newRows(3);
    const file = tableOf([
      { ...mine, issuedTo: 'higashi-chief' } as Record<string, string>,
      { ...others, issuedTo: 'nishi-counter' } as Record<string, string>,
      { ...nobody, issuedTo: 'nobody' } as Record<string, string>,
    ]);
    const id = await submit(service, file);
    const said =
      'Officer to whom it is issued: The person to whom a certificate is issued is an officer of the office that asks for it, by the id of the enrolment.';
    expect(shown(await rowsOf(service, id))).toEqual([
      [1, 'submitted'],
      [2, 'refused', said],
      [3, 'refused', said],
    ]);
    expect(await viewOf(id)).toMatchObject({
      submission: { done: 1, refused: 2, setAside: 0, isOver: true },
    });
  });

  it('is refused where its certificate would sign in for a holder whom another tenant enrolled', async () => {
    const [one, other] = await newRows(2);
    const rows = ['holder-of-minase', 'holder-of-tokiwa'].map((holder, n) => ({
      key: `${n}`,
      holderId: `202611220000000${n}`,
      holder,
      csr: [one, other][n]?.csr ?? '',
    }));
    const [first] = rows;
    const profile = 'person-authentication';
    const more = { profile };
    await submit(service, tableOf([{ ...first, csr: (await newRows(1))[0]?.csr ?? '' }]), {
      who: 'okitsu-counter',
      more,
    });
    const id = await submit(service, tableOf(rows), { more });
    expect(shown(await rowsOf(service, id))).toEqual([
      [
        1,
        'refused',
        'Holder (pseudonym): holder-of-minase cannot name a holder: certificates with which it signs in come from the tenant that enrolled it. Choose another pseudonym.',
      ],
      [2, 'submitted'],
    ]);
  });

  it('is refused by the fields of its profile, in the column of the field', async () => {
    const rows = (await newRows(2)).map((row, n) => ({ ...row, position: n === 0 ? '市長' : 'Mayor' }));
    const file = csvFile(rows);
    const id = await send(service, file);
    await batches().check(counter(), id);
    await work(service);
    const [bad, good] = shown(await rowsOf(service, id));
    expect(bad).toEqual([1, 'refused', expect.stringMatching(/^Position: /)]);
    expect(good).toEqual([2, 'waiting']);
    expect((await viewOf(id)).check).toEqual({ rows: 2, done: 1, refused: 1, setAside: 0, isOver: true });
  });
});

describe('a public key', () => {
  it('is certified once in a file, once in an office, and nobody learns of the key of another office', async () => {
    const rows = await newRows(4);
    const [first, second, third, fourth] = rows as [
      (typeof rows)[0],
      (typeof rows)[0],
      (typeof rows)[0],
      (typeof rows)[0],
    ];
    const alone = await service.app.registration.submit(who('nishi-counter'), {
      profile: 'official-position',
      csr: `-----BEGIN CERTIFICATE REQUEST-----\n${third.csr}\n-----END CERTIFICATE REQUEST-----\n`,
      fields: FIELDS['official-position'] ?? {},
    });
    await submit(service, csvFile([fourth]));
    const before = await requestsOf('mizusaki-nishi');
    const id = await submit(
      service,
      csvFile([
        first,
        { ...second, csr: first.csr },
        third,
        { ...fourth, key: 'x' },
        { ...second, key: 'y' },
      ]),
    );
    const found = await rowsOf(service, id);
    expect(shown(found)).toEqual([
      [1, 'submitted'],
      [2, 'unreadable', 'Certification request (CSR): Row 1 has the same certification request.'],
      [3, 'refused', 'row: Another request or certificate holds this public key; make a new key pair.'],
      [
        4,
        'refused',
        expect.stringMatching(/^row: The request [0-9a-f-]{36} of this office has this public key;/),
      ],
      [5, 'submitted'],
    ]);
    const told = JSON.stringify([await viewOf(id), found, await errorsOf(id), await errorsOf(id, 'ndjson')]);
    expect(told).not.toContain(alone.request.id);
    expect(told).not.toContain('nishi');
    expect(await requestsOf('mizusaki-nishi')).toBe(before);
  });
});

describe('the file of errors', () => {
  it('corrected and sent again leads to certificates', async () => {
    const rows = await newRows(5);
    const file = csvFile(
      rows.map((row, n) => ({
        ...row,
        ...(n === 1 && { position: '課長' }),
        ...(n === 3 && { positionJa: '課\ue000長' }),
      })),
    );
    const id = await submit(service, file);
    const errors = await errorsOf(id);
    expect(errors.split('\r\n')).toHaveLength(4);
    expect(errors).toContain('Position');
    // In a spreadsheet: two cells are typed anew, and the column of problems stays.
    const corrected = errors
      .replace(',課長,', ',Director 2,')
      .replace('第4号,Director 4,,', '第4号,Director 4,課長,');
    const again = await submit(service, Buffer.from(corrected));
    expect(shown(await rowsOf(service, again))).toEqual([
      [1, 'submitted'],
      [2, 'submitted'],
    ]);
    expect((await rowsOf(service, again)).map(({ key }) => key)).toEqual(['第2号', '第4号']);
    for (const examiner of ['higashi-examiner', 'operator-noda'])
      for (const one of [id, again]) await approve(service, one, examiner);
    expect(await batches().collect(counter(), id)).toEqual({ number: 1, certificates: 3 });
    expect(await batches().collect(counter(), again)).toEqual({ number: 1, certificates: 2 });
  });
});

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
