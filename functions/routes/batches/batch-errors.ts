import type { Format } from '../../../lib/bulk/bulk.ts';
import { openRecordedFile } from '../../../lib/ledger/ledger.ts';
import { recipientOf } from '../../../lib/recipient.ts';
import { languageOf } from '../../http/language.ts';
import { streamedFile } from '../../http/large-answers.ts';
import { recordHeader } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { BATCH, batchParams } from './batch-views.ts';

const TYPES: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
};

const NAMES: Readonly<Record<Format, string>> = { csv: 'Csv', ndjson: 'Ndjson' };

/** The route of one format: an address has one media type. */
export const batchErrors = (format: Format) =>
  defineRoute({
    id: `getBatchErrorsAs${NAMES[format]}`,
    method: 'GET',
    path: `${BATCH}/errors.${format}`,
    summary: `The rows of a batch with problems, to be corrected and sent again (${format.toUpperCase()})`,
    description:
      "The columns of the profile's template and what is wrong, in the language that Accept-Language asks for. Streamed: its beginning is recorded before the first byte, and its digest before the last bytes. A file that breaks off is incomplete.",
    lane: 'api',
    access: ['officer', 'operator', 'auditor'],
    params: batchParams,
    responses: streamedFile('The file.', TYPES[format]),
    faults: [
      'unknown-batch',
      'unknown-profile',
      'personal-data-ended',
      'data-key-missing',
      'data-key-damaged',
      'personal-data-damaged',
    ],
    handle: async ({ batches, ledger }, { params, request: { method, headers } }, caller) => {
      const { id: batch, tenant } = await batches.get(caller, params.batch);
      const language = languageOf(headers['accept-language']);
      const errors = await batches.errors(caller, batch, format, language);
      const file = await openRecordedFile(
        ledger,
        { ...recipientOf(caller), method },
        { channel: 'export', tenant, details: { list: 'batch-errors', format, batch } },
        async function* () {
          yield* errors;
          return { provided: {}, count: 1 };
        },
      );
      return {
        status: 200,
        headers: {
          'content-type': TYPES[format],
          'content-disposition': `attachment; filename="akashi-batch-${batch}-errors.${format}"`,
          ...recordHeader(file.id),
        },
        body: '',
        stream: file.bytes,
      };
    },
  });
