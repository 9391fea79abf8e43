import { hash } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { keepHouse } from '../../functions/tasks/housekeeping.ts';
import { Fault } from '../../lib/fault.ts';
import { answersIn } from '../../lib/ledger/answers.ts';
import type { ProvisionDraft } from '../../lib/ledger/ledger.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import type { Bucket, Table } from '../../lib/store/store.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { certIdOf, encodeQuestion, nonce, PUBLIC } from '../status/asking.ts';
import { type Held, issueTo } from '../status/office.ts';
import type { Failure } from '../store/faulty-table.ts';
import { checkLog } from './log-world.ts';

/** With a full disk, or a store that times out, no answer leaves without a durable record. */
const folder = temporaryFolder();
let service: Service;
let one: Held;
let failing: Failure | undefined;
let bucketIsDown = false;

const unavailable = (): Fault => new Fault('store-unavailable', 'The disk is full (a test).');

const failingTable = (table: Table): Table => ({
  get: (key) => table.get(key),
  query: (query) => table.query(query),
  close: () => table.close(),
  write: async (writes) => {
    const failure = failing;
    if (failure === 'lost') throw unavailable();
    await table.write(writes);
    if (failure === 'appliedThenErrored') throw unavailable();
  },
});

const failingBucket = (bucket: Bucket): Bucket => ({
  get: (key) => bucket.get(key),
  list: (prefix, options) => bucket.list(prefix, options),
  delete: (key) => bucket.delete(key),
  put: async (key, body, options) => {
    if (bucketIsDown) throw unavailable();
    return bucket.put(key, body, options);
  },
});

beforeAll(async () => {
  service = await openService(folder.path, { table: failingTable, bucket: failingBucket });
  one = await issueTo(service, 'official-position', 'order-1');
});

afterAll(async () => {
  await service.close();
  folder.remove();
});

/** Asks with a nonce, so that no earlier answer can be given again. */
const ask = async (i: number): Promise<{ status: string; digest: string }> => {
  const question = await encodeQuestion({
    certIds: [await certIdOf(service, one.ref)],
    extensions: [nonce(16 + i)],
  });
  const { der } = await service.app.status.ocsp(question, PUBLIC);
  return { status: decodeOcspResponse(der).status, digest: hash('sha256', der) };
};

const recorded = async (): Promise<readonly string[]> => {
  const digests: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await service.app.ledger.query({
      recipient: 'public',
      limit: 1000,
      ...(cursor !== undefined && { cursor }),
    });
    const answers = page.records.flatMap((record) => (record.kind === 'provision' ? answersIn(record) : []));
    digests.push(...answers.map(({ responseDigest }) => responseDigest));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return digests;
};

it('answers tryLater, and lets nothing unrecorded out, while the records cannot be written', async () => {
  const left: string[] = [];
  const plan = [undefined, 'lost', 'appliedThenErrored'] as const;
  for (let i = 0; i < 30; i++) {
    failing = plan[i % 3];
    const { status, digest } = await ask(i);
    expect(status).toBe(failing === undefined ? 'successful' : 'tryLater');
    if (status === 'successful') left.push(digest);
  }
  failing = undefined;
  const digests = await recorded();
  expect(left.length).toBe(10);
  for (const digest of left) expect(digests.filter((one) => one === digest).length).toBe(1);
  // Answers that were recorded and then held back have records too: there may be too many records, never too few.
  expect(digests.length).toBe(20);
});

it('answers, records and queries while the log alone cannot be written; the log then catches up', async () => {
  bucketIsDown = true;
  const { status, digest } = await ask(40);
  expect(status).toBe('successful');
  await expect(service.core.sequencer.sequence()).rejects.toMatchObject({ code: 'store-unavailable' });
  expect(await recorded()).toContain(digest);
  bucketIsDown = false;
  while ((await service.core.sequencer.sequence()).leaves > 0);
  const { records } = await service.app.ledger.query({ limit: 1000 });
  await checkLog(
    service.table,
    service.bucket,
    records.map(({ leaf: _, ...record }) => record as (typeof records)[number]),
  );
});

it('gives a record its leaf and its proof within two seconds, by the housekeeping of the one-machine service', async () => {
  const house = keepHouse(service.core, () => {}, ['sequencing'], 1_000);
  try {
    const took: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { digest } = await ask(41 + i);
      const started = performance.now();
      const { records } = await service.app.ledger.query({ recipient: 'public', limit: 1 });
      const [record] = records;
      expect((record as ProvisionDraft).responseDigest).toBe(digest);
      await vi.waitFor(() => service.app.transparencyLog.prove(record?.id as string), {
        timeout: 20_000,
        interval: 50,
      });
      took.push(performance.now() - started);
    }
    // The best of three, so that a busy machine does not fail the test.
    expect(Math.min(...took)).toBeLessThan(2_000);
  } finally {
    await house.stop();
  }
});
