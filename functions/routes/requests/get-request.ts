import * as z from 'zod';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { requestId, requestView } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'getRequest',
  method: 'GET',
  path: '/api/v1/requests/{id}',
  summary: 'A request',
  description:
    'With its fields, its examinations and its certificate. Officers see those of their own office and of its predecessors, operators and auditors those of their tenant, and those of the service all. The answer is recorded as a provision.',
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  params: z.strictObject({ id: requestId }),
  responses: { 200: { description: 'The request.', headers: namesRecord, schema: requestView } },
  faults: ['unknown-request'],
  handle: async ({ registration, ledger }, { params, request: { method } }, caller) => {
    const request = await registration.get(caller, params.id);
    return provide(ledger, caller, request, {
      channel: 'requests',
      method,
      tenant: request.tenant,
      certificates: request.certificate ? [request.certificate] : [],
      requests: [request.id],
      provided: { state: request.state },
      count: 1,
    });
  },
});
