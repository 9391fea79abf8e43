import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerRecord, ProvisionDraft, RecordQuery } from '../../lib/ledger/ledger.ts';
import { verifyRecordProof } from '../../lib/ledger/record-proof.ts';
import { pointerPks } from '../../lib/ledger/rows.ts';
import type { Table } from '../../lib/store/store.ts';
import { trustedLog } from '../../lib/tlog/policy.ts';
import {
  issueThroughOffice,
  openService,
  opensslRequest,
  type Service,
  temporaryFolder,
} from '../service.ts';
import { type Failure, type Faulty, faultyTable } from '../store/faulty-table.ts';

const DAY = 86_400_000;
const YEAR = 366 * DAY;

let folder: ReturnType<typeof temporaryFolder>;
let service: Service;
let plan: Map<number, Failure>;
let faulty: Table & Faulty;
/** The partitions from which rows were read. */
const read = new Set<string>();

beforeEach(async () => {
  folder = temporaryFolder();
  plan = new Map();
  service = await openService(folder.path, {
    table: (table) => {
      faulty = faultyTable(table, plan);
      return {
        get: (key) => faulty.get(key),
        query: (query) => {
          read.add(query.pk);
          return faulty.query(query);
        },
        write: (writes) => faulty.write(writes),
        close: () => faulty.close(),
      };
    },
  });
});

afterEach(async () => {
  plan.clear();
  await service.close();
  folder.remove();
});

const provision = (n: number): ProvisionDraft => ({
  kind: 'provision',
  recipient: 'tax-portal',
  channel: 'ocsp',
  method: 'POST',
  purpose: 'tax-return',
  certificates: [{ ca: 'signature-1', serial: (0x1000 + n).toString(16) }],
  provided: { answers: ['good'] },
  responseDigest: '00'.repeat(32),
  count: 1,
});

const tell = async (count: number): Promise<readonly LedgerRecord[]> => {
  const told = await service.app.ledger.append(...Array.from({ length: count }, (_, n) => provision(n)));
  await service.core.sequencer.sequence();
  return told;
};

const all = async (query: Omit<RecordQuery, 'limit' | 'cursor'>): Promise<readonly LedgerRecord[]> => {
  const found: LedgerRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await service.app.ledger.query({
      ...query,
      limit: 1000,
      ...(cursor !== undefined && { cursor }),
    });
    found.push(...page.records);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};

const rowsOf = async (record: LedgerRecord): Promise<number> => {
  const found = await Promise.all(pointerPks(record).map((pk) => service.table.get({ pk, sk: record.id })));
  return found.filter((item) => item !== undefined).length;
};

describe('retention', () => {
  it('deletes provisions after their seven years, explains them, and leaves their leaves', async () => {
    const { certificate } = await issueThroughOffice(
      service,
      'person-authentication',
      opensslRequest(folder.path, 'key'),
    );
    const old = await tell(3);
    const before = await service.app.transparencyLog.prove(old[0]?.id as string);
    expect(await service.core.retention.enforce()).toEqual([]);
    service.advance(6.9 * 365 * DAY);
    expect(await service.core.retention.enforce()).toEqual([]);
    const young = await tell(1);
    service.advance(60 * DAY);
    const done = await service.core.retention.enforce();
    expect(done.some((line) => line.startsWith('provision '))).toBe(true);
    for (const record of old) {
      await expect(service.app.ledger.get(record.id)).rejects.toMatchObject({
        code: 'record-expired',
        facts: { id: record.id, class: 'provision', kind: 'provision', leaf: expect.any(Number) },
      });
      expect(await rowsOf(record)).toBe(0);
    }
    expect((before.record as LedgerRecord).leaf).toBe(
      (
        await service.app.ledger
          .get(old[0]?.id as string)
          .catch((error: { facts: { leaf: number } }) => error.facts)
      ).leaf,
    );
    const records = await all({ recipient: 'tax-portal' });
    expect(records.map(({ id }) => id)).toEqual(young.map(({ id }) => id));
    // The remaining records can be proven as before, and the certificate's history is whole.
    await service.core.sequencer.sequence();
    const proven = await service.app.transparencyLog.prove(young[0]?.id as string);
    const logs = [trustedLog([await service.app.transparencyLog.verifierKey()])];
    expect(verifyRecordProof(proven.proof, { logs }).record.id).toBe(young[0]?.id);
    // A proof that was taken before the deletion still verifies.
    expect(verifyRecordProof(before.proof, { logs }).record.id).toBe(old[0]?.id);
    const acts = await service.app.ledger.query({ certificate, kind: 'issuance', limit: 10 });
    expect(acts.records).toHaveLength(1);
    expect(await service.core.retention.enforce()).toEqual([]);
    const told = await all({ kind: 'retention' });
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]).toMatchObject({ details: { class: 'provision' } });
  });

  it('keeps the records of a certificate for ten years after its end, and the ceremony for ever', async () => {
    const { certificate, id: request } = await issueThroughOffice(
      service,
      'person-authentication',
      opensslRequest(folder.path, 'key'),
    );
    await service.core.sequencer.sequence();
    const { notAfter } = await service.app.authority.certificate(service.principal('auditor'), certificate);
    const issuance = async () =>
      (await service.app.ledger.query({ certificate, kind: 'issuance', limit: 10 })).records.length;
    service.advance(Date.parse(notAfter) - service.now() + 10 * 365 * DAY);
    await service.core.retention.enforce();
    expect(await issuance()).toBe(1);
    service.advance(5 * DAY);
    await service.core.retention.enforce();
    expect(await issuance()).toBe(0);
    // A request could have led to a longer certificate, so its records stay until no certificate of it could be left.
    const asked = async () =>
      (await all({ kind: 'submission' })).filter(
        (record) => record.kind !== 'provision' && record.details.request === request,
      ).length;
    expect(await asked()).toBe(1);
    service.advance(20 * YEAR);
    await service.core.retention.enforce();
    expect(await asked()).toBe(0);
    expect((await all({ kind: 'ceremony' })).length).toBe(service.trustDomain.authorities.length + 1);
  });

  it('reads no day again before one of its records may go', async () => {
    const { certificate } = await issueThroughOffice(
      service,
      'person-authentication',
      opensslRequest(folder.path, 'key'),
    );
    await service.core.sequencer.sequence();
    const { notAfter } = await service.app.authority.certificate(service.principal('auditor'), certificate);
    const issuances = { certificate, kind: 'issuance', limit: 10 } as const;
    const [issuance] = (await service.app.ledger.query(issuances)).records;
    const day = `record/${issuance?.time.slice(0, 10)}`;
    const isRead = async (): Promise<boolean> => {
      read.clear();
      await service.core.retention.enforce();
      return read.has(day);
    };
    // The record is still within its ten years, though its day is older than that.
    service.advance(Date.parse(notAfter) - service.now() + 10 * 365 * DAY);
    expect(await isRead()).toBe(true);
    expect(await isRead()).toBe(false);
    expect((await service.app.ledger.query(issuances)).records).toHaveLength(1);
    service.advance(5 * DAY);
    expect(await isRead()).toBe(true);
    expect((await service.app.ledger.query(issuances)).records).toHaveLength(0);
  });

  it('never deletes a record that has no leaf yet', async () => {
    const [record] = await service.app.ledger.append(provision(1));
    await service.app.ledger.query({ limit: 1 });
    service.advance(8 * YEAR);
    await service.core.retention.enforce();
    expect((await service.app.ledger.get(record?.id as string)).id).toBe(record?.id);
    await service.core.sequencer.sequence();
    await service.core.retention.enforce();
    await expect(service.app.ledger.get(record?.id as string)).rejects.toMatchObject({
      code: 'record-expired',
    });
  });

  it('leaves each record whole or explained, whichever write fails and how', async () => {
    const told = await tell(12);
    service.advance(8 * YEAR);
    for (const failure of ['lost', 'appliedThenErrored', 'lost', 'appliedThenErrored'] as const) {
      plan.clear();
      plan.set(faulty.writes + 3, failure);
      await service.core.retention.enforce().catch(() => {});
      plan.clear();
      for (const record of told) {
        const found = await service.app.ledger.get(record.id).catch((error: { code: string }) => error.code);
        const rows = await rowsOf(record);
        if (found === 'record-expired') expect(rows).toBe(0);
        else expect([(found as LedgerRecord).id, rows]).toEqual([record.id, pointerPks(record).length]);
      }
    }
    await service.core.retention.enforce();
    for (const record of told) {
      await expect(service.app.ledger.get(record.id)).rejects.toMatchObject({ code: 'record-expired' });
    }
  });
});
