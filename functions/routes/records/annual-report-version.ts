import * as z from 'zod';
import { sha256, utc } from '../../http/schemas.ts';

export const ANNUAL_REPORTS = '/api/v1/reports/annual';

export const annualReportVersion = z
  .object({ fiscalYear: z.int(), version: z.int(), madeAt: utc, digest: sha256 })
  .meta({ id: 'AnnualReportVersion' });
