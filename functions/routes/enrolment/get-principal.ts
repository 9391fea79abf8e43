import * as z from 'zod';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { principalView } from './principal-schemas.ts';
import { tenantOf } from './tenant-of.ts';

export const route = defineRoute({
  id: 'getPrincipal',
  method: 'GET',
  path: '/api/v1/principals/{principal}',
  summary: 'A principal that was enrolled',
  description:
    'With what waits for its confirmation. Officers see the officers of their own office and those who are to come to it, operators and auditors those of their tenant, and those of the service all. The answer is recorded as a provision.',
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  params: z.strictObject({ principal: principalId }),
  responses: { 200: { description: 'The principal.', headers: namesRecord, schema: principalView } },
  faults: ['unknown-principal'],
  handle: async ({ enrolment, ledger }, { params, request: { method } }, caller) => {
    const principal = await enrolment.people.get(caller, params.principal);
    return provide(ledger, caller, principal, {
      channel: 'enrolment',
      method,
      ...tenantOf(principal),
      certificates: [],
      provided: { principals: [principal.id], act: principal.number },
      count: 1,
    });
  },
});
