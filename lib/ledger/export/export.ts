import type { Clock } from '../../ports.ts';
import type { Caller } from '../../principal.ts';
import type { Value } from '../../store/store.ts';
import type { Ledger, RecordQuery } from '../contract.ts';
import { checkQuery } from '../query/check.ts';
import { tenantOfQuery } from '../query/matching.ts';
import { recordPages } from '../record-pages.ts';
import { EXPORT_TYPES, type ExportFormat, openFile } from './formats.ts';
import { openRecordedFile, type RecordedFile, type Summary } from './recorded-file.ts';

export interface ExportRequest {
  readonly query: Omit<RecordQuery, 'limit' | 'cursor'>;
  readonly format: ExportFormat;
}

export interface Export extends RecordedFile {
  readonly contentType: string;
}

/**
 * Records of one page. The garbage collector frees small pages early; large ones live until it moves them to the old
 * generation.
 */
const PAGE = 250;

/** A file of every record that a query finds, newest first. */
export const openExports =
  (deps: { readonly ledger: Ledger; readonly clock: Clock }) =>
  async (caller: Caller, { query, format }: ExportRequest): Promise<Export> => {
    const { ledger, clock } = deps;
    checkQuery(query);
    // Without an end the file would also find the records of its own making. Nothing is yet where it begins in the future.
    const end = Math.max(clock(), query.from === undefined ? 0 : Date.parse(query.from)) + 1;
    const to = query.to ?? new Date(end).toISOString();
    const bounded: Omit<RecordQuery, 'limit' | 'cursor'> = { ...query, to };
    const file = await openFile(format);
    // The first page is read before anything is recorded or sent: a query that fails is no export.
    const pages = recordPages(ledger, bounded, PAGE);
    const first = await pages.next();

    const pieces = async function* (id: string): AsyncGenerator<Uint8Array, Summary> {
      let count = 0;
      let newest: string | undefined;
      let oldest: string | undefined;
      for (let page = first; !page.done; page = await pages.next()) {
        const records = page.value.filter((record) => record.id !== id);
        count += records.length;
        newest ??= records[0]?.id;
        oldest = records.at(-1)?.id ?? oldest;
        yield file.add(records);
      }
      yield file.end();
      return { provided: { newest, oldest }, count };
    };

    const { onlyRecordsOfTenant: _, ...asked } = bounded;
    const tenant = tenantOfQuery(bounded);
    const details = { format, query: { ...asked, ...(tenant !== undefined && { tenant }) } as Value };
    const about = { channel: 'export', ...(tenant !== undefined && { tenant }), details } as const;
    return {
      ...(await openRecordedFile(ledger, caller, about, pieces)),
      contentType: EXPORT_TYPES[format],
    };
  };
