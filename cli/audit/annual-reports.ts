import { hash } from 'node:crypto';
import type { AnnualReportCheck } from '../../lib/audit/audit.ts';
import { annualReportsAnswer } from '../answers.ts';
import type { ApiClient } from '../api-client.ts';
import { Failure } from '../failure.ts';

const REPORTS = '/api/v1/reports/annual';

/** Reads the list of annual reports, and the bytes of the newest of each year and tenant. The JSON is the canonical form under the digest. */
export const readAnnualReports = async (client: ApiClient, check: AnnualReportCheck): Promise<void> => {
  const { reports } = await client.get(REPORTS, annualReportsAnswer);
  for (const shown of reports) check.list(shown);
  for (const [first] of Map.groupBy(
    reports,
    ({ tenant, fiscalYear }) => `${tenant} ${fiscalYear}`,
  ).values()) {
    if (first === undefined) continue;
    const { tenant, fiscalYear } = first;
    const query = tenant === undefined ? '' : `?tenant=${encodeURIComponent(tenant)}`;
    check.serve(first, await digestOf(client, `${REPORTS}/${fiscalYear}.json${query}`));
  }
};

/** Undefined where the service has none, or finds itself that the bytes are damaged. */
const digestOf = async (client: ApiClient, path: string): Promise<string | undefined> => {
  try {
    return hash('sha256', await client.bytes(path));
  } catch (error) {
    const status = error instanceof Failure ? error.problem.status : undefined;
    if (status === 500 || status === 404) return undefined;
    throw error;
  }
};
