import * as z from 'zod';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { recordId } from '../../http/schemas.ts';
import { DISCLOSURES, disclosureView } from './disclosure-views.ts';

export const route = defineRoute({
  id: 'getDisclosure',
  method: 'GET',
  path: `${DISCLOSURES}/{id}`,
  summary: 'A disclosure and its deadline',
  description:
    'Whose records it is about, who asked for it, until when it has to be made, and whether it was. Holders see their own, operators and auditors of the service all, those of a tenant the ones that its operators asked for. The answer is recorded as a provision.',
  lane: 'api',
  access: ['holder', 'operator', 'auditor'],
  params: z.strictObject({ id: recordId }),
  responses: { 200: { description: 'The disclosure.', headers: namesRecord, schema: disclosureView } },
  faults: ['unknown-disclosure'],
  handle: async ({ disclosures, ledger }, { params, request }, caller) => {
    const found = await disclosures.cases.get(caller, params.id);
    return provide(ledger, caller, found, {
      channel: 'records',
      method: request.method,
      ...(found.tenant !== undefined && { tenant: found.tenant }),
      certificates: [],
      provided: { disclosures: [params.id] },
      count: 1,
    });
  },
});
