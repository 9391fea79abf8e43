import {
  canonicalJson,
  type Ledger,
  openRecordedFile,
  type ProvisionDraft,
} from '../../lib/ledger/ledger.ts';
import type { Principal } from '../../lib/principal.ts';
import { recipientOf } from '../../lib/recipient.ts';
import { csvOf, xlsxOf } from '../../lib/sheets/sheets.ts';
import type { Value } from '../../lib/store/store.ts';
import type { HttpResponse } from './http.ts';
import { LISTED_PER_RECORD } from './lists.ts';
import { sha256Hex, type Told, toldByTenant } from './provide.ts';
import { recordHeader } from './record-header.ts';

export const SHEET_TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
export type SheetFormat = keyof typeof SHEET_TYPES;

/** As the format stands in the id of a route. */
export const SHEET_NAMES: Readonly<Record<SheetFormat, string>> = { csv: 'Csv', xlsx: 'Xlsx' };

/** A list of the service as a file. */
export interface ExportedList<T> {
  /** For the file's name. */
  readonly list: string;
  readonly format: SheetFormat;
  /** The heads of the columns. */
  readonly columns: readonly string[];
  readonly pages: AsyncIterable<readonly T[]>;
  readonly rowOf: (item: T) => readonly string[];
  /** What the record of a page says. */
  readonly tell: (shown: readonly T[]) => Pick<Told, 'certificates' | 'requests'>;
  readonly method: string;
  /** What was asked for. */
  readonly details: Value;
}

/**
 * The file, made while it is read. Its beginning is recorded before the first byte, and its digest before the last ones. Each page
 * is recorded before its rows leave, so a holder learns of a file that somebody read in part.
 */
export const exportList = async <T extends { readonly tenant?: string }>(
  ledger: Ledger,
  caller: Principal,
  list: ExportedList<T>,
): Promise<HttpResponse> => {
  const { format, columns, method, details } = list;
  const asked = { ...recipientOf(caller), method };
  const ofTenant = caller.tenant === undefined ? {} : { tenant: caller.tenant };
  let count = 0;

  const rows = async function* (id: string): AsyncGenerator<readonly string[]> {
    for await (const page of list.pages) {
      const cells = page.map(list.rowOf);
      if (page.length > 0) {
        const responseDigest = sha256Hex(canonicalJson({ rows: cells }));
        const tell = (shown: readonly T[]): Told => ({
          channel: 'export',
          method,
          ...list.tell(shown),
          provided: { export: id, list: list.list },
          count: shown.length,
        });
        await ledger.append(
          ...toldByTenant(page, ({ tenant }) => tenant, tell, LISTED_PER_RECORD).map(
            (told): ProvisionDraft => ({ kind: 'provision', ...asked, ...ofTenant, ...told, responseDigest }),
          ),
        );
      }
      count += page.length;
      yield* cells;
    }
  };

  const file = await openRecordedFile(
    ledger,
    asked,
    { channel: 'export', ...ofTenant, details: { list: list.list, format, ...details } },
    async function* (id) {
      yield* format === 'csv' ? csvOf(columns, rows(id)) : xlsxOf({ name: list.list, columns }, rows(id));
      return { provided: { items: count }, count };
    },
  );
  return {
    status: 200,
    headers: {
      'content-type': SHEET_TYPES[format],
      'content-disposition': `attachment; filename="akashi-${list.list}-${file.id}.${format}"`,
      ...recordHeader(file.id),
    },
    body: '',
    stream: file.bytes,
  };
};

/** Reads a list page by page. A record has room for each page. */
export const everyPage = async function* <T, P extends { readonly cursor?: string }>(
  read: (at: { readonly limit: number; readonly cursor?: string }) => Promise<P>,
  itemsOf: (page: P) => readonly T[],
): AsyncGenerator<readonly T[]> {
  let cursor: string | undefined;
  do {
    const page = await read({ limit: LISTED_PER_RECORD, ...(cursor !== undefined && { cursor }) });
    yield itemsOf(page);
    cursor = page.cursor;
  } while (cursor !== undefined);
};
