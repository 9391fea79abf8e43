import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { ANNUAL_REPORTS, annualReportVersion } from './annual-report-version.ts';

export const route = defineRoute({
  id: 'listAnnualReports',
  method: 'GET',
  path: ANNUAL_REPORTS,
  summary: 'Annual reports on provisions that are kept, the newest year first',
  description:
    'Lists each version of the reports of the whole service and of each tenant, with its digest and the time at which it was made. Reports have numbers only, so reading them leaves no record.',
  lane: 'public',
  access: 'public',
  responses: {
    200: { description: 'The reports.', schema: z.object({ reports: z.array(annualReportVersion) }) },
  },
  faults: [],
  handle: async ({ reporting }) => json(200, { reports: await reporting.reports.list() }),
});
