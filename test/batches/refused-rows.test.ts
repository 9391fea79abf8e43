import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchView } from '../../lib/batches/batches.ts';
import { FIELDS, openService, type Service, temporaryFolder } from '../service.ts';
import { approve, bytesOf, csvFile, newRows, rowsOf, send, shown, submit, tableOf, work } from './files.ts';

/* Rows that can be read, and that the service refuses. The others stand. */

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
    expect(await batches().collect(counter(), id)).toMatchObject({ number: 1, certificates: 3 });
    expect(await batches().collect(counter(), again)).toMatchObject({ number: 1, certificates: 2 });
  });
});
