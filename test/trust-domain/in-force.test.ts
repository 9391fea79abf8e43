import { describe, expect, it } from 'vitest';
import { FORMAT } from '../../lib/format.ts';
import { openInForce } from '../../lib/trust-domain/in-force.ts';
import { openTemporaryTable } from '../store/temporary.ts';

describe('the row of the trust domain in force', () => {
  const row = { digest: 'a'.repeat(64), number: 1, done: true, record: 'b'.repeat(32) };

  it('carries the format of all rows', async () => {
    await using temporary = await openTemporaryTable();
    const inForce = openInForce(temporary.table);
    await temporary.table.write([inForce.putWrite(undefined, row)]);
    const stored = await temporary.table.get({ pk: 'trust-domain', sk: 'ceremony' });
    expect(stored?.value).toEqual({ ...row, format: FORMAT });
    expect(await inForce.mayAnswer(row.digest)).toBe(true);
  });

  it.each([
    ['in a later format', { format: FORMAT + 1 }, `The table is in format ${FORMAT + 1};`],
    ['of a version that wrote no number', {}, 'The table has no format number;'],
  ])('%s is refused by name, with what to do, whatever the process asks', async (_, more, says) => {
    await using temporary = await openTemporaryTable();
    const { table } = temporary;
    await table.write([
      { put: { pk: 'trust-domain', sk: 'ceremony' }, value: { ...row, ...more }, if: 'absent' },
    ]);
    const inForce = openInForce(table);
    for (const ask of [
      inForce.read(),
      inForce.mayAnswer(row.digest),
      inForce.assertMayAnswer(row.digest),
      inForce.assertMayAnswer('c'.repeat(64)),
    ]) {
      await expect(ask).rejects.toMatchObject({
        code: 'format-unsupported',
        message: expect.stringContaining(says),
      });
    }
  });
});
