import * as z from 'zod';
import type { ListedCertificate } from '../../../lib/authority/authority.ts';
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
import { certificateFilter, tellCertificates } from './certificate-lists.ts';

const COLUMNS = [
  'ca',
  'serial',
  'status',
  'notBefore',
  'notAfter',
  'tenant',
  'office',
  'profile',
  'subject',
  'holder',
  'issuedTo',
  'request',
  'revocationTime',
  'reason',
  'personalData',
] as const;

const cellsOf = (certificate: ListedCertificate): readonly string[] => {
  const { revocation, personalData, ...facts } = certificate;
  const known: Partial<Record<(typeof COLUMNS)[number], string>> = {
    ...facts,
    ...(revocation && { revocationTime: revocation.revocationTime, reason: revocation.reason }),
    personalData: personalData?.state ?? '',
  };
  return COLUMNS.map((column) => known[column] ?? '');
};

/** The route of one format: an address has one media type. */
export const exportCertificates = (format: SheetFormat) =>
  defineRoute({
    id: `exportCertificatesAs${SHEET_NAMES[format]}`,
    method: 'GET',
    path: `/api/v1/exports/certificates.${format}`,
    summary: `Every certificate of a list, those that end soonest first, in one file (${format.toUpperCase()})`,
    description:
      'As the list of certificates, without its pages. A cell that begins like a formula is made harmless. Streamed: its beginning is recorded before the first byte, each part of it with the certificates that it shows, and its digest before the last bytes. A file that breaks off is incomplete.',
    lane: 'api',
    access: ['officer', 'operator', 'auditor'],
    query: z.strictObject(certificateFilter),
    responses: streamedFile('The file.', SHEET_TYPES[format]),
    faults: ['unknown-office', 'value-too-large', 'cursor-invalid'],
    handle: async (app, { query, request: { method } }, caller) => {
      const { authority, ledger } = app;
      const read = (at: { readonly limit: number; readonly cursor?: string }) =>
        authority.list(caller, { ...query, ...at });
      // Refused before anything is recorded.
      await read({ limit: 1 });
      await assertNamed(app, caller, query);
      return exportList<ListedCertificate>(ledger, caller, {
        list: 'certificates',
        format,
        columns: COLUMNS,
        pages: everyPage(read, ({ certificates }) => certificates),
        rowOf: cellsOf,
        tell: tellCertificates,
        method,
        details: { filter: query },
      });
    },
  });
