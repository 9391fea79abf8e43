import * as z from 'zod';
import { provide, toldByTenant } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { monthView, RETENTION } from './retention-views.ts';

export const route = defineRoute({
  id: 'listRetentionMonths',
  method: 'GET',
  path: `${RETENTION}/months`,
  summary: 'The months in which personal data end',
  description:
    'With those that ended in the last year; earlier ones are in the records of kind `data-key`. Principals of a tenant see its own months. The answer is recorded as a provision.',
  lane: 'api',
  access: ['operator', 'auditor'],
  responses: {
    200: {
      description: 'By month, and then by tenant.',
      headers: namesRecord,
      schema: z.object({ months: z.array(monthView) }),
    },
  },
  faults: [],
  handle: async ({ personalRetention, ledger }, { request: { method } }, caller) => {
    const months = await personalRetention.months(caller);
    const told = toldByTenant(
      months,
      ({ tenant }) => tenant,
      (shown) => ({
        channel: 'enrolment',
        method,
        certificates: [],
        provided: { months: shown.map(({ month }) => month) },
        count: shown.length,
      }),
    );
    return provide(ledger, caller, { months }, ...told);
  },
});
