import * as z from 'zod';
import { type AnnualReport, annualCsv, annualPage, canonicalJson } from '../../../lib/ledger/ledger.ts';
import { handedOver } from '../../http/elsewhere.ts';
import { type HttpResponse, json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { month, principalId, sha256, utc } from '../../http/schemas.ts';

const PATH = '/api/v1/reports/annual';

const year = z
  .string()
  .regex(/^2\d{3}$/, 'Must be a fiscal year, such as 2026.')
  .transform(Number)
  .meta({ type: 'integer', description: 'The fiscal year, from April to March.', example: 2026 });

const reportView = z
  .object({ fiscalYear: z.int(), version: z.int(), madeAt: utc, digest: sha256 })
  .meta({ id: 'AnnualReportVersion' });

const bilingual = z.object({ ja: z.string(), en: z.string() });

const annualReport = z
  .object({
    report: z.literal('annual'),
    fiscalYear: z.int(),
    from: z.iso.date(),
    to: z.iso.date(),
    timeZone: z.literal('Asia/Tokyo'),
    trustDomain: bilingual.extend({ name: z.string() }),
    totals: z.object({ records: z.int(), items: z.int(), itemsBefore: z.int() }),
    recipients: z.record(z.string(), bilingual),
    purposes: z.record(z.string(), bilingual.extend({ legalBasis: z.string() })),
    lines: z.array(
      z.object({
        recipient: z.union([principalId, z.string()]),
        month,
        channel: z.string(),
        method: z.string(),
        purpose: z.string().nullable(),
        records: z.int(),
        items: z.int(),
        itemsBefore: z.int(),
        change: z.int(),
      }),
    ),
    acts: z.array(z.object({ month, kind: z.string(), records: z.int() })),
  })
  .meta({ id: 'AnnualReport' }) satisfies z.ZodType<AnnualReport>;

const list = defineRoute({
  id: 'listAnnualReports',
  method: 'GET',
  path: PATH,
  summary: 'Annual reports on provisions that are kept, newest first',
  lane: 'api',
  access: 'public',
  responses: { 200: { description: 'The reports.', schema: z.object({ reports: z.array(reportView) }) } },
  faults: [],
  handle: async ({ reporting }) => json(200, { reports: await reporting.reports.list() }),
});

const make = defineRoute({
  id: 'makeAnnualReport',
  method: 'POST',
  path: PATH,
  summary: 'Make the annual report of a fiscal year that is over',
  description: 'Where nothing has changed since its last version, that one is given (200 instead of 201).',
  lane: 'api',
  access: ['operator', 'auditor'],
  body: { kind: 'json', schema: z.strictObject({ fiscalYear: z.int().min(2000).max(2999) }) },
  responses: {
    201: { description: 'Made.', schema: reportView, headers: { location: 'The address of the report.' } },
    200: { description: 'The version that there was.', schema: reportView },
  },
  faults: [],
  handle: async ({ reporting }, { body }, caller) => {
    const { view, made } = await reporting.reports.makeAnnual(caller.id, body.fiscalYear);
    return json(made ? 201 : 200, view, { location: `${PATH}/${view.fiscalYear}.json` });
  },
});

/** Nothing in it is anybody's secret, but a page is not to run or load anything whatever it was made from. */
const PAGE_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
};

const FILES = {
  json: {
    name: 'Json',
    contentType: 'application/json',
    // The bytes of the digest.
    write: (report: AnnualReport): string => canonicalJson(report),
    headers: {},
  },
  csv: { name: 'Csv', contentType: 'text/csv; charset=utf-8; header=present', write: annualCsv, headers: {} },
  html: { name: 'Page', contentType: 'text/html; charset=utf-8', write: annualPage, headers: PAGE_HEADERS },
} as const;

const files = (['json', 'csv', 'html'] as const).map((format) => {
  const { name, contentType, write, headers } = FILES[format];
  return defineRoute({
    id: `getAnnualReport${name}`,
    method: 'GET',
    path: `${PATH}/{year}.${format}`,
    summary: `An annual report on provisions (${name})`,
    description:
      format === 'json'
        ? 'By recipient, month, method and purpose, with the change on the year before: in the canonical form (RFC 8785) whose SHA-256 is the digest in the list of reports.'
        : 'By recipient, month, method and purpose, with the change on the year before.',
    lane: 'api',
    access: 'public',
    params: z.strictObject({ year }),
    responses: {
      200: {
        description: 'The newest version.',
        contentType,
        ...(format === 'json' && { schema: annualReport }),
      },
      ...handedOver,
    },
    faults: ['unknown-report'],
    handle: async ({ reporting }, { params }): Promise<HttpResponse> => {
      const { view, report } = await reporting.reports.annual(params.year);
      return {
        status: 200,
        headers: {
          'content-type': contentType,
          'cache-control': 'public, max-age=300',
          // And no `Last-Modified`: two versions may be made in one second.
          etag: `"${view.digest.slice(0, 32)}-${format}"`,
          ...headers,
        },
        body: write(report),
      };
    },
  });
});

export const reportRoutes = [list, make, ...files];
