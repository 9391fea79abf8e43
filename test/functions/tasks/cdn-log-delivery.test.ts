import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deliveredCdnLogs } from '../../../functions/tasks/cdn-log-delivery.ts';
import { openCdnLogs } from '../../../lib/ledger/cdn/import.ts';
import { openS3Bucket, type S3Bucket } from '../../../lib/store/s3.ts';
import { type LedgerWorld, openLedgerWorld } from '../../ledger/sample.ts';
import { startS3Emulator } from '../../store/s3-emulator.ts';

const PREFIX = 'publication/';

let world: LedgerWorld;
let emulator: Awaited<ReturnType<typeof startS3Emulator>>;
let logs: S3Bucket;
let said: string[];

beforeEach(async () => {
  world = await openLedgerWorld('2026-12-02T00:00:00Z');
  emulator = await startS3Emulator('access-logs');
  logs = openS3Bucket({ bucket: 'access-logs', access: emulator.access, random: randomBytes });
  said = [];
});

afterEach(async () => {
  logs.close();
  await emulator.stop();
  await world.close();
});

const cdnLogs = () =>
  openCdnLogs({
    table: world.table,
    ledger: world.ledger,
    askedAbout: async () => ({ certificates: [], tenants: [] }),
  });

const open = (core = { cdnLogs: cdnLogs() }) =>
  deliveredCdnLogs(async () => ({
    core,
    logs,
    prefix: PREFIX,
    log: (_level, message, facts) => void said.push(`${message} ${JSON.stringify(facts)}`),
  }));

const deliver = async (file: string, paths: readonly string[], bytes?: Buffer): Promise<void> => {
  const text = [
    '#Version: 1.0',
    '#Fields: date time c-ip cs-method cs-uri-stem sc-status x-edge-result-type',
    ...paths.map((path) => `2026-11-20\t01:02:03\t203.0.113.7\tGET\t${path}\t200\tHit`),
  ];
  await logs.put(`${PREFIX}${file}`, bytes ?? gzipSync(text.join('\n')), { if: 'absent' });
};

/** The event that Lambda hands over: S3's notification in a message of SQS. */
const told = (...files: readonly (string | { key: string; size?: number })[]): SQSEvent =>
  ({
    Records: files.map((file, i) => {
      const { key, size = 1000 } = typeof file === 'string' ? { key: `${PREFIX}${file}` } : file;
      return {
        messageId: `m-${i}`,
        body: JSON.stringify({
          Records: [
            {
              eventVersion: '2.1',
              eventSource: 'aws:s3',
              eventName: 'ObjectCreated:Put',
              s3: { bucket: { name: 'access-logs' }, object: { key, size, eTag: 'x', sequencer: '0' } },
            },
          ],
        }),
      };
    }),
  }) as unknown as SQSEvent;

const hits = async (): Promise<number> => {
  const { records } = await world.ledger.query({ recipient: 'public', limit: 1000 });
  return records.reduce((sum, record) => sum + (record.kind === 'provision' ? record.count : 0), 0);
};

const ONE = 'E2EXAMPLE.2026-11-20-01.1a2b3c4d.gz';
const TWO = 'E2EXAMPLE.2026-11-20-02.5e6f7a8b.gz';
const CRL = '/crl/organisation-1/full.crl';

describe('a delivered access log', () => {
  it('is counted when its message comes, and only once if several messages come', async () => {
    await deliver(ONE, [CRL, CRL, '/ca/organisation-1.cer']);
    const handler = open();
    expect(await handler(told(ONE))).toEqual({ batchItemFailures: [] });
    expect(await hits()).toBe(3);
    expect(await handler(told(ONE, ONE))).toEqual({ batchItemFailures: [] });
    expect(await open()(told(ONE))).toEqual({ batchItemFailures: [] });
    expect(await hits()).toBe(3);
    for (const line of said) expect(line).not.toContain('203.0.113.7');
  });

  it('is found by its key as S3 encodes it in messages', async () => {
    await deliver(ONE, [CRL]);
    expect(await open()(told({ key: encodeURIComponent(`${PREFIX}${ONE}`) }))).toEqual({
      batchItemFailures: [],
    });
    expect(await hits()).toBe(1);
  });

  it('that cannot be counted is delivered again alone, and keeps no other from being counted', async () => {
    await deliver(ONE, [], Buffer.from('not gzip'));
    await deliver(TWO, [CRL]);
    expect(await open()(told(ONE, TWO, { key: `${PREFIX}${TWO}`, size: 65 * 1024 * 1024 }))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm-0' }, { itemIdentifier: 'm-2' }],
    });
    expect(await hits()).toBe(1);
    expect(said.filter((line) => line.startsWith('An access log was not counted'))).toHaveLength(2);
  });

  it('that is gone needs no further delivery, and neither does the test message of S3', async () => {
    const tried = {
      Records: [{ messageId: 't', body: JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent' }) }],
    } as unknown as SQSEvent;
    expect(await open()(tried)).toEqual({ batchItemFailures: [] });
    expect(await open()(told(ONE))).toEqual({ batchItemFailures: [] });
    expect(said.join('\n')).toContain(ONE);
  });

  it('without a message is found, and files that were counted are not read again', async () => {
    await deliver(ONE, [CRL, CRL]);
    await deliver(TWO, [CRL]);
    await logs.put('published/2026-11-20-other', Buffer.from('of S3'), { if: 'absent' });
    const handler = open();
    await handler(told(ONE));
    expect(await handler({})).toEqual({ done: [TWO] });
    expect(await handler({})).toEqual({ done: [] });
    expect(await hits()).toBe(3);
  });

  it('that cannot be counted is found and reported every time, and keeps no other from being found', async () => {
    await deliver(ONE, [], Buffer.from('not gzip'));
    await deliver(TWO, [CRL]);
    await expect(open()({})).rejects.toMatchObject({ code: 'malformed-cdn-log' });
    expect(await hits()).toBe(1);
    await expect(open()({})).rejects.toMatchObject({ code: 'malformed-cdn-log' });
    expect(await hits()).toBe(1);
  });

  it('is counted once where two functions have it at the same time', async () => {
    await deliver(
      ONE,
      Array.from({ length: 300 }, (_, i) => `/crl/ca-${i}/full.crl`),
    );
    const outcomes = await Promise.all([open()(told(ONE)), open()(told(ONE)), open()({}).catch(() => ({}))]);
    const left = outcomes.flatMap((outcome) =>
      'batchItemFailures' in outcome ? outcome.batchItemFailures : [],
    );
    // The slower function leaves its message, and the next turn finds nothing to do.
    expect(left.length).toBeLessThan(3);
    expect(await open()(told(ONE))).toEqual({ batchItemFailures: [] });
    expect(await hits()).toBe(300);
  });

  it('is delivered again if the service could not be composed', async () => {
    await deliver(ONE, [CRL]);
    let tries = 0;
    const handler = deliveredCdnLogs(async () => {
      if (tries++ === 0) throw new Error('no environment');
      return { core: { cdnLogs: cdnLogs() }, logs, prefix: PREFIX, log: () => {} };
    });
    await expect(handler(told(ONE))).rejects.toThrow('no environment');
    expect(await handler(told(ONE))).toEqual({ batchItemFailures: [] });
  });
});
