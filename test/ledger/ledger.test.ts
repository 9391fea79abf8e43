import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../lib/ledger/canonical.ts';
import {
  type Ledger,
  type LedgerRecord,
  openLedger,
  type ProvisionDraft,
  type RecordQuery,
} from '../../lib/ledger/ledger.ts';
import { MAX_CERTIFICATES_PER_RECORD } from '../../lib/ledger/rows.ts';
import { openSqliteTable, type SqliteTable } from '../../lib/store/sqlite.ts';
import type { Json } from '../../lib/store/store.ts';
import { ledgerActs } from '../acts.ts';

const START = Date.parse('2026-03-30T22:00:00Z');
const DAY = 86_400_000;

let folder: string;
let table: SqliteTable;
let now: number;
let ledger: Ledger;

const open = (): Ledger =>
  openLedger({ table, clock: () => now, random: (n) => randomBytes(n), ...ledgerActs() });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'akashi-ledger-'));
  table = await openSqliteTable(join(folder, 'table.sqlite'));
  now = START;
  ledger = open();
});

afterEach(async () => {
  await table.close();
  rmSync(folder, { recursive: true });
});

const provision = (recipient: string, serials: readonly string[] = []): ProvisionDraft => ({
  kind: 'provision',
  recipient,
  channel: 'ocsp',
  method: 'POST',
  certificates: serials.map((serial) => ({ ca: 'organisation-1', serial })),
  provided: { answers: serials.map(() => 'good'), 目的: '住民票の写しの交付' },
  responseDigest: '00'.repeat(32),
  count: serials.length,
});

const all = async (query: Omit<RecordQuery, 'limit' | 'cursor'>, limit: number): Promise<LedgerRecord[]> => {
  const found: LedgerRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.query({ ...query, limit, ...(cursor !== undefined && { cursor }) });
    expect(page.records.length).toBeLessThanOrEqual(limit);
    found.push(...page.records);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};

describe('the ledger', () => {
  it('finds a record at once: by id, by recipient, by certificate, by time', async () => {
    const [record] = await ledger.append(provision('verifier-1', ['01aa', '01bb']));
    expect(await ledger.get(record?.id as string)).toEqual(record);
    expect(record?.time).toBe('2026-03-30T22:00:00.000Z');
    for (const query of [
      { recipient: 'verifier-1' },
      { certificate: { ca: 'organisation-1', serial: '01bb' } },
      { from: '2026-03-30T00:00:00Z', to: '2026-03-31T00:00:00Z' },
      {},
    ]) {
      expect(await all(query, 10)).toEqual([record]);
    }
    expect(await all({ recipient: 'verifier-2' }, 10)).toEqual([]);
    expect(await all({ certificate: { ca: 'organisation-1', serial: '01cc' } }, 10)).toEqual([]);
    expect(await all({ actor: 'verifier-1' }, 10)).toEqual([]);
  });

  it('survives being closed right after an append, settled or not', async () => {
    const [first] = await ledger.append(provision('verifier-1', ['01aa']));
    await ledger.query({ limit: 1 });
    now += 5;
    const [second] = await ledger.append(provision('verifier-1', ['01aa']));
    await table.close();
    table = await openSqliteTable(join(folder, 'table.sqlite'));
    ledger = open();
    expect(await all({ recipient: 'verifier-1' }, 10)).toEqual([second, first]);
  });

  it('gives every record once, newest first, whatever the page size and the spread over days and months', async () => {
    const parties = ['public', 'verifier-1'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ party: fc.constantFrom(...parties), gap: fc.integer({ min: 0, max: 3 * DAY }) }),
          {
            minLength: 1,
            maxLength: 40,
          },
        ),
        fc.integer({ min: 1, max: 12 }),
        async (plan, limit) => {
          const recipient = (name: string): string => `${name}-${plan.length}-${limit}-${now}`;
          const suffix = now;
          const written: LedgerRecord[] = [];
          for (const { party, gap } of plan) {
            now += gap;
            const [record] = await ledger.append(
              provision(`${recipient(party).replace(/-\d+$/, '')}-${suffix}`, ['01']),
            );
            written.unshift(record as LedgerRecord);
          }
          for (const party of new Set(written.map((record) => (record as ProvisionDraft).recipient))) {
            const expected = written.filter((record) => (record as ProvisionDraft).recipient === party);
            expect(await all({ recipient: party }, limit)).toEqual(expected);
          }
          const from = (written.at(-1) as LedgerRecord).time;
          const byTime = await all({ from }, limit);
          expect(byTime.slice(0, written.length)).toEqual(written);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('keeps a cursor good while records are added', async () => {
    const written: string[] = [];
    for (let i = 0; i < 25; i++) {
      now += 1000;
      written.unshift(((await ledger.append(provision('verifier-1', ['01aa'])))[0] as LedgerRecord).id);
    }
    const first = await ledger.query({ recipient: 'verifier-1', limit: 10 });
    now += 1000;
    await ledger.append(provision('verifier-1', ['01aa']));
    const second = await ledger.query({ recipient: 'verifier-1', limit: 10, cursor: first.cursor as string });
    const third = await ledger.query({ recipient: 'verifier-1', limit: 10, cursor: second.cursor as string });
    expect([...first.records, ...second.records, ...third.records].map(({ id }) => id)).toEqual(written);
  });

  it('filters by kind without losing the place', async () => {
    for (let i = 0; i < 60; i++) {
      now += DAY / 10;
      await ledger.append(
        i % 20 === 7
          ? {
              kind: 'revocation',
              actor: 'operator-1',
              certificates: [{ ca: 'organisation-1', serial: '01aa' }],
              details: { i },
            }
          : provision('public', ['01aa']),
      );
    }
    expect((await all({ kind: 'revocation' }, 2)).length).toBe(3);
    expect(
      (await all({ certificate: { ca: 'organisation-1', serial: '01aa' }, kind: 'revocation' }, 2)).length,
    ).toBe(3);
    expect((await all({ certificate: { ca: 'organisation-1', serial: '01aa' } }, 7)).length).toBe(60);
    expect((await all({ actor: 'operator-1' }, 2)).length).toBe(3);
  });

  it('refuses cursors that were altered or belong to another query', async () => {
    for (let i = 0; i < 5; i++) await ledger.append(provision('verifier-1', ['01aa']));
    const { cursor } = await ledger.query({ recipient: 'verifier-1', limit: 2 });
    const refusal = expect.objectContaining({ code: 'cursor-invalid' });
    await expect(ledger.query({ recipient: 'public', limit: 2, cursor: cursor as string })).rejects.toEqual(
      refusal,
    );
    for (const altered of [`${cursor}A`, (cursor as string).slice(1), 'x', '', '{}']) {
      await expect(ledger.query({ recipient: 'verifier-1', limit: 2, cursor: altered })).rejects.toEqual(
        refusal,
      );
    }
    const decoded = Buffer.from(cursor as string, 'base64url').toString();
    const elsewhere = Buffer.from(decoded.replace('party/verifier-1', 'party/public')).toString('base64url');
    await expect(ledger.query({ recipient: 'verifier-1', limit: 2, cursor: elsewhere })).rejects.toEqual(
      refusal,
    );
  });

  it('is settled by any number of readers at once without loss or repetition', async () => {
    await Promise.all(
      Array.from({ length: 400 }, (_, i) => ledger.append(provision('public', [(i + 16).toString(16)]))),
    );
    const other = open();
    const [mine, theirs] = await Promise.all([
      ledger.query({ limit: 1000 }),
      other.query({ limit: 1000 }),
      ledger.query({ recipient: 'public', limit: 1000 }),
    ]);
    expect(new Set(mine.records.map(({ id }) => id)).size).toBe(400);
    expect(theirs.records).toEqual(mine.records);
  });

  it('refuses a record with more certificates than one write can index', async () => {
    const serials = Array.from({ length: MAX_CERTIFICATES_PER_RECORD + 1 }, (_, i) => (i + 16).toString(16));
    await expect(ledger.prepare(provision('public', serials))).rejects.toMatchObject({
      code: 'record-invalid',
    });
    expect((await ledger.prepare(provision('public', serials.slice(1)))).writes).toHaveLength(1);
  });

  it('splits an answer about too many certificates for one record into several records', async () => {
    const serials = Array.from({ length: MAX_CERTIFICATES_PER_RECORD + 2 }, (_, i) => (i + 16).toString(16));
    const draft = provision('public', serials);
    await expect(ledger.append({ ...draft, provided: {} })).rejects.toMatchObject({ code: 'record-invalid' });
    const answers = serials.map((serial) => `answer ${serial}`);
    const reasons = serials.map((serial) => (serial === '10' ? null : `reason ${serial}`));
    const provided = { ...draft.provided, answers, reasons, impossible: 3 };
    const records = await ledger.append({ ...draft, provided, count: serials.length + 3 });
    expect(records).toEqual(
      [0, MAX_CERTIFICATES_PER_RECORD].map((from) => {
        const to = from + MAX_CERTIFICATES_PER_RECORD;
        const certificates = draft.certificates.slice(from, to);
        const impossible = from === 0 ? 3 : 0;
        return expect.objectContaining({
          ...draft,
          certificates,
          provided: {
            ...draft.provided,
            answers: answers.slice(from, to),
            reasons: reasons.slice(from, to),
            ...(impossible > 0 && { impossible }),
          },
          count: certificates.length + impossible,
        });
      }),
    );
  });

  it('refuses an invalid record id, and says if a record does not exist', async () => {
    const refusal = expect.objectContaining({ code: 'unknown-record' });
    await expect((async () => ledger.get('../../etc'))()).rejects.toEqual(refusal);
    await expect(ledger.get('0'.repeat(32))).rejects.toEqual(refusal);
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of members, and is JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = canonicalJson(value as Json);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
    expect(canonicalJson({ b: 1, a: ['証', null, { d: true, c: undefined }] })).toBe(
      '{"a":["証",null,{"d":true}],"b":1}',
    );
  });
});
