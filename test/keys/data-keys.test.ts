import { randomBytes } from 'node:crypto';
import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDataKeyFiles } from '../../lib/keys/data-key-files.ts';
import { openKmsDataKeys } from '../../lib/keys/kms-data-keys.ts';
import { openKmsSdkCalls } from '../../lib/keys/kms-sdk-calls.ts';
import type { SealedKeys } from '../../lib/keys/sealed.ts';
import type { DataKeys } from '../../lib/personal/personal.ts';
import { openDynamoDbTable } from '../../lib/store/dynamodb.ts';
import { openDynamoDbSdkCalls } from '../../lib/store/dynamodb-sdk-calls.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import type { Table, Value } from '../../lib/store/store.ts';
import { KmsDouble } from '../aws/kms-double.ts';
import { openTestKeys } from '../scrypt-once.ts';
import { type DynamoDbLocal, javaIsPresent, startDynamoDbLocal } from '../store/dynamodb-local.ts';
import { type FailurePlan, faultyTable } from '../store/faulty-table.ts';
import { failFiles, stopFailing } from './failing-files.ts';

/** Every promise of the port `DataKeys`, for both adapters, with the keys of KMS in both tables. */

let folder = '';
let sealed: SealedKeys;
let local: DynamoDbLocal | undefined;
let dynamoDb: Table;
let sqlite: Table;
let sealingKey = '';
const kms = new KmsDouble();
const java = javaIsPresent();
if (!java) process.stdout.write('Data keys in DynamoDB: skipped, because there is no Java runtime here.\n');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'data-keys-'));
  sealed = await openTestKeys(join(folder, 'keys'));
  await kms.start();
  sealingKey = await kms.create('SYMMETRIC_DEFAULT');
  sqlite = await openSqliteTable(join(folder, 'keys.sqlite'));
  if (!java) return;
  local = await startDynamoDbLocal();
  await local.createTable('data-keys');
  dynamoDb = openDynamoDbTable({
    table: 'data-keys',
    calls: openDynamoDbSdkCalls(local.access),
    random: randomBytes,
  });
});
afterAll(async () => {
  await Promise.all([sqlite, dynamoDb].map((table) => table?.close()));
  await local?.stop();
  await kms.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  kms.calls.length = 0;
  kms.refuse = () => undefined;
});

const place = (): string => join(folder, 'data-keys');
const fileOf = (id: string): string => join(place(), `${id}.key`);

const openFiles = (sealedBy = sealed): Promise<DataKeys> =>
  openDataKeyFiles({ folder: place(), sealedBy, random: (n) => randomBytes(n) });

interface Kind {
  /** The keys, as another process opens them. */
  open(): Promise<DataKeys>;
  /** As `open`, with writes that fail as planned, and how many writes were asked for. */
  openFailing(plan: FailurePlan): Promise<{ readonly keys: DataKeys; readonly writes: () => number }>;
  /** The stored form of a key, for those who can read there; undefined where there is none. */
  stored(id: string): Promise<Value | undefined>;
  /** Puts that in place of what is stored. */
  replace(id: string, value: Value): Promise<void>;
}

const files: Kind = {
  open: () => openFiles(),
  openFailing: async (plan) => ({ keys: await openFiles(), writes: failFiles(plan) }),
  stored: async (id) =>
    readdirSync(place()).includes(`${id}.key`) ? JSON.parse(readFileSync(fileOf(id), 'utf8')) : undefined,
  replace: async (id, value) => writeFileSync(fileOf(id), JSON.stringify(value)),
};

const rows = (tableOf: () => Table): Kind => {
  const openIn = (table: Table): DataKeys =>
    openKmsDataKeys({ calls: openKmsSdkCalls({ access: kms.access }), table, sealingKey });
  const rowOf = (id: string) => ({ pk: 'data-keys', sk: id });
  return {
    open: async () => openIn(tableOf()),
    openFailing: async (plan) => {
      const faulty = faultyTable(tableOf(), plan);
      return { keys: openIn(faulty), writes: () => faulty.writes };
    },
    stored: async (id) => (await tableOf().get(rowOf(id)))?.value,
    replace: async (id, value) => {
      const row = await tableOf().get(rowOf(id));
      if (row === undefined) throw new Error(`no row ${id}`);
      await tableOf().write([{ put: rowOf(id), value, if: { version: row.version } }]);
    },
  };
};

const all = async (keys: DataKeys): Promise<readonly string[]> => {
  const ids: string[] = [];
  for await (const id of keys.list()) ids.push(id);
  return ids;
};

describe.each<[string, boolean, Kind]>([
  ['in files', true, files],
  ['of KMS in SQLite', true, rows(() => sqlite)],
  ['of KMS in DynamoDB', java, rows(() => dynamoDb)],
])('data keys %s', (_name, isHere, kind) => {
  afterEach(async () => {
    stopFailing();
    if (!isHere) return;
    const keys = await kind.open();
    for (const id of await all(keys)) await keys.destroy(id);
  });
  const test = it.skipIf(!isHere);
  const id = 'tokiwa.2037-04.1';

  test('are made once, have 32 bytes, and are the same for every process', async () => {
    const key = await (await kind.open()).create(id);
    expect(key).toHaveLength(32);
    const another = await kind.open();
    expect([await another.open(id), await another.create(id)]).toEqual([key, key]);
    expect(await another.create('tokiwa.2037-04.2')).not.toEqual(key);
  });

  test('that nobody made are absent, and ids that no key can have are refused', async () => {
    const keys = await kind.open();
    expect(await keys.open(id)).toBeUndefined();
    expect(await all(keys)).toEqual([]);
    for (const wrong of ['', '.', '..', '../x', '.x', 'A', 'a/b', 'a\0b', '常盤', 'a'.repeat(129)]) {
      for (const act of [keys.create, keys.open, keys.destroy])
        await expect(act(wrong), wrong).rejects.toMatchObject({ code: 'configuration-invalid' });
    }
    expect(await keys.create('a'.repeat(128))).toHaveLength(32);
  });

  test('that many create at once are one key', async () => {
    const processes = await Promise.all([kind.open(), kind.open(), kind.open()]);
    const made = await Promise.all([...processes, ...processes].map((keys) => keys.create(id)));
    for (const key of made) expect(key).toEqual(made[0]);
    expect(await (await kind.open()).open(id)).toEqual(made[0]);
  });

  test('are listed in byte order', async () => {
    const keys = await kind.open();
    const ids = ['tokiwa.2037-04.1', 'tokiwa-2.2037-04.1', 'tokiwa.2037.search', '_service.2037-04.1', '0.a'];
    for (const one of ids) await keys.create(one);
    expect(await all(keys)).toEqual([
      '0.a',
      '_service.2037-04.1',
      'tokiwa-2.2037-04.1',
      'tokiwa.2037-04.1',
      'tokiwa.2037.search',
    ]);
  });

  test('are gone once destroyed, for every process; the others stay', async () => {
    const [keys, another] = [await kind.open(), await kind.open()];
    await keys.create(id);
    const other = await keys.create('tokiwa.2037-05.1');
    await keys.destroy(id);
    expect([await keys.open(id), await another.open(id), await kind.stored(id)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await keys.destroy(id);
    await Promise.all([another.destroy(id), keys.destroy(id)]);
    expect(await all(another)).toEqual(['tokiwa.2037-05.1']);
    expect(await another.open('tokiwa.2037-05.1')).toEqual(other);
  });

  test('do not lie in the store in the clear', async () => {
    const key = Buffer.from(await (await kind.open()).create(id));
    const text = JSON.stringify(await kind.stored(id));
    for (const form of ['base64', 'base64url', 'hex', 'latin1'] as const)
      expect(text).not.toContain(key.toString(form));
  });

  test('that were changed at any place are damaged, named by their id, and the others go on', async () => {
    const keys = await kind.open();
    await keys.create(id);
    const other = await keys.create('tokiwa.2037-05.1');
    const value = (await kind.stored(id)) ?? {};
    const texts = Object.entries(value).filter(([name]) => name !== 'format');
    expect(texts.length).toBeGreaterThan(0);
    for (const [name, text] of texts) {
      const changed = `${String(text).startsWith('B') ? 'C' : 'B'}${String(text).slice(1)}`;
      for (const wrong of [changed, String(text).slice(4), '', null, undefined, 'A'.repeat(10_000)]) {
        await kind.replace(id, { ...value, [name]: wrong });
        for (const act of [keys.open, keys.create])
          await expect(act(id), `${name} ${wrong}`).rejects.toMatchObject({
            code: 'data-key-damaged',
            facts: { id },
          });
      }
    }
    expect(await keys.open('tokiwa.2037-05.1')).toEqual(other);
    await kind.replace(id, value);
    expect(await keys.open(id)).toHaveLength(32);
  });

  test('that were exchanged are damaged, and may be destroyed', async () => {
    const keys = await kind.open();
    await keys.create(id);
    await keys.create('tokiwa.2037-05.1');
    const [one, two] = [await kind.stored(id), await kind.stored('tokiwa.2037-05.1')];
    await kind.replace(id, two ?? {});
    await kind.replace('tokiwa.2037-05.1', one ?? {});
    for (const exchanged of await all(keys)) {
      await expect(keys.open(exchanged)).rejects.toMatchObject({
        code: 'data-key-damaged',
        facts: { id: exchanged },
      });
      await keys.destroy(exchanged);
    }
    expect(await all(keys)).toEqual([]);
  });

  test.each(['lost', 'appliedThenErrored'] as const)(
    'are whole or absent after a creation whose n-th write was %s',
    async (failure) => {
      for (let n = 1; ; n++) {
        const { keys, writes } = await kind.openFailing(new Map([[n, failure]]));
        const made = await keys.create(id).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'store-unavailable' });
        });
        const asked = writes();
        stopFailing();
        const again = await kind.open();
        if (made) expect(await again.open(id)).toEqual(made);
        const key = await again.create(id);
        expect(await (await kind.open()).open(id)).toEqual(key);
        expect(await all(again)).toEqual([id]);
        await again.destroy(id);
        if (asked < n) break;
      }
    },
  );

  test.each(['lost', 'appliedThenErrored'] as const)(
    'never open as another key after a destruction whose n-th write was %s, and the next one ends it',
    async (failure) => {
      for (let n = 1; ; n++) {
        const key = await (await kind.open()).create(id);
        const { keys, writes } = await kind.openFailing(new Map([[n, failure]]));
        const failed = await keys.destroy(id).then(
          () => false,
          (error: unknown) => {
            expect(error).toMatchObject({ code: 'store-unavailable' });
            return true;
          },
        );
        const asked = writes();
        stopFailing();
        const again = await kind.open();
        const state = await again.open(id).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'data-key-damaged' });
          return 'damaged';
        });
        expect(failed ? [key, undefined, 'damaged'] : [undefined]).toContainEqual(state);
        await again.destroy(id);
        expect([await again.open(id), await all(again)]).toEqual([undefined, []]);
        if (asked < n) break;
      }
    },
  );
});

describe('data keys in files', () => {
  it('are for their owner only, and what a crash left of a creation goes at the next opening', async () => {
    const keys = await openFiles();
    await keys.create('tokiwa.2037-04.1');
    writeFileSync(`${fileOf('x')}.0b4ac0c9-0d53-4f0a-9c38-6a9d3f8e1b11.tmp`, '{"format":');
    writeFileSync(join(place(), 'notes.txt'), 'not ours');
    expect(await all(await openFiles())).toEqual(['tokiwa.2037-04.1']);
    expect(readdirSync(place()).sort()).toEqual(['notes.txt', 'tokiwa.2037-04.1.key']);
    expect([statSync(place()).mode & 0o777, statSync(fileOf('tokiwa.2037-04.1')).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
  });

  it('are overwritten before they are removed', async () => {
    const keys = await openFiles();
    await keys.create('tokiwa.2037-06.1');
    const before = readFileSync(fileOf('tokiwa.2037-06.1'));
    const kept = join(folder, 'the-same-bytes');
    linkSync(fileOf('tokiwa.2037-06.1'), kept);
    await keys.destroy('tokiwa.2037-06.1');
    const after = readFileSync(kept);
    expect([after.length, after.equals(before)]).toEqual([before.length, false]);
    expect(after.includes(before.subarray(20, 60))).toBe(false);
  });

  it('do not open beside another key store', async () => {
    const keys = await openFiles();
    await keys.create('tokiwa.2037-07.1');
    const other = await openFiles({ ...sealed, sealOfDataKey: () => randomBytes(32) });
    await expect(other.open('tokiwa.2037-07.1')).rejects.toMatchObject({ code: 'data-key-damaged' });
  });

  it('in another format are refused by name, with what to do', async () => {
    const keys = await openFiles();
    await keys.create('tokiwa.2037-08.1');
    await files.replace('tokiwa.2037-08.1', { ...(await files.stored('tokiwa.2037-08.1')), format: 99 });
    await expect(keys.open('tokiwa.2037-08.1')).rejects.toMatchObject({
      code: 'format-unsupported',
      message: expect.stringContaining('tokiwa.2037-08.1'),
    });
  });
});

describe('data keys of KMS', () => {
  const open = (): Promise<DataKeys> => rows(() => sqlite).open();

  it('are made and opened under their KMS key, with their id as the encryption context', async () => {
    await (await open()).create('tokiwa.2038-01.1');
    await (await open()).open('tokiwa.2038-01.1');
    const EncryptionContext = { 'data-key': 'tokiwa.2038-01.1' };
    expect(kms.calls.map(({ operation, key, input }) => [operation, key, input.EncryptionContext])).toEqual([
      ['GenerateDataKey', sealingKey, EncryptionContext],
      ['Decrypt', sealingKey, EncryptionContext],
    ]);
  });

  it('that KMS refuses are unknown-key; while KMS fails or throttles, store-unavailable', async () => {
    const keys = await open();
    await keys.create('tokiwa.2038-02.1');
    for (const name of ['AccessDeniedException', 'DisabledException']) {
      kms.refuse = () => ({ name });
      await expect(keys.open('tokiwa.2038-02.1'), name).rejects.toMatchObject({ code: 'unknown-key' });
      await expect(keys.create('tokiwa.2038-02.2'), name).rejects.toMatchObject({ code: 'unknown-key' });
    }
    kms.refuse = ({ operation }) =>
      operation === 'Decrypt'
        ? { name: 'ThrottlingException' }
        : { name: 'KMSInternalException', status: 500 };
    const asked = await Promise.allSettled([keys.open('tokiwa.2038-02.1'), keys.create('tokiwa.2038-02.2')]);
    const unavailable = { reason: expect.objectContaining({ code: 'store-unavailable' }) };
    expect(asked).toMatchObject([unavailable, unavailable]);
    kms.refuse = () => undefined;
    expect(await keys.open('tokiwa.2038-02.2')).toBeUndefined();
    expect(await keys.open('tokiwa.2038-02.1')).toHaveLength(32);
  });

  it('under another KMS key are damaged', async () => {
    await (await open()).create('tokiwa.2038-03.1');
    const other = openKmsDataKeys({
      calls: openKmsSdkCalls({ access: kms.access }),
      table: sqlite,
      sealingKey: await kms.create('SYMMETRIC_DEFAULT'),
    });
    await expect(other.open('tokiwa.2038-03.1')).rejects.toMatchObject({ code: 'data-key-damaged' });
  });
});
