import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { dataMonth, endedMonth, ofTenant, RETENTION } from './retention-views.ts';

export const route = defineRoute({
  id: 'endRetentionMonth',
  method: 'POST',
  path: `${RETENTION}/months/{month}/end`,
  summary: 'Destroy the data keys of a month that is over',
  description:
    'What ended in the month can then be read by nobody, in no copy of the tables. What a legal hold keeps, and open requests, are put under the current month first. The task `retention` does the same by itself. Where the keys were destroyed before, the answer says when, and nothing changes. Without `tenant`, an operator of the service ends what is of no tenant.',
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({ month: dataMonth }),
  body: { kind: 'json', schema: z.strictObject({ tenant: ofTenant }) },
  responses: { 200: { description: 'The month that ended.', schema: endedMonth } },
  faults: ['wrong-state', 'data-key-missing', 'data-key-damaged'],
  handle: async ({ personalRetention }, { params: { month }, body: { tenant } }, caller) =>
    json(200, await personalRetention.end(caller, month, tenant)),
});
