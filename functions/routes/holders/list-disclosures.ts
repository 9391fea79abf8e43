import * as z from 'zod';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, pageLimit } from '../../http/schemas.ts';
import { DISCLOSURES, disclosureView } from './disclosure-views.ts';

export const route = defineRoute({
  id: 'listDisclosures',
  method: 'GET',
  path: DISCLOSURES,
  summary: "Disclosures, newest first: a holder's own, or all",
  description: 'Holders see their own, operators and auditors all. The answer is recorded as a provision.',
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
    return provide(ledger, caller, page, {
      channel: 'records',
      method: request.method,
      certificates: [],
      provided: { disclosures: page.cases.map(({ id }) => id) },
      count: page.cases.length,
    });
  },
});
