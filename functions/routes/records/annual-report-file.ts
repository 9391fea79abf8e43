import * as z from 'zod';
import { type AnnualReport, annualCsv, annualPage, canonicalJson } from '../../../lib/ledger/ledger.ts';
import { versioned } from '../../http/conditional.ts';
import type { HttpResponse } from '../../http/http.ts';
import { handedOver } from '../../http/large-answers.ts';
import { defineRoute } from '../../http/route.ts';
import { bilingual, month, principalId, tenantId } from '../../http/schemas.ts';
import { ANNUAL_REPORTS, reportTenant } from './annual-report-version.ts';

/** The route of one format: an address has one media type. */
export const annualReportFile = (format: keyof typeof FILES) => {
  const { name, contentType, write, headers } = FILES[format];
  return defineRoute({
    id: `getAnnualReport${name}`,
    method: 'GET',
    path: `${ANNUAL_REPORTS}/{year}.${format}`,
    summary: `An annual report on provisions (${format === 'html' ? 'page' : format.toUpperCase()})`,
    description:
      format === 'json'
        ? 'By recipient, month, method and purpose, with the change on the year before: in the canonical form (RFC 8785) whose SHA-256 is the digest in the list of reports.'
        : 'By recipient, month, method and purpose, with the change on the year before.',
    lane: 'public',
    access: 'public',
    params: z.strictObject({ year }),
    query: z.strictObject({ tenant: reportTenant }),
    responses: {
      200: {
        description: 'The newest version.',
        contentType,
        headers: {
          ...versioned,
          ...(format === 'html' && { 'content-security-policy': 'The page runs and loads nothing.' }),
        },
        ...(format === 'json' && { schema: annualReport }),
      },
      ...handedOver,
    },
    faults: ['unknown-report'],
    handle: async ({ reporting }, { params, query }): Promise<HttpResponse> => {
      const { view, report } = await reporting.reports.annual(params.year, query.tenant);
      return {
        status: 200,
        headers: {
          'content-type': contentType,
          'cache-control': 'public, max-age=300',
          // There is no `Last-Modified`: two versions may be made in one second.
          etag: `"${view.digest.slice(0, 32)}-${format}"`,
          ...headers,
        },
        body: write(report),
      };
    },
  });
};

const year = z
  .string()
  .regex(/^2\d{3}$/, 'Must be a fiscal year, such as 2026.')
  .transform(Number)
  .meta({
    type: 'integer',
    minimum: 2000,
    maximum: 2999,
    description: 'The fiscal year, from April to March.',
    example: 2026,
  });

const annualReport = z
  .object({
    report: z.literal('annual'),
    fiscalYear: z.int(),
    from: z.iso.date(),
    to: z.iso.date(),
    timeZone: z.literal('Asia/Tokyo'),
    trustDomain: bilingual.extend({ name: z.string() }),
    tenant: bilingual.extend({ id: tenantId }).exactOptional(),
    totals: z.object({ records: z.int(), items: z.int(), repeated: z.int(), itemsBefore: z.int() }),
    recipients: z.record(z.string(), bilingual),
    purposes: z.record(z.string(), bilingual.extend({ legalBasis: z.string() })),
    lines: z.array(
      z.object({
        recipient: z.union([principalId, z.string()]),
        month,
        channel: z.string(),
        method: z.string(),
        purpose: z
          .string()
          .nullable()
          .meta({ description: 'Null where the recipient named none, and none is assumed for it.' }),
        purposeAssumed: z.literal(true).exactOptional().meta({
          description: 'The recipient named no purpose. The trust domain assumes this one for the recipient.',
        }),
        records: z.int(),
        items: z.int(),
        repeated: z.int().meta({
          description:
            'Items of answers to signed requests that were answered before; they are not among the items.',
        }),
        itemsBefore: z.int(),
        change: z.int(),
      }),
    ),
    acts: z.array(z.object({ month, kind: z.string(), records: z.int() })),
  })
  .meta({ id: 'AnnualReport' }) satisfies z.ZodType<AnnualReport>;

/** A report has no secrets, but its page must not run or load anything. */
const PAGE_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
};

const FILES = {
  json: {
    name: 'Json',
    contentType: 'application/json',
    // The bytes under the digest.
    write: (report: AnnualReport): string => canonicalJson(report),
    headers: {},
  },
  csv: { name: 'Csv', contentType: 'text/csv; charset=utf-8; header=present', write: annualCsv, headers: {} },
  html: { name: 'Page', contentType: 'text/html; charset=utf-8', write: annualPage, headers: PAGE_HEADERS },
} as const;
