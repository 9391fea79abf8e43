import { hash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { Signer } from '../../lib/keys/keys.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import { listBatches } from '../../lib/ledger/batches.ts';
import { entryOf, parseEntry } from '../../lib/ledger/entry.ts';
import {
  type Ledger,
  type LedgerRecord,
  openLedger,
  openRecoveries,
  type ProvisionDraft,
  type Recoveries,
} from '../../lib/ledger/ledger.ts';
import { recordKey, STAGED_PKS, UNSEQUENCED_PKS } from '../../lib/ledger/rows.ts';
import { openSequencer, type Sequencer, type SequencerDeps } from '../../lib/ledger/sequencer.ts';
import { CHECKPOINT_OBJECT, readPath } from '../../lib/ledger/tree.ts';
import { readTree } from '../../lib/ledger/tree-row.ts';
import type { Bucket, Table } from '../../lib/store/store.ts';
import { openCheckpoint } from '../../lib/tlog/checkpoint.ts';
import { append, foldRoot, leafHash } from '../../lib/tlog/merkle.ts';
import { trustedLog } from '../../lib/tlog/policy.ts';
import { TileReader } from '../../lib/tlog/tile-reader.ts';
import { ledgerActs } from '../acts.ts';

/** A ledger with its log, and the oracle that reads the whole of it again. */

export const ORIGIN = 'akashi.example/log';

export const logKey: Signer = await generateSoftwareKey('ed25519');

export const START = Date.parse('2026-03-30T22:00:00Z');

let now = START;
export const clock = (): number => now;
export const advance = (ms: number): void => {
  now += ms;
};

/** One set of keys for all ledgers of a test, as the processes of one service have. */
export const worldActs = ledgerActs();

export const ledgerOver = (table: Table): Ledger =>
  openLedger({ table, clock, random: (n) => randomBytes(n), ...worldActs });

export const recoveriesOver = (table: Table, bucket: Bucket): Recoveries =>
  openRecoveries({ objects: worldActs.objects, bucket, conclusion: ledgerOver(table).conclusion });

/** What the sequencers of these tests log. */
export const logged: { level: string; message: string; facts: Readonly<Record<string, unknown>> }[] = [];

export const sequencerOver = (
  table: Table,
  bucket: Bucket,
  more: { readonly [D in keyof SequencerDeps]?: Exclude<SequencerDeps[D], undefined> } = {},
): Sequencer =>
  openSequencer({
    table,
    bucket,
    signer: async () => logKey,
    origin: { name: ORIGIN, chosen: true },
    acts: worldActs.acts,
    recoveries: recoveriesOver(table, bucket),
    clock,
    elapsed: () => performance.now(),
    log: (level, message, facts = {}) => logged.push({ level, message, facts }),
    ...more,
  });

export const provision = (serial: string, recipient = 'public'): ProvisionDraft => ({
  kind: 'provision',
  recipient,
  channel: 'ocsp',
  method: 'POST',
  certificates: [{ ca: 'organisation-1', serial }],
  provided: { answers: ['good'], 目的: '住民票の写しの交付' },
  responseDigest: hash('sha256', serial),
  count: 1,
});

export const appendSome = async (ledger: Ledger, count: number): Promise<LedgerRecord[]> => {
  const records: LedgerRecord[] = [];
  for (let i = 0; i < count; i++) {
    advance(1);
    records.push(...(await ledger.append(provision((i + 256).toString(16).padStart(4, '0')))));
  }
  return records;
};

/**
 * Verifies the log from its files alone: the published checkpoint verifies, the tiles lead to it, each record has exactly
 * one leaf of its own, and no record waits for a leaf. Resolves with the ids in the order of the leaves.
 */
export const checkLog = async (
  table: Table,
  bucket: Bucket,
  records: readonly LedgerRecord[],
): Promise<readonly string[]> => {
  const tree = (await readTree(table))?.row;
  expect(tree?.size).toBe(records.length);
  const note = (await bucket.get(CHECKPOINT_OBJECT))?.body as Uint8Array;
  const { checkpoint } = openCheckpoint(note, trustedLog([tree?.vkey as string]));
  expect(checkpoint.size).toBe(records.length);
  const reader = new TileReader(checkpoint, readPath(bucket));
  const entries: Uint8Array[] = [];
  for (let bundle = 0; bundle * 256 < checkpoint.size; bundle++) {
    entries.push(...(await reader.entries(bundle)));
  }
  expect(Buffer.from(foldRoot(append(0, [], entries.map(leafHash)).edge))).toEqual(
    Buffer.from(checkpoint.root),
  );
  const ids = entries.map((entry) => parseEntry(entry).id);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(records.map(({ id }) => id).sort());
  for (const record of records) {
    const row = await table.get(recordKey(record.id));
    const stored = (row?.value ?? {}) as unknown as LedgerRecord;
    expect(stored).toEqual({ ...record, leaf: ids.indexOf(record.id) });
    expect(Buffer.from(entries[stored.leaf as number] as Uint8Array)).toEqual(Buffer.from(entryOf(record)));
  }
  expect(await listBatches(bucket)).toEqual([]);
  for (const pk of [...STAGED_PKS, ...UNSEQUENCED_PKS]) {
    expect((await table.query({ pk, limit: 1 })).items, pk).toEqual([]);
  }
  return ids;
};

/** Sequences until no record waits, and repeats after failures of the store. */
export const sequenceAll = async (sequencer: Sequencer, attempts = 50): Promise<void> => {
  for (let attempt = 0; ; attempt++) {
    try {
      if ((await sequencer.sequence()).leaves === 0) return;
    } catch (error) {
      if (attempt >= attempts) throw error;
    }
  }
};
