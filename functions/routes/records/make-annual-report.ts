import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { ANNUAL_REPORTS, annualReportVersion } from './annual-report-version.ts';

export const route = defineRoute({
  id: 'makeAnnualReport',
  method: 'POST',
  path: ANNUAL_REPORTS,
  summary: 'Make the annual report of a fiscal year that is over',
  description:
    'If nothing has changed since the last version, the answer is that version (200 instead of 201).',
  lane: 'api',
  access: ['operator', 'auditor'],
  body: { kind: 'json', schema: z.strictObject({ fiscalYear: z.int().min(2000).max(2999) }) },
  responses: {
    201: {
      description: 'The new version.',
      schema: annualReportVersion,
      headers: { location: 'The address of the report.' },
    },
    200: {
      description: 'The last version.',
      schema: annualReportVersion,
      headers: { location: 'The address of the report.' },
    },
  },
  faults: [],
  handle: async ({ reporting }, { body }, caller) => {
    const { view, made } = await reporting.reports.makeAnnual(caller.id, body.fiscalYear);
    return json(made ? 201 : 200, view, { location: `${ANNUAL_REPORTS}/${view.fiscalYear}.json` });
  },
});
