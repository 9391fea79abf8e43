import * as z from 'zod';
import { provide, toldByTenant } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, pageLimit } from '../../http/schemas.ts';
import { DISCLOSURES, disclosureView } from './disclosure-views.ts';

export const route = defineRoute({
  id: 'listDisclosures',
  method: 'GET',
  path: DISCLOSURES,
  summary: "Disclosures, newest first: a holder's own, or all",
  description:
    'Holders see their own, operators and auditors of the service all, those of a tenant the ones that its operators asked for. The answer is recorded as a provision.',
  lane: 'api',
  access: ['holder', 'operator', 'auditor'],
  query: z.strictObject({ limit: pageLimit(1000, 100), cursor: cursor.exactOptional() }),
  responses: {
    200: {
      description: 'A page.',
      headers: namesRecord,
      schema: z.object({ cases: z.array(disclosureView), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid'],
  handle: async ({ disclosures, ledger }, { query, request }, caller) => {
    const page = await disclosures.cases.list(caller, query);
    const told = toldByTenant(
      page.cases,
      ({ tenant }) => tenant,
      (shown) => ({
        channel: 'records',
        method: request.method,
        certificates: [],
        provided: { disclosures: shown.map(({ id }) => id) },
        count: shown.length,
      }),
      page.cases.length,
    );
    return provide(ledger, caller, page, ...told);
  },
});
