import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerRecord, RecordQuery } from '../../lib/ledger/ledger.ts';
import type { Table } from '../../lib/store/store.ts';
import { type LedgerWorld, openLedgerWorld, writeHistory } from './sample.ts';

const HOUR = 3_600_000;

let world: LedgerWorld;

beforeEach(async () => {
  world = await openLedgerWorld('2026-01-10T00:00:00Z');
});

afterEach(() => world.close());

const all = async (query: Omit<RecordQuery, 'limit' | 'cursor'>, limit = 37): Promise<LedgerRecord[]> => {
  const found: LedgerRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await world.ledger.query({ ...query, limit, ...(cursor !== undefined && { cursor }) });
    found.push(...page.records);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};

/** The meaning of a query, without an index. */
const matches = (record: LedgerRecord, query: Omit<RecordQuery, 'limit'>): boolean =>
  Object.entries(query).every(([name, value]) => {
    if (name === 'from') return record.time >= (value as string);
    if (name === 'to') return record.time < (value as string);
    if (name === 'certificate') {
      const { ca, serial } = value as { ca: string; serial: string };
      return record.certificates?.some((ref) => ref.ca === ca && ref.serial === serial) === true;
    }
    return Reflect.get(record, name) === value;
  });

const QUERIES: readonly Omit<RecordQuery, 'limit' | 'cursor'>[] = [
  {},
  { recipient: 'tax-office' },
  { actor: 'operator-noda' },
  { certificate: { ca: 'signature-1', serial: '1001' } },
  { office: 'mizusaki-nishi' },
  { purpose: 'inheritance' },
  { channel: 'crl' },
  { kind: 'issuance' },
  { recipient: 'public', channel: 'ocsp', purpose: 'registration' },
  { certificate: { ca: 'signature-1', serial: '1002' }, recipient: 'land-registry' },
  { office: 'mizusaki-higashi', kind: 'revocation' },
  { channel: 'ocsp', from: '2026-01-20T03:30:00.000Z', to: '2026-02-03T00:00:00.000Z' },
];

describe('a query of the ledger', () => {
  it('finds the same as a scan of every record, newest first', async () => {
    const written = (await writeHistory(world, 700, HOUR)).toReversed();
    for (const query of QUERIES) {
      const expected = written.filter((record) => matches(record, query));
      expect(expected.length, JSON.stringify(query)).toBeGreaterThan(3);
      for (const limit of [7, 1000]) expect(await all(query, limit)).toEqual(expected);
    }
  });

  it('by holder finds the issuances and everything about those certificates', async () => {
    await writeHistory(world, 200, HOUR);
    const issuances = (await all({ kind: 'issuance' })).filter(
      (record) => record.kind !== 'provision' && record.holder === 'holder-1',
    );
    const refs = issuances.flatMap(({ certificates }) => certificates ?? []);
    expect(refs.length).toBeGreaterThan(3);
    const told: LedgerRecord[] = [];
    for (let n = 0; n < 60; n++) {
      world.now += HOUR * (n % 5);
      const ref = refs[(n * n) % refs.length] as (typeof refs)[number];
      const [record] = await world.ledger.append({
        kind: 'provision',
        recipient: 'tax-office',
        channel: 'ocsp',
        method: 'POST',
        certificates: [ref, refs[0] as typeof ref].slice(0, 1 + (n % 2)),
        provided: {},
        responseDigest: '11'.repeat(32),
        count: 1,
      });
      told.unshift(record as LedgerRecord);
    }
    const expected = [...told, ...issuances];
    for (const limit of [1, 4, 13, 1000]) expect(await all({ holder: 'holder-1' }, limit)).toEqual(expected);
    expect(await all({ holder: 'holder-1', kind: 'provision' }, 9)).toEqual(told);
    expect(await all({ holder: 'nobody' })).toEqual([]);
  });

  it('by holder refuses a cursor that was made up', async () => {
    await writeHistory(world, 200, HOUR);
    const { cursor = '' } = await world.ledger.query({ holder: 'holder-1', limit: 2 });
    const position = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    for (const inner of ['', 'x', '\0', '~'.repeat(2000), undefined]) {
      const forged = Buffer.from(JSON.stringify({ ...position, inner })).toString('base64url');
      await expect(
        world.ledger.query({ holder: 'holder-1', limit: 2, cursor: forged }),
      ).rejects.toMatchObject({ code: 'cursor-invalid' });
    }
  });

  it('refuses a cursor from outside its period, which would be a walk through days without end', async () => {
    await writeHistory(world, 200, HOUR);
    const whole = { recipient: 'tax-office', to: '2026-02-01T00:00:00Z' };
    for (const query of [{ recipient: 'tax-office' }, whole, { holder: 'holder-1' }]) {
      const { cursor = '' } = await world.ledger.query({ ...query, limit: 2 });
      const position = JSON.parse(Buffer.from(cursor, 'base64url').toString());
      const beyond = [8.64e15, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0];
      if ('to' in query) beyond.push(position.to + 1);
      for (const to of beyond) {
        const forged = Buffer.from(JSON.stringify({ ...position, to })).toString('base64url');
        const began = performance.now();
        await expect(world.ledger.query({ ...query, limit: 2, cursor: forged })).rejects.toMatchObject({
          code: 'cursor-invalid',
        });
        expect(performance.now() - began).toBeLessThan(2000);
      }
    }
  });

  it('goes on below its cursor whatever is added meanwhile', async () => {
    await writeHistory(world, 300, HOUR);
    for (const query of [...QUERIES, { holder: 'holder-1' }]) {
      if (query.to !== undefined) continue;
      const whole = await all(query);
      const first = await world.ledger.query({ ...query, limit: 2 });
      await writeHistory(world, 40, 1);
      const rest: LedgerRecord[] = [];
      let { cursor } = first;
      while (cursor !== undefined) {
        const page = await world.ledger.query({ ...query, limit: 11, cursor });
        rest.push(...page.records);
        cursor = page.cursor;
      }
      expect([...first.records, ...rest]).toEqual(whole);
    }
  });

  it('costs the same first page however many records there are', { timeout: 120_000 }, async () => {
    const reads = { count: 0 };
    const counting: Table = {
      get: (key) => {
        reads.count++;
        return world.table.get(key);
      },
      query: (query) => {
        reads.count++;
        return world.table.query(query);
      },
      write: (writes) => world.table.write(writes),
      close: () => world.table.close(),
    };
    const costs = async (): Promise<readonly number[]> => {
      const ledger = world.over(counting);
      await ledger.query({ limit: 1 });
      const costs: number[] = [];
      for (const query of [...QUERIES.filter(({ to }) => to === undefined), { holder: 'holder-1' }]) {
        reads.count = 0;
        await ledger.query({ ...query, limit: 10 });
        costs.push(reads.count);
      }
      return costs;
    };
    await writeHistory(world, 1500, 1000);
    const small = await costs();
    await writeHistory(world, 4500, 1000);
    const large = await costs();
    large.forEach((cost, index) => {
      // A day or a month may have begun in between.
      expect(cost, `query ${index}`).toBeLessThanOrEqual((small[index] as number) * 1.5 + 4);
    });
  });

  it('ends an empty page after bounded work, and goes on from there', async () => {
    await writeHistory(world, 20, 1000);
    world.now += 20 * 366 * 24 * HOUR;
    await world.ledger.append({ kind: 'setting', actor: 'service', details: {} });
    const page = await world.ledger.query({ recipient: 'tax-office', limit: 10 });
    expect(page.records).toEqual([]);
    expect(page.cursor).toBeDefined();
    expect(await all({ recipient: 'tax-office' })).not.toEqual([]);
  });
});
