import * as z from 'zod';
import { provide, toldByTenant } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { orderView, RETENTION } from './retention-views.ts';

export const route = defineRoute({
  id: 'listDataOrders',
  method: 'GET',
  path: `${RETENTION}/orders`,
  summary: 'The holders about whose data something was ordered',
  description:
    'Legal holds, releases and erasures, and what awaits a second operator. Principals of a tenant see its own holders. The answer is recorded as a provision.',
  lane: 'api',
  access: ['operator', 'auditor'],
  responses: {
    200: {
      description: 'By tenant, and then by holder.',
      headers: namesRecord,
      schema: z.object({ orders: z.array(orderView) }),
    },
  },
  faults: [],
  handle: async ({ personalRetention, ledger }, { request: { method } }, caller) => {
    const orders = await personalRetention.orders(caller);
    const told = toldByTenant(
      orders,
      ({ tenant }) => tenant,
      (shown) => ({
        channel: 'enrolment',
        method,
        certificates: [],
        provided: { holders: shown.map(({ holder }) => holder) },
        count: shown.length,
      }),
    );
    return provide(ledger, caller, { orders }, ...told);
  },
});
