import type { Acts } from '../acts/acts.ts';
import { Fault } from '../fault.ts';
import type { Bucket, Table } from '../store/store.ts';
import {
  formatProof,
  parseCheckpoint,
  parseNote,
  parseTilePath,
  proveInclusion,
  TILE_WIDTH,
  TileReader,
} from '../tlog/tlog.ts';
import type { LedgerRecord } from './contract.ts';
import { entryOf, recordBytes } from './entry.ts';
import { getRecord, unknownRecord } from './query/get.ts';
import { CHECKPOINT_OBJECT, LOG_PREFIX, readPath } from './tree.ts';
import { readTree } from './tree-row.ts';

/** The published log, readable by everybody: C2SP tlog-tiles below `log/` of the bucket. */
export interface TransparencyLog {
  /** The public keys that verify the signatures of acts, by kind and generation. */
  actKeys: Acts['keys'];
  /** The published checkpoint as a signed note. Faults: `try-later` before the first one. */
  checkpoint(): Promise<Uint8Array>;
  /**
   * A tile or entry bundle, by its path from `tile/` on. Faults: `malformed-tile` for a path that cannot be one;
   * `unknown-tile` for a tile that the log does not have.
   */
  tile(path: string): Promise<Uint8Array>;
  /** The log's verifier key. A client that takes it from here has only the log's own word for it. Faults: `try-later`. */
  verifierKey(): Promise<string>;
  /**
   * The record and its C2SP tlog-proof. The proof's extra data are the bytes that the record's digest covers, so the
   * file can be verified with the log's verifier key alone. A record that is not as asked for is `unknown-record`, as if there
   * were none, before anything else is said of it. Where a recipient is asked for, so is one that was deleted: what is kept
   * of it does not say who got the answer. Faults: `unknown-record`; `record-expired`; `try-later` until the record's leaf is
   * under a published checkpoint; `log-inconsistent` where the record does not match its leaf.
   * @param asked `tenant` for a principal of that tenant, to whom a deleted record is `unknown-record` as well.
   */
  prove(
    id: string,
    asked?: {
      readonly kind?: LedgerRecord['kind'];
      readonly recipient?: string;
      readonly tenant?: string;
    },
  ): Promise<{ readonly record: LedgerRecord; readonly proof: string }>;
}

export const openTransparencyLog = ({
  table,
  bucket,
  actKeys,
}: {
  readonly table: Table;
  readonly bucket: Pick<Bucket, 'get'>;
  readonly actKeys: TransparencyLog['actKeys'];
}): TransparencyLog => {
  const checkpoint = async (): Promise<Uint8Array> => {
    const found = await bucket.get(CHECKPOINT_OBJECT);
    if (!found) throw new Fault('try-later', 'The log has no checkpoint yet.');
    return found.body;
  };

  return {
    checkpoint,
    actKeys,

    tile: async (path) => {
      const file = `tile/${path}`;
      parseTilePath(file);
      const found = await bucket.get(`${LOG_PREFIX}${file}`);
      if (!found) throw new Fault('unknown-tile', 'The log has no such tile.', { path: file });
      return found.body;
    },

    verifierKey: async () => {
      const tree = await readTree(table);
      if (!tree) throw new Fault('try-later', 'The log has no leaf yet.');
      return tree.row.vkey;
    },

    prove: async (id, asked = {}) => {
      const record = await recordAsked(table, id, asked);
      const note = await checkpoint();
      const { size, root } = parseCheckpoint(parseNote(note).text);
      const { leaf } = record;
      if (leaf === undefined || leaf >= size) {
        throw new Fault(
          'try-later',
          'The record has no leaf under a published checkpoint yet; ask again soon.',
        );
      }
      const reader = new TileReader({ size, root }, readPath(bucket));
      const entries = await reader.entries(Math.floor(leaf / TILE_WIDTH));
      if (Buffer.compare(entries[leaf % TILE_WIDTH] ?? Buffer.alloc(0), entryOf(record)) !== 0) {
        throw new Fault(
          'log-inconsistent',
          'The record is not what its leaf says: one of them was changed.',
          {
            id,
            leaf,
          },
        );
      }
      const proof = formatProof({
        index: leaf,
        hashes: await proveInclusion(reader.hashes, leaf, size),
        extra: recordBytes(record),
        checkpoint: Buffer.from(note).toString('utf8'),
      });
      return { record, proof };
    },
  };
};

const recordAsked = async (
  table: Table,
  id: string,
  { kind, recipient, tenant }: NonNullable<Parameters<TransparencyLog['prove']>[1]>,
): Promise<LedgerRecord> => {
  try {
    const record = await getRecord(table, id);
    const isOfKind = kind === undefined || record.kind === kind;
    const isTheirs = recipient === undefined || recipientOf(record) === recipient;
    const isOfTenant = tenant === undefined || record.tenant === tenant;
    if (isOfKind && isTheirs && isOfTenant) return record;
  } catch (error) {
    if ((recipient === undefined && tenant === undefined) || !Fault.is(error, 'record-expired')) throw error;
  }
  throw unknownRecord(id);
};

const recipientOf = (record: LedgerRecord): string | undefined =>
  record.kind === 'provision' ? record.recipient : undefined;
