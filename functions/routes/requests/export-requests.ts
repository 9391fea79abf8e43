import * as z from 'zod';
import type { RequestView } from '../../../lib/registration/registration.ts';
import {
  everyPage,
  exportList,
  SHEET_NAMES,
  SHEET_TYPES,
  type SheetFormat,
} from '../../http/exported-list.ts';
import { streamedFile } from '../../http/large-answers.ts';
import { assertNamed } from '../../http/lists.ts';
import { defineRoute } from '../../http/route.ts';
import { requestFilter, tellRequests } from './request-lists.ts';

const COLUMNS = [
  'id',
  'state',
  'submittedAt',
  'tenant',
  'office',
  'profile',
  'subject',
  'searched',
  'holder',
  'issuedTo',
  'submittedBy',
  'ca',
  'serial',
  'personalData',
] as const;

const cellsOf = (request: RequestView): readonly string[] => {
  const { certificate, personalData } = request;
  const known: Partial<Record<(typeof COLUMNS)[number], string>> = {
    ...request,
    searched: request.searched?.join(' | ') ?? '',
    personalData: personalData?.state ?? '',
    ...certificate,
  };
  return COLUMNS.map((column) => known[column] ?? '');
};

/** The route of one format: an address has one media type. */
export const exportRequests = (format: SheetFormat) =>
  defineRoute({
    id: `exportRequestsAs${SHEET_NAMES[format]}`,
    method: 'GET',
    path: `/api/v1/exports/requests.${format}`,
    summary: `Every request of a list, newest first, in one file (${format.toUpperCase()})`,
    description:
      'As the list of requests, without its pages. With `profile` there is a column for each of its fields. A cell that begins like a formula is made harmless. Streamed: its beginning is recorded before the first byte, each part of it with the requests and certificates that it shows, and its digest before the last bytes. A file that breaks off is incomplete.',
    lane: 'api',
    access: ['officer', 'operator', 'auditor'],
    query: z.strictObject(requestFilter),
    responses: streamedFile('The file.', SHEET_TYPES[format]),
    faults: ['unknown-office', 'value-too-large', 'cursor-invalid'],
    handle: async (app, { query, request: { method } }, caller) => {
      const { registration, profiles, ledger } = app;
      const read = (at: { readonly limit: number; readonly cursor?: string }) =>
        registration.list(caller, { ...query, ...at });
      // Refused before anything is recorded.
      await read({ limit: 1 });
      await assertNamed(app, caller, query);
      const fields =
        (await profiles.list(caller))
          .find(({ id }) => id === query.profile)
          ?.fields.map(({ name }) => name) ?? [];
      return exportList<RequestView>(ledger, caller, {
        list: 'requests',
        format,
        columns: [...COLUMNS, ...fields],
        pages: everyPage(read, ({ requests }) => requests),
        rowOf: (request) => [
          ...cellsOf(request),
          ...fields.map((name) => [request.fields?.[name] ?? ''].flat().join(' | ')),
        ],
        tell: tellRequests,
        method,
        details: { filter: query },
      });
    },
  });
