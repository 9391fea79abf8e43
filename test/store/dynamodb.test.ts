import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openDynamoDbTable } from '../../lib/store/dynamodb.ts';
import type { DynamoDbCalls } from '../../lib/store/dynamodb-calls.ts';
import { openDynamoDbLeanCalls } from '../../lib/store/dynamodb-lean-calls.ts';
import { openDynamoDbSdkCalls } from '../../lib/store/dynamodb-sdk-calls.ts';
import type { Table } from '../../lib/store/store.ts';
import { type Fate, startCuttingProxy } from './cutting-proxy.ts';
import { type DynamoDbLocal, javaIsPresent, startDynamoDbLocal } from './dynamodb-local.ts';
import { tableContract } from './table-contract.ts';

const java = javaIsPresent();
if (!java) process.stdout.write('DynamoDB table: skipped, because there is no Java runtime here.\n');

let local: DynamoDbLocal;
beforeAll(async () => {
  if (java) local = await startDynamoDbLocal();
});
afterAll(() => local?.stop());

describe.skipIf(!java).each<[string, string, (access: DynamoDbLocal['access']) => DynamoDbCalls]>([
  ['the AWS SDK', 'by-sdk', (access) => openDynamoDbSdkCalls(access)],
  ['the lean client', 'by-lean', (access) => openDynamoDbLeanCalls(access, randomBytes)],
])('DynamoDB table by %s', (_client, name, callsTo) => {
  const tableAt = (access: DynamoDbLocal['access'], table = name) =>
    openDynamoDbTable({ table, calls: callsTo(access), random: randomBytes });

  beforeAll(() => local.createTable(name));

  tableContract({
    open: async () => tableAt(local.access),
    maxWrites: 10,
    writers: 100,
    increments: 40,
    queryRuns: 40,
  });

  describe('when answers are lost', () => {
    let proxy: Awaited<ReturnType<typeof startCuttingProxy>>;
    let table: Table;
    let rows = 0;
    const newKey = () => ({ pk: 'cut', sk: `row${rows++}` });
    const unavailable = { code: 'store-unavailable' };

    beforeAll(async () => {
      const { hostname, port } = new URL(local.access.endpoint);
      proxy = await startCuttingProxy({ host: hostname, port: Number(port) }, ({ headers }) =>
        /PutItem|DeleteItem|TransactWriteItems/.test(String(headers['x-amz-target'])),
      );
      table = tableAt({ ...local.access, endpoint: proxy.endpoint });
    });
    afterEach(() => expect(proxy.left()).toBe(0));
    afterAll(async () => {
      await table?.close();
      await proxy?.stop();
    });

    it.each<Fate[]>([['lost'], ['appliedThenCut'], [503], ['appliedThenCut', 'lost', 'appliedThenCut']])(
      'puts once and says so (%s %s %s)',
      async (...fates) => {
        const key = newKey();
        proxy.next(...fates);
        await table.write([{ put: key, value: { mine: true }, if: 'absent' }]);
        expect(await table.get(key)).toEqual({ ...key, version: 1, value: { mine: true } });
        proxy.next(...fates);
        await table.write([{ put: key, value: { mine: 2 }, if: { version: 1 } }]);
        expect(await table.get(key)).toEqual({ ...key, version: 2, value: { mine: 2 } });
      },
    );

    it.each<Fate[]>([['lost'], ['appliedThenCut'], ['appliedThenCut', 'lost', 'appliedThenCut']])(
      'carries out a transaction once and says so (%s %s %s)',
      async (...fates) => {
        const [a, b] = [newKey(), newKey()];
        proxy.next(...fates);
        await table.write([
          { put: a, value: {}, if: 'absent' },
          { put: b, value: {}, if: 'absent' },
        ]);
        proxy.next(...fates);
        await table.write([
          { put: a, value: { second: true }, if: { version: 1 } },
          { delete: b, if: { version: 1 } },
        ]);
        expect(await table.get(a)).toEqual({ ...a, version: 2, value: { second: true } });
        expect(await table.get(b)).toBeUndefined();
      },
    );

    it('deletes when the request was lost, and does not guess when the answer was', async () => {
      const key = newKey();
      await table.write([{ put: key, value: {}, if: 'absent' }]);
      proxy.next('lost');
      await table.write([{ delete: key, if: { version: 1 } }]);
      await table.write([{ put: key, value: {}, if: 'absent' }]);
      proxy.next('appliedThenCut');
      await expect(table.write([{ delete: key, if: { version: 1 } }])).rejects.toMatchObject(unavailable);
      expect(await table.get(key)).toBeUndefined();
    });

    it('does not take the row of another writer for its own, nor call an uncertain condition failed', async () => {
      const key = newKey();
      await table.write([{ put: key, value: { theirs: true }, if: 'absent' }]);
      proxy.next('lost');
      await expect(table.write([{ put: key, value: {}, if: 'absent' }])).rejects.toMatchObject(unavailable);
      expect((await table.get(key))?.value).toEqual({ theirs: true });
      await expect(table.write([{ put: key, value: {}, if: 'absent' }])).rejects.toMatchObject({
        code: 'condition-failed',
      });
    });

    it('gives up after six attempts', async () => {
      const key = newKey();
      proxy.next('lost', 'lost', 'lost', 'lost', 'lost', 'lost');
      await expect(table.write([{ put: key, value: {}, if: 'absent' }])).rejects.toMatchObject(unavailable);
      expect(await table.get(key)).toBeUndefined();
    });
  });

  it('does not repeat a call that is refused for good', async () => {
    const table = tableAt(local.access, 'no-such-table');
    await expect(table.get({ pk: 'p', sk: 's' })).rejects.toMatchObject({ code: 'store-unavailable' });
    await table.close();
  });
});

/** Answers of status 200 that are damaged, each under its name. Both clients must tell them from an answer without members. */
const DAMAGED: readonly [
  string,
  { readonly type: string; readonly body: string; readonly checksum?: string },
][] = [
  ['an empty body', { type: 'application/x-amz-json-1.0', body: '' }],
  ['a page of something else', { type: 'text/html', body: '<html></html>' }],
  ['null', { type: 'application/x-amz-json-1.0', body: 'null' }],
  ['a list', { type: 'application/x-amz-json-1.0', body: '[]' }],
  ['a wrong checksum', { type: 'application/x-amz-json-1.0', body: '{}', checksum: '1' }],
];

describe.each<[string, (access: DynamoDbLocal['access']) => DynamoDbCalls]>([
  ['the AWS SDK', (access) => openDynamoDbSdkCalls(access)],
  ['the lean client', (access) => openDynamoDbLeanCalls(access, randomBytes)],
])('a damaged answer, by %s,', (_client, callsTo) => {
  it.each(DAMAGED)(
    'of %s is no answer: a row is not absent, a page not empty, a write not stored',
    async (_name, answer) => {
      let asked = 0;
      const server = createServer((request, response) => {
        asked++;
        request.resume().on('end', () => {
          response.writeHead(200, {
            'content-type': answer.type,
            ...(answer.checksum && { 'x-amz-crc32': answer.checksum }),
          });
          response.end(answer.body);
        });
      });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const { port } = server.address() as { port: number };
      const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
      const calls = callsTo({
        region: 'ap-northeast-1',
        endpoint: `http://127.0.0.1:${port}`,
        credentials,
        clock: Date.now,
      });
      const table = openDynamoDbTable({ table: 'any', calls, random: randomBytes });
      const key = { pk: 'a', sk: 'b' };
      try {
        await expect(table.get(key)).rejects.toMatchObject({ code: 'store-unavailable' });
        // The adapter repeated the call before it gave up.
        expect(asked).toBeGreaterThan(1);
        await expect(table.query({ pk: 'a', limit: 10 })).rejects.toMatchObject({
          code: 'store-unavailable',
        });
        const write = table.write([{ put: key, value: {}, if: 'absent' }]);
        await expect(write).rejects.toMatchObject({ code: 'store-unavailable' });
      } finally {
        await table.close();
        server.closeAllConnections();
        server.close();
      }
    },
  );
});
