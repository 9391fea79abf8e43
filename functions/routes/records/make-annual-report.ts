import * as z from 'zod';
import { Fault } from '../../../lib/fault.ts';
import { serves } from '../../../lib/tenant.ts';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { tenantId } from '../../http/schemas.ts';
import { ANNUAL_REPORTS, annualReportVersion } from './annual-report-version.ts';

export const route = defineRoute({
  id: 'makeAnnualReport',
  method: 'POST',
  path: ANNUAL_REPORTS,
  summary: 'Make the annual report of a fiscal year that is over',
  description:
    'Of the whole service, or of a tenant. An operator or auditor of a tenant makes its report alone. If nothing has changed since the last version, the answer is that version (200 instead of 201).',
  lane: 'api',
  access: ['operator', 'auditor'],
  body: {
    kind: 'json',
    schema: z.strictObject({
      fiscalYear: z.int().min(2000).max(2999),
      tenant: tenantId.exactOptional().meta({
        description:
          "Whose report it is. Without it, it is that of the caller's tenant, or of the whole service for a caller of the service.",
      }),
    }),
  },
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
    const { fiscalYear, tenant = caller.tenant } = body;
    if (!serves(caller, tenant)) {
      throw new Fault('invalid-input', 'There is no tenant of that id.', { field: 'tenant' });
    }
    const { reports } = reporting;
    const { view, made } = await reports.makeAnnual(caller.id, fiscalYear, tenant);
    const location = `${ANNUAL_REPORTS}/${view.fiscalYear}.json${tenant === undefined ? '' : `?tenant=${tenant}`}`;
    return json(made ? 201 : 200, view, { location });
  },
});
