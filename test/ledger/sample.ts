import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Acts } from '../../lib/acts/contract.ts';
import { type Ledger, type LedgerRecord, openLedger, type RecordDraft } from '../../lib/ledger/ledger.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import type { Table } from '../../lib/store/store.ts';
import { ledgerActs } from '../acts.ts';

/** A ledger over SQLite in a folder of its own, with a clock that tests set and repeatable random bytes. */
export interface LedgerWorld {
  readonly table: Table;
  readonly ledger: Ledger;
  readonly acts: Acts;
  /** The same ledger over another table, such as one that fails. */
  over(table: Table): Ledger;
  now: number;
  close(): Promise<void>;
}

export const openLedgerWorld = async (start: string): Promise<LedgerWorld> => {
  const folder = mkdtempSync(join(tmpdir(), 'akashi-ledger-'));
  const table = await openSqliteTable(join(folder, 'table.sqlite'));
  let drawn = 0;
  const random = (n: number): Uint8Array =>
    createHash('sha256').update(`chance ${drawn++}`).digest().subarray(0, n);
  const proof = ledgerActs();
  const over = (other: Table): Ledger =>
    openLedger({ table: other, clock: () => world.now, random, ...proof });
  const world: LedgerWorld = {
    table,
    ledger: over(table),
    acts: proof.acts,
    over,
    now: Date.parse(start),
    close: async () => {
      await table.close();
      rmSync(folder, { recursive: true });
    },
  };
  return world;
};

const RECIPIENTS = ['public', 'tax-office', 'land-registry'] as const;
const PURPOSES = ['inheritance', 'registration', undefined] as const;
const METHODS = ['GET', 'POST'] as const;
const CHANNELS = ['ocsp', 'crl', 'records'] as const;

const at = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

/** The nth record of a history in which every query finds some records. Every tenth record is an act. */
export const nthDraft = (n: number): RecordDraft => {
  const certificate = { ca: 'signature-1', serial: (4096 + (n % 40)).toString(16) };
  if (n % 10 === 9) {
    const holder = `holder-${n % 4}`;
    return n % 20 === 9
      ? {
          kind: 'issuance',
          actor: 'service',
          certificates: [{ ca: 'signature-1', serial: (0x800000 + n).toString(16) }],
          office: at(['mizusaki-higashi', 'mizusaki-nishi'], n),
          ...(n < 200 && { holder }),
          details: { profile: 'person-signature' },
        }
      : {
          kind: 'revocation',
          actor: 'operator-noda',
          certificates: [certificate],
          office: 'mizusaki-higashi',
          details: { reason: 'superseded' },
        };
  }
  const purpose = at(PURPOSES, Math.floor(n / 7));
  return {
    kind: 'provision',
    recipient: at(RECIPIENTS, n),
    channel: at(CHANNELS, Math.floor(n / 3)),
    method: at(METHODS, Math.floor(n / 5)),
    ...(purpose !== undefined && { purpose, legalBasis: '公的個人認証法第18条' }),
    certificates: [certificate],
    provided: { answers: ['good'] },
    responseDigest: '00'.repeat(32),
    count: 1 + (n % 3),
  };
};

/** The first `count` records of the history, `gap` milliseconds apart. */
export const writeHistory = async (
  world: LedgerWorld,
  count: number,
  gap: number,
): Promise<readonly LedgerRecord[]> => {
  const written: LedgerRecord[] = [];
  for (let n = 0; n < count; n += 50) {
    const drafts = Array.from({ length: Math.min(50, count - n) }, (_, i) => nthDraft(n + i));
    for (const draft of drafts) {
      world.now += gap;
      written.push(...(await world.ledger.append(draft)));
    }
  }
  return written;
};
