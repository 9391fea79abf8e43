import * as z from 'zod';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { HELD, holder, ofTenant, orderView } from './retention-views.ts';

export const route = defineRoute({
  id: 'getDataOrder',
  method: 'GET',
  path: HELD,
  summary: 'Orders about the data of a holder',
  description:
    'Whether a legal hold keeps them, an order erases them, or an order awaits a second operator. The answer is recorded as a provision.',
  lane: 'api',
  access: ['operator', 'auditor'],
  params: z.strictObject({ holder }),
  query: z.strictObject({ tenant: ofTenant }),
  responses: { 200: { description: 'The holder.', headers: namesRecord, schema: orderView } },
  faults: ['unknown-holder'],
  handle: async ({ personalRetention, ledger }, { params, query, request: { method } }, caller) => {
    const order = await personalRetention.standing(caller, params.holder, query.tenant);
    return provide(ledger, caller, order, {
      channel: 'enrolment',
      method,
      tenant: order.tenant,
      certificates: [],
      provided: { holders: [order.holder], ...(order.changed && { act: order.changed.record }) },
      count: 1,
    });
  },
});
