import { expect, it } from 'vitest';
import { type Failure, faultyBucket, faultyTable } from './faulty-table.ts';
import { openTemporaryBucket, openTemporaryTable } from './temporary.ts';

const key = { pk: 'p', sk: 's' };

it.each<[Failure, number | undefined]>([
  ['lost', undefined],
  ['appliedThenErrored', 1],
])('fails the planned write of a table only: %s', async (failure, versionAfter) => {
  await using opened = await openTemporaryTable();
  const table = faultyTable(opened.table, new Map([[2, failure]]));
  await table.write([{ put: { pk: 'p', sk: 'first' }, value: {}, if: 'absent' }]);
  await expect(table.write([{ put: key, value: {}, if: 'absent' }])).rejects.toMatchObject({
    code: 'store-unavailable',
  });
  expect((await table.get(key))?.version).toBe(versionAfter);
  await table.write([{ put: { pk: 'p', sk: 'third' }, value: {}, if: 'absent' }]);
  expect(table.writes).toBe(3);
});

it.each<[Failure, string | undefined]>([
  ['lost', undefined],
  ['appliedThenErrored', 'body'],
])('fails the planned put of a bucket only: %s', async (failure, bodyAfter) => {
  await using opened = await openTemporaryBucket();
  const bucket = faultyBucket(opened.bucket, new Map([[1, failure]]));
  await expect(bucket.put('a', Buffer.from('body'), { if: 'absent' })).rejects.toMatchObject({
    code: 'store-unavailable',
  });
  const stored = await bucket.get('a');
  expect(stored && Buffer.from(stored.body).toString()).toBe(bodyAfter);
  await bucket.put('b', Buffer.from('body'), { if: 'absent' });
  expect(bucket.writes).toBe(2);
});
