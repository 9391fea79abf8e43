import { hash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_PART_BYTES, MAX_PARTS } from '../../lib/batches/batches.ts';
import { MAX_ROWS } from '../../lib/bulk/bulk.ts';
import { csvLine } from '../../lib/sheets/sheets.ts';
import { derOf } from '../bulk/demonstration.ts';
import { windows31j } from '../bulk/files.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import {
  codeOf,
  csvFile,
  newRows,
  openWork,
  partsOf,
  rowsOf,
  send,
  shown,
  submit,
  tableOf,
  termsOf,
  work,
} from './files.ts';

/* Files that are not as they should be, as a whole or in some of their rows. */

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
const counter = () => service.principal('higashi-counter');
/** The problems of a file that was refused. */
const problemsOf = async (id: string) => {
  const { state, problems = [] } = await batches().get(counter(), id);
  expect(state).toBe('refused');
  return problems.map(({ column, phrase }) => `${column?.en ?? 'file'}: ${phrase}`);
};

describe('the terms of a file', () => {
  const file = Buffer.from('key,csr\n');

  it.each([
    ['of no byte', { bytes: 0, parts: [] }, 'invalid-input'],
    ['in no part', { parts: [] }, 'invalid-input'],
    ['of more parts than bytes', { bytes: 1, parts: ['a', 'b'] }, 'invalid-input'],
    ['of parts that are too large', { bytes: MAX_PART_BYTES + 1 }, 'invalid-input'],
    ['of too many parts', { bytes: 1_000, parts: Array(MAX_PARTS + 1).fill('a') }, 'invalid-input'],
    ['that is too large', { bytes: MAX_PART_BYTES * MAX_PARTS + 1 }, 'input-too-large'],
    ['for a profile that is unknown', { profile: 'nothing' }, 'profile-not-allowed'],
  ] as const)('are refused: %s', async (_, more, code) => {
    expect(await codeOf(batches().create(counter(), termsOf(file, more)))).toBe(code);
  });

  it('come from officers who receive applications', async () => {
    for (const who of ['auditor', 'operator-noda', 'tax-portal', 'minase-kuroda'])
      expect(await codeOf(batches().create(service.principal(who), termsOf(file)))).toBe('forbidden');
  });
});

describe('a file that is not whole', () => {
  it('is not read while half of it is missing, and nothing can be done with it', async () => {
    const file = csvFile(await newRows(3));
    const size = 500;
    const [first, ...others] = partsOf(file, size);
    const { batch } = await batches().create(counter(), termsOf(file, {}, size));
    await batches().putPart(counter(), batch.id, 1, first as Uint8Array);
    await work(service);
    const half = await batches().get(counter(), batch.id);
    expect(half).toMatchObject({ state: 'receiving', missing: others.map((_, n) => n + 2) });
    expect(half.rows).toBeUndefined();
    expect(await rowsOf(service, batch.id)).toEqual([]);
    for (const act of [
      batches().submit(counter(), batch.id, termsOf(file).digest),
      batches().check(counter(), batch.id),
      batches().replay(counter(), batch.id),
    ])
      expect(await codeOf(act)).toBe('wrong-state');
    expect(await openWork(service)).toEqual([]);
    await batches().cancel(counter(), batch.id, 'Wrong file');
    await work(service);
    expect((await batches().get(counter(), batch.id)).state).toBe('cancelled');
  });

  it('is refused where its parts are right and make another file than was announced', async () => {
    const file = csvFile(await newRows(2));
    const id = await send(service, file, { more: { digest: hash('sha256', 'another') } });
    expect(await problemsOf(id)).toEqual([
      'file: The parts do not make the file that was announced: its SHA-256 is another one.',
    ]);
    expect(await codeOf(batches().submit(counter(), id, hash('sha256', 'another')))).toBe('wrong-state');
    expect(await rowsOf(service, id)).toEqual([]);
    // Nothing stands in the way of the same file with its own digest, or announced in the wrong way again.
    expect(await send(service, file, { more: { digest: hash('sha256', 'another') } })).not.toBe(id);
    expect((await batches().get(counter(), await send(service, file))).state).toBe('received');
  });

  it('takes the digest of the very file as the word for its submission', async () => {
    const file = csvFile(await newRows(1));
    const id = await send(service, file);
    expect(await codeOf(batches().submit(counter(), id, hash('sha256', 'x')))).toBe('confirmation-differs');
    expect((await batches().get(counter(), id)).state).toBe('received');
  });
});

describe('the same file', () => {
  it('gives the same batch, and a new one after its cancellation', async () => {
    const file = csvFile(await newRows(2));
    const id = await send(service, file);
    expect(await send(service, file, { who: 'higashi-chief' })).toBe(id);
    expect(await batches().create(counter(), termsOf(file))).toMatchObject({
      replayed: true,
      batch: { id, createdBy: 'higashi-counter' },
    });
    // Read in another way, it is another file; and at another office as well.
    const other = await send(service, file, { more: { encoding: 'utf-8' } });
    expect(other).not.toBe(id);
    expect(await send(service, file, { who: 'nishi-counter' })).not.toBe(id);

    await batches().cancel(counter(), id, 'Sent too early');
    expect(await codeOf(batches().submit(counter(), id, termsOf(file).digest))).toBe('wrong-state');
    await work(service);
    expect((await batches().get(counter(), id)).state).toBe('cancelled');
    const again = await submit(service, file);
    expect([id, other]).not.toContain(again);
    expect(shown(await rowsOf(service, again))).toEqual([
      [1, 'submitted'],
      [2, 'submitted'],
    ]);
  });
});

describe('a file with a wrong header', () => {
  const row = { key: '1', position: 'Mayor', positionJa: '市長', csr: derOf(1) };

  it('is refused where a column is missing', async () => {
    const { position: _, ...others } = row;
    const [first, second] = await problemsOf(await send(service, tableOf([others])));
    expect(first).toBe('Position: The column position (Position) is missing.');
    expect(second).toMatch(/^file: The columns of this profile are: key \(Row key\)/);
  });

  it('is refused where a column is there twice', async () => {
    const [first] = await problemsOf(await send(service, tableOf([{ ...row, 職名: '市長' }])));
    expect(first).toBe('Position in Japanese: The column positionJa (Position in Japanese) is there twice.');
  });

  it.each([
    ['of nothing but lines', '\n\n', 'file: The file has no rows.'],
    [
      'that is a spreadsheet',
      'PK\u0003\u0004',
      'file: The file is a spreadsheet or an archive (ZIP). Save it as CSV.',
    ],
    [
      'whose first line never ends',
      `"${'x'.repeat(70_000)}`,
      expect.stringMatching(/^file: The row has more than/),
    ],
  ])('is refused where it is one %s', async (_, text, said) => {
    expect((await problemsOf(await send(service, Buffer.from(text))))[0]).toEqual(said);
  });
});

describe('a file with rows that cannot be read', () => {
  it('stands where one has 1 MB, a quotation mark never ends or a character cannot be decoded', async () => {
    const [header, ...lines] = csvFile(await newRows(5))
      .toString()
      .split(/(?<=\n)/);
    const cut = (text: string | undefined): Buffer => Buffer.from(text ?? '');
    const file = Buffer.concat([
      ...[header, lines[0], `long,${'x'.repeat(1_000_000)}\r\n`, lines[1], 'open,"Mayor,市長\r\n'].map(cut),
      ...[cut(lines[2]), cut('bad,Mayor,'), Buffer.from([0xe5, 0xb8]), cut(`,,${derOf(7)}\r\n`)],
      cut(lines[3]),
      cut(lines[4]),
    ]);
    const id = await submit(service, file);
    expect(await batches().get(counter(), id)).toMatchObject({ encoding: 'utf-8', rows: 8, unreadable: 3 });
    expect(shown(await rowsOf(service, id))).toEqual([
      [1, 'submitted'],
      [2, 'unreadable', expect.stringMatching(/^row: The row has more than the 65536 bytes/)],
      [3, 'submitted'],
      [
        4,
        'unreadable',
        expect.stringMatching(/^Position: The quotation mark at the beginning of this cell has no partner/),
      ],
      [5, 'submitted'],
      [
        6,
        'unreadable',
        expect.stringMatching(/^Position in Japanese: Character 1 of the cell cannot be read as UTF-8/),
      ],
      [7, 'submitted'],
      [8, 'submitted'],
    ]);
    expect((await rowsOf(service, id, { list: 'problems' })).map(({ number }) => number)).toEqual([2, 4, 6]);
  });

  it('in Windows-31J has the characters of NEC and IBM, and none of the user-defined area', async () => {
    const rows = (await newRows(3)).map((row, n) => ({ ...row, positionJa: n === 2 ? '課長' : '髙﨑①㈱' }));
    const [header, first, second, third] = csvFile(rows)
      .toString()
      .split(/(?<=\n)/);
    const [before, after] = (third as string).split('課長');
    const file = Buffer.concat([
      windows31j(`${header}${first}${second}${before}`),
      Buffer.from([0xf0, 0x40]),
      windows31j(after as string),
    ]);
    const id = await submit(service, file);
    expect(await batches().get(counter(), id)).toMatchObject({
      encoding: 'windows-31j',
      encodingBy: 'content',
    });
    const found = await rowsOf(service, id);
    expect(shown(found)).toEqual([
      [1, 'submitted'],
      [2, 'submitted'],
      [
        3,
        'unreadable',
        'Position in Japanese: Character 1 of the cell is F040 (U+E000), a user-defined character, which differs from machine to machine; write the character that Unicode has for it.',
      ],
    ]);
    const { fields } = await service.app.registration.get(counter(), found[0]?.request ?? '');
    expect(fields).toMatchObject({ positionJa: '髙﨑①㈱' });
  });

  it('has cells that begin like a formula as text', async () => {
    const positions = ['=1+1', '+Mayor', '-1', '@SUM(A1)', '＝市長'];
    const rows = (await newRows(5)).map((row, n) => ({ ...row, positionJa: positions[n] as string }));
    // A file as programs write it: csvLine would protect the cells.
    const lines = rows.map((row) => `${row.key},${row.position},${row.positionJa},,${row.csr}\n`);
    const id = await submit(
      service,
      Buffer.from(`key,position,positionJa,departmentJa,csr\n${lines.join('')}`),
    );
    for (const [n, { request, state }] of (await rowsOf(service, id)).entries()) {
      expect(state).toBe('submitted');
      const { fields } = await service.app.registration.get(counter(), request ?? '');
      expect(fields?.positionJa).toBe(positions[n]);
    }
  });

  it('stands with its first 10,000 rows where it has more', async () => {
    const lines = Array.from({ length: MAX_ROWS + 3 }, (_, n) =>
      csvLine([String(n + 1), 'Mayor', '市長', derOf(n)]),
    );
    const file = Buffer.from(csvLine(['key', 'position', 'positionJa', 'csr']) + lines.join(''));
    const id = await send(service, file);
    expect(await batches().get(counter(), id)).toMatchObject({
      state: 'received',
      rows: MAX_ROWS + 3,
      unreadable: 3,
    });
    expect(shown(await rowsOf(service, id, { list: 'problems' }))).toEqual(
      [1, 2, 3].map((n) => [
        MAX_ROWS + n,
        'unreadable',
        'row: A file has at most 10000 rows; put this one into another file.',
      ]),
    );
    const { rows } = await batches().rows(counter(), id, { limit: 1 });
    expect(rows).toMatchObject([{ number: 1, key: '1', state: 'waiting' }]);
  });
});
