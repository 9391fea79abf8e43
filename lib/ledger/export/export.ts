import type { Clock } from '../../ports.ts';
import type { Principal } from '../../principal.ts';
import type { Value } from '../../store/store.ts';
import type { Ledger, RecordQuery } from '../contract.ts';
import { EXPORT_TYPES, type ExportFormat, openFile } from './formats.ts';
import { openRecordedFile, type RecordedFile, type Summary } from './recorded-file.ts';

export interface ExportRequest {
  readonly query: Omit<RecordQuery, 'limit' | 'cursor'>;
  readonly format: ExportFormat;
}

export interface Export extends RecordedFile {
  readonly contentType: string;
}

/** Few enough that a page is garbage soon: of large ones, the collector keeps many for old. */
const PAGE = 250;

/** A file of every record that a query finds, newest first. */
export const openExports =
  (deps: { readonly ledger: Ledger; readonly clock: Clock }) =>
  async (caller: Principal, { query, format }: ExportRequest): Promise<Export> => {
    const { ledger, clock } = deps;
    // An end, so that a file does not run after what its own making is recorded with.
    const to = query.to ?? new Date(clock() + 1).toISOString();
    const bounded: Omit<RecordQuery, 'limit' | 'cursor'> = { ...query, to };
    const file = await openFile(format);

    const pieces = async function* (id: string): AsyncGenerator<Uint8Array, Summary> {
      let count = 0;
      let newest: string | undefined;
      let oldest: string | undefined;
      let cursor: string | undefined;
      do {
        const page = await ledger.query({ ...bounded, limit: PAGE, ...(cursor !== undefined && { cursor }) });
        cursor = page.cursor;
        const records = page.records.filter((record) => record.id !== id);
        count += records.length;
        newest ??= records[0]?.id;
        oldest = records.at(-1)?.id ?? oldest;
        yield file.add(records);
      } while (cursor !== undefined);
      yield file.end();
      return { provided: { newest, oldest }, count };
    };

    const details = { format, query: bounded as Value };
    return {
      ...(await openRecordedFile(ledger, caller, { channel: 'export', details }, pieces)),
      contentType: EXPORT_TYPES[format],
    };
  };
