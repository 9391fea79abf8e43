import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { ANNUAL_REPORTS, annualReportVersion } from './annual-report-version.ts';

export const route = defineRoute({
  id: 'makeAnnualReport',
  method: 'POST',
  path: ANNUAL_REPORTS,
  summary: 'Make the annual report of a fiscal year that is over',
  description: 'Where nothing has changed since its last version, that one is given (200 instead of 201).',
  lane: 'api',
  access: ['operator', 'auditor'],
  body: { kind: 'json', schema: z.strictObject({ fiscalYear: z.int().min(2000).max(2999) }) },
  responses: {
    201: {
      description: 'Made.',
      schema: annualReportVersion,
      headers: { location: 'The address of the report.' },
    },
    200: { description: 'The version that there was.', schema: annualReportVersion },
  },
  faults: [],
  handle: async ({ reporting }, { body }, caller) => {
    const { view, made } = await reporting.reports.makeAnnual(caller.id, body.fiscalYear);
    return json(made ? 201 : 200, view, { location: `${ANNUAL_REPORTS}/${view.fiscalYear}.json` });
  },
});
