import * as z from 'zod';
import { sha256, tenantId, utc } from '../../http/schemas.ts';

export const ANNUAL_REPORTS = '/api/v1/reports/annual';

export const annualReportVersion = z
  .object({
    tenant: tenantId.exactOptional().meta({ description: 'Absent in the report of the whole service.' }),
    fiscalYear: z.int(),
    version: z.int(),
    madeAt: utc,
    digest: sha256,
  })
  .meta({ id: 'AnnualReportVersion' });

/** The query parameter that chooses the report of a tenant. */
export const reportTenant = tenantId
  .exactOptional()
  .meta({ description: 'Whose report it is; without it, that of the whole service.' });
