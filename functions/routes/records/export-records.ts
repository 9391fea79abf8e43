import * as z from 'zod';
import { EXPORT_TYPES, type ExportFormat } from '../../../lib/ledger/ledger.ts';
import { recipientOf } from '../../../lib/recipient.ts';
import { streamedFile } from '../../http/large-answers.ts';
import { recordHeader } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { FILTER_FAULTS, queryOf, recordFilter, recordKind } from './record-query.ts';

const { limit: _limit, cursor: _cursor, ...filter } = recordFilter;

const NAMES: Readonly<Record<ExportFormat, string>> = {
  csv: 'Csv',
  ndjson: 'Ndjson',
  parquet: 'Parquet',
};

/** The route of one format: an address has one media type. */
export const exportRecords = (format: ExportFormat) =>
  defineRoute({
    id: `exportRecordsAs${NAMES[format]}`,
    method: 'GET',
    path: `/api/v1/exports/records.${format}`,
    summary: `Every record that a query finds, newest first, in one file (${format === 'parquet' ? 'Parquet' : format.toUpperCase()})`,
    description:
      'Streamed. Its beginning is recorded before the first byte, and its digest before the last ones. A file that breaks off is incomplete.',
    lane: 'api',
    access: ['auditor'],
    query: z.strictObject({
      actor: principalId.exactOptional(),
      kind: recordKind,
      ...filter,
    }),
    responses: streamedFile('The file.', EXPORT_TYPES[format]),
    faults: [...FILTER_FAULTS, 'input-too-large', 'value-too-large'],
    handle: async (app, { query: filter, request: { method } }, caller) => {
      const query = await queryOf(app, caller, filter);
      const asked = { ...recipientOf(caller), method };
      const { id, contentType, bytes } = await app.reporting.export(asked, { format, query });
      return {
        status: 200,
        headers: {
          'content-type': contentType,
          'content-disposition': `attachment; filename="akashi-records-${id}.${format}"`,
          ...recordHeader(id),
        },
        body: '',
        stream: bytes,
      };
    },
  });
