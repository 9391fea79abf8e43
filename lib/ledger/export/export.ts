import { createHash } from 'node:crypto';
import type { Clock } from '../../ports.ts';
import type { Principal } from '../../principal.ts';
import type { Value } from '../../store/store.ts';
import type { Ledger, RecordQuery } from '../ledger.ts';
import { EXPORT_TYPES, type ExportFormat, openFile } from './formats.ts';

export interface ExportRequest {
  readonly query: Omit<RecordQuery, 'limit' | 'cursor'>;
  readonly format: ExportFormat;
}

export interface Export {
  /** The id of the record that it began with. */
  readonly id: string;
  readonly contentType: string;
  /** Fails, and so ends without its last bytes, where the ledger cannot be read or written to the end. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

const PAGE = 1000;

/**
 * A file of every record that a query finds, newest first, made as it is read, in memory that does not grow with it.
 *
 * Two records tell of it. An act says that it began, before the first byte; a provision says what it was, with the
 * digest of the whole file and how many records it has, before the last bytes are let go. Whoever has a whole file is
 * on record for it, and whoever broke off early is on record for having begun.
 */
export const openExports =
  (deps: { readonly ledger: Ledger; readonly clock: Clock }) =>
  async (caller: Principal, { query, format }: ExportRequest): Promise<Export> => {
    const { ledger, clock } = deps;
    // An end, so that a file does not run after what its own making is recorded with.
    const to = query.to ?? new Date(clock() + 1).toISOString();
    const bounded: Omit<RecordQuery, 'limit' | 'cursor'> = { ...query, to };
    const [begun] = await ledger.append({
      kind: 'export',
      actor: caller.id,
      details: { step: 'begun', format, query: bounded as Value },
    });
    const id = begun?.id as string;
    const file = await openFile(format);

    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      const digest = createHash('sha256');
      let held: Uint8Array = new Uint8Array();
      let count = 0;
      let newest: string | undefined;
      let oldest: string | undefined;
      let cursor: string | undefined;
      do {
        const page = await ledger.query({
          ...bounded,
          limit: PAGE,
          ...(cursor !== undefined && { cursor }),
        });
        cursor = page.cursor;
        const records = page.records.filter((record) => record.id !== id);
        const piece = file.add(records);
        count += records.length;
        newest ??= records[0]?.id;
        oldest = records.at(-1)?.id ?? oldest;
        digest.update(piece);
        if (piece.length > 0) {
          if (held.length > 0) yield held;
          held = piece;
        }
      } while (cursor !== undefined);
      const last = file.end();
      digest.update(last);
      await ledger.append({
        kind: 'provision',
        recipient: caller.id,
        channel: 'export',
        method: 'GET',
        certificates: [],
        provided: { export: id, format, query: bounded as Value, newest, oldest },
        responseDigest: digest.digest('hex'),
        count,
      });
      yield Buffer.concat([held, last]);
    };
    return { id, contentType: EXPORT_TYPES[format], bytes: bytes() };
  };
