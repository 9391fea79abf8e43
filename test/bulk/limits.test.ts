import { describe, expect, it } from 'vitest';
import { MAX_CELL_BYTES, MAX_ROW_BYTES, MAX_ROWS, openFile } from '../../lib/bulk/bulk.ts';
import { all, readCsv, rowsOf, shown } from './files.ts';

const ROW_TOO_LONG = 'row: The row has more than the 65536 bytes that are taken. Lines end with CRLF or LF.';

describe('a row of CSV at its limits', () => {
  const cells = (lengths: readonly number[]): string => lengths.map((length) => 'x'.repeat(length)).join();

  it('has cells of 16 KiB and no more', async () => {
    const rows = await readCsv(
      `a,b\n${cells([MAX_CELL_BYTES, 1])}\n${cells([1, MAX_CELL_BYTES + 1])}\n1,2\n`,
    );
    expect(rows[1]?.slice(3)).toEqual(['x']);
    expect(rows.slice(2)).toEqual([
      [2, 3, '2: The cell has more than the 16384 bytes that are taken.'],
      [3, 4, '1', '2'],
    ]);
  });

  it('has 64 KiB with its line end and no more', async () => {
    // Four cells of 16,383 bytes, three commas and the line end
    const most = [16_383, 16_383, 16_383, 16_383];
    const rows = await readCsv(
      `a,b,c,d\n${cells(most)}\n${cells([16_384, 16_383, 16_383, 16_383])}\n1,2,3,4\n`,
    );
    expect(cells(most).length + 1).toBe(MAX_ROW_BYTES);
    expect(rows[1]?.length).toBe(6);
    expect(rows.slice(2)).toEqual([
      [2, 3, ROW_TOO_LONG],
      [3, 4, '1', '2', '3', '4'],
    ]);
  });

  it('may be of 1 MB on one line: the next line is read', async () => {
    const long = 'x'.repeat(1_000_000);
    for (const row of [`1,${long}`, `"1",${long}"`, `1,"${long}`, `1,"${long}"`])
      expect(await readCsv(`a,b\n${row}\n3,4\n`)).toEqual([
        [0, 1, 'a', 'b'],
        [1, 2, ROW_TOO_LONG],
        [2, 3, '3', '4'],
      ]);
  });

  it('may be of 1 MB on many lines of one cell: the next row is read', async () => {
    const long = 'some words\n'.repeat(100_000);
    expect(await readCsv(`a,b\n1,"${long}"\n3,4\n`)).toEqual([
      [0, 1, 'a', 'b'],
      [
        1,
        2,
        expect.stringMatching(/^2: The quotation mark at the beginning/),
        expect.stringMatching(/end with line 100002,/),
      ],
      [2, 100_003, '3', '4'],
    ]);
  });

  it('may be the header', async () => {
    expect(await readCsv(`${'x'.repeat(100_000)}\n1\n`)).toEqual([[0, 1, ROW_TOO_LONG]]);
  });

  it('is refused from the 10,001st on, one by one; the first 10,000 stand', async () => {
    const lines = Array.from({ length: MAX_ROWS + 3 }, (_, n) => `${n + 1},x\n`).join('');
    const rows = await readCsv(`a,b\n${lines}`);
    expect(rows.slice(1, MAX_ROWS + 1).every(([number, , key]) => key === String(number))).toBe(true);
    expect(rows.slice(MAX_ROWS + 1)).toEqual(
      [10_001, 10_002, 10_003].map((number) => [
        number,
        number + 1,
        'row: A file has at most 10000 rows; put this one into another file.',
      ]),
    );
  });

  it('is refused from the first one on beyond the limit that the caller has', async () => {
    const lines = 'x\n'.repeat(MAX_ROWS + 1);
    const [few, many] = await Promise.all(
      [2, Number.POSITIVE_INFINITY].map((maxRows) => rowsOf(lines, { format: 'csv', maxRows })),
    );
    expect(shown(few ?? []).slice(2, 4)).toEqual([
      [2, 3, 'x'],
      [3, 4, 'row: A file has at most 2 rows; put this one into another file.'],
    ]);
    expect(many?.filter(({ problems }) => problems.length > 0)).toEqual([]);
    expect(many).toHaveLength(MAX_ROWS + 1);
  });

  it('ends the reading where 10,000 of them were refused: the file is not read on', async () => {
    let isStopped = false;
    const endless = async function* () {
      try {
        yield Buffer.from('a,b\n');
        for (;;) yield Buffer.from('1,x\n'.repeat(1_000));
      } finally {
        isStopped = true;
      }
    };
    const rows = shown(await all((await openFile(endless(), { format: 'csv', encoding: 'utf-8' })).rows));
    expect(isStopped).toBe(true);
    expect(rows).toHaveLength(2 * MAX_ROWS + 2);
    expect(rows.slice(-2)).toEqual([
      [20_000, 20_001, 'row: A file has at most 10000 rows; put this one into another file.'],
      [
        20_001,
        20_002,
        'row: This row and those after it are too many, and were not read; put them into other files.',
      ],
    ]);
  });
});
