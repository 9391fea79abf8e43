import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answersIn, unregisteredIn } from '../../lib/ledger/answers.ts';
import { readCounts } from '../../lib/ledger/counts.ts';
import type { LedgerRecord, ProvisionDraft, RefusalDraft } from '../../lib/ledger/ledger.ts';
import {
  MAX_CERTIFICATES_PER_RECORD,
  MAX_RECORD_CHARS,
  recordKey,
  stagedKey,
} from '../../lib/ledger/rows.ts';
import { readRecord } from '../../lib/ledger/well-formed.ts';
import type { Table, Value } from '../../lib/store/store.ts';
import { type LedgerWorld, openLedgerWorld } from './sample.ts';

/** Answers to the public that are recorded at the same time share records, and say all that each of them said. */

const CA = 'organisation-1';
let world: LedgerWorld;
let asked = 0;

beforeEach(async () => {
  world = await openLedgerWorld('2026-11-22T00:00:00Z');
});
afterEach(() => world.close());

const serialOf = (n: number): string => n.toString(16).padStart(40, '01');

/** An answer that no other answer equals in its digests. */
const answer = (
  certificates: readonly string[],
  {
    unregistered = [],
    provided = {},
    impossible = 0,
    ...more
  }: Partial<Omit<ProvisionDraft, 'provided'>> & {
    readonly unregistered?: readonly string[];
    readonly provided?: Value;
    readonly impossible?: number;
  } = {},
): ProvisionDraft => ({
  kind: 'provision',
  recipient: 'public',
  channel: 'ocsp',
  method: 'POST',
  certificates: certificates.map((serial) => ({ ca: CA, serial })),
  provided: {
    answers: certificates.map(() => 'good'),
    ...(unregistered.length > 0 && { unregistered: { ca: CA, answer: 'unknown', serials: unregistered } }),
    ...(impossible > 0 && { impossible }),
    producedAt: '2026-11-22T00:00:00.000Z',
    ...provided,
  },
  requestDigest: hash('sha256', `request ${++asked}`),
  responseDigest: hash('sha256', `response ${asked}`),
  count: certificates.length + unregistered.length + impossible,
  ...more,
});

const numbers = (from: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => serialOf(from + n));

/** Appends all of them in one turn of the event loop. Resolves with the records, each once. */
const append = async (drafts: readonly ProvisionDraft[]): Promise<readonly LedgerRecord[]> => {
  const records = await Promise.all(drafts.map((draft) => world.ledger.append(draft)));
  return [...new Map(records.flat().map((record) => [record.id, record])).values()];
};

const digestsOf = (records: readonly LedgerRecord[]): readonly string[] =>
  records
    .flatMap((record) => (record.kind === 'provision' ? answersIn(record) : []))
    .map(({ responseDigest }) => responseDigest)
    .toSorted();

describe('answers to the public', () => {
  it('share a record where they are equal but for their digests', async () => {
    const drafts = Array.from({ length: 5 }, () => answer(['01aa', '01bb']));
    const [record, ...others] = await append(drafts);
    expect(others).toEqual([]);
    expect(record).toEqual({
      id: expect.any(String),
      time: '2026-11-22T00:00:00.000Z',
      salt: expect.any(String),
      kind: 'provision',
      recipient: 'public',
      channel: 'ocsp',
      method: 'POST',
      certificates: [
        { ca: CA, serial: '01aa' },
        { ca: CA, serial: '01bb' },
      ],
      provided: { answers: ['good', 'good'], producedAt: '2026-11-22T00:00:00.000Z' },
      shared: drafts.map(({ requestDigest, responseDigest }) => ({
        requestDigest,
        responseDigest,
        count: 2,
      })),
      count: 10,
    });
    const { records } = await world.ledger.query({ certificate: { ca: CA, serial: '01bb' }, limit: 10 });
    expect(records).toEqual([record]);
    expect(await readCounts(world.table, '2026-11')).toMatchObject([{ records: 1, items: 10 }]);
  });

  it('share a record with the numbers that nobody was issued, each in its place, and no index has a row for these', async () => {
    const drafts = [
      answer([], { unregistered: numbers(1, 3) }),
      answer([], { unregistered: numbers(10, 1), impossible: 2 }),
      answer([], { unregistered: numbers(20, 4) }),
    ];
    const [record, ...others] = await append(drafts);
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      certificates: [],
      provided: {
        unregistered: {
          ca: CA,
          answer: 'unknown',
          serials: [...numbers(1, 3), ...numbers(10, 1), ...numbers(20, 4)],
        },
      },
      shared: [{ count: 3 }, { count: 3, impossible: 2 }, { count: 4 }],
      count: 10,
    });
    expect(record).not.toHaveProperty('provided.impossible');
    const { records } = await world.ledger.query({ recipient: 'public', limit: 10 });
    expect(records).toEqual([record]);
    const page = await world.table.query({ pk: `certificate/${CA}/${serialOf(1)}`, limit: 1 });
    expect(page.items).toEqual([]);
  });

  it('have as many records as hold at most 88 certificates, numbers and answers, and stay short', async () => {
    const few = await append(Array.from({ length: 200 }, () => answer(['01aa'])));
    const many = await append(
      Array.from({ length: 20 }, (_, n) => answer(['01aa'], { unregistered: numbers(n * 10, 10) })),
    );
    const whole = await append(
      Array.from({ length: 3 }, (_, n) => answer([], { unregistered: numbers(n * 88, 88) })),
    );
    expect(few.map((record) => record.kind === 'provision' && record.shared?.length)).toEqual([88, 88, 24]);
    expect(many.map((record) => record.kind === 'provision' && record.shared?.length)).toEqual([8, 8, 4]);
    expect(whole.map((record) => record.kind === 'provision' && record.count)).toEqual([88, 88, 88]);
    const longest = await append(
      Array.from({ length: MAX_CERTIFICATES_PER_RECORD }, () =>
        answer(numbers(0, MAX_CERTIFICATES_PER_RECORD)),
      ),
    );
    expect(longest).toHaveLength(1);
    expect(JSON.stringify(longest).length).toBeLessThan(MAX_RECORD_CHARS);
  });

  it('have records of their own where anything else differs', async () => {
    const drafts = [
      answer(['01aa']),
      answer(['01bb']),
      answer(['01aa', '01bb']),
      answer(['01aa'], { method: 'GET' }),
      answer(['01aa'], { channel: 'crl' }),
      answer(['01aa'], { unproven: 'token-expired' }),
      answer(['01aa'], { provided: { answers: ['revoked'], reasons: ['superseded'] } }),
      answer(['01aa'], { provided: { producedAt: '2026-11-22T00:00:01.000Z' } }),
      answer([], { unregistered: ['01aa'] }),
      answer([], { provided: { unregistered: { ca: 'signature-1', answer: 'unknown', serials: ['01aa'] } } }),
      answer([], {
        provided: { unregistered: { ca: CA, answer: 'revoked', reason: 'nonIssued', serials: ['01aa'] } },
      }),
      answer(['01aa'], { day: '2026-11-21' }),
      answer(['01aa'], { recipient: 'tax-office' }),
      answer(['01aa'], { recipient: 'tax-office' }),
      answer(['01aa'], { recipient: 'tax-office', repeats: '00'.repeat(16) }),
    ];
    const records = await append(drafts);
    expect(records).toHaveLength(drafts.length);
    expect(records.filter((record) => record.kind === 'provision' && record.shared)).toEqual([]);
    expect(digestsOf(records)).toEqual(drafts.map(({ responseDigest }) => responseDigest).toSorted());
  });

  it('are not held back for others: one alone is stored at once, as it is', async () => {
    const draft = answer(['01aa'], { unregistered: numbers(1, 2), impossible: 1 });
    const [record] = await world.ledger.append(draft);
    expect(record).toMatchObject({ ...draft });
    expect(record).not.toHaveProperty('shared');
  });

  it('are all refused by the write that fails, and the next ones are stored', async () => {
    let failing = false;
    const failed = world.over({
      get: (key) => world.table.get(key),
      query: (query) => world.table.query(query),
      write: async (writes) =>
        failing ? Promise.reject(new Error('the disk is full')) : world.table.write(writes),
      close: () => world.table.close(),
      beforeCommit: (ask) => (world.table as Required<Table>).beforeCommit(ask),
    });
    failing = true;
    const lost = await Promise.allSettled(Array.from({ length: 100 }, () => failed.append(answer(['01aa']))));
    expect(new Set(lost.map(({ status }) => status))).toEqual(new Set(['rejected']));
    failing = false;
    const stored = await Promise.all(Array.from({ length: 100 }, () => failed.append(answer(['01aa']))));
    expect(new Set(stored.flat().map(({ id }) => id)).size).toBe(2);
  });

  it('have a record each where the store makes no commits for several callers', async () => {
    const { beforeCommit: _, ...alone } = {
      get: world.table.get.bind(world.table),
      query: world.table.query.bind(world.table),
      write: world.table.write.bind(world.table),
      close: world.table.close.bind(world.table),
    } as Table;
    const ledger = world.over(alone);
    const records = await Promise.all(Array.from({ length: 3 }, () => ledger.append(answer(['01aa']))));
    expect(new Set(records.flat().map(({ id }) => id)).size).toBe(3);
  });

  it('are refused as a row of the ledger where the shared digests are not as the ledger writes them', async () => {
    const [record] = await append([answer(['01aa']), answer(['01aa'])]);
    const { id } = record as LedgerRecord;
    const spoiled: readonly Value[] = [
      { shared: [] },
      { shared: [{ responseDigest: 'aa', count: 2 }] },
      ...[
        { responseDigest: 'aa' },
        { count: 1 },
        'aa',
        { responseDigest: 'aa', count: 1, impossible: -1 },
      ].map((one) => ({ shared: [one, one] })),
      { shared: undefined },
      { responseDigest: 'aa' },
      { shared: Array.from({ length: 89 }, () => ({ responseDigest: 'aa', count: 1 })) },
    ];
    await world.ledger.query({ limit: 1 });
    for (const members of spoiled) {
      const key = recordKey(id);
      const there = await world.table.get(key);
      const version = there?.version ?? 0;
      await world.table.write([
        { put: key, value: { ...(record as unknown as Value), ...members }, if: { version } },
      ]);
      await expect(world.ledger.get(id), JSON.stringify(members).slice(0, 80)).rejects.toMatchObject({
        code: 'unknown-record',
      });
    }
    expect(await world.table.get(stagedKey(id))).toBeUndefined();
  });
});

it('reads unregistered numbers of no other form', () => {
  for (const unregistered of [
    null,
    'aa',
    [],
    {},
    { ca: CA },
    { ca: CA, serials: [1] },
    { serials: ['01aa'] },
  ])
    expect(unregisteredIn({ unregistered } as Value)).toBeUndefined();
});

describe('refused credentials', () => {
  const refusal = (more: Partial<RefusalDraft> = {}): RefusalDraft => ({
    kind: 'provision',
    recipient: 'public',
    unproven: 'token-invalid',
    door: 'token',
    channel: 'sign-in',
    method: 'GET',
    certificates: [],
    provided: {},
    count: 1,
    ...more,
  });
  const appendAll = async (drafts: readonly RefusalDraft[]): Promise<readonly LedgerRecord[]> => {
    const records = await Promise.all(drafts.map((draft) => world.ledger.append(draft)));
    return [...new Map(records.flat().map((record) => [record.id, record])).values()];
  };

  it('share one record, however many there are, which has the size of one', async () => {
    const [record, ...others] = await appendAll(Array.from({ length: 500 }, () => refusal()));
    expect(others).toEqual([]);
    expect(record).toMatchObject({ count: 500, unproven: 'token-invalid' });
    expect(record).not.toHaveProperty('shared');
    expect(record).not.toHaveProperty('responseDigest');
    expect(JSON.stringify(record).length).toBeLessThan(350);
    expect(await readCounts(world.table, '2026-11')).toEqual([]);
    await world.ledger.query({ limit: 1 });
    expect(await readCounts(world.table, '2026-11')).toMatchObject([{ records: 1, items: 500 }]);
  });

  it('do not share one where anything in them differs', async () => {
    const records = await appendAll([
      refusal(),
      refusal({ unproven: 'token-expired' }),
      refusal({ door: 'client-certificate' }),
      refusal({ method: 'POST' }),
      refusal({ provided: { named: 'auditor' } }),
      refusal(),
    ]);
    expect(records.map((record) => record.kind === 'provision' && record.count).toSorted()).toEqual([
      1, 1, 1, 1, 2,
    ]);
  });

  it('are found by their channel, and a row of that form with more in it is none of the ledger', async () => {
    const [record] = await appendAll([refusal()]);
    const { records } = await world.ledger.query({ recipient: 'public', channel: 'sign-in', limit: 10 });
    expect(records).toEqual([record]);
    for (const more of [{ responseDigest: '00' }, { office: 'x' }, { requests: ['x'] }]) {
      expect(
        readRecord({ sk: record?.id ?? '', value: { ...record, ...more } as unknown as Value }),
        JSON.stringify(more),
      ).toBeUndefined();
    }
    expect(readRecord({ sk: record?.id ?? '', value: record as unknown as Value })).toEqual(record);
  });
});
