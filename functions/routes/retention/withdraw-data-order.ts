import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { HELD, holder, ofTenant, orderView } from './retention-views.ts';

export const route = defineRoute({
  id: 'withdrawDataOrder',
  method: 'POST',
  path: `${HELD}/withdrawal`,
  summary: 'Take back an order about the data of a holder that awaits a second operator',
  description: 'Any operator may. What two operators ordered is not taken back so.',
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({ holder }),
  body: { kind: 'json', schema: z.strictObject({ tenant: ofTenant }) },
  responses: { 200: { description: 'What stands now.', schema: orderView } },
  faults: ['unknown-holder', 'nothing-awaited', 'condition-failed'],
  handle: async ({ personalRetention }, { params, body: { tenant } }, caller) =>
    json(200, await personalRetention.withdraw(caller, params.holder, tenant)),
});
